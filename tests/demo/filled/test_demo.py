"""The demo: work in every tray, cases of every outcome, history that balances, nobody real."""

from collections import Counter

import pytest
from django.contrib.auth import authenticate
from django.db.models import F, Sum

from arraigo import clock
from arraigo.billing.models import Bill, BillingClaim
from arraigo.customers import search
from arraigo.customers.models import CreditListing, Customer, Phone
from arraigo.demo import DEMO_PASSWORD
from arraigo.demo.accounts import ROLES
from arraigo.engine.models import WorkItem
from arraigo.eventlog.models import Event
from arraigo.insight.models import Evaluation
from arraigo.network.models import Zone
from arraigo.people.models import Role, Unit, User
from arraigo.products.models import Product
from arraigo.retention import proactive, registry
from arraigo.retention.models import RetentionCase
from arraigo.terminations.models import Termination
from arraigo.tickets.models import Outage, TroubleTicket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def tray(username: str) -> Counter[str]:
    """Open elements that lie in the trays of the person."""
    user = User.objects.get(username=username)
    found: Counter[str] = Counter()
    for membership in user.memberships.all():
        for item in WorkItem.objects.filter(status=WorkItem.Status.OPEN, role=membership.role):
            mine = item.assignee_id in (None, user.pk) and item.unit_id in (None, membership.unit_id)
            found[item.element] += mine
    return +found


def test_every_account_signs_in_and_is_a_demo_account() -> None:
    for username, role in ROLES.items():
        user = User.objects.get(username=username)
        assert user.check_password(DEMO_PASSWORD)
        assert user.roles == {role}
    assert authenticate is not None
    assert not User.objects.filter(is_demo=False).exists()
    assert User.objects.get(username="admin").is_superuser


@pytest.mark.parametrize(
    ("username", "elements"),
    [
        ("asesor", {"step_01", "step_02", "step_03", "step_04", "step_05", "step_11", "step_12", "step_13",
                    "step_14", "transfer", "inform", "termination"}),
        ("responsable", {"override", "approve_03", "approve_12", "step_03_recurrence"}),
        ("supervisor", {"step_06", "route_to_plant"}),
        ("tecnico", {"step_07", "step_08", "step_08_unsolved"}),
        ("seguimiento", {"step_09"}),
        ("calidad", {"step_10"}),
        ("gerencia", {"approve_03_management", "approve_12_management"}),
    ],
)  # fmt: skip
def test_the_accounts_find_work_today(username: str, elements: set[str]) -> None:
    assert elements <= tray(username).keys()


def test_there_is_somebody_to_call_this_morning() -> None:
    assert proactive.to_call().exists()


def test_every_step_of_the_procedure_has_been_carried_out_or_waits() -> None:
    seen = set(WorkItem.objects.values_list("element", flat=True))
    assert registry.elements() - {"step_15"} <= seen


def test_cases_ended_in_every_way_and_wait_for_the_evaluation() -> None:
    outcomes = Counter(RetentionCase.objects.values_list("outcome", flat=True))
    assert {"running", "accepted", "termination"} <= outcomes.keys()
    assert RetentionCase.objects.filter(outcome="accepted", closed_at=None).exists()
    assert BillingClaim.objects.filter(state="entered").exists()


def test_the_last_month_is_left_to_be_signed() -> None:
    last = clock.previous_month(clock.today())
    assert not Evaluation.objects.filter(month__gte=last).exists()
    assert Evaluation.objects.filter(month=clock.previous_month(last), completed_at__isnull=False).exists()


def test_nothing_happens_after_the_moment() -> None:
    for model, moment in (
        (Event, "at"), (RetentionCase, "opened_at"), (TroubleTicket, "opened_at"), (TroubleTicket, "resolved_at"),
        (Termination, "executed_at"), (Outage, "ended_at"),
    ):  # fmt: skip
        assert not model.objects.filter(**{f"{moment}__gt": clock.now()}).exists(), (model, moment)


def test_bills_balance_and_go_back_two_years() -> None:
    bills = Bill.objects.annotate(sum=Sum("lines__amount"))
    assert not bills.exclude(sum=F("total")).exists()
    assert Bill.objects.annotate(sum=Sum("payments__amount")).filter(paid__gt=0).exclude(sum=F("paid")).count() == 0
    assert Bill.objects.values("month").distinct().count() == 25
    assert set(Bill.objects.filter(month=clock.month_of(clock.now())).values_list("state", flat=True)) == {"unbilled"}
    assert Bill.objects.filter(state="issued", due_on__lt=clock.today()).exists()


def test_the_history_is_believable() -> None:
    assert {zone.municipality for zone in Zone.objects.all()} == {
        "Cercado", "Quillacollo", "Sacaba", "Tiquipaya", "Colcapirhua", "Vinto",
    }  # fmt: skip
    assert CreditListing.objects.exists()
    assert Product.objects.filter(reason="arrears").exists()
    assert TroubleTicket.objects.filter(outage__isnull=False).exists()
    assert Termination.objects.filter(executed_at__isnull=False).exists()
    assert not Unit.objects.filter(head=None).exclude(code="div-experiencia").exists()


def test_nobody_can_be_written_to() -> None:
    addresses = [*Customer.objects.exclude(email="").values_list("email", flat=True),
                 *User.objects.values_list("email", flat=True)]  # fmt: skip
    assert addresses
    assert all(address.endswith(("@example.com", "@example.org")) for address in addresses)
    assert Phone.objects.values("number").distinct().count() == Phone.objects.count()


def test_customers_can_be_found() -> None:
    customer = Customer.objects.order_by("pk")[3]
    assert customer in search.search(customer.number)
    assert customer in search.search(customer.phones.all()[0].number)


def test_the_bulk_part_is_one_event_with_its_counts(demo: dict[str, int]) -> None:
    event = Event.objects.get(kind="demo.filled")
    assert event.data["customers"] == demo["customers"] == Customer.objects.count()
    assert len(event.data["sha256"]) == 64


def test_work_goes_to_people_of_the_lane_and_unit() -> None:
    done = WorkItem.objects.filter(status=WorkItem.Status.COMPLETED).select_related("completed_by")
    for item in done:
        assert item.completed_by is not None
        assert item.role in item.completed_by.roles
    visits = done.filter(role=Role.TECHNICIAN)
    assert visits.exists()
    assert not visits.exclude(unit=F("completed_by__memberships__unit")).exists()
