"""At most 20 SQL statements a step, whichever way it ends, for a case with one order and one product; each
further product may cost as many again (its own claim, adjustment and promise)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.engine.models import WorkItem
from arraigo.fieldwork import trips
from arraigo.fieldwork.models import Photo
from arraigo.fieldwork.photos import add_photo
from arraigo.insight import actions as insight
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, Unit
from arraigo.quality import actions as quality
from arraigo.quality.models import QualityControl
from arraigo.retention import actions, claims, dispatch, firm_no, sweeps
from tests.cast import Cast, Household, Walk, credit, moment, signature
from tests.insight.ways import compensated
from tests.steps.test_step_08_signatures import photo

MOST = 20
BATCH, MONTH = 20, 70
"""What printing a batch and signing a month may take besides, whatever the number of orders and of cases."""
CONTROL = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
OF_EACH = ("step_04", "step_13")
"""Steps that do something of its own for each product; the others keep to the limit whatever their number."""
FIELD = ("step_05", "step_06", "step_07", "step_08")


class Counter:
    """The statements of each step, by its element and how it ended."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, list[str]]] = []

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as queries:
            yield
        told = [query["sql"] or "(prepared)" for query in queries.captured_queries]  # PostgreSQL does not tell those
        sql = [each for each in told if not each.startswith(CONTROL)]
        self.seen.append((name, sql))

    def too_many(self, products: int = 1) -> dict[str, list[str]]:
        """Those above the promise, with their statements; asked once something was counted."""
        assert self.seen
        most = {name: MOST * (products if name.startswith(OF_EACH) else 1) for name, _sql in self.seen}
        return {f"{name}: {len(sql)}": sql for name, sql in self.seen if len(sql) > most[name]}

    @property
    def ways(self) -> set[str]:
        return {name for name, _sql in self.seen}


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter, real = Counter(), actions.complete_step

    def watched(item_id: int, **given: Any) -> Any:
        item = WorkItem.objects.get(pk=item_id)
        with counter.of(item.element):
            done = real(item_id, **given)
        item.refresh_from_db(fields=["outcome"])
        name, sql = counter.seen.pop()
        counter.seen.append((f"{name} {item.outcome}", sql))
        return done

    monkeypatch.setattr(actions, "complete_step", watched)
    return counter


def control(walk: Walk, element: str, **answers: str) -> None:
    sweeps.wake_due_cases()
    walk(element, **answers)


@pytest.mark.parametrize("products", [1, 2])
def test_fault_branch(home: Household, counter: Counter, products: int) -> None:
    owned = [home.internet, home.television][:products]
    for product in owned:
        home.fault(days_ago=9, product=product, solved=False)
        home.fault(days_ago=2, product=product, solved=False)
    walk = Walk(home, products=owned).go("step_01", "step_02")
    walk("step_03", **{f"kind_{product.pk}": "bill_waiver" for product in owned})
    if products == 2:
        walk("approve_03")
    walk.go("step_04", *FIELD[:-1])
    walk("step_08", **{f"working_{product.pk}": "on" for product in owned})
    with moment(days=2, hours=1):
        control(walk, "step_09")
    with moment(days=31):
        control(walk, "step_10")
    assert {"step_04 entered", "step_05 ordered", "step_08 signed", "step_10 passed"} <= counter.ways
    assert counter.too_many(products) == {}


def test_offer_branch(cast: Cast, home: Household, counter: Counter) -> None:
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")
    assert walk.open == []
    walk = Walk(cast.household("100002"), reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{walk.home.internet.pk}")
    walk = Walk(cast.household("100003"), reason="moving").go("step_01", "step_02")
    walk("step_11", reason="moving", demand="transfer")
    walk("transfer")
    walk = Walk(cast.household("100004"), reason="other").go("step_01", "step_02")
    walk("step_11", reason="other", demand="termination")
    walk("termination")
    assert {"step_14 accepted", "transfer accepted", "termination registered"} <= counter.ways
    assert counter.too_many() == {}


def test_a_telephone_corrected_before_the_visit(home: Household, counter: Counter) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04")
    walk("step_05", contact_phone="71299999")
    assert walk.reload().contact_phone == "+59171299999"
    assert counter.too_many() == {}


def test_compensations_of_two_products(home: Household, counter: Counter) -> None:
    walk = Walk(home, products=[home.internet, home.television], reason="compensation")
    walk.go("step_01", "step_02", "step_11")
    walk("step_12", **credit(home.television, days="9"))
    walk("step_13")
    assert {"step_12 accepted", "step_13 entered"} <= counter.ways
    assert counter.too_many(2) == {}


def test_controls_that_fail(home: Household, counter: Counter) -> None:
    """The faults were open until the visit: a control that fails takes their tickets up again."""
    home.fault(days_ago=9, solved=False)
    home.fault(days_ago=2, solved=False)
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", *FIELD)
    with moment(days=2, hours=1):
        control(walk, "step_09", verdict="failed", reasons=["goes_on"], answer="Sigue cortándose")
        walk.go(*FIELD[:-1])
        walk("step_08", signature=signature(99))
    with moment(days=5):
        control(walk, "step_09")
    with moment(days=40):
        control(walk, "step_10", verdict="failed", reasons=["goes_on"], answer="Volvió el daño")
        walk("step_03_recurrence", answer="refused")
    assert {"step_09 failed", "step_10 failed", "step_03_recurrence refused"} <= counter.ways
    assert counter.too_many() == {}


def test_a_customer_whom_no_control_reaches(home: Household, counter: Counter) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", *FIELD)
    for element, kind, days in (("step_09", "post_visit", 2), ("step_10", "post_service", 30)):
        with moment(days=days):
            sweeps.wake_due_cases()
        for hours in (0, 5, 24):
            with moment(days=days, hours=hours), counter.of("attempt"):
                asked = QualityControl.objects.get(kind=kind)
                quality.record_attempt(asked, reached=False, actor=home.cast[Role.QUALITY_MANAGEMENT])
        with moment(days=days, hours=25):
            walk(element, verdict="not_reached", satisfaction="")
    assert {"step_09 not_reached", "step_10 not_reached"} <= counter.ways
    assert counter.too_many() == {}


def test_a_visit_that_goes_wrong(home: Household, counter: Counter) -> None:
    """Nobody at home, then not solved (plant is told), then solved for somebody who does not sign."""
    Unit.objects.filter(pk=home.cast.center.pk).update(plant_email="planta@example.com")
    home.repeated_faults()
    technician = home.cast[Role.TECHNICIAN]
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    order = WorkOrder.objects.get()
    trips.set_out(order, technician=technician)
    with counter.of("absent"):
        trips.find_nobody(order, photo=photo().read(), technician=technician)
    with moment(hours=3):
        trips.set_out(order, technician=technician)
        walk("step_07", solved="no", cause="plant", tasks=[])
        walk("step_08_unsolved", copy_email="rosa@example.com")
        walk.go("route_to_plant", "step_06", "step_07")
        add_photo(WorkOrder.objects.latest("id"), photo().read(), moment=Photo.Moment.REFUSAL, actor=technician)
        walk("step_08", signature="", refusal_reason="No quiere firmar", copy_email="rosa@example.com")
    assert {
        "step_07 not_solved",
        "step_08_unsolved signed",
        "route_to_plant routed",
        "step_08 signature_refused",
    } <= counter.ways
    assert counter.too_many() == {}


def test_a_customer_to_whom_nothing_may_be_offered(cast: Cast, home: Household, counter: Counter) -> None:
    home.listing()
    walk = Walk(home).go("step_01")
    walk("override", granted="no", reason="Sin motivo")
    walk("inform", wish="termination")
    walk("termination")
    other = cast.household("100002")
    other.listing()
    walk = Walk(other).go("step_01", "override", "step_02")
    walk = Walk(last := cast.household("100003"))
    last.listing()
    walk("step_01")
    walk("override", granted="no", reason="Sin motivo")
    walk("inform", wish="incident")
    assert {"override granted", "inform incident", "inform termination"} <= counter.ways
    assert counter.too_many() == {}


def test_refusals_and_leaving(cast: Cast, home: Household, counter: Counter) -> None:
    advisor = cast[Role.ADVISOR]
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    with counter.of("firm_no"):
        firm_no.say(walk.case.pk, actor=advisor)
    walk("step_03", answer="refused", firm_no="on")
    walk = Walk(other := cast.household("100002"), reason="other").go("step_01", "step_02")
    walk("step_11", reason="other", demand="compensation")
    walk("step_12", answer="refused")
    walk("step_14", answer="refused", courtesy=f"bandwidth:{other.internet.pk}")
    walk("termination")
    third = cast.household("100003")
    third.repeated_faults()
    walk = Walk(third).go("step_01", "step_02", "step_03", "step_04", "step_05")
    with counter.of("insist"):
        actions.insist(walk.case.pk, actor=advisor)
    with counter.of("stay"):
        actions.stay(walk.case.pk, why="stay_offer", words="Lo pensé", actor=advisor)
    assert {"step_03 refused", "step_12 refused", "step_14 refused", "insist"} <= counter.ways
    assert counter.too_many() == {}


def test_what_others_refuse(home: Household, counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head of team refuses the amount, approves another; billing refuses the claim."""
    monkeypatch.setattr(claims, "needs_confirmation", lambda offer, policy: True)
    home.priced(home.internet, "200.00")
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03")
    walk("approve_03", approved="no", reason="Demasiado")
    walk.go("step_03", "approve_03", "step_04")
    with counter.of("billing refuses"):
        billing.refuse_claim(BillingClaim.objects.get(), reason="Sin respaldo", actor=home.cast[Role.BILLING])
    assert {"approve_03 approved", "approve_03 refused"} <= counter.ways
    assert counter.too_many() == {}


def constant_and_each(counter: Counter) -> tuple[float, float]:
    """What doing it for one and then for three took: whatever their number, and for each. The first time warms up."""
    _first, one, three = (len(sql) for _name, sql in counter.seen)
    each = (three - one) / 2
    return one - each, each


def test_the_board_prints_each_order_with_as_many(cast: Cast) -> None:
    """Its assignment, its place in the batch and its step 6."""
    counter, boss = Counter(), cast[Role.OPERATIONS_SUPERVISOR]
    for numbers in (["1"], ["2"], ["3", "4", "5"]):
        walks = []
        for number in numbers:
            home = cast.household(number)
            home.repeated_faults()
            walks.append(Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05"))
        orders = list(WorkOrder.objects.filter(technician=None))
        with counter.of("print"):
            dispatch.print_and_assign(orders, technician=cast[Role.TECHNICIAN], actor=boss)
        assert [walk.open for walk in walks] == [["step_07"]] * len(numbers)
    constant, each = constant_and_each(counter)
    assert (constant <= BATCH, each <= MOST) == (True, True), (constant, each)


def test_the_signature_of_a_month_ends_each_case_with_as_many(cast: Cast) -> None:
    """Step 15, beside the month's own figures and paper."""
    counter, by = Counter(), cast[Role.COMMERCIAL_MANAGEMENT]
    for day, month, numbers in ((0, 3, ["1"]), (30, 4, ["2"]), (61, 5, ["3", "4", "5"])):
        with moment(days=day):
            walks = [compensated(cast.household(number)) for number in numbers]
        with moment(days=day + 25), counter.of("step_15"):
            insight.sign_evaluation(dt.date(2026, month, 1), findings="—", decisions="—", reformulate=False, actor=by)
        assert {walk.reload().outcome for walk in walks} == {"evaluated"}
    constant, each = constant_and_each(counter)
    assert (constant <= MONTH, each <= MOST) == (True, True), (constant, each)
