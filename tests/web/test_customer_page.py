"""The customer at a glance: the verdict that changes at once, the bills' chart, the timeline."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.billing.models import Bill
from arraigo.customers.models import Customer
from arraigo.customers.search import reindex
from arraigo.desk import actions as desk
from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from arraigo.retention import actions
from arraigo.retention.models import RetentionCase
from arraigo.terminations import actions as terminations
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import ConfirmedSolution, TroubleTicket
from arraigo.web.cases import telling
from arraigo.web.customers import chart, timeline
from arraigo.web.customers.contexts import verdict_of
from tests.cast import Cast, Household, Walk, moment
from tests.web.conftest import signed_in
from tests.web.test_query_counts import asked

HTMX = {"HX-Request": "true", "HX-Target": "faults"}


@pytest.fixture
def home(cast: Cast) -> Household:
    home = cast.household()
    home.repeated_faults()
    TroubleTicket.objects.update(status="resolved", resolved_at=clock.now() - dt.timedelta(days=1))
    first = TroubleTicket.objects.order_by("opened_at").first()
    TroubleTicket.objects.filter(pk=first.pk).update(resolved_at=first.opened_at + dt.timedelta(hours=1))
    return home


def say(cast: Cast, home: Household, act: str, headers: dict[str, str] | None = None, **sent: str):  # type: ignore[no-untyped-def]
    path = reverse("solution", args=[home.internet.number])
    return signed_in(cast[Role.ADVISOR]).post(path, {"act": act, **sent}, headers=headers or {})


def test_a_confirmed_solution_changes_the_verdict_and_disputing_it_changes_it_back(cast: Cast, home: Household) -> None:
    assert verdict_of(home.internet).repeat_fault
    answer = say(cast, home, "confirm", reason="El cliente lo probó")
    assert answer["Location"] == reverse("customer", args=[home.customer.number])
    assert not verdict_of(home.internet).repeat_fault
    assert ConfirmedSolution.objects.get().reason == "El cliente lo probó"
    with moment(days=0.01):
        say(cast, home, "dispute", words="Volvió a cortarse")
        assert verdict_of(home.internet).repeat_fault
    with moment(days=0.02):
        say(cast, home, "confirm", words="Ahora sí")
        assert not verdict_of(home.internet).repeat_fault


def test_what_is_still_open_is_not_confirmed_in_vain(cast: Cast) -> None:
    """The confirmation was kept, the verdict stayed, and a field without a button was left."""
    home = cast.household()
    numbers = [home.fault(days_ago=days, solved=False).number for days in (3, 1)]
    page = signed_in(cast[Role.ADVISOR]).get(reverse("customer", args=[home.customer.number])).content.decode()
    assert "¿Ya funciona? Resuelva el reclamo." in page
    assert 'class="solution-form"' not in page
    for headers in ({}, HTMX):
        assert say(cast, home, "confirm", headers, reason="Ya anda").status_code == 400
    assert not ConfirmedSolution.objects.exists()
    for number in numbers:
        tickets.change_state(TroubleTicket.objects.get(number=number), "resolved", actor=cast[Role.ADVISOR])
    say(cast, home, "confirm", reason="Ya anda")
    assert not verdict_of(home.internet).repeat_fault


def test_htmx_gets_the_products_and_the_light(cast: Cast, home: Household) -> None:
    part = say(cast, home, "confirm", HTMX, reason="Probado").content.decode()
    assert "<html" not in part
    assert 'id="light-fault" hx-swap-oob="true"' in part
    assert "light-off" in part


def test_a_number_with_a_character_that_postgresql_takes_nowhere_is_nobodys(cast: Cast, home: Household) -> None:
    for words in ("TK-\0", "RET-2026-\0", "\0"):
        assert signed_in(cast[Role.ADVISOR]).get(reverse("search"), {"q": words}).status_code == 200


def test_who_is_found_by_the_address_is_told_by_it(cast: Cast, home: Household) -> None:
    Customer.objects.filter(pk=home.customer.pk).update(document="4512345 CB", address="Calle Junín N.º 70")
    reindex([home.customer])
    for words, told, hidden in (("junin", "Junín N.º 70", "4512345"), (home.customer.name, "4512345", "Junín N.º 70")):
        headers = {"HX-Request": "true", "HX-Target": "search-hits"}
        hits = signed_in(cast[Role.ADVISOR]).get(reverse("search"), {"q": words}, headers=headers).content.decode()
        assert told in hits
        assert hidden not in hits


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_without_a_reason_nothing_changes_and_nothing_typed_is_lost(
    cast: Cast, home: Household, headers: dict[str, str]
) -> None:
    answer = say(cast, home, "confirm", headers, words="  ")
    assert answer.status_code == 400
    assert 'id="error-I-100001"' in answer.content.decode()
    assert not ConfirmedSolution.objects.exists()
    long = say(cast, home, "dispute", headers, words="x" * 501)
    assert long.status_code == 400
    assert "x" * 501 in long.content.decode()


def test_nothing_to_dispute_is_refused_in_a_sentence(cast: Cast) -> None:
    home = cast.household()
    assert say(cast, home, "confirm", reason="Sí").status_code == 400
    assert say(cast, home, "nonsense", reason="Sí").status_code == 400


def test_who_has_no_phone_is_said_to_have_none(cast: Cast, home: Household) -> None:
    client, path = signed_in(cast[Role.ADVISOR]), reverse("customer", args=[home.customer.number])
    assert "Sin teléfono" not in client.get(path).content.decode()
    home.customer.phones.all().delete()
    assert "Sin teléfono" in client.get(path).content.decode()


def test_the_bars_tell_what_was_paid(cast: Cast) -> None:
    home = cast.household()
    today = month = clock.today()
    for back, (state, due) in enumerate([("paid", -30), ("issued", -5), ("issued", 5)], 1):
        month = clock.previous_month(month)
        day = today + dt.timedelta(days=due)
        total = Decimal(100 * back)
        Bill.objects.create(customer=home.customer, month=month, total=total, state=state, issued_on=month, due_on=day,
                            paid=total if state == "paid" else 0)  # fmt: skip
    bills = list(Bill.objects.order_by("-month"))
    drawn = chart.chart(bills, today)
    assert [bar.tone for bar in drawn.bars] == ["open", "late", "paid", "unbilled"]
    assert [bar.height for bar in drawn.bars] == [round(64 * each / 300) for each in (300, 200, 100, 300)]
    assert [bar.word for bar in drawn.bars] == ["Emitida", "Vencida", "Pagada", "Todavía no emitida"]
    assert chart.chart([], today).bars == []
    told = timeline.page(home.customer, cast[Role.ADVISOR], kind="bill").entries
    assert [entry.state_label for entry in told] == ["Pagada", "Vencida", "Emitida"]


@pytest.fixture
def lived(cast: Cast, home: Household) -> Household:
    """A household that had faults, a case with its offer, claim, order and visit, and bills."""
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07")
    for number in range(1, 15):
        month = dt.date(2024, 12, 1) + dt.timedelta(days=31 * number)
        Bill.objects.create(customer=home.customer, month=month.replace(day=1), total=100, state="issued",
                            issued_on=month, due_on=month)  # fmt: skip
    for days in range(40, 60):
        home.fault(days_ago=days)
    return home


def test_more_tickets_than_are_shown_are_counted(cast: Cast, home: Household) -> None:
    for days in (5, 6, 7):
        home.fault(days_ago=days)
    page = signed_in(cast[Role.ADVISOR]).get(reverse("customer", args=[home.customer.number])).content.decode()
    faults = page.split('id="faults"')[1].split('id="timeline"')[0]
    assert faults.count('href="/tickets/') == 4
    assert faults.count(">+1<") == 1


def test_the_timeline_has_every_kind_and_loses_nothing_between_pages(cast: Cast, lived: Household) -> None:
    user, seen, before = cast[Role.ADVISOR], [], None
    for _ in range(10):
        page = timeline.page(lived.customer, user, before=before)
        seen += page.entries
        if not page.next:
            break
        before = dt.datetime.fromisoformat(page.next)
    assert [entry.at for entry in seen] == sorted((entry.at for entry in seen), reverse=True)
    counts = {kind: sum(entry.kind == kind for entry in seen) for kind in timeline.KINDS}
    assert counts["bill"] == Bill.objects.exclude(issued_on=None).count()
    assert counts["ticket"] == TroubleTicket.objects.count()
    assert (counts["visit"], counts["case"], counts["offer"], counts["claim"]) == (2, 1, 1, 1)


def test_one_kind(cast: Cast, lived: Household) -> None:
    path = reverse("timeline", args=[lived.customer.number])
    page = signed_in(cast[Role.ADVISOR]).get(path, {"kind": "ticket"}).context["page"]
    assert {entry.kind for entry in page.entries} == {"ticket"}


def test_however_much_happened_at_one_moment_the_timeline_loses_nothing(cast: Cast, home: Household) -> None:
    """A file that tells days brings all of a day's tickets at midnight."""
    for _ticket in range(2 * timeline.SIZE):
        home.fault(days_ago=2)
    home.fault(days_ago=3)
    first = timeline.page(home.customer, cast[Role.ADVISOR], kind="ticket")
    rest = timeline.page(home.customer, cast[Role.ADVISOR], kind="ticket", before=dt.datetime.fromisoformat(first.next))
    assert len({entry.title for entry in first.entries + rest.entries}) == TroubleTicket.objects.count()


def test_who_may_not_see_cases_finds_none_in_the_timeline(cast: Cast, lived: Household) -> None:
    path = reverse("timeline", args=[lived.customer.number])
    for query in ({}, {"kind": "offer"}, {"kind": "case"}):
        page = signed_in(cast[Role.BILLING]).get(path, query).context["page"]
        assert not {"case", "offer"} & {entry.kind for entry in page.entries}
    assert "RET-" not in signed_in(cast[Role.BILLING]).get(path).content.decode()


@pytest.mark.parametrize("before", ["", "ayer", "2026-03-10", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_bad_moment_shows_the_newest(cast: Cast, lived: Household, before: str) -> None:
    path = reverse("timeline", args=[lived.customer.number])
    assert signed_in(cast[Role.ADVISOR]).get(path, {"before": before}).context["page"].entries[0].kind


def test_the_timeline_grows_without_more_queries(cast: Cast, home: Household) -> None:
    client, path = signed_in(cast[Role.ADVISOR]), reverse("timeline", args=[home.customer.number])
    Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06", "step_07")
    actions_said(cast, home)
    few = asked(client, path)
    for days in range(3, 40):
        home.fault(days_ago=days)
    actions_said(cast, home)
    # The solutions of one moment are more than a page holds: they are asked for whole.
    assert asked(client, path) == few + 1 <= 29


def actions_said(cast: Cast, home: Household) -> None:
    """Calls agreed on, a solution that was confirmed, and then disputed."""
    case = RetentionCase.objects.get()
    for hours in (2, 3):
        desk.note_callback(case, due_at=clock.now() + dt.timedelta(hours=hours), note="Pide hora", actor=case.owner)
    say(cast, home, "confirm", words="Ya anda")
    say(cast, home, "dispute", words="Volvió")


def test_the_timeline_has_calls_agreed_on_solutions_and_promises(cast: Cast, home: Household) -> None:
    Walk(home).go("step_01", "step_02", "step_03", "step_04")
    actions_said(cast, home)
    shown = {kind: timeline.page(home.customer, cast[Role.ADVISOR], kind=kind).entries for kind in timeline.KINDS}
    assert [entry.state for entry in shown["call"]] == ["waiting", "waiting"]
    said = [entry for entry in shown["ticket"] if "Solución" in entry.title]
    assert len(said) == 1 + TroubleTicket.objects.exclude(disputed_at=None).count() == 3
    assert {entry.text for entry in said if "ispu" in entry.title} == {f"{home.internet.offering.name} · Volvió"}
    assert {entry.kind for entry in shown["promise"]} == {"promise"}
    hidden = timeline.page(home.customer, cast[Role.BILLING], kind="promise").entries
    assert "promise" not in {entry.kind for entry in hidden}


def test_nobody_is_to_call_a_customer_who_has_left(cast: Cast, home: Household) -> None:
    case = Walk(home).go("step_01").case
    desk.note_callback(case, due_at=clock.now() + dt.timedelta(hours=2), note="Pide hora", actor=case.owner)
    for outcome, closed_at, state in (("running", None, "waiting"), ("termination", clock.now(), "cancelled")):
        RetentionCase.objects.update(outcome=outcome, closed_at=closed_at)
        (entry,) = timeline.page(home.customer, cast[Role.ADVISOR], kind="call").entries
        assert entry.state == state


def test_a_proactive_case_says_that_we_called(cast: Cast, home: Household) -> None:
    walk = Walk(home, proactive=True)
    page = signed_in(cast[Role.ADVISOR]).get(reverse("case", args=[walk.case.number])).content.decode()
    assert "Gracias por atendernos" in page
    assert "antes de irse" not in page
    opened = Event.objects.get(kind="case.opened")
    assert telling.what(opened) == "Llamamos al cliente: se abrió el caso"
    refused = desk.claim_was_refused(walk.case, number="RF-1", reason="Ya tiene descuento", actor=None)
    noted = Event.objects.get(kind="callback.noted", data__cause=refused.cause)
    assert "Facturación rechazó el reclamo" in telling.details(noted)


def test_a_product_says_that_its_baja_is_requested_and_then_executed(cast: Cast, home: Household) -> None:
    page = reverse("customer", args=[home.customer.number])

    def shown() -> str:
        return signed_in(cast[Role.ADVISOR]).get(page).content.decode()

    assert "Baja pedida" not in shown()
    walk = Walk(home, reason="price").go("step_01", "step_02")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    walk("termination")
    assert "Baja pedida 10/03/2026" in shown()
    with moment(days=3):
        terminations.execute_termination(home.internet.terminations.get(), actor=None)
        assert "Baja pedida" not in shown()
        assert "Retirado · 13/03/2026" in shown()
