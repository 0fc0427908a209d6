"""The month's turn where Arraigo bills by itself: opened, issued, and what waited stands on the next bill."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions, months
from arraigo.billing.models import Bill, BillingRun, Credit
from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.retention import sweeps
from tests.cast import NOW, Cast, moment
from tests.web.conftest import signed_in

PAGE, OPEN = reverse("billing_months"), reverse("billing_months_open")
MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)


def test_the_next_bill_is_opened_once_and_carries_what_waited(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches, and not all of them in one sweep."""
    monkeypatch.setattr(months, "BATCH", 2)
    monkeypatch.setattr(months, "AT_ONCE", 1)
    homes = [cast.household(number) for number in ("1", "2", "3", "4", "5")]
    first, gone, *_ = homes
    billed = Bill.objects.get(customer=first.customer)
    actions.issue_bill(billed, issued_on=NOW.date(), due_on=NOW.date())
    actions.pay(billed, amount=billed.total, paid_at=NOW)
    actions.enter_claim(
        "compensation", claim_type="Compensación", product=first.internet, month=MARCH, amount=Decimal(50), actor=None
    )
    assert Credit.objects.get().bill is None
    Product.objects.filter(customer=gone.customer).update(status="suspended")
    client = signed_in(cast[Role.BILLING])
    with moment(days=25):
        assert clock.month_of(clock.now()) == APRIL
        with CaptureQueriesContext(connection) as asked:
            page = client.get(PAGE)
        assert (page.context["opening"], OPEN in page.content.decode()) == (None, False)
        assert not [each for each in asked if "products_product" in each["sql"]]  # seconds at an operator's size
        assert (sweeps.count_bills(), sweeps.count_bills()) == (4, 0)
        shown = client.get(PAGE).context["opening"]
        assert (shown.bills, shown.total, shown.counted_at) == (4, Decimal(4 * 300), clock.now())
        for _twice in range(2):
            assert client.post(OPEN).status_code == 302
        assert BillingRun.objects.count() == 1
        assert sweeps.bill_months() == 2
        with CaptureQueriesContext(connection) as asked:
            shown = client.get(PAGE).context["opening"]
        assert (shown.bills, shown.total, shown.counted_at) == (2, Decimal(2 * 300), clock.now())
        assert not [each for each in asked if "products_product" in each["sql"]]
        assert [sweeps.bill_months() for _ in range(3)] == [2, 0, 0]
        client.post(reverse("billing_months_count"))
        assert client.get(PAGE).context["opening"].bills == 0
        client.post(OPEN)
        assert (BillingRun.objects.count(), sweeps.bill_months()) == (1, 0)
    opened = Bill.objects.get(customer=first.customer, month=APRIL)
    assert (opened.state, opened.total, opened.credited) == ("unbilled", Decimal(300), Decimal(50))
    assert [line.amount for line in opened.lines.order_by("pk")] == [Decimal(140), Decimal(160)]
    assert not Bill.objects.filter(customer=gone.customer, month=APRIL).exists()
    told = Event.objects.get(kind="bills.opened").data
    assert told == {"month": "2026-04-01", "bills": 4, "total": "1200.00"}


def test_a_run_that_does_not_get_on_is_stopped_and_begun_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("1", "2"):
        cast.household(number)
    monkeypatch.setattr(months, "BATCH", 1)
    monkeypatch.setattr(months, "AT_ONCE", 1)
    client = signed_in(cast[Role.BILLING])
    with moment(days=25):
        client.post(OPEN)
        assert sweeps.bill_months() == 1
        run = BillingRun.objects.get()
        stop = reverse("billing_run_stop", args=[run.pk])
        assert stop in client.get(PAGE).content.decode()
        assert client.post(stop).status_code == client.post(stop).status_code == 302
        page = client.get(PAGE).content.decode()
        assert ("Detenida" in page, stop in page) == (True, False)
        assert sweeps.bill_months() == 0
        told = Event.objects.get(kind="bills.stopped")
        assert (told.actor, told.data["kind"], told.data["bills"]) == (cast[Role.BILLING], "open", 1)
        client.post(OPEN)
        assert sweeps.bill_months() == 1
        Product.objects.update(status="suspended")
        client.post(reverse("billing_months_count"))
        assert client.get(PAGE).context["opening"].bills == 0
    assert Bill.objects.filter(month=APRIL).count() == 2


def test_a_month_is_issued_with_its_dates(cast: Cast) -> None:
    homes = [cast.household(number) for number in ("1", "2")]
    Bill.objects.filter(customer=homes[0].customer).update(credited=Decimal(300))
    client, page = signed_in(cast[Role.BILLING]), reverse("billing_month_issue", args=[MARCH])
    with moment(days=25):
        today = clock.today()
        late, early, far = today + dt.timedelta(days=1), MARCH - dt.timedelta(days=1), today.replace(year=2206)
        for issued_on, due_on, wrong in (
            (late, late, "issued_on"), (early, today, "issued_on"), (today, MARCH, "due_on"), (today, far, "due_on"),
        ):  # fmt: skip
            answer = client.post(page, {"issued_on": issued_on, "due_on": due_on})
            assert (answer.status_code, wrong in answer.context["form"].errors) == (400, True)
        assert client.post(page, {"issued_on": today, "due_on": dt.date(2026, 4, 25)}).status_code == 302
        assert sweeps.bill_months() == 2
        assert client.get(page).status_code == 404
    assert list(Bill.objects.order_by("pk").values_list("state", "issued_on", "due_on")) == [
        (state, today, dt.date(2026, 4, 25)) for state in ("paid", "issued")
    ]


def test_open_bills_are_summed_from_their_index_alone(cast: Cast) -> None:
    cast.household("1")
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        [month] = months.to_issue()
    [(sql, params)] = asked
    assert (month.bills, month.total, month.credited) == (1, Decimal(300), Decimal(0))
    assert "'unbilled'" in sql
    assert "unbilled" not in params
    index = next(each for each in Bill._meta.indexes if each.name == "bill_unbilled")
    assert {"month", "id", "total", "credited"} <= set(index.fields)


def test_where_bills_are_imported_nothing_is_opened(settings: Any, cast: Cast) -> None:
    settings.BILLS = "imported"
    cast.household("1")
    client = signed_in(cast[Role.BILLING])
    with moment(days=25):
        assert OPEN not in client.get(PAGE).content.decode()
        client.post(OPEN)
        assert client.get(reverse("billing_month_issue", args=[MARCH])).status_code == 404
    assert not BillingRun.objects.exists()
