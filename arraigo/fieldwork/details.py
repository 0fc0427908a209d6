"""What each Xpress task was (step 7.1): which of its variants, how much, where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo.fieldwork.models import Task

Choices = tuple[tuple[str, Promise], ...]


@dataclass(frozen=True)
class Detail:
    """One thing that a task needs said: one of `choices`, else a whole number from 1 to `most`."""

    name: str
    label: Promise
    choices: Choices = ()
    most: int = 0
    unit: str = ""

    def told(self, value: Any) -> str:
        """The value in words; empty for none."""
        if value in (None, ""):
            return ""
        if self.choices:
            return str(dict(self.choices).get(str(value), value))
        return f"{self.label}: {value} {self.unit}".strip()


BOTH = "both"
DETAILS: dict[str, tuple[Detail, ...]] = {
    Task.WIFI_COVERAGE: (
        Detail(
            "moved",
            _("What was installed or moved"),
            (
                ("access_point", _("Access point installed")),
                ("outlet", _("Outlet moved")),
                (BOTH, _("Access point installed and outlet moved")),
            ),
        ),
    ),
    Task.SIGNAL_STABILITY: (Detail("devices", _("Devices cabled"), most=2),),
    Task.TV_WIRING: (
        Detail(
            "changed",
            _("What was changed"),
            (
                ("cabling", _("Inner cabling")),
                ("connectors", _("Connectors")),
                (BOTH, _("Inner cabling and connectors")),
            ),
        ),
    ),
    Task.DROP_CABLE_REPLACEMENT: (
        Detail(
            "drop",
            _("Which drop was replaced"),
            (
                ("fibre", _("Optical fibre drop")),
                ("coaxial", _("Coaxial drop")),
                ("twisted_pair", _("Twisted pair drop")),
            ),
        ),
        Detail("metres", _("Length of the drop"), most=500, unit="m"),
    ),
    Task.PHONE_EXTENSION: (Detail("extensions", _("Extensions cabled"), most=6),),
}


def told(task: str, details: Mapping[str, Any]) -> list[str]:
    """What the details of one task say, each in words."""
    given = details.get(task, {})
    lines = (detail.told(given.get(detail.name)) for detail in DETAILS.get(task, ()))
    return [line for line in lines if line]
