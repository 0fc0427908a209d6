"""The month's figures for the evaluation (step 15): each is a plain query and says how it is counted."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from arraigo import clock
from arraigo.billing.models import Adjustment, BillingClaim
from arraigo.insight import indicator
from arraigo.money import ZERO
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy, Product
from arraigo.quality.models import QualityControl
from arraigo.retention.models import Promise, RetentionCase
from arraigo.tickets.models import TroubleTicket

REACHED_EVALUATION = (RetentionCase.Outcome.ACCEPTED, RetentionCase.Outcome.EVALUATED)
"""Outcomes of the cases whose promises and controls are all behind them."""


@dataclass(frozen=True)
class MonthFigures:
    """What the evaluation of one month shows. Amounts in Bs."""

    month: dt.date
    indicator: indicator.Indicator
    opened: int
    """Cases opened in the month."""
    accepted: int
    """Cases whose last offer was accepted in the month."""
    lost: int
    """Cases that ended in a termination in the month."""
    saved: int
    """Of the cases accepted 30 days before the month's end or earlier in it: still kept (see `saved`)."""
    waiting: int
    """Cases that wait for this evaluation."""
    by_reason: list[dict[str, Any]]
    promises_kept: int
    promises_broken: int
    waived: Decimal
    compensated: Decimal
    courtesies: Decimal

    def as_json(self) -> dict[str, Any]:
        """The figures as they are kept with the signature: amounts as text."""
        plain = {name: value for name, value in self.__dict__.items() if name not in {"month", "indicator"}}
        texts = {name: str(value) if isinstance(value, Decimal) else value for name, value in plain.items()}
        return {"month": self.month.isoformat(), "indicator": self.indicator.as_json(), **texts}


def month_figures(month: dt.date, policy: Policy) -> MonthFigures:
    """The figures of the month that begins on `month`, in La Paz time."""
    begin, end = clock.start_of_day(month), clock.start_of_day(clock.next_month(month))
    opened = RetentionCase.objects.filter(opened_at__gte=begin, opened_at__lt=end)
    accepted = RetentionCase.objects.filter(accepted_at__gte=begin, accepted_at__lt=end)
    ended = RetentionCase.objects.filter(closed_at__gte=begin, closed_at__lt=end)
    promises = Promise.objects.filter(ended_at__gte=begin, ended_at__lt=end)
    return MonthFigures(
        month=month,
        indicator=indicator.of_month(month, policy),
        opened=opened.count(),
        accepted=accepted.count(),
        lost=ended.filter(outcome=RetentionCase.Outcome.TERMINATION).count(),
        saved=saved(accepted, policy).count(),
        waiting=RetentionCase.objects.filter(outcome=RetentionCase.Outcome.ACCEPTED, closed_at=None).count(),
        by_reason=_by_reason(opened),
        promises_kept=promises.filter(state=Promise.State.KEPT).count(),
        promises_broken=promises.filter(state=Promise.State.BROKEN).count(),
        waived=_credited("bill_waiver", begin, end),
        compensated=_credited("compensation", begin, end),
        courtesies=_granted(begin, end),
    )


def _by_reason(opened: QuerySet[RetentionCase]) -> list[dict[str, Any]]:
    rows = opened.values("reason").annotate(
        opened=Count("id"),
        accepted=Count("id", filter=Q(accepted_at__isnull=False)),
        lost=Count("id", filter=Q(outcome=RetentionCase.Outcome.TERMINATION)),
    )
    return [dict(row) for row in rows.order_by("-opened", "reason")]


def saved(cases: QuerySet[RetentionCase], policy: Policy) -> QuerySet[RetentionCase]:
    """The accepted cases that are saved: every product alive, no new countable fault in the 30 days
    after, every control passed. Those accepted less than 30 days ago, or with a control or a claim
    still to come, are not judged yet."""
    wait = dt.timedelta(days=policy.integer("save.days"))
    products = Product.objects.filter(cases=OuterRef("pk"))
    faults = TroubleTicket.objects.filter(
        product__cases=OuterRef("pk"),
        type=TroubleTicket.Type.FAULT,
        opened_at__gt=OuterRef("accepted_at"),
        opened_at__lte=OuterRef("accepted_at") + wait,
    ).exclude(status__in=TroubleTicket.NOT_COUNTABLE)
    controls = QualityControl.objects.filter(case_number=OuterRef("number")).exclude(
        verdict__in=[QualityControl.Verdict.PASSED, QualityControl.Verdict.CANCELLED]
    )
    claims = BillingClaim.objects.filter(case_number=OuterRef("number")).filter(
        Q(state=BillingClaim.State.ENTERED) | Q(decided_at__gt=clock.now() - wait)
    )
    running = Courtesy.objects.filter(case_number=OuterRef("number")).filter(
        Q(ended_at=None) | Q(ended_at__gt=clock.now() - wait)
    )
    return (
        cases.filter(accepted_at__lte=clock.now() - wait, outcome__in=REACHED_EVALUATION)
        .exclude(Exists(products.filter(status=Product.Status.TERMINATED)))
        .exclude(Exists(faults))
        .exclude(Exists(controls))
        .exclude(Exists(claims))
        .exclude(Exists(running))
    )


def _credited(kind: str, begin: dt.datetime, end: dt.datetime) -> Decimal:
    """Bs credited by applied claims of `kind`."""
    total = Adjustment.objects.filter(claim__kind=kind, applied_at__gte=begin, applied_at__lt=end)
    return total.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _granted(begin: dt.datetime, end: dt.datetime) -> Decimal:
    """List price, in Bs, of the courtesies that began."""
    granted = Courtesy.objects.filter(starts_at__gte=begin, starts_at__lt=end).exclude(status=Courtesy.Status.WITHDRAWN)
    return granted.aggregate(sum=Sum("cost"))["sum"] or ZERO
