"""What keeping customers costs: credits, courtesies at list price, visits at the policy's price. In Bs."""

from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from pydantic import BaseModel

from arraigo.billing.models import Adjustment, BillingClaim
from arraigo.insight import sets
from arraigo.money import ZERO, bs
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy
from arraigo.retention.models import RetentionCase

WAIVERS, COMPENSATIONS = BillingClaim.Kind.BILL_WAIVER.value, BillingClaim.Kind.COMPENSATION.value
COURTESIES, VISITS = "courtesy", "visit"


class Cost(BaseModel, frozen=True):
    """One kind of giving."""

    kind: str
    count: int
    amount: Decimal


def of_visit(policy: Policy) -> Decimal:
    """What one visit costs; nothing in versions that have no price for it."""
    return bs(policy.value("visit.cost", 0))


def of_month(span: sets.Span, policy: Policy) -> list[Cost]:
    """What was given in the month, by kind."""
    visits = sets.visits(span).count()
    return [
        _summed(WAIVERS, sets.credits(WAIVERS, span), "amount"),
        _summed(COMPENSATIONS, sets.credits(COMPENSATIONS, span), "amount"),
        _summed(COURTESIES, sets.courtesies(span), "cost"),
        Cost(kind=VISITS, count=visits, amount=visits * of_visit(policy)),
    ]


def _summed(kind: str, given: QuerySet[Adjustment] | QuerySet[Courtesy], field: str) -> Cost:
    found = given.aggregate(count=Count("id"), amount=Sum(field))
    return Cost(kind=kind, count=found["count"], amount=found["amount"] or ZERO)


def of_cases(cases: QuerySet[RetentionCase], policy: Policy) -> Decimal:
    """Everything that was given to `cases`, in whatever month."""
    numbers = cases.values("number")
    credited = Adjustment.objects.filter(claim__case_number__in=numbers).aggregate(sum=Sum("amount"))["sum"]
    granted = Courtesy.objects.filter(case_number__in=numbers).exclude(status=Courtesy.Status.WITHDRAWN)
    done = (OrderState.COMPLETED, OrderState.FAILED, OrderState.PARTIAL)
    visits = WorkOrder.objects.filter(case_number__in=numbers, state__in=done).count()
    forgone = granted.aggregate(sum=Sum("cost"))["sum"]
    return (credited or ZERO) + (forgone or ZERO) + visits * of_visit(policy)
