"""What a notice says: one sentence for each kind, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from arraigo.bss.names import name as command_name

SENTENCES = {
    "case.closed_elsewhere": gettext_noop("Case %(case)s was closed: %(because)s."),
    "case.reopened": gettext_noop("Case %(case)s was re-opened: %(because)s."),
    "work_item.assigned": gettext_noop("A task of case %(case)s is now yours."),
    "offer.approved": gettext_noop("Your offer of Bs %(amount)s in case %(case)s was approved."),
    "offer.refused": gettext_noop("Your offer of Bs %(amount)s in case %(case)s was not approved: %(reason)s."),
    "claim.applied": gettext_noop("Billing applied claim %(number)s of Bs %(amount)s (case %(case)s)."),
    "claim.refused": gettext_noop("Billing refused claim %(number)s of Bs %(amount)s (case %(case)s): %(reason)s."),
    "work_order.failed": gettext_noop("Work order %(order)s (case %(case)s) could not be solved on site."),
    "work_order.late": gettext_noop("Work order %(order)s (case %(case)s) is past its 24 hours."),
    "control.failed": gettext_noop("A quality control of case %(case)s failed: the case is open again."),
    "command.stuck": gettext_noop("A command to the commercial system needs you: %(kind)s, case %(case)s."),
}
"""Kind → English sentence; its places are filled from the notice's data, `case` from its number."""


class _Known(dict[str, Any]):
    """The data of a notice; what is missing shows as a dash instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence(kind: str, data: dict[str, Any], case_number: str = "") -> str:
    """The sentence of a notice. KeyError for a kind that has none: such a notice is never written."""
    if kind == "command.stuck":
        data = {**data, "kind": command_name(data.get("kind", "—"))}
    told = {key: value.rstrip(".") if isinstance(value, str) else value for key, value in data.items()}
    return _(SENTENCES[kind]) % _Known({"case": case_number or "—", **told})
