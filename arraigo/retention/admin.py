"""These records in the admin, read-only."""

from arraigo.people.admin import show
from arraigo.retention.models import (
    BackgroundReview,
    Offer,
    Override,
    ProactiveCall,
    Promise,
    Receipt,
    RepeatFaultVerdict,
    RetentionCase,
)

show(
    BackgroundReview,
    Offer,
    Override,
    ProactiveCall,
    Promise,
    Receipt,
    RepeatFaultVerdict,
    RetentionCase,
)
