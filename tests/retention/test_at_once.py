"""Two people, or billing and the desk, at one case at the same moment: neither gets an error page."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.errors import ClaimExists
from arraigo.billing.models import BillingClaim
from arraigo.engine import actions as engine
from arraigo.imports import actions as files
from arraigo.imports.kinds import terminations as of_files
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Membership, Role, User
from arraigo.products.errors import ProductGone
from arraigo.retention import actions, claims, dispatch, undo, visits
from arraigo.retention.errors import CannotUndo
from arraigo.retention.models import RetentionCase
from arraigo.terminations import actions as terminations
from arraigo.terminations.errors import TerminationClosed
from arraigo.terminations.models import Termination
from arraigo.tickets.models import TroubleTicket
from tests.at_once import beside, until_somebody_waits
from tests.cast import Cast, Walk

pytestmark = pytest.mark.django_db(transaction=True)
ORDERED = ("step_01", "step_02", "step_03", "step_04", "step_05")


def ordered(cast: Cast, number: str) -> Walk:
    home = cast.household(number)
    home.repeated_faults()
    return Walk(home).go(*ORDERED)


def test_a_swap_and_a_step_of_one_of_the_visits_do_not_wait_for_each_other(cast: Cast) -> None:
    """A step holds its case, and then the order: so does who swaps."""
    walks, supervisor = [ordered(cast, number) for number in "12"], cast[Role.OPERATIONS_SUPERVISOR]
    second = User.objects.create_user("tecnico2")
    Membership.objects.create(user=second, role=Role.TECHNICIAN, unit=cast.center)
    for walk, technician in zip(walks, (cast[Role.TECHNICIAN], second), strict=True):
        order = WorkOrder.objects.get(case_number=walk.case.number)
        dispatch.print_and_assign([order], technician=technician, actor=supervisor)
    own, other = WorkOrder.objects.order_by("pk")
    visit = walks[0].item("step_07")
    found = beside(
        lambda: engine.lock_item(visit.pk),
        lambda: WorkOrder.objects.select_for_update(of=("self",)).get(pk=own.pk),
        second=lambda: dispatch.swap(own, other, actor=supervisor),
    )
    assert found is None
    assert list(WorkOrder.objects.order_by("pk").values_list("technician", flat=True)) == [
        second.pk, cast[Role.TECHNICIAN].pk,
    ]  # fmt: skip


@pytest.mark.parametrize("end", [
    lambda baja: terminations.execute_termination(baja.pk, actor=None),
    lambda baja: terminations.end_product(baja.product, "request", None, actor=None),
])  # fmt: skip
def test_a_baja_is_executed_while_a_file_tells_of_its_product(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: Callable[[Termination], Any]
) -> None:
    """The file has settled the baja and is about to end the product: whoever comes then comes second."""
    home, now, path = cast.household("1"), clock.now(), tmp_path / "bajas.csv"
    [baja] = terminations.request_termination([home.internet], reason="price", case_number="", actor=None)
    path.write_text(
        "external_id,customer,product,executed_at\n"
        f"X1,{home.customer.number},{home.internet.number},{clock.local(now):%Y-%m-%d}\n"
    )
    ends, found = of_files._end_products, []

    def second() -> Any:
        try:
            with clock.at(now):
                return end(baja)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def beside_the_second(*told: Any) -> None:
            if told[0]:
                found.append(pool.submit(second))
                until_somebody_waits()
            ends(*told)

        monkeypatch.setattr(of_files, "_end_products", beside_the_second)
        tally, _rejects = files.import_file("terminations", path)
    assert tally.rejects == []
    assert isinstance(found[0].result(), TerminationClosed | ProductGone)
    assert Termination.objects.get().external_id == "X1"


def test_what_a_visit_was_about_is_locked_as_files_lock_it(cast: Cast) -> None:
    """By key, whatever came first: two orders are two that wait for each other. It is told in the order of time."""
    walk = ordered(cast, "1")
    early = walk.home.fault(days_ago=5, solved=False)
    early.pk, early.number, early.opened_at = None, "R-LATE", early.opened_at - dt.timedelta(days=2)
    early.save()
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        found = visits.held_faults(WorkOrder.objects.get())
    locking = next(each["sql"] for each in asked if each["sql"].startswith('SELECT "tickets_troubleticket"'))
    assert locking.partition("ORDER BY")[2].split()[0] == '"tickets_troubleticket"."id"'
    assert [each.opened_at for each in found] == sorted(each.opened_at for each in found)
    keys = [each.pk for each in found]
    assert keys != sorted(keys)


def test_a_file_locks_the_tickets_that_move_on_and_those_that_do_not_by_their_key(cast: Cast, tmp_path: Path) -> None:
    home, path = cast.household("1"), tmp_path / "tickets.csv"
    tickets = [home.fault(days_ago=days, solved=False) for days in (5, 3)]
    for ticket in tickets:
        TroubleTicket.objects.filter(pk=ticket.pk).update(source="file", external_id=ticket.number)
    rows = [
        f"{ticket.number},{home.customer.number},{home.internet.number},{ticket.opened_at:%Y-%m-%d %H:%M},{state},x"
        for ticket, state in zip(tickets, ("", "held"), strict=True)
    ]
    path.write_text("\n".join(["external_id,customer,product,opened_at,status,resolution", *rows]))
    first, second = (TroubleTicket.objects.select_for_update().filter(pk=ticket.pk) for ticket in tickets)
    found = beside(first.get, second.get, second=lambda: files.import_file("tickets", path))
    assert not isinstance(found, Exception), found
    assert found[0].rejects == []
    assert list(TroubleTicket.objects.order_by("pk").values_list("resolution", flat=True)) == ["x", "x"]


def test_a_claim_that_billing_confirms_at_this_moment_does_not_keep_a_case_open(cast: Cast) -> None:
    cast.publish(billing__confirmation='"always"')
    walk = ordered(cast, "1")
    claim = BillingClaim.objects.get()
    found = beside(
        lambda: billing.confirm_claim(claim.pk, actor=cast[Role.BILLING]),
        second=lambda: actions.close_elsewhere(walk.case.pk, actor=None, because="x"),
    )
    assert (getattr(found, "ended", found), walk.reload().outcome) == (True, "closed_elsewhere")
    claim.refresh_from_db()
    assert (claim.state, claim.adjustment.amount > Decimal(0)) == ("applied", True)


def test_a_claim_is_not_entered_corrected_while_a_later_case_enters_one_of_its_month(cast: Cast) -> None:
    cast.publish(billing__confirmation='"always"')
    earlier, advisor = ordered(cast, "1"), cast[Role.ADVISOR]
    refused_one = BillingClaim.objects.get()
    billing.refuse_claim(refused_one.pk, reason="El mes vale menos.", actor=cast[Role.BILLING])
    RetentionCase.objects.update(outcome=RetentionCase.Outcome.EVALUATED, closed_at=clock.now())
    later = Walk(earlier.home).go("step_01", "step_02", "step_03")
    found = beside(
        lambda: later("step_04"),
        second=lambda: claims.correct(earlier.case.pk, refused_one.number, amount=Decimal(100), actor=advisor),
    )
    assert isinstance(found, ClaimExists), found
    assert list(BillingClaim.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "entered"]


def test_a_baja_is_not_taken_back_while_another_case_of_the_customer_opens(cast: Cast) -> None:
    walk = Walk(cast.household("1"), reason="price").go("step_01", "step_02")
    walk("step_11", reason="price", demand="termination")
    walk("termination")
    advisor, home, done = cast[Role.ADVISOR], walk.home, undo.last_step(walk.reload())
    assert done is not None
    found = beside(
        lambda: actions.open_case(home.customer, [home.television], actor=advisor, channel="office", reason="price"),
        second=lambda: undo.undo(done.pk, reason="otra", actor=advisor),
    )
    assert isinstance(found, CannotUndo), found
    assert RetentionCase.objects.filter(closed_at=None).count() == 1
