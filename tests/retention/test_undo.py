"""Taking back the last step: afterwards the case, its records and its promises stand as before it."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.billing.models import Adjustment, BillingClaim
from arraigo.engine.errors import NotTheLast
from arraigo.engine.models import Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import PrintBatch
from arraigo.messages.models import Notice
from arraigo.orders.models import ProductOrder, WorkOrder
from arraigo.people.models import Role
from arraigo.products.models import Courtesy
from arraigo.retention import actions, clocks, firm_no, undo
from arraigo.retention.errors import CannotUndo
from arraigo.retention.models import Offer, Promise
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from tests.cast import Cast, Household, Walk, credit, moment
from tests.records import refused
from tests.web.conftest import signed_in

FAULTS = ("step_01", "step_02")
OFFER = (*FAULTS, "step_11")
BAJA_OR_TRANSFER = ("termination", "transfer")


def balance(walk: Walk) -> dict[str, Any]:
    """What is alive of the case: flow, tasks, offers, claims, orders, courtesies, bajas and promises."""
    case, number = walk.reload(), walk.case.number
    alive = Offer.objects.filter(case=case).exclude(answer="undone")
    return {
        "flow": (case.instance.state, case.instance.facts, case.instance.status),
        "open": walk.open,
        "waits": sorted(Wait.objects.filter(instance=case.instance, ended_at=None).values_list("element", flat=True)),
        "case": (case.outcome, case.closed_at, case.accepted_at, case.firm_no_at, case.firm_no_ended_at),
        "offers": list(alive.order_by("id").values_list("kind", "answer", "claim_id", "courtesy_id", "approval")),
        "claims": BillingClaim.objects.filter(case_number=number).exclude(state="cancelled").count(),
        "adjustments": Adjustment.objects.count(),
        "orders": WorkOrder.objects.filter(case_number=number, closed_at=None).count(),
        "requests": ProductOrder.objects.filter(case_number=number, ended_at=None).count(),
        "courtesies": Courtesy.objects.filter(case_number=number).exclude(status="withdrawn").count(),
        "bajas": Termination.objects.filter(case_number=number, withdrawn_at=None).count(),
        "promises": sorted(Promise.objects.filter(case=case, state="open").values_list("kind", flat=True)),
    }


def walked(home: Household, *elements: str, **case: Any) -> Walk:
    faults = case.pop("faults", False)
    if faults or "step_03" in elements:
        home.repeated_faults()
    return Walk(home, **case).go(*elements)


def offered(walk: Walk) -> bool:
    """Whether the page of the case has the button that takes its last step back."""
    page = signed_in(walk.cast[Role.ADVISOR]).get(reverse("case", args=[walk.case.number]))
    return reverse("case_undo", args=[walk.case.number]) in page.content.decode()


@pytest.fixture
def running_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No two moments are the same, as outside of tests."""
    stands, ticks = clock.now, itertools.count()
    monkeypatch.setattr(clock, "now", lambda: stands() + dt.timedelta(milliseconds=next(ticks)))


def taken_back(walk: Walk) -> None:
    item = undo.last_step(walk.reload())
    assert item is not None
    undo.undo(item.pk, reason="Me equivoqué", actor=walk.cast[Role.ADVISOR])
    walk.case.refresh_from_db()


STEPS: list[tuple[str, tuple[str, ...], str, dict[str, Any], str]] = [
    ("a waiver accepted", FAULTS, "step_03", {}, "always"),
    ("a waiver refused", FAULTS, "step_03", {"answer": "refused"}, "above"),
    ("a waiver refused firmly", FAULTS, "step_03", {"answer": "refused", "firm_no": "on"}, "above"),
    ("an offer above authority", FAULTS, "step_03", {}, "above"),
    ("a compensation accepted", OFFER, "step_12", {}, "always"),
    ("a compensation refused", OFFER, "step_12", {"answer": "refused"}, "above"),
    ("a claim that billing confirms", (*FAULTS, "step_03"), "step_04", {}, "always"),
    ("a claim of a compensation", (*OFFER, "step_12"), "step_13", {}, "always"),
    ("an order not printed", (*FAULTS, "step_03", "step_04"), "step_05", {}, "above"),
    ("a transfer accepted", FAULTS, "transfer", {}, "above"),
    ("a transfer refused", FAULTS, "transfer", {"answer": "refused", "firm_no": "on"}, "above"),
    ("a baja", OFFER[:2], "termination", {}, "above"),
]


@pytest.mark.parametrize(("what", "before", "element", "answers", "confirmation"), STEPS, ids=[row[0] for row in STEPS])
def test_the_case_stands_as_before(
    cast: Cast, home: Household, what: str, before: tuple[str, ...], element: str, answers: dict[str, Any],
    confirmation: str,
) -> None:  # fmt: skip
    if confirmation == "always":
        cast.publish(billing__confirmation='"always"')
    if what == "an offer above authority":
        home.priced(home.internet, "400")
    walk = walked(home, *before, faults="step_11" not in before and element not in BAJA_OR_TRANSFER)
    if element in BAJA_OR_TRANSFER:
        walk("step_11", reason="moving", demand=element)
    was = balance(walk)
    walk(element, **answers)
    assert balance(walk) != was
    taken_back(walk)
    assert balance(walk) == was
    event = Event.objects.get(kind="case.undone", case_number=walk.case.number)
    assert (event.data["element"], event.data["reason"]) == (element, "Me equivoqué")
    walk(element, **answers)  # and it can be recorded again, rightly
    assert element not in walk.open


def test_steps_are_taken_back_one_after_the_other(cast: Cast, home: Household) -> None:
    cast.publish(billing__confirmation='"always"')
    walk = walked(home, *FAULTS, faults=True)
    states = [balance(walk)]
    for element in ("step_03", "step_04", "step_05"):
        walk(element)
        states.append(balance(walk))
    for was in reversed(states[:-1]):
        taken_back(walk)
        assert balance(walk) == was
    assert undo.last_step(walk.reload()) is None  # the verdict of step 2 is not taken back


@pytest.mark.parametrize(("price", "approval"), [("400", "approve_03"), ("700", "approve_03_management")])
def test_an_approved_offer_is_taken_back_with_its_approval(home: Household, price: str, approval: str) -> None:
    home.priced(home.internet, price)
    walk = walked(home, *FAULTS, faults=True)
    was = balance(walk)
    walk.go("step_03")
    approver, number = walk.cast[walk.item(approval).role], walk.case.number
    taken_back(walk)
    assert Notice.objects.filter(user=approver, case_number=number, kind="approval.withdrawn").count() == 1
    walk.go("step_03", approval)
    taken_back(walk)
    assert Notice.objects.filter(user=approver, case_number=number, kind="approval.undone").count() == 1
    assert balance(walk) == was
    told = Event.objects.filter(kind="case.undone").latest("id").data
    assert (told["element"], set(told["cancelled"])) == ("step_03", {"step_04", approval})
    walk.go("step_03", approval, "step_04")  # offered again it is approved again
    assert BillingClaim.objects.count() == 1


def test_an_offer_that_was_not_approved_needs_no_taking_back(home: Household) -> None:
    home.priced(home.internet, "400")
    walk = walked(home, *FAULTS, "step_03", faults=True)
    walk("approve_03", approved="no")
    assert undo.last_step(walk.reload()) is None


def test_an_applied_claim_stays(home: Household) -> None:
    walk = walked(home, *FAULTS, "step_03", "step_04")
    done = WorkItem.objects.get(instance=walk.case.instance, element="step_04")
    assert undo.last_step(walk.reload()) is None
    with refused(CannotUndo):
        undo.undo(done.pk, reason="Error", actor=walk.cast[Role.ADVISOR])
    page = signed_in(walk.cast[Role.ADVISOR]).get(reverse("case_undo", args=[walk.case.number])).content.decode()
    assert "Facturación ya aplicó o decidió el reclamo" in page, "the page says why not"
    assert f'href="{reverse("case", args=[walk.case.number])}">Volver</a>' in page
    assert not offered(walk)


def test_a_printed_order_stays(home: Household) -> None:
    walk = walked(home, *FAULTS, "step_03", "step_04", "step_05")
    done = WorkItem.objects.get(instance=walk.case.instance, element="step_05")
    assert offered(walk)
    batch = PrintBatch.objects.create(number="1", printed_at=clock.now(), printed_by=walk.cast[Role.TECHNICIAN])
    batch.work_orders.add(WorkOrder.objects.get())
    assert not offered(walk)
    BillingClaim.objects.update(state="entered", decided_at=None)
    assert offered(walk), "the claim that billing has not applied goes by itself"
    walk("step_06")
    with refused(CannotUndo):
        undo.undo(done.pk, reason="Error", actor=walk.cast[Role.ADVISOR])


def test_an_executed_baja_stays(home: Household) -> None:
    walk = walked(home, *FAULTS)
    walk("step_11", demand="termination")
    walk("termination")
    assert offered(walk)
    terminations.execute_termination(Termination.objects.get(), actor=None)
    assert undo.last_step(walk.reload()) is None
    assert not offered(walk)


def test_a_baja_of_which_a_product_has_left_stays(home: Household) -> None:
    walk = walked(home, *FAULTS, products=[home.internet, home.television])
    walk("step_11", demand="termination")
    walk("termination", products=[str(home.internet.pk), str(home.television.pk)])
    assert undo.last_step(walk.reload()) is not None
    terminations.execute_termination(Termination.objects.get(product=home.internet), actor=None)
    assert undo.last_step(walk.reload()) is None


def test_a_courtesy_that_runs_stays_and_one_to_come_goes(home: Household) -> None:
    walk = walked(home, *FAULTS)
    walk("step_11", reason="no_use", demand="courtesy")
    was = balance(walk)
    choice = f"bandwidth:{home.internet.pk}"
    walk("step_14", courtesy=choice)
    assert undo.last_step(walk.reload()) is None
    assert not offered(walk)
    Courtesy.objects.update(status="scheduled", starts_at=clock.now())
    assert offered(walk)
    taken_back(walk)
    assert balance(walk) == was


def test_of_two_claims_of_which_billing_applied_one_the_other_is_still_offered_to_be_taken_back(
    home: Household,
) -> None:
    for days_ago in (12, 3):
        home.fault(days_ago=days_ago, product=home.television)
    for product in (home.internet, home.television):
        home.priced(product, "20")
    walk = walked(home, *FAULTS, products=[home.internet, home.television], faults=True)
    walk("step_03", **{f"kind_{home.television.pk}": "bill_waiver"})
    walk("step_04")
    first = BillingClaim.objects.order_by("id").first()
    BillingClaim.objects.exclude(pk=first.pk).update(state="entered", decided_at=None)
    assert undo.last_step(walk.reload()) is None
    assert offered(walk)


def test_a_transfer_is_taken_back_until_something_was_done_with_it(home: Household) -> None:
    walk = walked(home, *FAULTS)
    walk("step_11", reason="moving", demand="transfer")
    walk("transfer")
    order, promise = ProductOrder.objects.get(), Promise.objects.get()
    ProductOrder.objects.filter(pk=order.pk).update(state="completed", ended_at=clock.now())
    assert undo.last_step(walk.reload()) is None
    ProductOrder.objects.filter(pk=order.pk).update(state=order.state, ended_at=None)
    taken_back(walk)
    order.refresh_from_db()
    promise.refresh_from_db()
    assert (order.state, promise.state) == ("cancelled", "cancelled")
    assert walk.commands == ["product_order.create", "product_order.cancel"]
    assert order.number in Event.objects.get(kind="case.undone").data["ended"]


def test_a_meter_that_had_ended_stays_ended(home: Household) -> None:
    walk = walked(home, *FAULTS, faults=True)
    firm_no.say(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    was = walk.reload().firm_no_at
    with moment(hours=0.1):
        walk.go("step_03", "step_04")
        ended = walk.reload().firm_no_ended_at
        walk("step_05")
    with moment(hours=2):
        taken_back(walk)
        assert (walk.reload().firm_no_at, walk.reload().firm_no_ended_at) == (was, ended)
        assert clocks.differences(walk.reload()) == []


def test_a_firm_no_taken_back_leaves_the_answered_one_before_it(home: Household) -> None:
    walk = walked(home, *FAULTS, faults=True)
    advisor = walk.cast[Role.ADVISOR]
    firm_no.say(walk.case.pk, actor=advisor)
    with moment(hours=0.1):
        walk("step_03")
        answered = (walk.reload().firm_no_at, walk.reload().firm_no_ended_at)
        actions.insist(walk.case.pk, actor=advisor)
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=advisor)
    with moment(hours=0.2):
        walk("step_03", answer="refused", firm_no="on")
        assert walk.reload().firm_no_ended_at is None
        taken_back(walk)
    assert (walk.reload().firm_no_at, walk.reload().firm_no_ended_at) == answered


REFUSED, FIRMLY = {"answer": "refused"}, {"answer": "refused", "firm_no": "on"}


@pytest.mark.parametrize("again", [{}, REFUSED, FIRMLY], ids=["accepted", "refused", "refused firmly"])
@pytest.mark.parametrize("first", [{}, FIRMLY], ids=["after an accepted one", "after a firm no"])
@pytest.mark.parametrize("days", [0, 1])
def test_a_second_offer_taken_back_leaves_what_the_first_had_recorded(
    home: Household, days: int, first: dict[str, Any], again: dict[str, Any]
) -> None:
    """The customer insisted and stayed in between: the same step, but another carrying out of it."""
    walk, advisor = walked(home, *FAULTS, faults=True), home.cast[Role.ADVISOR]
    walk("step_03", **first)
    with moment(hours=0.1):
        actions.insist(walk.case.pk, actor=advisor)
    with moment(days, hours=0.2):
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=advisor)
        walk.go(*(FAULTS if days else ()))
        was = balance(walk)
    with moment(days, hours=0.3):
        walk("step_03", **again)
        assert balance(walk) != was
    with moment(days, hours=0.4):
        taken_back(walk)
    assert balance(walk) == was
    assert clocks.differences(walk.reload()) == []


def test_an_approved_offer_that_stands_was_accepted_when_it_was_approved(home: Household) -> None:
    home.priced(home.internet, "400")
    walk = walked(home, *FAULTS, "step_03", faults=True)
    with moment(hours=1):
        walk("approve_03")
        walk("step_04")
        was = balance(walk)
    with moment(hours=2):
        walk("step_05")
        taken_back(walk)
    assert balance(walk) == was


def test_what_was_accepted_but_not_approved_is_no_acceptance_that_stands(home: Household) -> None:
    home.priced(home.internet, "200")
    walk = walked(home, *FAULTS, "step_03", faults=True)
    walk("approve_03", approved="no")
    was = balance(walk)
    with moment(hours=1):
        walk("step_03", **credit(home.internet, kind="compensation", amount="100"))
        taken_back(walk)
    assert balance(walk) == was


def test_another_offer_is_taken_back_whatever_became_of_the_courtesy(home: Household) -> None:
    """A courtesy accepted before the customer insisted and stayed has nothing to do with what is offered after."""
    walk, advisor = walked(home, *FAULTS), home.cast[Role.ADVISOR]
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    actions.insist(walk.case.pk, actor=advisor)
    actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=advisor)
    walk("step_11", reason="compensation", demand="compensation")
    walk("step_12")
    taken_back(walk)
    assert walk.open == ["step_12"]
    assert Courtesy.objects.get().status == "active"


def test_a_transfer_taken_back_leaves_the_courtesy_that_runs(home: Household) -> None:
    """Accepted before the customer insisted and stayed, it goes on, its promise and receipt with it."""
    walk, advisor = walked(home, *FAULTS), home.cast[Role.ADVISOR]
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    actions.insist(walk.case.pk, actor=advisor)
    actions.stay(walk.case.pk, why="stay_offer", words="Se muda", actor=advisor)
    walk("step_11", reason="moving", demand="transfer")
    was = balance(walk)
    walk("transfer")
    taken_back(walk)
    assert balance(walk) == was
    assert Promise.objects.get(kind="courtesy").state == "open"


def test_what_something_followed_is_not_taken_back(home: Household) -> None:
    walk = walked(home, *FAULTS, "step_03")
    done = WorkItem.objects.get(instance=walk.case.instance, element="step_03")
    actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    assert undo.last_step(walk.reload()) is None
    with refused(NotTheLast):
        undo.undo(done.pk, reason="Error", actor=walk.cast[Role.ADVISOR])


@pytest.mark.parametrize("element", ["step_01", "step_02", "step_11"])
def test_nothing_else_is_taken_back(home: Household, element: str) -> None:
    walk = walked(home, *OFFER[: OFFER.index(element) + 1])
    done = WorkItem.objects.get(instance=walk.case.instance, element=element)
    with refused(CannotUndo):
        undo.undo(done.pk, reason="Error", actor=walk.cast[Role.ADVISOR])


def test_the_advisor_takes_it_back_on_the_page_with_a_reason(home: Household) -> None:
    walk = walked(home, *FAULTS, "step_03")
    advisor = signed_in(walk.cast[Role.ADVISOR])
    page = reverse("case_undo", args=[walk.case.number])
    shown = {"item": WorkItem.objects.get(instance=walk.case.instance, element="step_03").pk}
    assert advisor.post(page, {**shown, "reason": " "}).status_code == 400
    assert walk.open == ["step_04"]
    assert advisor.post(page, {"item": shown["item"] + 1, "reason": "Era otra persona"}).status_code == 409
    assert walk.open == ["step_04"]  # the page was about another step
    done = advisor.post(page, {**shown, "reason": "Era otra persona"}, follow=True)
    assert [str(each) for each in done.context["messages"]] == ["Deshecho: la oferta"]
    assert walk.open == ["step_03"]
    assert advisor.get(page).status_code == 200  # nothing is left to take back, and the page says so


@pytest.mark.usefixtures("running_clock")
def test_an_undone_firm_no_hinders_no_further_undo(home: Household) -> None:
    walk = walked(home, *FAULTS, faults=True)
    for answers in ({"answer": "refused", "firm_no": "on"}, {"answer": "refused", "firm_no": "on"}):
        walk("step_03", **answers)
        taken_back(walk)
        assert walk.reload().firm_no_at is None
    firm_no.say(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    walk("step_03")
    taken_back(walk)
    assert walk.open == ["step_03"]


@pytest.mark.usefixtures("running_clock")
@pytest.mark.parametrize("element", ["step_03", "transfer"])
def test_what_was_offered_on_two_products_is_taken_back_on_both(home: Household, element: str) -> None:
    both = [home.internet, home.television]
    if element == "step_03":
        for product in both:
            home.fault(days_ago=9, product=product)
            home.fault(days_ago=2, product=product)
    walk = walked(home, *FAULTS, products=both)
    if element == "transfer":
        walk("step_11", reason="moving", demand="transfer")
    walk(element, **{f"kind_{product.pk}": "bill_waiver" for product in both})
    taken_back(walk)
    assert walk.open == [element]
    assert list(Offer.objects.values_list("answer", "approval")) == [("undone", "not_needed")] * 2


def test_an_order_that_was_only_assigned_is_taken_back(home: Household) -> None:
    walk = walked(home, *FAULTS, "step_03", "step_04", "step_05")
    WorkOrder.objects.update(technician=walk.cast[Role.TECHNICIAN])
    taken_back(walk)
    assert walk.open == ["step_05"]


def test_who_stays_again_and_again_is_credited_two_months_at_most(home: Household) -> None:
    walk, advisor = walked(home, *FAULTS, faults=True), home.cast[Role.ADVISOR]
    for _time in range(2):
        walk("step_03")
        walk("step_04")
        actions.insist(walk.case.pk, actor=advisor)
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=advisor)
    assert len(set(BillingClaim.objects.values_list("month", flat=True))) == 2
    assert f"kind_{home.internet.pk}" in walk.errors("step_03")
