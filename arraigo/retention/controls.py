"""When the controls fall due, and what is looked up before the call (steps 9 and 10)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.documents.values import paper_language
from arraigo.messages import actions as messages
from arraigo.orders.models import WorkOrder
from arraigo.people import queries as people
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy
from arraigo.quality.models import QualityControl
from arraigo.retention.models import RetentionCase
from arraigo.tickets import actions as tickets
from arraigo.tickets.models import ConfirmedSolution, TroubleTicket
from arraigo.tickets.queries import countable_faults
from arraigo.workdays import queries as workdays

WHO: dict[str, str] = {
    QualityControl.Kind.POST_VISIT: Role.INCIDENT_FOLLOW_UP,
    QualityControl.Kind.POST_SERVICE: Role.QUALITY_MANAGEMENT,
}
"""Whose control is which."""
TOLD_AT_ONCE = 200


def call_time(moment: dt.datetime, policy: Policy) -> dt.datetime:
    """The end of the last call window on the next business day from `moment` on.

    Two and thirty days are calendar days; the call itself falls on a business day.
    """
    day = workdays.next_business_day(clock.local(moment).date())
    ends = [dt.time.fromisoformat(window[1]) for window in policy.value("control.windows")]
    due = dt.datetime.combine(day, max(ends), clock.LA_PAZ).astimezone(dt.UTC)
    if due > moment:
        return due
    later = workdays.next_business_day(day + dt.timedelta(days=1))
    return dt.datetime.combine(later, max(ends), clock.LA_PAZ).astimezone(dt.UTC)


def new_faults(order: WorkOrder) -> list[TroubleTicket]:
    """Countable faults on the order's products since the visit was closed, which resolved what was open.

    Opened after it, or of before and open again, or of before and with a solution that the customer has disputed
    since and not confirmed after that; these `came_back`.
    """
    since = order.closed_at or order.created_at
    answered = ConfirmedSolution.objects.filter(
        product=OuterRef("product"), at__gte=OuterRef("disputed_at"), ticket__opened_at__gte=OuterRef("opened_at")
    )
    again = Q(resolved_at=None) | Q(disputed_at__gt=since) & ~Exists(answered)
    found = countable_faults().filter(Q(opened_at__gt=since) | again, product__in=order.products.all())
    faults = list(found.select_related("product__offering").order_by("opened_at", "id"))
    for ticket in faults:
        ticket.came_back = ticket.opened_at <= since
    return faults


def confirm_solution(order: WorkOrder, *, actor: User) -> None:
    """The customer confirms what the order's visit solved: everything works 2 days later (step 9)."""
    faults = countable_faults().filter(product__in=order.products.all(), opened_at__lte=order.closed_at)
    last = {ticket.product_id: ticket for ticket in faults.order_by("opened_at", "id")}
    if last:
        with paper_language():
            reason = _("The control after the visit passed: %(order)s.") % {"order": order.number}
        tickets.confirm_solutions(last.values(), reason=reason, actor=actor, case_number=order.case_number)


def take_up_again(order: WorkOrder, *, answer: str, actor: User) -> None:
    """The tickets that the order's visit resolved are worked on again: its control failed, says `answer`."""
    solved = TroubleTicket.objects.select_for_update().filter(
        product__in=order.products.all(), status=TroubleTicket.Status.RESOLVED, resolved_at=order.closed_at
    )
    tickets.take_up_again(list(solved.order_by("id")), note=answer, actor=actor, case_number=order.case_number)


@dataclass(frozen=True)
class Given:
    """Something promised to the customer, and whether it really stands where it was promised."""

    number: str
    kind: str
    """Kind of the claim, or of the courtesy by its code in the policy."""
    state: str
    amount: Decimal | None
    bills: Sequence[dt.date]
    """Months of the bills that carry the credit; empty where none does yet."""
    real: bool
    last_day: dt.date | None = None
    """Of a courtesy."""


def given(case_number: str) -> list[Given]:
    """The waiver or compensation as it stands on the bills, and the courtesy as it runs."""
    claims = BillingClaim.objects.filter(case_number=case_number).exclude(state=BillingClaim.State.CANCELLED)
    month = "adjustment__credits__bill__month"
    rows = claims.order_by("id", month).values_list("number", "kind", "state", "amount", month)
    found = []
    for (number, kind, state, amount), same in groupby(rows, key=lambda row: row[:4]):
        bills = [credited[4] for credited in same if credited[4]]
        found.append(Given(number, kind, state, amount, bills, bool(bills)))
    running = (Courtesy.Status.ACTIVE, Courtesy.Status.ENDED)
    courtesies = Courtesy.objects.filter(case_number=case_number).order_by("id")
    return found + [
        Given("", each.kind, each.status, None, [], each.status in running, each.last_day) for each in courtesies
    ]


def facts(order: WorkOrder, since: Iterable[TroubleTicket]) -> dict[str, Any]:
    """What the caller should know before calling, as it is kept with the verdict: the new faults `since` the
    visit, the state of every product, and whether what was promised really stands on the bill."""
    return {
        "new_faults": [ticket.number for ticket in since],
        "products": {product.number: product.status for product in order.products.all()},
        "given": [
            {"number": each.number, "kind": each.kind, "state": each.state,
             "on_bill": ", ".join(f"{month:%m/%Y}" for month in each.bills)}
            for each in given(order.case_number)
        ],
    }  # fmt: skip


@transaction.atomic
def tell_of_overdue() -> int:
    """Tell the heads of the calling team and of the case's team, once, of each overdue control; how many."""
    now = clock.now()
    overdue = QualityControl.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        verdict=QualityControl.Verdict.PENDING, due_at__lt=now, late_told_at=None
    )
    controls = list(overdue.order_by("id")[:TOLD_AT_ONCE])
    numbers = [control.case_number for control in controls]
    cases = RetentionCase.objects.filter(number__in=numbers).select_related("team__head").in_bulk(field_name="number")
    heads = {kind: _heads(role) for kind, role in WHO.items()}
    for control in controls:
        case = cases.get(control.case_number)
        told = {head.pk: head for head in [*heads[control.kind], case.team.head if case else None] if head}
        due = f"{clock.local(control.due_at):%d/%m/%Y %H:%M}"
        messages.notify_all(told.values(), "control.late", {"due": due}, control.case_number)
    QualityControl.objects.filter(pk__in=[control.pk for control in controls]).update(late_told_at=now)
    return len(controls)


def _heads(role: str) -> list[User | None]:
    return [unit.head for unit in people.units_with_role(role).select_related("head")]
