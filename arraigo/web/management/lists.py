"""The lists behind the figures: cases and terminations."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from arraigo.insight.figures import MonthFigures
from arraigo.insight.queries import SignedMonth
from arraigo.terminations.models import Termination
from arraigo.web import matching
from arraigo.web.filters import Choice, Days, Flag, Words
from arraigo.web.lists import Column, List


def judgement(case: Any, *, again: bool) -> Any:
    """The case's judgement, the first or the one at 90 days; None where it is not judged yet."""
    return next((each for each in case.judgements.all() if each.again == again), None)


def _because(case: Any, *, again: bool) -> str:
    found = judgement(case, again=again)
    return "" if found is None else f"{found.get_because_display()} {found.detail}".strip()


def _place(case: Any) -> str:
    return f"{case.customer.zone or '—'} · {case.team.name}"


FIGURE_CASES = List(
    name="figure_cases",
    label=_("Cases behind a figure"),
    row="management/case_row.html",
    sort="-opened",
    empty=_("No cases."),
    remembers=False,
    columns=(
        Column("number", _("Case"), ("number",), lambda case: case.number),
        Column("customer", _("Customer"), ("customer__name",), lambda case: case.customer.name),
        Column("reason", _("Cause"), ("reason",), lambda case: case.get_reason_display()),
        Column("zone", _("Zone and team"), ("customer__zone__name",), _place, nullable=True),
        Column("opened", _("Opened"), ("opened_at",), lambda case: case.opened_at, css="num"),
        Column("accepted", _("Accepted"), ("accepted_at",), lambda case: case.accepted_at, css="num", nullable=True),
        Column("outcome", _("Outcome"), ("outcome",), lambda case: case.get_outcome_display()),
        Column("judged", _("Judged"), (), lambda case: _because(case, again=False)),
        Column("judged_again", _("At 90 days"), (), lambda case: _because(case, again=True), shown=False),
    ),
    filters=(Words("words", _("Customer or case number"), matching.by("number")),),
)

_GIVEN = Column("given", _("Bs"), (), lambda case: case.given, css="num")
COST_CASES = replace(FIGURE_CASES, columns=(*FIGURE_CASES.columns[:6], _GIVEN, *FIGURE_CASES.columns[6:]))
"""The cases behind a figure in Bs, each with what it has of it (`case.given`)."""


FIGURE_TERMINATIONS = List(
    name="figure_terminations",
    label=_("Terminations behind a figure"),
    row="management/termination_row.html",
    sort="-requested",
    empty=_("No terminations."),
    remembers=False,
    columns=(
        Column("number", _("Termination"), ("number",), lambda baja: baja.number),
        Column("customer", _("Customer"), ("customer__name",), lambda baja: baja.customer.name),
        Column("product", _("Product"), ("product__number",), lambda baja: str(baja.product)),
        Column("reason", _("Reason"), ("reason",), lambda baja: baja.get_reason_display()),
        Column("case", _("Case"), ("case_number",), lambda baja: baja.case_number),
        Column(
            "requested", _("Requested"), ("requested_at",), lambda baja: baja.requested_at, css="num", nullable=True
        ),
        Column("executed", _("Executed"), ("executed_at",), lambda baja: baja.executed_at, css="num", nullable=True),
    ),
    filters=(Choice("reason", _("Reason"), Termination.Reason.choices),),
)


def _figure(row: SignedMonth, read: Callable[[MonthFigures], int]) -> int | None:
    return None if row.figures is None else read(row.figures)


SIGNED_MONTHS = List(
    name="signed-months",
    label=_("Monthly evaluation"),
    row="management/signed_row.html",
    sort="-month",
    empty=_("No evaluation is signed yet."),
    columns=(
        Column("month", _("Month"), ("month",), lambda row: row.evaluation.month),
        Column("terminations", _("Terminations"), (), lambda row: _figure(row, lambda found: found.indicator.count)),
        Column(
            "before",
            _("The month before"),
            (),
            lambda row: _figure(row, lambda found: found.indicator.previous),
            shown=False,
        ),
        Column("saved", _("Saved of judged"), (), lambda row: _figure(row, lambda found: found.counts.saved)),
        Column("judged", _("Judged"), (), lambda row: _figure(row, lambda found: found.counts.judged), shown=False),
        Column("by", _("Signed by"), ("signed_by__last_name",), lambda row: str(row.evaluation.signed_by)),
        Column(
            "decision",
            _("Decision"),
            ("reformulate",),
            lambda row: str(_("Reformulate") if row.evaluation.reformulate else _("Feedback")),
        ),
        Column("signed", _("Signed"), ("signed_at",), lambda row: row.evaluation.signed_at, css="num"),
    ),
    filters=(
        Flag("reformulate", _("Reformulate"), lambda rows: rows.filter(reformulate=True)),
        Days("month", _("Month"), months=True),
    ),
)
