"""What was imported: one row per run, and what each batch of it made and changed."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.imports.names import rejects_place
from arraigo.records import Record, known_words


class ImportRun(Record):
    """One file brought in (or about to be): its digest, its mapping and its counts."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        WAITING = "waiting", _("Waiting for the worker")
        TRYING = "trying", _("Being tried")
        RUNNING = "running", _("Being brought in")
        DONE = "done", pgettext_lazy("an import", "Brought in")
        FAILED = "failed", pgettext_lazy("an import", "Stopped")
        UNDONE = "undone", pgettext_lazy("an import", "Undone")

    AT_WORK = (State.WAITING, State.TRYING, State.RUNNING)

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    accepted = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    mapping = models.JSONField(default=dict)
    """The mapping used, as in its file."""
    create_missing = models.BooleanField(default=False)
    stored = models.CharField(max_length=300, blank=True)
    """Path of the uploaded or picked-up file; empty for one given on the command line."""
    lines = models.PositiveBigIntegerField(default=0)
    lines_done = models.PositiveBigIntegerField(default=0)
    """How far the present pass over the file is."""
    lines_landed = models.PositiveBigIntegerField(default=0)
    """How far any pass was that landed its rows: the counts are those of the lines up to here."""
    beat_at = models.DateTimeField(null=True)
    """When the process that carries it out was last heard of."""
    trial = models.JSONField(default=dict)
    """Counts of the last dry run, and the name of its file of rejects."""
    rejects_file = models.CharField(max_length=300, blank=True)
    """Its name in the data folder (of older runs its whole path); empty where every row was taken."""
    problem = models.TextField(blank=True)
    """The sentence with which it stopped."""
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    @known_words(state=State)
    class Meta:
        verbose_name = _("import")
        indexes = [models.Index(fields=["sha256"]), models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @property
    def counts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("accepted", "updated", "unchanged", "rejected")}

    @property
    def rejects(self) -> Path | None:
        """The rows that were not taken, while their file is kept; of the dry run before it is brought in."""
        tried = str(self.trial.get("rejects_file", ""))
        name = tried or self.rejects_file if self.state == self.State.DRAFT else self.rejects_file or tried
        path = rejects_place(name)
        return path if name and path.is_file() else None

    @property
    def has_landed(self) -> bool:
        """Whether any row of it is new or changed something."""
        return bool(self.accepted or self.updated)

    @property
    def is_undoable(self) -> bool:
        """Whether it brought something in, be it only a part of its file, and is not at work."""
        stopped = self.state in (self.State.DRAFT, self.State.FAILED) and self.has_landed
        return self.state == self.State.DONE or stopped

    @property
    def percent(self) -> int:
        """How far it is, in percent of the file's lines."""
        return min(100, self.lines_done * 100 // self.lines) if self.lines else 0


class ImportBatch(Record):
    """What one batch of a run made and changed: by it a run can be undone."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="batches")
    made = models.JSONField(default=dict)
    """Model label → ranges [first, last] of the keys of the records that were made."""
    changed = models.JSONField(default=dict)
    """Model label → key → field → [before, after], as text."""
    removed = models.JSONField(default=dict)
    """Model label → records that were taken away, whole."""
    fates = models.JSONField(default=dict)
    """accepted or updated → ranges [first, last] of the lines of the file whose rows were."""
    last_event = models.BigIntegerField(null=True)
    """Key of the log's last event when it landed: what happens to its records afterwards has a higher one."""

    def __str__(self) -> str:
        return f"{self.run_id}"
