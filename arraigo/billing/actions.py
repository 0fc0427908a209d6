"""Billing claims (steps 4 and 13) and the life of a bill: opened, issued, paid.

Locks are taken before reading: the claim, then the customer's bills in key order.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from arraigo import clock
from arraigo.billing import credits, errors, queries
from arraigo.billing.models import Adjustment, Bill, BillingClaim, BillLine, Credit, Payment
from arraigo.billing.signals import claim_decided, claim_lapsed
from arraigo.bss import actions as outbox
from arraigo.bss.interface import commercial_system
from arraigo.customers.models import Customer
from arraigo.eventlog.actions import record
from arraigo.money import ZERO, bs
from arraigo.numbering import numbered
from arraigo.people.models import User
from arraigo.products.models import Product
from arraigo.records import key_of

State = BillingClaim.State
CLAIM_PREFIX = "RF"
ADJUSTMENT_PREFIX = "AJ"
COMMAND_PREFIX = "bill_adjustment:"


@transaction.atomic(savepoint=False)
def enter_claim(
    kind: str,
    *,
    claim_type: str,
    product: Product,
    month: dt.date,
    amount: Decimal,
    case_number: str = "",
    needs_confirmation: bool = False,
    actor: User | None,
) -> BillingClaim:
    """Ask billing to credit `amount` Bs for `month` (its first day) of `product`.

    Applied at once unless billing has to confirm it. Raises AmountNotPositive, ClaimExists, and
    AboveCharge where a waiver is more than the month's charge (a compensation may be: what does not
    fit on one bill goes to the next).
    """
    amount = bs(amount)
    _check_claim(kind, product, month, amount)
    now = clock.now()
    claim = BillingClaim.objects.create(
        **numbered(BillingClaim, CLAIM_PREFIX, now),
        kind=kind,
        claim_type=claim_type,
        customer_id=product.customer_id,
        product=product,
        month=month,
        amount=amount,
        case_number=case_number,
        needs_confirmation=needs_confirmation,
        entered_at=now,
        entered_by=actor,
        **({} if needs_confirmation else {"state": State.APPLIED, "decided_at": now, "decided_by": actor}),
    )
    if needs_confirmation:
        _record("billing_claim.entered", claim, actor)
    else:
        _apply(claim, actor)
    return claim


def _check_claim(kind: str, product: Product, month: dt.date, amount: Decimal) -> None:
    if amount <= ZERO:
        raise errors.AmountNotPositive(amount)
    if (other := queries.live_claim(product, month)) is not None:
        raise errors.ClaimExists(product.number, other.number, month)
    if kind == BillingClaim.Kind.BILL_WAIVER and amount > (charge := queries.charge(product, month)):
        raise errors.AboveCharge(amount, charge, product.number, month)


@transaction.atomic(savepoint=False)
def confirm_claim(claim: BillingClaim | int, *, actor: User) -> BillingClaim:
    """Billing confirms a waiting claim, which is applied. Raises ClaimDecided."""
    claim = _waiting(claim)
    _decide(claim, State.APPLIED, actor)
    _apply(claim, actor)
    return claim


@transaction.atomic(savepoint=False)
def refuse_claim(claim: BillingClaim | int, *, reason: str, actor: User) -> BillingClaim:
    """Billing refuses a waiting claim with a `reason`. Raises ClaimDecided, ReasonMissing."""
    claim = _waiting(claim)
    if not reason.strip():
        raise errors.ReasonMissing(claim.number)
    claim.reason = reason.strip()
    _decide(claim, State.REFUSED, actor)
    _record("billing_claim.refused", claim, actor, reason=claim.reason)
    claim_decided.send(BillingClaim, claim=claim, actor=actor)
    return claim


@transaction.atomic(savepoint=False)
def cancel_claim(claim: BillingClaim | int, *, actor: User | None, reason: str = "") -> BillingClaim:
    """Take back a claim that still waits for billing, perhaps with a `reason`. Raises ClaimDecided."""
    claim = _waiting(claim)
    claim.reason = reason
    _decide(claim, State.CANCELLED, actor)
    _record("billing_claim.cancelled", claim, actor, **({"reason": reason} if reason else {}))
    return claim


@transaction.atomic(savepoint=False)
def cancel_waiting(case_number: str, *, actor: User | None) -> int:
    """Take back the claims of a case that still wait for billing; how many."""
    waiting = BillingClaim.objects.select_for_update().filter(case_number=case_number, state=State.ENTERED)
    claims = list(waiting.order_by("id"))  # locked: one that billing decides at this moment is none of them
    for claim in claims:
        cancel_claim(claim, actor=actor)
    return len(claims)


@transaction.atomic
def lapse_claim(claim: BillingClaim | int, *, reason: str) -> bool:
    """Cancel an applied claim that is void and of which every Bs still waits for a bill, with its adjustment; whether
    it was one. A credit that another system has, or may have, stays: that system gives it."""
    claim = BillingClaim.objects.select_for_update().get(pk=key_of(claim))
    adjustment = Adjustment.objects.filter(claim=claim).first()
    shares = Credit.objects.select_for_update().filter(adjustment=adjustment).order_by("pk")
    if claim.state != State.APPLIED or not claim.is_void or adjustment is None or any(each.bill_id for each in shares):
        return False
    if outbox.call_off([_command_key(adjustment)]) and not commercial_system().immediate:
        return False
    shares.delete()
    adjustment.delete()
    claim.reason = reason
    _decide(claim, State.CANCELLED, None)
    _record("billing_claim.cancelled", claim, None, reason=reason, adjustment=adjustment.number)
    claim_lapsed.send(BillingClaim, claim=claim)
    return True


def _command_key(adjustment: Adjustment) -> str:
    return f"{COMMAND_PREFIX}{adjustment.number}"


def _waiting(waiting: BillingClaim | int) -> BillingClaim:
    claim = BillingClaim.objects.select_for_update().get(pk=key_of(waiting))
    if claim.state != State.ENTERED:
        raise errors.ClaimDecided(claim.number, claim.get_state_display(), str(claim.decided_by or "—"))
    return claim


def _decide(claim: BillingClaim, state: str, actor: User | None) -> None:
    claim.state, claim.decided_at, claim.decided_by = state, clock.now(), actor
    claim.save(update_fields=["state", "decided_at", "decided_by", "reason"])


def _apply(claim: BillingClaim, actor: User | None) -> None:
    """Credit an applied claim: adjustment, credits, event, command."""
    number = numbered(Adjustment, ADJUSTMENT_PREFIX, clock.now())
    adjustment = credits.apply(claim, _locked_bills(claim.customer_id, claim.month), number)
    _record("billing_claim.applied", claim, actor, adjustment=adjustment.number, form=adjustment.form)
    outbox.send(
        "bill_adjustment.apply",
        subject=claim.case_number,
        key=_command_key(adjustment),
        payload=_told(claim) | {"adjustment": adjustment.number, "form": adjustment.form},
    )
    claim_decided.send(BillingClaim, claim=claim, actor=actor)


def _locked_bills(customer_id: int, month: dt.date) -> list[Bill]:
    """The customer's bill of `month` and every unbilled one, locked in key order."""
    wanted = Q(month=month) | Q(state=Bill.State.UNBILLED)
    return list(Bill.objects.select_for_update().filter(wanted, customer_id=customer_id).order_by("pk"))


def _told(claim: BillingClaim) -> dict[str, str]:
    return {
        "number": claim.number,
        "kind": claim.kind,
        "claim_type": claim.claim_type,
        "product": claim.product.number,
        "month": claim.month.isoformat(),
        "amount": str(claim.amount),
    }


def _record(kind: str, claim: BillingClaim, actor: User | None, **more: str) -> None:
    record(kind, claim, actor=actor, case_number=claim.case_number, data=_told(claim) | more)


# --- the life of a bill --------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def open_month(
    customer: Customer,
    month: dt.date,
    lines: Sequence[tuple[Product | None, str, Decimal]],
    *,
    actor: User | None = None,
) -> Bill:
    """Open the unbilled bill of `month` with its `lines` (product, description, Bs).

    Credits that waited for a bill go on it. Raises BillExists.
    """
    if Bill.objects.filter(customer=customer, month=month).exists():
        raise errors.BillExists(customer.name, month)
    total = sum((bs(amount) for _, _, amount in lines), ZERO)
    bill = Bill.objects.create(customer=customer, month=month, total=total)
    BillLine.objects.bulk_create(
        BillLine(bill=bill, product=product, description=text, amount=amount) for product, text, amount in lines
    )
    credited = credits.attach_waiting(bill)
    record("bill.opened", bill, actor=actor, data={"total": str(total), "credited": str(credited)})
    return bill


@transaction.atomic(savepoint=False)
def issue_bill(bill: Bill | int, *, issued_on: dt.date, due_on: dt.date, actor: User | None = None) -> Bill:
    """Issue an unbilled bill; one that credits cover wholly counts as paid. Raises BillIssued."""
    bill = Bill.objects.select_for_update().get(pk=key_of(bill))
    if bill.state != Bill.State.UNBILLED:
        raise errors.BillIssued(bill.month)
    bill.state, bill.issued_on, bill.due_on = Bill.State.ISSUED, issued_on, due_on
    credits.settle(bill)
    bill.save()
    record("bill.issued", bill, actor=actor, data={"total": str(bill.total), "credited": str(bill.credited)})
    return bill


@transaction.atomic(savepoint=False)
def pay(
    bill: Bill | int, *, amount: Decimal, paid_at: dt.datetime, channel: str = "", actor: User | None = None
) -> Payment:
    """Take `amount` Bs for an issued bill. Raises BillNotPayable, AmountNotPositive, AboveBalance."""
    bill = Bill.objects.select_for_update().get(pk=key_of(bill))
    amount = bs(amount)
    _check_payment(bill, amount)
    payment = Payment.objects.create(bill=bill, amount=amount, paid_at=paid_at, channel=channel)
    bill.paid += amount
    credits.settle(bill)
    bill.save(update_fields=["paid", "state"])
    record("bill.paid", bill, actor=actor, data={"amount": str(amount), "balance": str(queries.balance(bill))})
    return payment


def _check_payment(bill: Bill, amount: Decimal) -> None:
    if bill.state != Bill.State.ISSUED:
        raise errors.BillNotPayable(bill.month)
    if amount <= ZERO:
        raise errors.AmountNotPositive(amount)
    if amount > queries.balance(bill):
        raise errors.AboveBalance(amount, queries.balance(bill), bill.month)
