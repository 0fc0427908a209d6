"""Reading evaluations and reviews."""

import datetime as dt

from arraigo import clock
from arraigo.insight.figures import MonthFigures
from arraigo.insight.figures import month_figures as figures_of
from arraigo.insight.models import Evaluation, IndicatorReview
from arraigo.procedure import queries as procedures


def month_figures(month: dt.date) -> MonthFigures:
    """The month's figures under the current version."""
    return figures_of(month, procedures.current_policy())


def evaluations() -> list[Evaluation]:
    return list(Evaluation.objects.select_related("signed_by").order_by("-month"))


def evaluation_of(month: dt.date) -> Evaluation | None:
    return Evaluation.objects.select_related("signed_by").filter(month=month).first()


def reviews_of(month: dt.date) -> list[IndicatorReview]:
    return list(IndicatorReview.objects.select_related("by").filter(month=month).order_by("role"))


def last_month() -> dt.date:
    """The month that is evaluated now: the one before the present one."""
    return clock.previous_month(clock.today())
