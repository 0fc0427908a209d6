"""Two years of bills and payments, written in bulk; the open month of each customer stays open.

The months since a case was opened are not written here: the agenda opens, issues and collects them
while the case goes on, so that waivers and compensations meet bills as they really stood.
"""

import datetime as dt
from dataclasses import dataclass
from math import inf

from arraigo import clock
from arraigo.billing.models import Bill, BillLine, Payment
from arraigo.demo.bulk import Loader, Row, centavos
from arraigo.demo.people import Block, World
from arraigo.demo.plan import MONTHS, Plan
from arraigo.products.models import Product

ISSUED_DAY, DUE_DAY = 3, 25
"""Days of the month after the one billed."""
CHANNELS = ("Caja", "Banca por internet", "Débito automático", "Billetera móvil")


LATEST = 60
"""Days after the issue within which everybody has paid who pays."""
DAYS = [dt.timedelta(days=number) for number in range(LATEST + 1)]
MINUTES = [f"{12 + minute // 60:02}:{minute % 60:02}:00" for minute in range(11 * 60)]
"""Times of the day at which people pay: 8:00 to 19:00 in Cochabamba, in UTC as they are written."""
BILL = ("id", "source", "customer_id", "month", "state", "issued_on", "due_on", "total", "credited", "paid")
LINE = ("id", "bill_id", "product_id", "description", "amount")
PAYMENT = ("id", "source", "bill_id", "amount", "paid_at", "channel")
CHUNK = 500
"""Customers whose bills are in memory at a time."""


def make_bills(world: World, block: Block) -> None:
    """Write the block's bills with their lines and payments."""
    calendar = [Month.of(month) for month in _months(world.today)]
    for begin in range(0, len(block.pairs), CHUNK):
        rows = _Rows(world.loader)
        for plan, customer in block.pairs[begin : begin + CHUNK]:
            charges = [_charge(product) for product in block.products[customer.pk]]
            rows.add(plan, customer.pk, charges, calendar, world)
        rows.write()


@dataclass(frozen=True)
class Month:
    """A month that is billed, with what every bill of it has alike, as text where it is written so."""

    first: dt.date
    text: str
    issued_on: dt.date
    issued: str
    due: str
    days: list[str]
    """The days from the issue on, on which bills of the month are paid."""

    @classmethod
    def of(cls, first: dt.date) -> "Month":
        issued = clock.next_month(first).replace(day=ISSUED_DAY)
        days = [(issued + dt.timedelta(days=number)).isoformat() for number in range(LATEST + 1)]
        return cls(first, first.isoformat(), issued, issued.isoformat(), issued.replace(day=DUE_DAY).isoformat(), days)


@dataclass(frozen=True)
class Charge:
    """What one product adds to a bill, in the months from `begin` to `end` as counted by `_count`."""

    product: int
    name: str
    centavos: int
    begin: float
    end: float


def _charge(product: Product) -> Charge:
    begin = _count(product.started_on) if product.started_on else inf
    end = _count(product.ended_on) if product.ended_on else inf
    return Charge(product.pk, product.offering.name, centavos(product.price), begin, end)


def _count(day: dt.date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month


def _months(today: dt.date) -> list[dt.date]:
    month, found = today.replace(day=1), []
    for _ in range(MONTHS + 1):
        found.append(month)
        month = clock.previous_month(month)
    return found[::-1]


class _Rows:
    """Rows of three tables on their way: a demo of an operator's size has twenty million of them."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader
        self.bill_keys, self.line_keys = loader.keys(Bill), loader.keys(BillLine)
        self.payment_keys = loader.keys(Payment)
        self.bills: list[Row] = []
        self.lines: list[Row] = []
        self.payments: list[Row] = []

    def add(self, plan: Plan, customer: int, charges: list[Charge], calendar: list[Month], world: World) -> None:
        """The bills of one customer, with their lines and payments."""
        unpaid, known = _unpaid_from(plan, world), _known_on(plan, world)
        last = clock.month_of(plan.case.opened_at) if plan.case else calendar[-1].first
        slow, random = plan.trait == "late", plan.chance("bills").random
        for count, month in enumerate(calendar, _count(calendar[0].first)):
            if month.first > last:
                return
            there = [charge for charge in charges if charge.begin <= count <= charge.end]
            if not there:
                continue
            bill, total = next(self.bill_keys), sum(charge.centavos for charge in there)
            self.lines += [(next(self.line_keys), bill, each.product, each.name, each.centavos) for each in there]
            if month.issued_on > known:
                self.bills.append((bill, "arraigo", customer, month.text, "unbilled", None, None, total, 0, 0))
                continue
            days = 24 + int(random() * 37) if slow else 1 + int(random() * 22)
            settled = month.first < unpaid and month.issued_on + DAYS[days] < known and total > 0
            state, paid = ("paid", total) if settled else ("issued", 0)
            self.bills.append((bill, "arraigo", customer, month.text, state, month.issued, month.due, total, 0, paid))
            if settled:
                moment = f"{month.days[days]} {MINUTES[int(random() * len(MINUTES))]}"
                channel = CHANNELS[int(random() * len(CHANNELS))]
                self.payments.append((next(self.payment_keys), "arraigo", bill, total, moment, channel))

    def write(self) -> None:
        self.loader.rows(Bill, BILL, self.bills)
        self.loader.rows(BillLine, LINE, self.lines)
        self.loader.rows(Payment, PAYMENT, self.payments)


def _known_on(plan: Plan, world: World) -> dt.date:
    """Until when this customer's bills are written here."""
    return clock.local(plan.case.opened_at).date() if plan.case else world.today


def charged(products: list[Product], month: dt.date) -> list[Product]:
    """The products that `month` charges: those that were there on some day of it."""
    end = clock.next_month(month)
    return [
        p for p in products if p.started_on and p.started_on < end and (p.ended_on is None or p.ended_on >= month)
    ]  # fmt: skip


def _unpaid_from(plan: Plan, world: World) -> dt.date:
    """The first month that was never paid: debtors, and those withdrawn for arrears."""
    end = plan.ended_on or world.today
    if plan.trait == "debtor":
        return (end - dt.timedelta(days=30 * plan.chance("debt").randint(2, 4))).replace(day=1)
    if plan.trait == "arrears" and not plan.case:
        return (end - dt.timedelta(days=100)).replace(day=1)
    return dt.date.max
