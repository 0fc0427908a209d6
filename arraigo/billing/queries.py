"""Reads of bills, debts and claims. Amounts are `Decimal` in Bs."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from django.db.models import F, QuerySet, Sum

from arraigo import clock
from arraigo.billing.models import Bill, BillingClaim, Credit
from arraigo.compiled import Compiled, Question, compiled, each_of, first
from arraigo.customers.models import Customer
from arraigo.money import ZERO, MoneyField, bs
from arraigo.products.models import Product

LIVE_CLAIMS = (BillingClaim.State.ENTERED, BillingClaim.State.APPLIED)


@compiled
def last_bills(customer: Customer) -> QuerySet[Bill]:
    """The customer's last twelve bills, latest month first, the open month included."""
    return Bill.objects.filter(customer=customer).order_by("-month")[:12]


def average_billing(customer: Customer, months: int, as_of: dt.datetime) -> Decimal:
    """Mean of the last `months` issued bills up to `as_of` (step 1.2), before credits.

    What a customer was billed counts, not what was waived of it. Where no bill was ever issued the
    open month stands for the average; ZERO without any bill.
    """
    month = clock.month_of(as_of)
    counted = _issued(months)(customer, month) or _open_months(customer, month)[:1]
    return bs(sum(counted, ZERO) / len(counted)) if counted else ZERO


@cache
def _issued(count: int) -> Compiled[[Customer, dt.date], Decimal]:
    """What gives the totals of a customer's last `count` issued bills up to a month."""

    @compiled
    def issued(customer: Customer, month: dt.date) -> QuerySet[Bill, Decimal]:
        bills = Bill.objects.filter(customer=customer, month__lte=month).exclude(state=Bill.State.UNBILLED)
        return bills.order_by("-month").values_list("total", flat=True)[:count]

    return issued


@compiled
def _open_months(customer: Customer, month: dt.date) -> QuerySet[Bill, Decimal]:
    """The totals of a customer's bills that are not issued, the latest first."""
    bills = Bill.objects.filter(customer=customer, month__lte=month, state=Bill.State.UNBILLED)
    return bills.order_by("-month").values_list("total", flat=True)


def billing_asked(customer: Customer, months: int, as_of: dt.datetime) -> list[Question]:
    """What `average_billing` and `debt` ask."""
    today = clock.local(as_of).date()
    return [_issued(months).of(customer, clock.month_of(as_of)), _owed.of([customer.pk], today)]


def debts(customers: Iterable[Customer] | Iterable[int], as_of: dt.datetime) -> dict[int, Decimal]:
    """What each of `customers` (or their ids) owes past the due date at `as_of`, if anything."""
    keys = [each.pk if isinstance(each, Customer) else each for each in customers]
    rows = _owed(keys, clock.local(as_of).date())
    return {customer: owed for customer, owed in rows if owed}


def debt(customer: Customer, as_of: dt.datetime) -> Decimal:
    """What `customer` owes past the due date at `as_of`."""
    return debts([customer], as_of).get(customer.pk, ZERO)


@compiled
def _owed(customers: Sequence[int], today: dt.date) -> QuerySet[Bill, tuple[int, Decimal]]:
    """Customer and what is owed past the due date, of those who owe."""
    overdue = Bill.objects.filter(state=Bill.State.ISSUED, due_on__lt=today, customer__in=each_of(customers))
    owed = Sum(F("total") - F("credited") - F("paid"), output_field=MoneyField())
    return overdue.values_list("customer").annotate(owed=owed)


def charge(product: Product, month: dt.date) -> Decimal:
    """What `product` costs in `month`: its line on the bill, its price where no bill says what each product costs.

    ZERO where the month's bill charges others and not it.
    """
    return charges([product], month)[product.pk]


def charges(products: Iterable[Product], month: dt.date) -> dict[int, Decimal]:
    """`charge` of several products of one customer in `month`, by their ids. One query."""
    owned = list(products)
    if not owned:
        return {}
    rows = dict(_charged(owned[0].customer_id, month))
    rows.pop(None, None)  # a bill that was brought with its total alone names no product
    return {product.pk: rows.get(product.pk, ZERO) if rows else product.price for product in owned}


def charges_by_month(asked: Iterable[tuple[Product, dt.date]]) -> dict[tuple[int, dt.date], Decimal]:
    """`charge` of products of any customers, each in its month, by product's id and month. One query."""
    pairs = list(asked)
    bills = Bill.objects.filter(
        customer__in={product.customer_id for product, _month in pairs}, month__in={month for _product, month in pairs}
    )
    lines: dict[tuple[int, dt.date], dict[int, Decimal]] = defaultdict(dict)
    for customer, month, product_id, amount in bills.values_list(
        "customer", "month", "lines__product_id", "lines__amount"
    ):
        if product_id is not None:
            lines[customer, month][product_id] = amount
    return {
        (product.pk, month): rows.get(product.pk, ZERO)
        if (rows := lines.get((product.customer_id, month)))
        else product.price
        for product, month in pairs
    }


@compiled
def _charged(customer: int, month: dt.date) -> QuerySet[Bill, tuple[int | None, Decimal]]:
    """Product and amount of each line of the month's bill."""
    return Bill.objects.filter(customer=customer, month=month).values_list("lines__product_id", "lines__amount")


def balance(bill: Bill) -> Decimal:
    """What is still owed on `bill`: total − credited − paid, never negative."""
    return bill.total - bill.credited - bill.paid


def is_overdue(bill: Bill, today: dt.date) -> bool:
    """Whether something of an issued bill is owed past its due date."""
    is_due = bill.due_on is not None and bill.due_on < today
    return is_due and bill.state == Bill.State.ISSUED and balance(bill) > ZERO


def is_placed(claim: BillingClaim) -> bool:
    """Whether every Bs of an applied `claim` stands on a bill, so that none waits for the next one."""
    if claim.placed is not None:
        return claim.placed
    return not Credit.objects.filter(adjustment__claim=claim, bill=None).exists()


def live_claim(product: Product, month: dt.date) -> BillingClaim | None:
    """The entered or applied claim on `product` in `month`; at most one (step 3.1)."""
    return first(_live_claims([product], month))


def live_claims(products: Iterable[Product], month: dt.date) -> dict[int, BillingClaim]:
    """The entered or applied claims on `products` in `month`, by the ids of the products."""
    return {claim.product_id: claim for claim in _live_claims(list(products), month)}


@compiled
def _live_claims(products: Sequence[Product], month: dt.date) -> QuerySet[BillingClaim]:
    found = BillingClaim.objects.filter(product__in=each_of(products), month=month, state__in=LIVE_CLAIMS)
    return found.order_by("id")


def credited_until(products: Iterable[Product]) -> dict[int, dt.date]:
    """The last day (La Paz) that a live claim on each of `products` makes good, by its id; one query.

    A waiver makes the whole of its month good, a compensation the days until it was entered.
    """
    until: dict[int, dt.date] = {}
    for product, kind, month, entered_at in _live_claims_on(list(products)):
        waived = kind == BillingClaim.Kind.BILL_WAIVER
        day = clock.next_month(month) - dt.timedelta(days=1) if waived else clock.local(entered_at).date()
        until[product] = max(day, until.get(product, day))
    return until


@compiled
def _live_claims_on(products: Sequence[Product]) -> QuerySet[BillingClaim, tuple[int, str, dt.date, dt.datetime]]:
    """Product, kind, month and time of entering of the entered or applied claims on `products`."""
    found = BillingClaim.objects.filter(product__in=each_of(products), state__in=LIVE_CLAIMS)
    return found.values_list("product_id", "kind", "month", "entered_at")


def credited_months(product_ids: Sequence[int], *, since: dt.date) -> set[dt.date]:
    """The months from `since` on in which one of the products has a live claim."""
    live = BillingClaim.objects.filter(product__in=product_ids, month__gte=since, state__in=LIVE_CLAIMS)
    return set(live.values_list("month", flat=True))


def waiting_claims() -> QuerySet[BillingClaim]:
    """Claims that wait for billing's confirmation, oldest first."""
    return (
        BillingClaim.objects.filter(state=BillingClaim.State.ENTERED)
        .select_related("customer", "product__offering", "entered_by")
        .order_by("entered_at", "id")
    )


@compiled
def claims_of(case_number: str) -> QuerySet[BillingClaim]:
    """The billing claims of a case, oldest first, with their adjustments."""
    return (
        BillingClaim.objects.filter(case_number=case_number)
        .select_related("product__offering", "adjustment")
        .order_by("id")
    )
