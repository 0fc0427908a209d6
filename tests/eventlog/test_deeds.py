"""What a person does at one record leaves its event, with who did it and what it was done to."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.bss import actions as outbox
from arraigo.bss.models import Command
from arraigo.customers import actions as customers
from arraigo.desk import actions as desk
from arraigo.eventlog.models import Event
from arraigo.messages import actions as messages
from arraigo.messages.models import Channel
from arraigo.people.models import Role, User
from arraigo.products import actions as products
from arraigo.products.models import Offering
from arraigo.retention import proactive
from arraigo.tickets import actions as tickets
from arraigo.workdays import actions as workdays
from tests.cast import Household, Walk

Deed = Callable[[Household, User], object]


def claimed(home: Household, actor: User, *, refused: bool = False) -> object:
    claim = billing.enter_claim(
        "bill_waiver", claim_type="Retiro por Retención", product=home.internet, month=clock.month_of(clock.now()),
        amount=Decimal(10), needs_confirmation=True, actor=actor,
    )  # fmt: skip
    return billing.refuse_claim(claim, reason="Sin respaldo", actor=actor) if refused else claim


def opened(home: Household, actor: User) -> object:
    month = clock.next_month(clock.month_of(clock.now()))
    return billing.open_month(home.customer, month, [(home.internet, "Internet", Decimal(90))], actor=actor)


def issued(home: Household, actor: User) -> object:
    day = clock.today()
    return billing.issue_bill(home.bill(clock.next_month(day.replace(day=1))), issued_on=day, due_on=day, actor=actor)


def stuck(home: Household) -> int:
    outbox.send("termination.request", subject="", payload={"number": "B-1"})
    Command.objects.update(status="failed", ended_at=clock.now(), next_attempt_at=None)
    return Command.objects.get().pk


def own_text(home: Household, actor: User) -> object:
    return messages.change_template(
        "visit.on_the_way", Channel.SMS, subject="", body="Ya va.", enabled=True, actor=actor
    )  # fmt: skip


def restored(home: Household, actor: User) -> object:
    own_text(home, actor)
    return messages.restore_template("visit.on_the_way", Channel.SMS, actor=actor)


def called_back(home: Household, actor: User) -> object:
    tomorrow = clock.now() + dt.timedelta(days=1)
    noted = desk.note_callback(Walk(home).case, due_at=tomorrow, note="Mañana", actor=actor)
    return desk.finish_callback(noted, outcome="Hablamos", actor=actor)


def added(home: Household, actor: User) -> object:
    offering = Offering.objects.order_by("pk")[0]
    return products.add_product(home.customer, offering, number="N-1", actor=actor)


DEEDS: dict[str, Deed] = {
    "billing_claim.entered": claimed,
    "billing_claim.refused": lambda home, actor: claimed(home, actor, refused=True),
    "bill.opened": opened,
    "bill.issued": issued,
    "command.resent": lambda home, actor: outbox.resend(stuck(home), actor=actor),
    "command.settled": lambda home, actor: outbox.settle(stuck(home), applied=False, note="", actor=actor),
    "callback.done": called_back,
    "credit_listing.lifted": lambda home, actor: customers.lift_listing(home.listing(), on=clock.today(), actor=actor),
    "holidays.filled": lambda home, actor: workdays.fill_holidays(2031, actor=actor),
    "message_template.changed": own_text,
    "message_template.restored": restored,
    "notice_choice.changed": lambda home, actor: messages.choose_notices(actor, unwanted=[], at_any_hour=True),
    "proactive_call.made": lambda home, actor: proactive.call(home.customer, actor=actor),
    "product.added": added,
    "product.status_changed": lambda home, actor: products.change_status(home.internet, "suspended", actor=actor),
    "product.terminated": lambda home, actor: products.terminate_product(home.internet, "moving", None, actor),
    "ticket.disputed": lambda home, actor: tickets.dispute(home.fault(days_ago=3), actor=actor),
    "ticket.followed_up": lambda home, actor: tickets.follow_up(
        home.fault(days_ago=3), channel="phone", text="Sigue", actor=actor
    ),
    "ticket.solution_confirmed": lambda home, actor: tickets.confirm_solution(
        home.fault(days_ago=3), reason="Lo probamos", actor=actor
    ),
}


@pytest.mark.parametrize("kind", DEEDS)
def test_a_deed_leaves_its_event(home: Household, kind: str) -> None:
    actor = home.cast[Role.ADVISOR]
    DEEDS[kind](home, actor)
    told = Event.objects.get(kind=kind)
    assert (told.actor, bool(told.subject_id), bool(told.data)) == (actor, True, True)
