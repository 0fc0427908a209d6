"""Two years of bills and payments, written in bulk; the open month of each customer stays open.

The months since a case was opened are not written here: the agenda opens, issues and collects them
while the case goes on, so that waivers and compensations meet bills as they really stood.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from arraigo import clock
from arraigo.billing.models import Bill, BillLine, Payment
from arraigo.customers.models import Customer
from arraigo.demo.people import World
from arraigo.demo.plan import MONTHS, Plan
from arraigo.money import ZERO
from arraigo.products.models import Product

CHUNK = 150
"""Customers whose bills are in memory at a time."""
ISSUED_DAY, DUE_DAY = 3, 25
"""Days of the month after the one billed."""
CHANNELS = ("Caja", "Banca por internet", "Débito automático", "Billetera móvil")


def make_bills(world: World) -> int:
    """Write the bills with their lines and payments; how many bills."""
    months = _months(world.today)
    pairs = list(zip(world.plans, world.customers, strict=True))
    count = 0
    for begin in range(0, len(pairs), CHUNK):
        count += _write(pairs[begin : begin + CHUNK], months, world)
    return count


def _months(today: dt.date) -> list[dt.date]:
    month, found = today.replace(day=1), []
    for _ in range(MONTHS + 1):
        found.append(month)
        month = clock.previous_month(month)
    return found[::-1]


def _write(pairs: list[tuple[Plan, Customer]], months: list[dt.date], world: World) -> int:
    made = [each for plan, customer in pairs for each in _bills(plan, customer, months, world)]
    Bill.objects.bulk_create([bill for bill, _lines, _payment in made])
    BillLine.objects.bulk_create([line for _bill, lines, _payment in made for line in lines])
    Payment.objects.bulk_create([payment for _bill, _lines, payment in made if payment])
    return len(made)


def _bills(
    plan: Plan, customer: Customer, months: list[dt.date], world: World
) -> Iterator[tuple[Bill, list[BillLine], Payment | None]]:
    unpaid = _unpaid_from(plan, world)
    last = clock.month_of(plan.case.opened_at) if plan.case else months[-1]
    for month in months:
        products = charged(world.products[customer.pk], month)
        if not products or month > last:
            continue
        bill = Bill(customer=customer, month=month, total=sum((p.price for p in products), ZERO))
        lines = [bill_line(bill, product) for product in products]
        payment = None
        if clock.next_month(month) + dt.timedelta(days=ISSUED_DAY - 1) <= _known_on(plan, world):
            payment = _issue(bill, plan, world, paid=month < unpaid)
        yield bill, lines, payment


def _known_on(plan: Plan, world: World) -> dt.date:
    """Until when this customer's bills are written here."""
    return clock.local(plan.case.opened_at).date() if plan.case else world.today


def charged(products: list[Product], month: dt.date) -> list[Product]:
    """The products that `month` charges: those that were there on some day of it."""
    end = clock.next_month(month)
    return [
        p for p in products if p.started_on and p.started_on < end and (p.ended_on is None or p.ended_on >= month)
    ]  # fmt: skip


def bill_line(bill: Bill, product: Product) -> BillLine:
    return BillLine(bill=bill, product=product, description=product.offering.name, amount=product.price)


def _unpaid_from(plan: Plan, world: World) -> dt.date:
    """The first month that was never paid: debtors, and those withdrawn for arrears."""
    end = plan.ended_on or world.today
    if plan.trait == "debtor":
        return (end - dt.timedelta(days=30 * world.rng.randint(2, 4))).replace(day=1)
    if plan.trait == "arrears" and not plan.case:
        return (end - dt.timedelta(days=100)).replace(day=1)
    return dt.date.max


def _issue(bill: Bill, plan: Plan, world: World, *, paid: bool) -> Payment | None:
    """Issue the bill; pay it where the customer did so before the demo's moment."""
    following = clock.next_month(bill.month)
    bill.state, bill.issued_on = Bill.State.ISSUED, following.replace(day=ISSUED_DAY)
    bill.due_on = following.replace(day=DUE_DAY)
    moment = clock.start_of_day(bill.issued_on) + _delay(plan, world)
    if not paid or moment > clock.start_of_day(_known_on(plan, world)) or bill.total == ZERO:
        return None
    return _pay(bill, bill.total, moment, world.rng.choice(CHANNELS))


def _delay(plan: Plan, world: World) -> dt.timedelta:
    days = world.rng.randint(24, 60) if plan.trait == "late" else world.rng.randint(1, 22)
    return dt.timedelta(days=days, minutes=world.rng.randint(8 * 60, 19 * 60))


def _pay(bill: Bill, amount: Decimal, moment: dt.datetime, channel: str) -> Payment:
    bill.paid, bill.state = amount, Bill.State.PAID
    return Payment(bill=bill, amount=amount, paid_at=moment, channel=channel)
