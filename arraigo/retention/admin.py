"""These records in the admin, read-only.

Reviews of the background are not among them: they tell of credit listings, every look at which is logged.
"""

from arraigo.people.admin import show
from arraigo.retention.models import (
    Offer,
    Override,
    ProactiveCall,
    Promise,
    Receipt,
    RepeatFaultVerdict,
    RetentionCase,
)

show(
    Offer,
    Override,
    ProactiveCall,
    Promise,
    Receipt,
    RepeatFaultVerdict,
    RetentionCase,
)
