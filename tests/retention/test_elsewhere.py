"""Something happens elsewhere: the case ends, what was under way ends with it, its owner is told."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from arraigo.bss.actions import deliver_due
from arraigo.bss.models import Command
from arraigo.customers import actions as customers
from arraigo.customers.models import Customer
from arraigo.engine.models import Instance, Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.messages.models import Notice
from arraigo.messages.sentences import group_of
from arraigo.orders.models import ProductOrder, WorkOrder
from arraigo.people.models import Role
from arraigo.products import actions as products
from arraigo.products import courtesies
from arraigo.products.models import Product
from arraigo.quality.models import QualityControl
from arraigo.retention import actions, elsewhere, sweeps
from arraigo.retention.models import Promise
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from tests.bss.other_side import HttpCommercialSystem, OtherSide, running
from tests.cast import NOW, Cast, Household, Walk, moment

pytestmark = pytest.mark.django_db(transaction=True)
VISITING = ("step_01", "step_02", "step_03", "step_04", "step_05")


@pytest.fixture
def home(cast: Cast) -> Household:
    home = cast.household()
    home.repeated_faults()
    return home


@pytest.fixture
def other_side(settings: Any) -> None:
    """A commercial system that nothing has been delivered to yet."""
    settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"


def product_ends(walk: Walk) -> None:
    products.terminate_product(walk.home.internet, "arrears", None, walk.cast[Role.BILLING])


def customer_dies(walk: Walk) -> None:
    day = dt.date(2026, 3, 9)
    customers.change_customer(walk.home.customer, actor=walk.cast[Role.ADVISOR], deceased_on=day)


def insisting(home: Household) -> Walk:
    """A case whose customer will not hear of an offer: the termination is to be registered."""
    walk = Walk(home).go("step_01")
    actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    return walk


def request_is_withdrawn(walk: Walk) -> None:
    asked = terminations.request_termination(
        [walk.home.internet], reason="price", case_number="", actor=walk.cast[Role.ADVISOR]
    )
    terminations.withdraw_termination(asked[0], actor=walk.cast[Role.ADVISOR])


CAUSES: dict[str, tuple[Callable[[Walk], None], str]] = {
    "product": (product_ends, "the products that it was about ended elsewhere"),
    "death": (customer_dies, "the customer died"),
    "withdrawn": (request_is_withdrawn, "the customer withdrew the request to leave"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_it_ends_the_case_and_tells_the_owner(settings: Any, home: Household, cause: str) -> None:
    settings.LANGUAGE_CODE = "en"
    walk = Walk(home).go("step_01")
    happens, because = CAUSES[cause]
    happens(walk)
    case = walk.reload()
    assert (case.outcome, case.closed_at) == ("closed_elsewhere", NOW)
    assert case.instance.outcome == "case_closed_elsewhere"
    ended = WorkItem.objects.get(instance=case.instance, element="step_02")
    assert (ended.status, ended.outcome, ended.completed_at) == ("cancelled", "closed_elsewhere", NOW)
    notice = Notice.objects.get(kind="case.closed_elsewhere", case_number=case.number)
    assert (notice.user, notice.data["because"]) == (case.owner, because)
    told = Event.objects.get(kind="case.closed_elsewhere", case_number=case.number)
    assert (told.data["because"], told.data["cancelled"]) == (because, ["step_02"])


@pytest.mark.usefixtures("other_side")
@pytest.mark.parametrize("cause", ["product", "death"])
def test_what_was_under_way_ends_and_an_order_that_did_not_leave_never_does(home: Household, cause: str) -> None:
    walk = Walk(home).go(*VISITING, "step_06")
    assert {"bill_adjustment.apply", "work_order.create"} <= set(walk.commands)
    CAUSES[cause][0](walk)
    commands = Command.objects.filter(subject=walk.case.number)
    assert set(commands.filter(status="cancelled").values_list("kind", flat=True)) == {
        "product_order.create", "work_order.create",
    }  # fmt: skip
    assert list(commands.filter(status="pending").values_list("kind", flat=True)) == ["bill_adjustment.apply"]
    order = WorkOrder.objects.get()
    assert order.state == "cancelled"
    told = Notice.objects.get(kind="work_order.cancelled")
    assert (told.user, told.data) == (order.technician, {"order": order.number})
    assert group_of(told.kind) == "assigned", "by e-mail, unless they chose otherwise"
    assert not QualityControl.objects.filter(verdict="pending").exists()
    assert not Wait.objects.filter(ended_at=None).exists()
    assert not WorkItem.objects.filter(status="open").exists()
    assert not Promise.objects.filter(state="open").exists()


@pytest.fixture
def reached(settings: Any) -> Iterator[OtherSide]:
    """A commercial system that takes whatever is delivered to it."""
    settings.COMMERCIAL_SYSTEM = "tests.bss.other_side.HttpCommercialSystem"
    with running() as side:
        HttpCommercialSystem.port = side.port
        yield side


def customer_insists(walk: Walk) -> None:
    actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])


@pytest.mark.parametrize("ends", [product_ends, customer_insists])
def test_the_other_side_is_told_that_what_it_has_is_off(
    reached: OtherSide, home: Household, ends: Callable[[Walk], object]
) -> None:
    walk = Walk(home).go(*VISITING)
    deliver_due(NOW)
    assert len(reached.applied) == len(walk.commands) > 2
    ends(walk)
    deliver_due(NOW)
    order, request = WorkOrder.objects.get(), ProductOrder.objects.get()
    assert reached.applied[-2:] == [f"work_order.cancel:{order.number}", f"product_order.cancel:{request.number}"]
    assert not Command.objects.exclude(status="delivered").exists()


def test_the_courtesy_of_a_product_that_ends_is_called_off_there_too(reached: OtherSide, home: Household) -> None:
    walk = Walk(home).go("step_01")
    courtesy = courtesies.grant_courtesy(
        home.internet, kind="bandwidth", details={}, starts_at=NOW, ends_at=NOW + dt.timedelta(days=30),
        cost=Decimal(0), case_number=walk.case.number, actor=None,
    )  # fmt: skip
    deliver_due(NOW)
    product_ends(walk)
    deliver_due(NOW)
    assert walk.reload().outcome == "closed_elsewhere"
    assert reached.applied[-2:] == [f"courtesy.activate:{courtesy.pk}", f"courtesy.withdraw:{courtesy.pk}"]


def test_a_case_goes_on_while_one_of_its_products_is_left(home: Household) -> None:
    walk = Walk(home, products=[home.internet, home.television])
    product_ends(walk)
    assert walk.reload().closed_at is None
    products.terminate_product(home.television, "request", None, walk.cast[Role.ADVISOR])
    assert walk.reload().outcome == "closed_elsewhere"


def test_a_product_that_the_case_is_not_about_changes_nothing(home: Household) -> None:
    walk = Walk(home)
    products.terminate_product(home.television, "request", None, None)
    assert walk.reload().closed_at is None


def test_a_case_opened_because_of_a_death_goes_on(home: Household) -> None:
    walk = Walk(home, reason="death")
    customer_dies(walk)
    assert elsewhere.close_overtaken() == 0
    assert walk.reload().closed_at is None


def test_the_own_termination_is_the_cases_own_outcome(home: Household) -> None:
    walk = insisting(home)
    walk("termination")
    with moment(days=5):
        terminations.execute_termination(home.internet.terminations.get(), actor=None)
    assert walk.reload().outcome == "termination"
    assert not Notice.objects.filter(kind="case.closed_elsewhere").exists()


def test_a_termination_executed_elsewhere_closes_before_the_own_is_registered(home: Household) -> None:
    walk = insisting(home)
    asked = terminations.request_termination([home.internet], reason="price", case_number="", actor=None)
    terminations.execute_termination(asked[0], actor=None)
    case = walk.reload()
    assert (case.outcome, walk.open) == ("closed_elsewhere", [])
    assert case.instance.outcome == "case_closed_elsewhere_termination"


def test_who_stays_because_of_an_offer_withdraws_the_termination_and_keeps_the_offer(home: Household) -> None:
    walk = Walk(home).go("step_01", "step_02", "step_03")
    request_is_withdrawn(walk)
    assert walk.reload().closed_at is None


def test_what_is_undone_closes_nothing(home: Household) -> None:
    walk = Walk(home)
    with transaction.atomic():
        product_ends(walk)
        transaction.set_rollback(True)
    assert walk.reload().closed_at is None
    assert home.internet.cases.get().closed_at is None


def test_the_sweep_finds_what_an_import_changed(cast: Cast) -> None:
    dead, gone, early = (cast.household(number) for number in ("1", "2", "3"))
    walks = [Walk(home) for home in (dead, gone, early)]
    Customer.objects.filter(pk=dead.customer.pk).update(deceased_on=dt.date(2026, 3, 12))
    Customer.objects.filter(pk=early.customer.pk).update(deceased_on=dt.date(2026, 3, 1))
    Product.objects.filter(pk=gone.internet.pk).update(status="terminated", reason="unknown")
    assert sweeps.run_all()["close_overtaken"] == 1
    with moment(days=3):
        assert sweeps.run_all()["close_overtaken"] == 1
        assert sweeps.run_all()["close_overtaken"] == 0
    assert [walk.reload().outcome for walk in walks] == ["closed_elsewhere", "closed_elsewhere", "running"]


def test_a_case_that_cannot_be_closed_holds_up_no_other(cast: Cast) -> None:
    """Neither the next one that ended alike nor those of another cause; and it is named."""
    broken, gone, dead = (Walk(cast.household(number)) for number in ("1", "2", "3"))
    for walk in (broken, gone):
        Product.objects.filter(pk=walk.home.internet.pk).update(status="terminated", reason="unknown")
    Customer.objects.filter(pk=dead.home.customer.pk).update(deceased_on=dt.date(2026, 3, 10))
    Instance.objects.filter(pk=broken.case.instance_id).update(state={})
    with pytest.raises(ExceptionGroup) as told:
        elsewhere.close_overtaken()
    assert [error.__notes__ for error in told.value.exceptions] == [[f"case {broken.case.pk}"]]
    assert [walk.reload().outcome for walk in (broken, gone, dead)] == ["running", *["closed_elsewhere"] * 2]


def test_the_sweep_finds_a_request_that_a_file_says_was_withdrawn(settings: Any, cast: Cast) -> None:
    settings.LANGUAGE_CODE = "en"
    stays, earlier, kept = (cast.household(number) for number in ("1", "2", "3"))
    kept.repeated_faults()
    walks = [Walk(home) for home in (stays, earlier)]
    walks.append(Walk(kept).go("step_01", "step_02", "step_03"))
    asked, hour = NOW - dt.timedelta(days=2), dt.timedelta(hours=1)
    for home, at in ((stays, NOW + hour), (earlier, NOW - hour), (kept, NOW + hour)):
        Termination.objects.create(
            number=f"X{home.internet.pk}", customer=home.customer, product=home.internet, reason="price",
            requested_at=asked, withdrawn_at=at, source="file", external_id=f"X{home.internet.pk}",
        )  # fmt: skip
    with moment(hours=2):
        assert sweeps.run_all()["close_overtaken"] == 1
        assert sweeps.run_all()["close_overtaken"] == 0
    assert [walk.reload().outcome for walk in walks] == ["closed_elsewhere", "running", "running"]
    told = Event.objects.get(kind="case.closed_elsewhere")
    assert told.data["because"] == "the customer withdrew the request to leave"
