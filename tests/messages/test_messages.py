"""Who gets a message, by which channel, when; and what the procedure makes known to customers."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.fieldwork import trips
from arraigo.messages import actions, outbox, queries, texts
from arraigo.messages.models import Channel, Message, Notice, NoticeChoice
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.products import courtesies
from arraigo.products.models import Courtesy
from arraigo.retention import actions as retention
from arraigo.retention import sweeps, undo
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from tests.cast import Cast, Household, Walk, moment
from tests.fieldwork.records import a_photo
from tests.messages.conftest import Told
from tests.records import NOON, a_customer, a_user

pytestmark = pytest.mark.django_db

ON_THE_WAY = {"orden": "OT-1", "tecnico": "Juan"}
ENDING = {"cortesia": "HBO", "producto": "TV HD", "fin": dt.date(2026, 4, 1)}


def rosa(**fields: Any) -> Customer:
    customer = a_customer(**{"name": "Rosa", "notices_allowed": True, "email": "rosa@example.org", **fields})
    customer.phones.create(number="+59144123456", is_contact=True, is_mobile=False)
    customer.phones.create(number="+59170000001")
    return customer


def tell(customer: Customer, kind: str = "visit.on_the_way", data: Any = ON_THE_WAY, **more: Any) -> Message:
    with clock.at(NOON):
        return Message.objects.get(idempotency_key=actions.send_to_customer(customer, kind, data, **more))


def swept(message: Message, told: Told, at: dt.datetime = NOON) -> Message:
    with clock.at(at):
        outbox.deliver_due(at, through=told.ways)
    message.refresh_from_db()
    return message


def test_the_first_channel_with_an_address_is_taken(told: Told) -> None:
    assert swept(tell(rosa()), told).address == "+59170000001"
    assert swept(tell(a_customer(notices_allowed=True, email="a@example.org")), told).channel == "email"
    nowhere = swept(tell(a_customer(notices_allowed=True)), told)
    assert (nowhere.status, nowhere.why) == ("skipped", "no_address")


def test_a_message_at_which_its_transport_fails_holds_up_no_other(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tell(rosa()), tell(a_customer(notices_allowed=True, email="a@example.org"))
    send = Told.send

    def broken(self: Told, message: Message) -> str:
        if message == first:
            raise UnicodeError("token")
        return send(self, message)

    monkeypatch.setattr(Told, "send", broken)
    with pytest.raises(ExceptionGroup) as failed:
        swept(second, told)
    assert [error.__notes__ for error in failed.value.exceptions] == [[f"message {first.pk}"]]
    second.refresh_from_db()
    assert second.status == "sent"


def test_the_number_given_for_the_matter_goes_first(told: Told) -> None:
    assert swept(tell(rosa(), phone="76543210"), told).address == "+59176543210"
    assert swept(tell(rosa(), phone="no es un número"), told).address == "+59170000001"


def test_without_consent_only_replies_go_out(told: Told) -> None:
    silent = rosa(notices_allowed=False)
    assert swept(tell(silent), told).why == "no_consent"
    receipt = tell(silent, "termination.receipt", {"constancia": "CB-1", "productos": "Internet"})
    assert swept(receipt, told).status == "sent"
    assert told.messages == [receipt]


def test_the_dead_are_not_written_to(told: Told) -> None:
    assert swept(tell(rosa(deceased_on=dt.date(2026, 1, 1))), told).why == "deceased"


def test_the_same_thing_is_told_once(told: Told) -> None:
    customer = rosa()
    first, second = tell(customer, reference="OT-1"), tell(customer, reference="OT-1")
    assert first == second


def test_a_place_that_the_kind_does_not_have_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="factura"):
        actions.send_to_customer(rosa(), "visit.on_the_way", {"factura": "1"})
    with pytest.raises(ValueError, match=r"visit\.forgotten"):
        actions.send_to_customer(rosa(), "visit.forgotten", {})


@pytest.mark.parametrize(
    ("at", "sent_at"),
    [
        ((2026, 3, 10, 13, 0), (2026, 3, 10, 14, 30)),  # the lunch break of a Tuesday
        ((2026, 3, 10, 23, 0), (2026, 3, 11, 8, 30)),  # the night
        ((2026, 3, 14, 13, 0), (2026, 3, 16, 8, 30)),  # Saturday after noon: Monday
        ((2026, 4, 30, 19, 0), (2026, 5, 4, 8, 30)),  # Labour Day, a proposed bridge, the weekend
    ],
)
def test_quiet_hours_delay_and_never_drop(cast: Cast, told: Told, at: Any, sent_at: Any) -> None:
    from arraigo.workdays import actions as workdays

    workdays.set_holiday(dt.date(2026, 5, 1), "Día del Trabajo", actor=None)
    workdays.set_holiday(dt.date(2026, 5, 2), "Puente", actor=None)
    night, morning = (dt.datetime(*when, tzinfo=clock.LA_PAZ).astimezone(dt.UTC) for when in (at, sent_at))
    with clock.at(night):
        key = actions.send_to_customer(rosa(), "courtesy.ending", ENDING)
    message = Message.objects.get(idempotency_key=key)
    assert (swept(message, told, night).status, message.next_attempt_at) == ("pending", morning)
    assert swept(message, told, morning - dt.timedelta(minutes=1)).attempts == 0
    assert swept(message, told, morning).status == "sent"


def test_who_waits_for_it_is_told_at_night(cast: Cast, told: Told) -> None:
    night = NOON + dt.timedelta(hours=11)
    assert swept(tell(rosa()), told, night).status == "sent"


def test_an_own_text_takes_the_place_of_the_shipped_one(told: Told) -> None:
    actions.change_template(
        "visit.on_the_way", Channel.WHATSAPP, subject="", body="Ya va {tecnico}.", enabled=True, actor=None
    )
    assert swept(tell(rosa()), told).body == "Ya va Juan."
    for channel in Channel:
        actions.change_template("visit.on_the_way", channel, subject="x", body="{tecnico}", enabled=False, actor=None)
    assert swept(tell(rosa()), told).why == "switched_off"
    assert actions.restore_template("visit.on_the_way", Channel.SMS, actor=None)
    assert swept(tell(rosa()), told).channel == "sms"


def test_what_was_prepared_stays_as_it_was(told: Told) -> None:
    message = tell(rosa())
    told.down = True
    swept(message, told)
    actions.change_template("visit.on_the_way", Channel.WHATSAPP, subject="", body="Otro", enabled=True, actor=None)
    told.down = False
    assert "Juan" in swept(message, told, NOON + dt.timedelta(hours=1)).body


@pytest.mark.parametrize(
    ("since", "ends"),
    [({}, "sent"), ({"notices_allowed": False}, "no_consent"), ({"deceased_on": dt.date(2026, 3, 10)}, "deceased")],
)
@pytest.mark.parametrize("left", [False, True])
def test_a_second_attempt_too_minds_hours_and_consent(
    cast: Cast, told: Told, since: dict[str, Any], ends: str, left: bool
) -> None:
    """The gateway, down at the end of the day, is back at night."""
    evening, morning = (dt.datetime(2026, 3, *when, tzinfo=clock.LA_PAZ) for when in ((10, 18, 25), (11, 8, 30)))
    told.down = True
    customer = rosa()
    message = swept(tell(customer, "courtesy.ending", ENDING), told, evening)
    if left:  # handed over, and no answer came
        Message.objects.filter(pk=message.pk).update(left_at=evening)
    told.down = False
    assert swept(message, told, evening + dt.timedelta(hours=8)).next_attempt_at == morning
    assert (message.attempts, told.messages) == (1, [])
    Customer.objects.filter(pk=customer.pk).update(**since)
    swept(message, told, morning)
    status = "sent" if not since else "uncertain" if left else "skipped"
    assert (message.status, message.why or message.status, len(told.messages)) == (status, ends, not since)


@pytest.mark.parametrize(
    ("given", "on_record", "goes_to"),
    [
        ("", False, "rosa@gmail.example"),
        ("rosa@gmial.example", False, "rosa@gmial.example"),
        ("rosa@gmial.example", True, "rosa@gmail.example"),
    ],
)
def test_sent_again_it_goes_where_it_was_given_or_a_person_chose(
    told: Told, given: str, on_record: bool, goes_to: str
) -> None:
    """What was given for the matter stays; without it, or by choice, the address of now."""
    customer = rosa(email="rosa@gmial.example")
    papers = {"orden": "OT-1", "documentos": "Orden de Trabajo", "enlace": "https://desk.example/x"}
    message = swept(tell(customer, "visit.papers", papers, email=given), replace(told, refuses=True))
    assert (message.status, message.address) == ("failed", "rosa@gmial.example")
    Customer.objects.filter(pk=customer.pk).update(email="rosa@gmail.example")
    with clock.at(NOON):
        message.refresh_from_db()
        assert message.may_go_elsewhere == bool(given)
        actions.resend(message.pk, actor=a_user(), on_record=on_record)
    assert (swept(message, told).status, message.address) == ("sent", goes_to)


# --- staff -----------------------------------------------------------------------------------------


def test_a_notice_goes_out_by_e_mail_to_who_wants_it(told: Told) -> None:
    ana, luis, sin = a_user("ana"), a_user("luis"), a_user("sin")
    for user in (ana, luis):
        user.email = f"{user.username}@example.org"
        user.save()
    actions.choose_notices(luis, unwanted=["field", "no such group"], at_any_hour=False)
    assert NoticeChoice.objects.get(user=luis).unwanted == ["field"]
    with clock.at(NOON):
        actions.notify_all([ana, luis, sin], "work_order.failed", {"order": "OT-1"}, "RET-1")
        assert outbox.forward_notices(NOON) == 3
        assert outbox.forward_notices(NOON) == 0
        outbox.deliver_due(NOON, through=told.ways)
    (message,) = told.messages
    assert (message.user, message.address, message.status) == (ana, "ana@example.org", "pending")
    assert message.subject == "La orden de trabajo OT-1 (caso RET-1) no se pudo resolver en el lugar."


def test_staff_too_have_quiet_hours_unless_they_choose_otherwise(cast: Cast, told: Told) -> None:
    day, night = cast["advisor"], cast["team_lead"]
    for user in (day, night):
        user.email = f"{user.username}@example.org"
        user.save()
    actions.choose_notices(night, unwanted=[], at_any_hour=True)
    late = NOON + dt.timedelta(hours=11)
    with clock.at(late):
        actions.notify_all([day, night], "control.failed", {}, "RET-1")
        outbox.forward_notices(late)
        outbox.deliver_due(late, through=told.ways)
    assert [message.user for message in told.messages] == [night]
    Message.objects.filter(user=day).update(channel="email", address="advisor@example.org", next_attempt_at=late)
    with clock.at(late):
        assert outbox.deliver_due(late, through=told.ways) == 0  # nor is it tried once more


def test_the_letter_of_a_notice_leads_where_its_reader_may_go(cast: Cast, home: Household, told: Told) -> None:
    """The technician's visit, the case for who reads cases; nowhere for who has it no longer."""
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    order, case = WorkOrder.objects.get(), f"/cases/{walk.case.number}/"
    technician, supervisor = cast["multi_service_technician"], cast["operations_supervisor"]
    billing, administrator = cast["billing"], cast["administrator"]
    for user in (technician, supervisor, billing, administrator):
        user.email = f"{user.username}@example.org"
        user.save()
    kind = {technician: f"/visits/{order.number}/", supervisor: case}
    Notice.objects.all().delete()
    actions.notify_all(kind, "work_order.late", {"order": order.number}, walk.case.number)
    outbox.forward_notices(clock.now())
    letters = Message.objects.exclude(user=None)
    assert {each.user: each.body.rpartition("\n")[2] for each in letters} == {
        user: f"{settings.BASE_URL}{place}" for user, place in kind.items()
    }
    letters.delete()
    actions.notify(supervisor, "work_order.taken", {"order": "OT-1", "technician": "Luis"}, walk.case.number)
    outbox.forward_notices(clock.now())
    assert "/cases/" not in letters.get().body
    letters.delete()
    actions.notify_all([billing, administrator], "control.failed", {"case": walk.case.number}, walk.case.number)
    outbox.forward_notices(clock.now())
    assert [settings.BASE_URL in each.body for each in letters] == [False, False]
    letters.delete()
    WorkOrder.objects.update(technician=a_user("luis"))  # it went on before the sweep came
    actions.notify(technician, "work_order.assigned", {"order": order.number}, walk.case.number)
    outbox.forward_notices(clock.now())
    assert settings.BASE_URL not in letters.get().body


def test_in_the_morning_nobody_is_told_that_a_late_order_falls_due(cast: Cast, home: Household, told: Told) -> None:
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    order, technician = WorkOrder.objects.get(), cast["multi_service_technician"]
    User.objects.filter(pk=technician.pk).update(email="t@example.org")
    Notice.objects.all().delete()
    for hours, kind in ((-1, "work_order.due"), (1, "work_order.late")):
        with clock.at(order.due_at + dt.timedelta(hours=hours)):
            actions.notify(technician, kind, {"order": order.number})
            outbox.forward_notices(clock.now())
    late = order.due_at + dt.timedelta(hours=2)
    outbox.deliver_due(late, through=told.ways)
    letters = Message.objects.exclude(user=None).order_by("pk")
    assert list(letters.values_list("status", "why")) == [("skipped", "late"), ("sent", "")]


@pytest.mark.parametrize("at_once", [1, 50])
def test_in_the_morning_only_the_last_word_of_the_night_is_told(
    cast: Cast, home: Household, told: Told, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """To each of those who are told it, also where one transaction does not take the notices of all."""
    monkeypatch.setattr(outbox, "NOTICES", at_once)
    home.repeated_faults()
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    technician, supervisor = cast[Role.TECHNICIAN], cast[Role.OPERATIONS_SUPERVISOR]
    User.objects.filter(pk__in=[technician.pk, supervisor.pk]).update(email="t@example.org")
    Notice.objects.all().delete()
    for hours in (12, 18):  # 22:00 and 04:00
        with moment(hours=hours):
            sweeps.run_all()
    with moment(hours=23):
        outbox.deliver_due(clock.now(), through=told.ways)
    letters = Message.objects.filter(kind="notice").order_by("pk")
    assert [(each.user, each.status, each.why) for each in letters] == [
        (technician, "skipped", "overtaken"), (technician, "sent", ""), (supervisor, "sent", ""),
    ]  # fmt: skip
    assert "75 %" in letters[1].body


# --- what the procedure makes known ------------------------------------------------------------------


def kinds(walk: Walk) -> list[str]:
    return list(queries.of_case(walk.case.number).values_list("kind", flat=True))


def test_the_fault_branch_tells_of_credit_and_visit(home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    assert kinds(walk) == ["bill_waiver.applied", "visit.ordered"]
    waiver, visit = queries.of_case(walk.case.number)
    assert (waiver.data["mes"], waiver.data["monto"]) == ("marzo de 2026", "Bs 140,00")
    assert (visit.data["plazo"], visit.data["productos"]) == ("11/03/2026 10:00", "Internet FO 100 Mb")
    walk("step_06")
    walk("step_07", solved="no", cause="plant", tasks=[])
    walk("step_08_unsolved")
    assert kinds(walk)[2:] == ["visit.not_solved"]


def test_the_offer_branch_tells_of_the_compensation(home: Household) -> None:
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")
    assert kinds(walk) == ["compensation.applied"]


def test_a_courtesy_and_a_baja_are_told(cast: Cast, home: Household) -> None:
    walk = Walk(home, products=[home.television], reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"premium_channels:{home.television.pk}")
    assert kinds(walk) == ["courtesy.started"]
    with moment(days=1):
        other = Walk(cast.household("100002"), reason="other").go("step_01", "step_02")
        other("step_11", reason="other", demand="termination")
        other("termination")
    assert kinds(other) == ["termination.receipt"]


def test_what_is_overtaken_is_not_told(home: Household, told: Told) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    assert actions.overtake(walk.case.number) == 2
    assert set(queries.of_case(walk.case.number).values_list("why", flat=True)) == {"overtaken"}


def test_the_technician_on_the_way_and_an_absence_are_told(cast: Cast, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    order = WorkOrder.objects.get(case_number=walk.case.number)
    technician, supervisor = cast["multi_service_technician"], cast["operations_supervisor"]
    trips.set_out(order, technician)
    trips.set_out(order, technician)
    assert kinds(walk)[2:] == ["visit.on_the_way"]
    trips.find_nobody(order, technician, photo=a_photo())
    assert queries.unread(supervisor).filter(kind="work_order.absent").count() == 1
    trips.set_out(order, technician)
    assert kinds(walk)[2:] == ["visit.on_the_way"] * 2, "each trip is told"


# --- what was taken back -----------------------------------------------------------------------------


def why(walk: Walk) -> dict[str, str]:
    """Kind → why it is not sent, of what the customer was to be told; empty: it will be."""
    return dict(queries.of_case(walk.case.number).values_list("kind", "why"))


def taken_back(walk: Walk) -> None:
    item = undo.last_step(walk.reload())
    assert item is not None
    undo.undo(item.pk, reason="Me equivoqué", actor=walk.cast["advisor"])


def test_a_visit_taken_back_is_not_told_and_the_next_one_is(home: Household, told: Told) -> None:
    Customer.objects.update(notices_allowed=True)
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    told.down = True
    outbox.deliver_due(clock.now(), through=told.ways)  # tried in vain: it has not left
    taken_back(walk)
    assert why(walk) == {"bill_waiver.applied": "", "visit.ordered": "overtaken"}
    walk("step_05")
    assert list(queries.of_case(walk.case.number).values_list("kind", "status"))[-1] == ("visit.ordered", "pending")


def test_an_absence_that_stops_nothing_is_told_so(cast: Cast, home: Household) -> None:
    cast.publish(visit__pause_reasons='["later"]')
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    order = WorkOrder.objects.get(case_number=walk.case.number)
    trips.find_nobody(order, cast["multi_service_technician"], photo=a_photo())
    told = set(queries.unread(cast["operations_supervisor"]).values_list("kind", flat=True))
    assert "work_order.absent_runs_on" in told
    assert "work_order.absent" not in told


def test_what_goes_back_is_a_sentence() -> None:
    day = dt.date(2026, 3, 25)
    assert texts.to_return(["Módem", "control"], day)["devolucion"] == "Devuelva hasta el 25/03/2026: Módem, control."
    assert texts.to_return(["Módem"], None)["devolucion"] == "Por devolver: Módem."
    assert texts.to_return([], None)["devolucion"] == "No hay nada que devolver."


def test_a_receipt_that_waited_from_before_says_what_to_return_too(told: Told) -> None:
    """Written by an earlier version, with the parts and without the sentence."""
    customer = rosa(email="rosa@example.org")
    written = {
        "constancia": "CB-1",
        "momento": NOON,
        "productos": "Internet",
        "devolver": "Módem",
        "hasta": "25/03/2026",
    }
    message = swept(tell(customer, "termination.receipt", written), told)
    assert "Devuelva hasta el 25/03/2026: Módem." in message.body
    assert "No hay nada que devolver." in texts.whole({"devolver": "", "hasta": ""}).values()


def test_the_visit_of_who_insists_on_leaving_is_not_told(cast: Cast, home: Household) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    trips.set_out(WorkOrder.objects.get(), cast["multi_service_technician"])
    retention.insist(walk.case.pk, actor=cast["advisor"])
    assert why(walk) == {"bill_waiver.applied": "", "visit.ordered": "overtaken", "visit.on_the_way": "overtaken"}


def test_a_baja_taken_back_is_not_told_and_the_next_one_is(home: Household) -> None:
    walk = Walk(home, products=[home.internet, home.television], reason="other").go("step_01", "step_02")
    walk("step_11", reason="other", demand="termination")
    walk("termination", products=[str(home.internet.pk), str(home.television.pk)])
    assert why(walk) == {"termination.receipt": ""}
    taken_back(walk)
    assert why(walk) == {"termination.receipt": "overtaken"}
    walk("termination")
    assert list(queries.of_case(walk.case.number).values_list("status", flat=True)) == ["skipped", "pending"]


def test_one_of_two_products_kept_leaves_the_receipt_of_the_other(home: Household) -> None:
    walk = Walk(home, products=[home.internet, home.television], reason="other").go("step_01", "step_02")
    walk("step_11", reason="other", demand="termination")
    walk("termination", products=[str(home.internet.pk), str(home.television.pk)])
    first, second = Termination.objects.order_by("id")
    terminations.withdraw_termination(first, actor=None)
    assert why(walk) == {"termination.receipt": ""}
    terminations.withdraw_termination(second, actor=None)
    assert why(walk) == {"termination.receipt": "overtaken"}


def test_a_courtesy_that_ends_with_its_product_is_not_told(home: Household) -> None:
    walk = Walk(home, products=[home.television], reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"premium_channels:{home.television.pk}")
    courtesies.withdraw_all([home.television.pk], actor=None, reason="other")
    assert why(walk) == {"courtesy.started": "overtaken"}


def test_a_courtesy_that_is_over_is_not_told_as_begun(home: Household) -> None:
    walk = Walk(home, products=[home.television], reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"premium_channels:{home.television.pk}")
    assert queries.of_case(walk.case.number).get().until == Courtesy.objects.get().ends_at


# --- what is of no use later -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ordered", "told_at"),
    [
        ((2026, 3, 14, 13, 0), (2026, 3, 14, 13, 0)),  # a Saturday, after the office closed: at once
        ((2026, 3, 14, 22, 0), (2026, 3, 15, 7, 0)),  # at night: Sunday morning, before the visit
    ],
)
def test_a_visit_is_told_before_it_takes_place(cast: Cast, told: Told, ordered: Any, told_at: Any) -> None:
    began, heard = (dt.datetime(*when, tzinfo=clock.LA_PAZ).astimezone(dt.UTC) for when in (ordered, told_at))
    with clock.at(began):
        home = cast.household(notices_allowed=True)
        home.repeated_faults()
        walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    visit = queries.of_case(walk.case.number).get(kind="visit.ordered")
    assert visit.until == WorkOrder.objects.get().due_at
    assert (swept(visit, told, began).status == "sent") is (heard == began)
    assert swept(visit, told, heard).status == "sent"


def test_what_is_over_is_not_told(told: Told) -> None:
    kept = tell(rosa(), until=NOON + dt.timedelta(hours=2))
    told.down = True
    assert swept(kept, told).status == "pending"
    told.down = False
    late = swept(kept, told, NOON + dt.timedelta(hours=2))
    assert (late.status, late.why, told.messages) == ("skipped", "late", [])
