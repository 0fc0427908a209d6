"""These records in the admin, read-only."""

from arraigo.desk.models import Callback
from arraigo.people.admin import show

show(Callback)
