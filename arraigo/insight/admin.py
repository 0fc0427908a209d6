"""These records in the admin, read-only."""

from arraigo.insight.models import Evaluation, IndicatorReview, Judgement, LiveBase
from arraigo.people.admin import show

show(Evaluation, IndicatorReview, Judgement, LiveBase)
