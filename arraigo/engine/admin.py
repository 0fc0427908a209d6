"""These records in the admin, read-only."""

from arraigo.engine.models import Instance, Wait, WorkItem
from arraigo.people.admin import show

show(Instance, Wait, WorkItem)
