"""These records in the admin, read-only."""

from django.contrib import admin

from arraigo.engine.models import Instance, Wait, WorkItem
from arraigo.people.admin import ReadOnlyAdmin, show


@admin.register(Instance)
class InstanceAdmin(ReadOnlyAdmin):
    """Runs, without their facts: those tell of credit listings, every look at which is logged."""

    exclude = ("facts", "state")


@admin.register(WorkItem)
class WorkItemAdmin(ReadOnlyAdmin):
    """Work items, without what is kept for taking them back: it holds the same facts."""

    exclude = ("move",)


show(Wait)
