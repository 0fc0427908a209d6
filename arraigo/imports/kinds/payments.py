"""Payments on bills. A bill whose file already said that it is paid counts them as part of that sum."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from arraigo import clock
from arraigo.billing.models import Bill, Payment
from arraigo.billing.queries import balance
from arraigo.imports import references
from arraigo.imports.fields import Amount, Month, Past, Row
from arraigo.imports.landing import Parsed, Setting, Tally, known, short, tally_of, told_apart, upsert
from arraigo.money import ZERO

NATURAL = ("bill_id", "paid_at", "amount")


class PaymentRow(Row):
    bill: str = Field(default="", max_length=80)
    """External id of the bill; or its customer and month."""
    customer: str = Field(default="", max_length=80)
    month: Month | None = None
    amount: Amount = Field(gt=0)
    paid_at: Past
    channel: str = Field(default="", max_length=30)

    @property
    def claims(self) -> tuple[str, ...]:
        return (f"bill {self.bill or (self.customer, self.month)}",)

    @model_validator(mode="after")
    def _names_a_bill(self) -> "PaymentRow":
        if not self.bill and not (self.customer and self.month):
            raise ValueError(_("a payment needs its bill, or its customer and month"))
        return self


def land(batch: Sequence[Parsed[PaymentRow]], setting: Setting) -> Tally:
    """Bring a batch of payments in, inside the caller's transaction."""
    tally = Tally()
    customers = references.customers_of({p.row.customer for p in batch if p.row.customer and not p.row.bill}, setting)
    batch = [each for each in batch if each.row.bill] + known(
        [each for each in batch if not each.row.bill], "customer", customers, tally
    )
    bills = _bills(batch, customers, setting)
    wanted = {}
    had = _had(batch, bills, customers, setting)
    sums = _sums(bills.values())
    for each in batch:
        bill = bills.get(_key(each.row, customers))
        reason = _apply(each.row, bill, had, sums, setting)
        if reason or bill is None:
            tally.reject(each.raw.line, [("amount" if bill else "bill", str(each.row.amount), reason)])
        else:
            row = each.row
            values = {"bill_id": bill.pk, "amount": row.amount, "paid_at": row.paid_at}
            wanted[row.external_id] = values | ({"channel": row.channel} if row.channel else {})
    landed = upsert(Payment, setting, wanted, natural=NATURAL)
    Bill.objects.bulk_update(_touched(bills.values()), ["paid", "state"], batch_size=200)
    tally.add(tally_of(landed, batch))
    return tally


def _key(row: PaymentRow, customers: Mapping[str, int]) -> Any:
    return row.bill or (customers[row.customer], row.month)


def _bills(batch: Sequence[Parsed[PaymentRow]], customers: Mapping[str, int], setting: Setting) -> dict[Any, Bill]:
    """The bills of the rows, locked, by external id or by customer and month."""
    named = {p.row.bill for p in batch if p.row.bill}
    months = {(customers[p.row.customer], p.row.month) for p in batch if not p.row.bill}
    by_month = Q(customer__in={c for c, _m in months}, month__in={m for _c, m in months})
    rows = Bill.objects.select_for_update().filter(Q(source=setting.source, external_id__in=named) | by_month)
    found: dict[Any, Bill] = {}
    for bill in rows.order_by("pk"):
        if bill.source == setting.source and bill.external_id in named:
            found[bill.external_id] = bill
        if (bill.customer_id, bill.month) in months:
            found[bill.customer_id, bill.month] = bill
    return found


def _had(
    batch: Sequence[Parsed[PaymentRow]], bills: Mapping[Any, Bill], customers: Mapping[str, int], setting: Setting
) -> dict[str, tuple[int, Decimal]]:
    """What is here already of these payments: external id → key of the bill and Bs."""
    rows = Payment.objects.filter(source=setting.source, external_id__in=[p.row.external_id for p in batch])
    had = {str(key): (bill, amount) for key, bill, amount in rows.values_list("external_id", "bill_id", "amount")}
    here = Payment.objects.filter(source=setting.source, external_id=None, bill__in=bills.values())
    entered = Counter(here.values_list("bill_id", "paid_at", "amount"))
    for each in batch:
        bill = bills.get(_key(each.row, customers))
        told = (bill.pk if bill else 0, each.row.paid_at, each.row.amount)
        if entered[told] and each.row.external_id not in had:
            entered[told] -= 1
            had[each.row.external_id] = (told[0], each.row.amount)
    return had


def _sums(bills: Any) -> dict[int, Decimal]:
    """Bs of the payments of each bill."""
    keys = {bill.pk for bill in bills}
    return dict(Payment.objects.filter(bill__in=keys).order_by().values_list("bill").annotate(sum=Sum("amount")))


def _apply(
    row: PaymentRow, bill: Bill | None, had: Mapping[str, tuple[int, Decimal]], sums: dict[int, Decimal],
    setting: Setting,
) -> str:  # fmt: skip
    """Count a payment into its bill (not saved); why it cannot be, or nothing."""
    if bill is None:
        return _("there is no such bill")
    if bill.state == Bill.State.UNBILLED:
        return _("the bill is not issued yet")
    other, before = had.get(row.external_id, (bill.pk, ZERO))
    if other != bill.pk:
        return _("the payment was on another bill before")
    more, paid_here = row.amount - before, sums.get(bill.pk, ZERO)
    # What the bill's own file said was paid, and no payment explains yet.
    told = max(bill.paid - paid_here, ZERO)
    risen = bill.paid + (more if more < ZERO else max(more - told, ZERO))
    if risen > bill.total - bill.credited:
        return _("more than the Bs %(balance)s still owed on the bill") % {"balance": balance(bill)}
    sums[bill.pk] = paid_here + more
    if risen != bill.paid:
        state = Bill.State.PAID if risen == bill.total - bill.credited else Bill.State.ISSUED
        setting.ledger.change(bill, {"paid": risen, "state": state.value})
        bill.touched = True  # type: ignore[attr-defined]
    return ""


def _touched(bills: Any) -> list[Bill]:
    return list({bill.pk: bill for bill in bills if getattr(bill, "touched", False)}.values())


def out(after: int, many: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Up to `many` payments behind the key `after`, as rows."""
    rows = list(Payment.objects.filter(pk__gt=after).select_related("bill__customer").order_by("pk")[:many])
    apart = told_apart(rows, NATURAL)
    for payment in rows:
        bill, at = payment.bill, clock.local(payment.paid_at).isoformat()
        yield payment.pk, {
            "source": payment.source,
            "external_id": payment.external_id
            or short(f"{bill.customer.number}/{bill.month:%Y-%m}/{at}/{payment.amount}{apart.get(payment.pk, '')}", 80),
            "bill": "",  # its customer and month name a bill as well, wherever it came from
            "customer": references.word_for(payment, bill.customer), "month": f"{bill.month:%Y-%m}",
            "amount": payment.amount, "paid_at": payment.paid_at, "channel": payment.channel,
        }  # fmt: skip
