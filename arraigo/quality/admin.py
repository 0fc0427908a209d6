"""These records in the admin, read-only."""

from arraigo.people.admin import show
from arraigo.quality.models import ContactAttempt, QualityControl

show(ContactAttempt, QualityControl)
