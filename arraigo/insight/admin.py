"""These records in the admin, read-only."""

from arraigo.insight.models import Evaluation, IndicatorReview
from arraigo.people.admin import show

show(Evaluation, IndicatorReview)
