"""What the engine keeps: definitions, running instances, work items and waits.

The engine knows nothing of retention: an instance belongs to whatever record points to it.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.people.models import Role
from arraigo.records import Record, known_words


class Definition(Record):
    """A diagram and its decision tables, published together; immutable, known by their hash."""

    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    bpmn = models.TextField()
    decisions = models.JSONField()
    """Decision name → JDM document."""
    policy = models.JSONField()
    """The policy values that decisions and expressions may name, as nested dictionaries."""
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="definition_number_unique")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Publish. A definition that was published once never changes: TypeError."""
        if not self._state.adding:
            raise TypeError(f"{self} is published: publish the next version instead.")
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class Instance(Record):
    """One run of a definition. The row is the lock of a step: take it before reading the state."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        COMPLETED = "completed", _("Completed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    definition = models.ForeignKey(Definition, models.PROTECT, related_name="instances")
    key = models.CharField(max_length=60, unique=True)
    """Names the run for people and events: the case number."""
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    outcome = models.CharField(max_length=60, blank=True)
    """The id of the end element it ended in, or the reason of the withdrawal."""
    facts = models.JSONField(default=dict)
    """The few scalars that gateways, decisions and timers need."""
    state = models.TextField(blank=True)
    """The tokens, as compact JSON of `state_version`."""
    state_version = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    @known_words(status=Status)
    class Meta:
        pass

    def __str__(self) -> str:
        return self.key


class Urgency(models.Func):
    """When an item is due, those that never are at the very end.

    The same text in queries and in the index, so that both databases read a tray in its order: SQLite
    sorts all of it otherwise, since its indexes have what is empty in front.
    """

    template = "COALESCE(%(expressions)s, '9999-12-31 00:00:00+00')"
    arity = 1

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=models.DateTimeField(), **extra)


class WorkItem(Record):
    """Something a person of a role is to do: a row of a tray."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("a task", "Open")
        COMPLETED = "completed", pgettext_lazy("a task", "Completed")
        CANCELLED = "cancelled", pgettext_lazy("a task", "Cancelled")

    instance = models.ForeignKey(Instance, models.PROTECT, related_name="work_items")
    token = models.CharField(max_length=40)
    """The engine's task id inside the instance's state."""
    element = models.CharField(max_length=60)
    """Id of the diagram's element: `step_05`, `approve_03` …"""
    role = models.CharField(max_length=30, choices=Role.choices)
    unit = models.ForeignKey("people.Unit", models.PROTECT, null=True, related_name="+")
    """Whose tray: None means every unit with the role."""
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(default=0)
    """Higher first. 0 ordinary, 1 VIP, 2 re-opened."""
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=60, blank=True)
    move = models.JSONField(null=True)
    """What completing it changed in the run, so that `engine.undo` can take it back while nothing followed."""

    @known_words(role=Role, status=Status)
    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "token"], name="work_item_token_unique"),
            models.CheckConstraint(
                condition=Q(status="open", completed_at=None) | (~Q(status="open") & Q(completed_at__isnull=False)),
                name="work_item_end_has_time",
            ),
        ]
        indexes = [
            models.Index(
                "role",
                F("priority").desc(),
                Urgency("due_at"),
                "id",
                name="work_item_urgent",
                condition=Q(status="open"),
            ),
            models.Index(fields=["instance", "id"]),
            models.Index(fields=["due_at"], name="work_item_due", condition=Q(status="open")),
            models.Index(
                fields=["unit", "-completed_at"],
                name="work_item_decided",
                condition=Q(status="completed", role="team_lead"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance.key} {self.element}"


class Wait(Record):
    """Something an instance waits for: a time (`wake_at`) or a message by name."""

    class Kind(models.TextChoices):
        TIMER = "timer", _("Time")
        MESSAGE = "message", _("Message")

    instance = models.ForeignKey(Instance, models.PROTECT, related_name="waits")
    token = models.CharField(max_length=40)
    element = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    message = models.CharField(max_length=60, blank=True)
    wake_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    @known_words(kind=Kind)
    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "token"], name="wait_token_unique"),
            models.CheckConstraint(
                condition=Q(kind="timer", wake_at__isnull=False) | Q(kind="message", wake_at=None),
                name="wait_timer_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["wake_at"], name="wait_next", condition=Q(ended_at=None, kind="timer")),
            models.Index(fields=["message", "id"], name="wait_message", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.instance.key} {self.element}"
