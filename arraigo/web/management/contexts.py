"""What the pages of the evaluation show."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.eventlog.papers import PaperChanged
from arraigo.insight import costs, paper, queries, sets, words
from arraigo.insight.figures import COLUMNS, Group, MonthFigures
from arraigo.insight.models import Evaluation
from arraigo.insight.signed_counts import Asked, things
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.retention import aftermath
from arraigo.web.access import HEADS
from arraigo.web.cases.contexts import courtesy_names


def month_page(month: dt.date, user: User, by: str) -> dict[str, Any]:
    """One month: figures as signed or as they are now, sentences, reviews, and who may add what."""
    signed, reviews = queries.evaluation_of(month), queries.reviews_of(month)
    kept, forged = _kept(signed)
    figures = kept or queries.month_figures(month, by)
    reviewed = {review.role for review in reviews}
    due, over = queries.due_month(), clock.today() >= clock.next_month(month)
    signs = user.has_role(Role.COMMERCIAL_MANAGEMENT) and signed is None
    return {
        "month": month,
        "figures": figures,
        "rate": figures.indicator.rate(figures.indicator.this),
        "last_rate": figures.indicator.rate(figures.indicator.last),
        "statements": list(paper.statements(figures)),
        "charts": charts(figures),
        "by": by,
        "dimensions": words.DIMENSIONS,
        "groups": [_group(by, group) for group in figures.breakdowns.get(by, [])],
        "counted": {name: words.FIGURES[name] for name in COLUMNS},
        "hows": words.FIGURES,
        "signed": signed,
        "forged": forged,
        "reviews": reviews,
        "changed": _changed(figures, month) if kept else [],
        "aftermath": aftermath.by_kind(clock.start_of_day(month), clock.start_of_day(clock.next_month(month))),
        "courtesy_names": courtesy_names(procedures.current_policy()),
        "late": list(queries.late_faults(month)) if signed else [],
        "before": queries.evaluation_of(clock.previous_month(month)),
        "due": due,
        "over": over,
        "may_sign": signs and month == due,
        "signed_after": due if signs and over and month > due else None,
        "unreviewed": [role.label for role in HEADS if role not in reviewed],
        "may_review": over and signed is None and any(role in user.roles and role not in reviewed for role in HEADS),
        "earlier": clock.previous_month(month),
        "later": clock.next_month(month),
    }


def _kept(signed: Evaluation | None) -> tuple[MonthFigures | None, str]:
    """The figures as they were signed, and what to say where somebody changed them since."""
    try:
        return (queries.signed_figures(signed) if signed else None), ""
    except PaperChanged:
        return None, _(
            "What the database holds of this signed evaluation is no longer what was signed. The figures below are "
            "those of now; what was signed is in its PDF. Tell the administrator, who finds out with `verify-log`."
        )


def _group(by: str, group: Group) -> dict[str, Any]:
    counts = group.counts
    return {
        "key": group.key,
        "name": words.group(by, group.key, group.name),
        "counts": group.row,
        "accepted_share": round(counts.accepted * 100 / counts.opened) if counts.opened else None,
        "saved_share": round(counts.saved * 100 / counts.judged) if counts.judged else None,
    }


def _changed(signed: MonthFigures, month: dt.date) -> list[tuple[str, int, int]]:
    """Figures that the records would give otherwise today: name, as signed, as of now."""
    before, after = signed.headline, queries.headline_now(month, signed.version)
    return [
        (str(words.FIGURES[name].name), before[name], after[name]) for name in before if before[name] != after[name]
    ]


def charts(figures: MonthFigures) -> dict[str, Any]:
    """What the two charts are drawn from; their tables say the same."""
    found = figures.indicator
    return {
        "months": [date_format(each.month, "M y") for each in found.months],
        "terminations": {
            "requested": {"name": _("Requested"), "values": [each.requested for each in found.months]},
            "executed": {"name": _("Executed"), "values": [each.executed for each in found.months]},
        },
        "saves": {
            "saved": {"name": _("Saved"), "values": [each.saved for each in figures.saves]},
            "lost": {"name": _("Not saved"), "values": [each.judged - each.saved for each in figures.saves]},
        },
    }


def evaluations_page(user: User) -> dict[str, Any]:
    """Beside the signed months: the one that is to be signed, and what of it waits for `user`."""
    due = queries.due_month()
    reviewed = {review.role for review in queries.reviews_of(due)}
    return {
        "due": due,
        "over": clock.today() >= clock.next_month(due),
        "may_sign": user.has_role(Role.COMMERCIAL_MANAGEMENT),
        "may_review": any(role in user.roles and role not in reviewed for role in HEADS),
    }


def with_costs(month: dt.date, figure: str) -> Callable[[list[Any]], list[Any]]:
    """What gives each case of a list behind a figure in Bs its part of it, as `given`."""

    def prepare(cases: list[Any]) -> list[Any]:
        numbers = [case.number for case in cases]
        given = costs.by_case(figure, sets.span(month), queries.policy_of_month(month), numbers)
        for case in cases:
            case.given = given[case.number]
        return cases

    return prepare


def behind(month: dt.date, figure: str, by: str = "", key: str = "", kind: str = "") -> dict[str, Any]:
    """What a list behind a figure says of itself: the figure, how it is counted, the group and kind chosen."""
    group = words.group(by, key, queries.name_of(by, key)) if by else ""
    named = courtesy_names(procedures.current_policy()).get(kind) if figure in sets.AFTERWARDS else None
    chosen = " · ".join(filter(None, (named or (words.kind(kind) if kind else ""), group)))
    signed, asked = queries.evaluation_of(month), Asked(figure, by, key, kind)
    return {
        "month": month,
        "things": things(month, asked),
        "figure": words.FIGURES[figure],
        "by": words.DIMENSIONS.get(by, ""),
        "chosen": chosen,
        "signed": signed,
        "compared": queries.as_signed_and_now(signed, asked) if signed else None,
    }
