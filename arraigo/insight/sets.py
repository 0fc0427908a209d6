"""What each figure of a month counts, as a query: the evaluation counts it, the list behind it shows it.

Every figure counts what happened within the month, in La Paz time. Cases opened by calling a customer
who had not asked to leave (`proactive`) stand apart.
"""

import datetime as dt
import functools
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import NullIf

from arraigo import clock
from arraigo.billing.models import Adjustment
from arraigo.engine.models import Wait
from arraigo.insight.models import Judgement
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy
from arraigo.retention import aftermath
from arraigo.retention.models import Offer, Promise, RepeatFaultVerdict, RetentionCase
from arraigo.retention.queries import EVALUATION
from arraigo.terminations.models import Termination

Cases = QuerySet[RetentionCase]


@dataclass(frozen=True)
class Span:
    """One month as two moments: from `begin` on, before `end`."""

    begin: dt.datetime
    end: dt.datetime

    def holds(self, moment: str) -> dict[str, dt.datetime]:
        """The filter "`moment` lies in the month"."""
        return {f"{moment}__gte": self.begin, f"{moment}__lt": self.end}


def span(month: dt.date) -> Span:
    return Span(clock.start_of_day(month), clock.start_of_day(clock.next_month(month)))


def _judged(month: Span, **how: Any) -> Cases:
    return RetentionCase.objects.filter(pk__in=Judgement.objects.filter(**month.holds("at"), **how).values("case"))


def _waiting(month: Span) -> Cases:
    """Cases that stood at step 15 when the month ended."""
    waits = Wait.objects.filter(element=EVALUATION, created_at__lt=month.end)
    standing = waits.filter(Q(ended_at=None) | Q(ended_at__gte=month.end))
    return RetentionCase.objects.filter(instance__in=standing.values("instance"))


CASES: dict[str, Callable[[Span], Cases]] = {
    "opened": lambda month: RetentionCase.objects.filter(**month.holds("opened_at")),
    "accepted": lambda month: RetentionCase.objects.filter(**month.holds("accepted_at")),
    "lost": lambda month: RetentionCase.objects.filter(
        **month.holds("closed_at"), outcome=RetentionCase.Outcome.TERMINATION
    ),
    "judged": lambda month: _judged(month, again=False),
    "saved": lambda month: _judged(month, again=False, saved=True),
    "not_saved": lambda month: _judged(month, again=False, saved=False),
    "judged_again": lambda month: _judged(month, again=True),
    "saved_again": lambda month: _judged(month, again=True, saved=True),
    "lost_again": lambda month: _judged(month, again=True, saved=False),
    "waiting": _waiting,
}
"""Figure → the cases it counts."""


def together(month: Span) -> list[tuple[Cases, dict[str, Q]]]:
    """The figures that are broken down, a query for those that share their cases: cases, figure → which of them.

    Each counts what `CASES` counts.
    """
    moments = {
        "opened": Q(**month.holds("opened_at")),
        "accepted": Q(**month.holds("accepted_at")),
        "lost": Q(**month.holds("closed_at"), outcome=RetentionCase.Outcome.TERMINATION),
    }
    anyhow = functools.reduce(operator.or_, moments.values())
    found = [(RetentionCase.objects.filter(anyhow), moments)]
    judged = RetentionCase.objects.filter(**month.holds("judgements__at"))
    saved, again = Q(judgements__saved=True), Q(judgements__again=True)
    found.append(
        (judged, {"judged": ~again, "saved": ~again & saved, "judged_again": again, "saved_again": again & saved})
    )
    return found


TOGETHER = 2
"""Queries of `together`."""
TAKEN = Q(answer=Offer.Answer.ACCEPTED) & ~Q(approval__in=[Offer.Approval.WAITING, Offer.Approval.REFUSED])
"""An offer that was accepted and, where it takes an approval, approved."""


def behind(figure: str, month: Span, kind: str = "") -> Cases:
    """The cases that a figure leads to, of one `kind` of offer or promise where asked.

    KeyError for a figure that leads to none, or that knows no kinds. Promises, costs and the waiting
    lead to every case, the counted ones to those of customers who asked.
    """
    if kind and figure not in BY_KIND:
        raise KeyError(kind)
    if figure == "proactive":
        return CASES["opened"](month).filter(proactive=True)
    if figure in CASES:
        found = CASES[figure](month)
        return found if figure == "waiting" else found.filter(proactive=False)
    if figure == "spent":
        return RetentionCase.objects.filter(number__in=_given(month))
    _rows, number = _ROWS[figure]
    return RetentionCase.objects.filter(number__in=counted(figure, month, kind).values(number))


def counted(figure: str, month: Span, kind: str = "") -> QuerySet[Any]:
    """What a figure counts: offers, promises or things given of one `kind` where asked, else its cases."""
    if figure not in _ROWS:
        return behind(figure, month, kind)
    rows = _ROWS[figure][0](month)
    return rows.filter(kind=kind) if kind else rows


_ROWS: dict[str, tuple[Callable[[Span], QuerySet[Any]], str]] = {
    "promises_kept": (lambda month: promises(month).filter(state=Promise.State.KEPT), "case__number"),
    "promises_broken": (lambda month: promises(month).filter(state=Promise.State.BROKEN), "case__number"),
    "offered": (lambda month: offers(month), "case__number"),
    "offers_accepted": (lambda month: offers(month).filter(TAKEN), "case__number"),
    "bill_waiver": (lambda month: credits("bill_waiver", month), "claim__case_number"),
    "compensation": (lambda month: credits("compensation", month), "claim__case_number"),
    "courtesy": (lambda month: courtesies(month), "case_number"),
    "visit": (lambda month: visits(month), "case_number"),
    "competitor_price": (lambda month: priced(month), "number"),
    "cost_per_save": (lambda month: CASES["judged"](month).filter(proactive=False), "number"),
}
"""Figures that count promises, offers or things given → those, and where each has the number of its case."""
AFTERWARDS = {
    "courtesies_ended": "",
    "courtesies_stayed": aftermath.STAYED,
    "courtesies_asked": aftermath.ASKED,
    "courtesies_left": aftermath.LEFT,
}
"""Figure of the courtesies that ended → what their customers did since; "" is whatever they did."""
_ROWS |= {
    figure: (lambda month, did=did: aftermath.ended(month.begin, month.end, did), "case_number")  # type: ignore[misc]
    for figure, did in AFTERWARDS.items()
}
VISITED = (OrderState.COMPLETED, OrderState.FAILED, OrderState.PARTIAL)
"""States of an order that a technician closed, solved or not."""
GIVEN = ("bill_waiver", "compensation", "courtesy", "visit")
"""Figures of what was given in the month: together its cost."""
BY_KIND = ("promises_kept", "promises_broken", "offered", "offers_accepted", *AFTERWARDS)
"""Those that are shown kind by kind."""


def counts_things(figure: str) -> bool:
    """Whether a figure counts promises, offers or things given, of which a case may have several."""
    return figure in _ROWS and _ROWS[figure][1] != "number"


def of_cases(figure: str, month: Span, numbers: Iterable[str]) -> tuple[QuerySet[Any], str]:
    """What a figure of `GIVEN` counts in the cases `numbers`, and where it has the number of its case."""
    rows, number = _ROWS[figure]
    found = rows(month).exclude(**{number: ""})  # as the indexes of case numbers have it
    return found.filter(**{f"{number}__in": numbers}).order_by(), number


def _given(month: Span) -> QuerySet[Any]:
    """The numbers of the cases to which anything was given in the month."""
    first, *others = [rows(month).order_by().values_list(number) for rows, number in map(_ROWS.__getitem__, GIVEN)]
    return first.union(*others)


BRANCH = Subquery(
    RepeatFaultVerdict.objects.filter(case=OuterRef("pk")).order_by("-repeat_fault").values("repeat_fault")[:1]
)
OFFER = Subquery(Offer.objects.filter(TAKEN, case=OuterRef("pk")).order_by("-id").values("kind")[:1])
DIMENSIONS: dict[str, Any] = {
    "reason": F("reason"),
    "branch": BRANCH,
    "offer": OFFER,
    "team": F("team_id"),
    "center": F("customer__zone__operations_center_id"),
    "zone": F("customer__zone_id"),
    "competitor": NullIf(F("competitor"), Value("")),
}
"""What a figure can be broken down by → where the case has it. None: not known, or not reached."""


def grouped(cases: Cases, by: Iterable[str]) -> Cases:
    """`cases` with the dimensions `by` as `by_…`."""
    return cases.annotate(**{f"by_{name}": DIMENSIONS[name] for name in by})


def within(cases: Cases, by: str, key: str) -> Cases:
    """Those of `cases` whose dimension `by` is `key`, as the evaluation names it; "" is none."""
    named = grouped(cases, [by])
    if not key:
        return named.filter(**{f"by_{by}": None})
    return named.filter(**{f"by_{by}": {"True": True, "False": False}.get(key, key)})


def terminations(figure: str, month: Span, policy: Policy) -> QuerySet[Termination]:
    """The terminations behind `requested`, `executed` or `apart` (what stands apart of the counted kind)."""
    counted = policy.text("indicator.counts") if figure == "apart" else figure
    moment = "executed_at" if counted == "executed" else "requested_at"
    found = Termination.objects.filter(**month.holds(moment))
    if counted != "executed":
        found = found.filter(withdrawn_at=None)
    apart = Q(reason__in=policy.value("indicator.apart"))
    return found.filter(apart if figure == "apart" else ~apart)


def promises(month: Span) -> QuerySet[Promise]:
    """Promises that ended in the month, kept or broken."""
    return Promise.objects.filter(**month.holds("ended_at"), state__in=[Promise.State.KEPT, Promise.State.BROKEN])


def offers(month: Span) -> QuerySet[Offer]:
    """Offers made in the month to customers who had asked to leave; one that was taken back was recorded wrongly."""
    made = Offer.objects.filter(**month.holds("offered_at"), case__proactive=False)
    return made.exclude(answer=Offer.Answer.UNDONE)


def credits(kind: str, month: Span) -> QuerySet[Adjustment]:
    """Credits of applied claims of `kind`."""
    return Adjustment.objects.filter(claim__kind=kind, **month.holds("applied_at"))


def priced(month: Span) -> Cases:
    """Cases opened in the month, of customers who asked, in which a competitor was named with a price."""
    told = CASES["opened"](month).filter(proactive=False, competitor_price__isnull=False)
    return told.exclude(competitor="")


def courtesies(month: Span) -> QuerySet[Courtesy]:
    """Courtesies that began and were not withdrawn."""
    return Courtesy.objects.filter(**month.holds("starts_at")).exclude(status=Courtesy.Status.WITHDRAWN)


def visits(month: Span) -> QuerySet[WorkOrder]:
    """Orders that a technician closed, solved or not."""
    return WorkOrder.objects.filter(**month.holds("closed_at"), state__in=VISITED).exclude(case_number="")
