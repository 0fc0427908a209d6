"""These records in the admin, read-only."""

from arraigo.people.admin import show
from arraigo.terminations.models import Termination

show(Termination)
