"""The administrator's lists: what was imported, and what the commercial system has not applied."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo.bss.models import Command
from arraigo.bss.names import NAMES
from arraigo.imports.kinds import KINDS, label_of
from arraigo.imports.models import ImportRun
from arraigo.web.filters import Choice, Days, Words
from arraigo.web.lists import Column, List


def _files(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(file_name__icontains=text)


def _subjects(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(subject__icontains=text)


def labelled(runs: list[Any]) -> list[Any]:
    """The imports with what was brought in, in words."""
    for run in runs:
        run.label = label_of(run.kind)
    return runs


IMPORTS = List(
    name="imports",
    label=_("Imports"),
    row="administration/import_row.html",
    sort="-begun",
    empty=_("Nothing was brought in yet."),
    size=25,
    columns=(
        Column("file", _("File"), ("file_name",), lambda run: run.file_name),
        Column("kind", _("What"), ("kind",), lambda run: str(run.label)),
        Column("source", _("Source"), ("source",), lambda run: run.source, shown=False),
        Column("state", _("State"), ("state",), lambda run: run.get_state_display()),
        Column("accepted", _("New"), ("accepted",), lambda run: run.accepted, css="num"),
        Column("updated", _("Changed"), ("updated",), lambda run: run.updated, css="num"),
        Column("unchanged", _("Unchanged"), ("unchanged",), lambda run: run.unchanged, css="num"),
        Column("rejected", pgettext_lazy("rows", "Rejected"), ("rejected",), lambda run: run.rejected, css="num"),
        Column("begun", _("Begun"), ("started_at",), lambda run: run.started_at, css="num"),
        Column("by", _("By"), (), lambda run: str(run.by or ""), shown=False),
        Column("sha256", "SHA-256", (), lambda run: run.sha256, shown=False),
    ),
    filters=(
        Words("words", _("File"), _files),
        Choice("kind", _("What"), lambda: [(name, kind.label) for name, kind in KINDS.items()]),
        Choice("state", _("State"), ImportRun.State.choices),
        Days("begun", _("Begun"), "started_at"),
    ),
)

COMMANDS = List(
    name="commands",
    label=_("Undelivered commands"),
    row="administration/command_row.html",
    sort="written",
    empty=_("Everything is delivered."),
    columns=(
        Column("command", _("Command"), ("kind",), lambda command: command.name),
        Column("case", _("Case"), ("subject",), lambda command: command.subject),
        Column("state", _("State"), ("status",), lambda command: command.get_status_display()),
        Column("attempts", _("Attempts"), ("attempts",), lambda command: command.attempts, css="num"),
        Column("written", _("Written"), ("created_at",), lambda command: command.created_at, css="num"),
        Column(
            "next",
            _("Next attempt"),
            ("next_attempt_at",),
            lambda command: command.next_attempt_at,
            css="num",
            nullable=True,
        ),
    ),
    filters=(
        Words("words", _("Case number"), _subjects),
        Choice("kind", _("Command"), NAMES.items()),
        Choice(
            "status",
            _("State"),
            [(value, label) for value, label in Command.Status.choices if value in ("pending", "uncertain", "failed")],
        ),
        Days("written", _("Written"), "created_at"),
    ),
)
