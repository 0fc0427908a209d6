"""The month's turn where Arraigo bills by itself: opened, issued, and what waited stands on the next bill."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions, months
from arraigo.billing.models import Bill, BillingClaim, BillingRun, Credit
from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from arraigo.products.models import Product
from arraigo.retention import sweeps
from tests.cast import NOW, Cast, moment
from tests.web.conftest import signed_in

MARCH, APRIL, MAY = (dt.date(2026, number, 1) for number in (3, 4, 5))
PAGE, OPEN = reverse("billing_months"), reverse("billing_month_open", args=[APRIL])


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


def test_what_was_counted_before_midnight_is_not_what_the_new_month_has_to_open(cast: Cast) -> None:
    """In La Paz, where it is April four hours later than in Greenwich."""
    home, midnight = cast.household("1"), dt.datetime(2026, 4, 1, tzinfo=clock.LA_PAZ)
    with clock.at(midnight - dt.timedelta(minutes=10)):
        assert (months.count().month, months.to_open() is None) == (MARCH, False)
    with clock.at(midnight + dt.timedelta(minutes=10)):
        assert months.to_open() is None
        assert months.count_again() == 1
        counted = months.to_open()
        assert counted is not None
        assert (counted.month, counted.total) == (APRIL, home.internet.price + home.television.price)


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


def test_a_month_is_issued_only_when_it_is_over(cast: Cast) -> None:
    """A typed address does not help; on the first day after it the button is there."""
    cast.household("1")
    client, issue = signed_in(cast[Role.BILLING]), reverse("billing_month_issue", args=[MARCH])
    dates = {"issued_on": NOW.date(), "due_on": NOW.date()}
    with clock.at(dt.datetime(2026, 3, 31, 23, 59, tzinfo=clock.LA_PAZ)):
        page = client.get(PAGE).content.decode()
        assert (issue in page, "desde el 01/04/2026" in page) == (False, True)
        answer = client.post(issue, dates)
        said = "03/2026 no ha terminado: sus facturas se emiten desde el 01/04/2026."
        assert (answer.status_code, said in answer.content.decode()) == (400, True)
        assert not BillingRun.objects.exists()
    with clock.at(dt.datetime(2026, 4, 1, tzinfo=clock.LA_PAZ)):
        assert issue in client.get(PAGE).content.decode()
        assert client.post(issue, dates).status_code == 302


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
        assert sweeps.count_bills() == 0
        page = client.get(PAGE).content.decode()
        assert OPEN not in page
        assert reverse("billing_months_count") not in page
        client.post(OPEN)
        assert client.get(reverse("billing_month_issue", args=[MARCH])).status_code == 404
    assert not BillingRun.objects.exists()


def test_missed_months_are_opened_in_order_each_with_what_belongs_on_it(cast: Cast) -> None:
    """April was forgotten. What was waived of it and what was compensated in May find their own bills."""
    home = cast.household("1")
    client = signed_in(cast[Role.BILLING])
    open_may, out = reverse("billing_month_open", args=[MAY]), reverse("billing_month_leave_out", args=[APRIL])
    with moment(days=25):
        waived = claim(home.internet, "bill_waiver", APRIL, home.internet.price)
    with moment(days=60):
        assert clock.month_of(clock.now()) == MAY
        claim(home.internet, "compensation", MAY, Decimal(20))
        assert sweeps.count_bills() == 1
        page = client.get(PAGE)
        assert (page.context["opening"].month, open_may in page.content.decode()) == (APRIL, False)
        assert {OPEN, out} <= set(re.findall(r'action="([^"]+)"', page.content.decode()))
        assert "antes van las de 04/2026" in client.post(open_may, follow=True).content.decode()
        assert not BillingRun.objects.exists()
        for month in (APRIL, MAY):
            address = reverse("billing_month_open", args=[month])
            client.post(address)
            client.post(address)
            assert sweeps.bill_months() == 1
            assert sweeps.count_bills() == (month == APRIL)
        assert "Todos los clientes con un producto activo" in client.get(PAGE).content.decode()
        client.post(reverse("billing_month_issue", args=[APRIL]), {"issued_on": clock.today(), "due_on": "2026-05-30"})
        sweeps.bill_months()
    bills = Bill.objects.filter(customer=home.customer, month__gte=APRIL).order_by("month")
    assert list(bills.values_list("month", "state", "credited", "due_on")) == [
        (APRIL, "issued", home.internet.price, dt.date(2026, 5, 30)), (MAY, "unbilled", Decimal(20), None),
    ]  # fmt: skip
    opened = Event.objects.filter(kind="bills.opened").order_by("pk")
    assert [each.data["month"] for each in opened] == ["2026-04-01", "2026-05-01"]
    assert waived.adjustment.credits.get().bill == bills[0]


def test_a_missed_month_that_was_billed_elsewhere_is_left_out(cast: Cast) -> None:
    home = cast.household("1")
    client = signed_in(cast[Role.BILLING])
    out = {month: reverse("billing_month_leave_out", args=[month]) for month in (APRIL, MAY)}
    with moment(days=60):
        assert "no ha terminado" in client.post(out[MAY], follow=True).content.decode()
        sweeps.count_bills()
        client.post(out[APRIL])
        client.post(out[APRIL])
        assert Event.objects.get(kind="bills.left_out").actor == cast[Role.BILLING]
        assert sweeps.bill_months() == 0
        sweeps.count_bills()
        page = client.get(PAGE)
        assert page.context["opening"].month == MAY
        assert "Dejado fuera" in page.content.decode()
        client.post(reverse("billing_month_open", args=[MAY]))
        assert sweeps.bill_months() == 1
    assert list(Bill.objects.filter(customer=home.customer, month__gte=APRIL).values_list("month", flat=True)) == [MAY]


def test_a_month_whose_opening_was_stopped_is_opened_to_its_end_after_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "BATCH", 1)
    monkeypatch.setattr(months, "AT_ONCE", 1)
    for number in ("1", "2"):
        cast.household(number)
    by = cast[Role.BILLING]
    with moment(days=25):
        run = months.open_bills(APRIL, actor=by)
        assert sweeps.bill_months() == 1
        months.stop(run, actor=by)
    with moment(days=60):
        assert months.next_to_open() == APRIL
        months.open_bills(APRIL, actor=by)
        assert [sweeps.bill_months() for _ in range(2)] == [1, 0]
        assert months.next_to_open() == MAY
    assert Bill.objects.filter(month=APRIL).count() == 2


def test_a_past_month_in_which_everybody_is_billed_is_not_missed(cast: Cast) -> None:
    home = cast.household("1")
    with moment(days=60):
        actions.open_month(home.customer, APRIL, [(home.internet, "Internet", home.internet.price)])
        assert months.next_to_open() == MAY


def claim(product: Product, kind: str, month: dt.date, amount: Decimal) -> BillingClaim:
    return actions.enter_claim(kind, claim_type=kind, product=product, month=month, amount=amount, actor=None)
