"""Two years of bills and payments, written in bulk; the open month of each customer stays open.

The months since a case was opened are not written here: the agenda opens, issues and collects them
while the case goes on, so that waivers and compensations meet bills as they really stood.
"""

import datetime as dt
from dataclasses import dataclass

from arraigo import clock
from arraigo.billing.models import Bill, BillLine, Payment
from arraigo.demo.bulk import Loader, Row, centavos, stamp
from arraigo.demo.people import Block, World
from arraigo.demo.plan import MONTHS, Plan
from arraigo.products.models import Product

ISSUED_DAY, DUE_DAY = 3, 25
"""Days of the month after the one billed."""
CHANNELS = ("Caja", "Banca por internet", "Débito automático", "Billetera móvil")


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
            rows.add(plan, customer.pk, block.products[customer.pk], calendar, world)
        rows.write()


@dataclass(frozen=True)
class Month:
    """A month that is billed, with what every bill of it has alike."""

    first: dt.date
    text: str
    issued_on: dt.date
    issued_text: str
    due_text: str
    issue_moment: dt.datetime

    @classmethod
    def of(cls, first: dt.date) -> "Month":
        following = clock.next_month(first)
        issued = following.replace(day=ISSUED_DAY)
        due = following.replace(day=DUE_DAY)
        return cls(
            first, first.isoformat(), issued, issued.isoformat(), due.isoformat(), clock.start_of_day(issued)
        )  # fmt: skip


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
        self.bills: list[Row] = []
        self.lines: list[Row] = []
        self.payments: list[Row] = []

    def add(
        self, plan: Plan, customer: int, products: list[Product], calendar: list[Month], world: World
    ) -> None:  # fmt: skip
        """The bills of one customer."""
        unpaid, known = _unpaid_from(plan, world), _known_on(plan, world)
        known_until = clock.start_of_day(known)
        last = clock.month_of(plan.case.opened_at) if plan.case else calendar[-1].first
        prices = {product.pk: centavos(product.price) for product in products}
        for month in calendar:
            there = charged(products, month.first)
            if not there or month.first > last:
                continue
            bill, total = self.loader.key(Bill), sum(prices[product.pk] for product in there)
            state, paid = "unbilled", 0
            issued = month.issued_on <= known
            if issued:
                moment = month.issue_moment + _delay(plan, world)
                settled = month.first < unpaid and moment <= known_until and total > 0
                state, paid = ("paid", total) if settled else ("issued", 0)
            if paid:
                channel = world.rng.choice(CHANNELS)
                self.payments.append((self.loader.key(Payment), "arraigo", bill, total, stamp(moment), channel))
            days = (month.issued_text, month.due_text) if issued else (None, None)
            self.bills.append((bill, "arraigo", customer, month.text, state, *days, total, 0, paid))
            for product in there:
                line = (self.loader.key(BillLine), bill, product.pk, product.offering.name, prices[product.pk])
                self.lines.append(line)

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
        return (end - dt.timedelta(days=30 * world.rng.randint(2, 4))).replace(day=1)
    if plan.trait == "arrears" and not plan.case:
        return (end - dt.timedelta(days=100)).replace(day=1)
    return dt.date.max


def _delay(plan: Plan, world: World) -> dt.timedelta:
    days = world.rng.randint(24, 60) if plan.trait == "late" else world.rng.randint(1, 22)
    return dt.timedelta(days=days, minutes=world.rng.randint(8 * 60, 19 * 60))
