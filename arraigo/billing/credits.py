"""Where the money of an adjustment goes: shares on bills, never above what a bill still owes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from arraigo import clock
from arraigo.billing.models import Adjustment, Bill, BillingClaim, Credit
from arraigo.billing.queries import balance
from arraigo.billing.signals import credits_placed
from arraigo.eventlog.actions import record
from arraigo.money import ZERO

Form = Adjustment.Form


@dataclass(frozen=True)
class Share:
    """A part in Bs of an adjustment; `bill` is None where it waits for a bill to be opened."""

    bill: Bill | None
    amount: Decimal


def form_of(bill: Bill | None, month: dt.date, today: dt.date) -> str:
    """How a month is credited: by the state of its bill, or by its age where it has none.

    Unbilled: on the bill itself. Issued: a credit note on it. Paid: on the next bill.
    """
    if bill is None:
        return Form.ON_BILL if month >= today.replace(day=1) else Form.NEXT_BILL
    forms = {
        Bill.State.UNBILLED: Form.ON_BILL,
        Bill.State.ISSUED: Form.CREDIT_NOTE,
        Bill.State.PAID: Form.NEXT_BILL,
    }
    return forms[Bill.State(bill.state)]


def share_out(amount: Decimal, month: dt.date, bills: Sequence[Bill]) -> list[Share]:
    """Spread `amount` Bs: first on the bill of `month`, then on open ones of later months, the rest waits.

    `bills` are the customer's bill of `month` and all unbilled ones. The shares sum up to `amount`. No earlier bill
    carries it: who was promised a month to come finds it on that month's bill.
    """
    own = [bill for bill in bills if bill.month == month]
    later = sorted((b for b in bills if b.month > month and b.state == Bill.State.UNBILLED), key=lambda b: b.month)
    shares, left = [], amount
    for bill in own + later:
        part = min(left, balance(bill))
        if part > ZERO:
            shares.append(Share(bill, part))
            left -= part
    if left > ZERO:
        shares.append(Share(None, left))
    return shares


def put(adjustment: Adjustment, shares: Sequence[Share], customer_id: int) -> None:
    """Write `shares` as credits and raise the bills' `credited`; a bill with nothing left to pay is paid."""
    Credit.objects.bulk_create(
        Credit(adjustment=adjustment, customer_id=customer_id, bill=s.bill, amount=s.amount) for s in shares
    )
    touched = [_credit(share.bill, share.amount) for share in shares if share.bill is not None]
    if touched:
        Bill.objects.bulk_update(touched, ["credited", "state"])


def _credit(bill: Bill, amount: Decimal) -> Bill:
    bill.credited += amount
    settle(bill)
    return bill


def settle(bill: Bill) -> None:
    """Mark an issued bill on which nothing is owed any more as paid (not saved)."""
    if bill.state == Bill.State.ISSUED and balance(bill) == ZERO:
        bill.state = Bill.State.PAID


def attach_waiting(bill: Bill) -> Decimal:
    """Put waiting credits of the customer on the new `bill`, oldest first; how much. Saves `bill`.

    It takes those of its own month and of earlier ones; a bill that came as issued, as a credit note. A credit that
    fits only in part is split; the rest waits on. What its file says was credited already counts as theirs: the
    operator's own system was told of them.
    """
    placed = _spread(bill, bill.total - bill.paid, _due_on(bill))
    carried = sum((credit.amount for credit in placed), ZERO)
    if placed:
        bill.credited = max(bill.credited, carried)
        _settled(bill, placed)
    return carried


def match_told(bill: Bill, risen: Decimal) -> list[Credit]:
    """Let waiting credits stand on a known `bill` of which a file tells that Bs `risen` more were credited; which.

    The operator's own system was told of them: they are part of `credited`, which does not rise again.
    """
    placed = _spread(bill, risen, _due_on(bill))
    if placed:
        _settled(bill, placed)
    return placed


def set_off(bill: Bill, *, of_any_month: bool) -> bool:
    """Let what is owed on `bill` carry the credits that wait, be it of whatever month (where it is among the last of
    a customer) or of its own and earlier ones; whether it carries any."""
    placed = _spread(bill, balance(bill), _waiting(bill) if of_any_month else _due_on(bill))
    if placed:
        bill.credited += sum((credit.amount for credit in placed), ZERO)
        _settled(bill, placed)
    return bool(placed)


def _waiting(bill: Bill) -> QuerySet[Credit]:
    """The credits of the bill's customer that wait for a bill, locked where they are read."""
    return Credit.objects.select_for_update(of=("self",)).filter(customer_id=bill.customer_id, bill=None)


def _due_on(bill: Bill) -> QuerySet[Credit]:
    """Those that may go on `bill`: of its own month and of earlier ones."""
    return _waiting(bill).filter(adjustment__claim__month__lte=bill.month)


def _spread(bill: Bill, room: Decimal, waiting: QuerySet[Credit]) -> list[Credit]:
    """Those of the `waiting` credits that `bill` carries from now on, up to `room` Bs."""
    placed: list[Credit] = []
    for credit in waiting.order_by("id"):
        part = min(credit.amount, room)
        if part == ZERO:
            break
        room -= part
        placed.append(_place(credit, bill, part))
    return placed


def _place(credit: Credit, bill: Bill, part: Decimal) -> Credit:
    """Let `bill` carry `part` Bs of a credit; what is more waits on."""
    if part < credit.amount:
        rest = credit.amount - part
        Credit.objects.create(adjustment_id=credit.adjustment_id, customer_id=credit.customer_id, amount=rest)
    credit.bill, credit.amount = bill, part
    credit.save()
    return credit


def _settled(bill: Bill, placed: Sequence[Credit]) -> None:
    """Save what `placed` leaves of the bill, and tell it."""
    settle(bill)
    bill.save(update_fields=["credited", "state"])
    adjustments = Adjustment.objects.filter(pk__in={credit.adjustment_id for credit in placed})
    if bill.state != Bill.State.UNBILLED:
        adjustments.exclude(form=Form.CREDIT_NOTE).update(form=Form.CREDIT_NOTE)
    _record_placed(bill, placed, {each.pk: each for each in adjustments.select_related("claim")})
    whole = adjustments.exclude(Exists(Credit.objects.filter(adjustment=OuterRef("pk"), bill=None)))
    if numbers := list(whole.order_by("pk").values_list("claim__number", flat=True)):
        credits_placed.send(Credit, claims=numbers)


def _record_placed(bill: Bill, placed: Sequence[Credit], adjustments: Mapping[int, Adjustment]) -> None:
    """One event a credit that waited: of which claim, on the bill of which month, how many Bs."""
    for credit in placed:
        adjustment = adjustments[credit.adjustment_id]
        claim = adjustment.claim
        told = {"number": claim.number, "adjustment": adjustment.number, "form": adjustment.form,
                "bill": bill.month.isoformat(), "amount": str(credit.amount)}  # fmt: skip
        record("credit.placed", claim, actor=None, case_number=claim.case_number, data=told)


def apply(claim: BillingClaim, bills: Sequence[Bill], number: dict[str, object]) -> Adjustment:
    """Create the adjustment of `claim` under `number` and put its credits on the locked `bills`."""
    now = clock.now()
    own = next((bill for bill in bills if bill.month == claim.month), None)
    form = form_of(own, claim.month, clock.local(now).date())
    adjustment = Adjustment.objects.create(**number, claim=claim, form=form, amount=claim.amount, applied_at=now)
    shares = share_out(claim.amount, claim.month, bills)
    put(adjustment, shares, claim.customer_id)
    claim.placed = all(share.bill for share in shares)
    return adjustment
