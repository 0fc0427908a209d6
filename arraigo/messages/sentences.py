"""What a notice says: one sentence for each kind, in the reader's language."""

import re
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from arraigo.bss.names import name as command_name

AMOUNT = re.compile(r"\d+(\.\d+)?")
SENTENCES = {
    "case.closed_elsewhere": gettext_noop("Case %(case)s was closed: %(because)s."),
    "case.reopened": gettext_noop("Case %(case)s was re-opened: %(because)s."),
    "work_item.assigned": gettext_noop("A task of case %(case)s is now yours."),
    "approval.waiting": gettext_noop("An offer by %(who)s in case %(case)s waits for your approval."),
    "override.waiting": gettext_noop("%(who)s asks whether the customer of case %(case)s may be offered something."),
    "case.handed_over": gettext_noop("%(from)s handed you case %(case)s, with its tasks and calls."),
    "case.taken_over": gettext_noop(
        "The customer of case %(case)s came to %(to)s, who took it over with all that is open."
    ),
    "callback.due": gettext_noop("Call %(customer)s back now (case %(case)s): %(reason)s."),
    "offer.approved": gettext_noop("Your offer of Bs %(amount)s in case %(case)s was approved."),
    "offer.refused": gettext_noop("Your offer of Bs %(amount)s in case %(case)s was not approved: %(reason)s."),
    "approval.withdrawn": gettext_noop(
        "%(who)s took back the offer of Bs %(amount)s in case %(case)s that waited for your approval: %(reason)s."
    ),
    "approval.undone": gettext_noop(
        "%(who)s took back the offer of Bs %(amount)s in case %(case)s that you had approved: %(reason)s."
    ),
    "claim.applied": gettext_noop("Billing applied claim %(number)s of Bs %(amount)s (case %(case)s)."),
    "claim.refused": gettext_noop("Billing refused claim %(number)s of Bs %(amount)s (case %(case)s): %(reason)s."),
    "work_order.failed": gettext_noop("Work order %(order)s (case %(case)s) could not be solved on site."),
    "work_order.assigned": gettext_noop("Work order %(order)s (case %(case)s) is yours: due %(due)s."),
    "work_order.put_off": gettext_noop(
        "The customer of work order %(order)s (case %(case)s) asked for a later visit: not before %(from)s, due "
        "%(due)s. %(words)s."
    ),
    "work_order.resumed": gettext_noop(
        "Work order %(order)s (case %(case)s) waits no longer: its 24 hours run on, due %(due)s."
    ),
    "work_order.cancelled": gettext_noop(
        "Work order %(order)s (case %(case)s) was cancelled: do not go there any more."
    ),
    "work_order.taken": gettext_noop(
        "Work order %(order)s (case %(case)s) is no longer yours: %(technician)s has it now."
    ),
    "work_order.due": gettext_noop(
        "Work order %(order)s (case %(case)s): %(part)s of its hours are gone; due %(due)s, technician %(technician)s."
    ),
    "work_order.late": gettext_noop("Work order %(order)s (case %(case)s) is past its 24 hours."),
    "work_order.absent": gettext_noop(
        "Nobody was at home for work order %(order)s (case %(case)s), says %(technician)s: the 24 hours stand still."
    ),
    "work_order.absent_runs_on": gettext_noop(
        "Nobody was at home for work order %(order)s (case %(case)s), says %(technician)s: the 24 hours run on."
    ),
    "promise.due": gettext_noop("A promise of case %(case)s falls due %(due)s: %(promise)s."),
    "promise.late": gettext_noop("A promise of case %(case)s was not kept in time: %(promise)s."),
    "control.failed": gettext_noop("A quality control of case %(case)s failed: the case is open again."),
    "control.due": gettext_noop("The quality control of case %(case)s falls due: call the customer by %(due)s."),
    "control.late": gettext_noop("The quality control of case %(case)s is overdue since %(due)s: nobody decided it."),
    "monthly_report.no_address": gettext_noop(
        "The report of the indicator of %(month)s could not be sent to you: no e-mail address of yours is on record. "
        "Ask the administrator to enter it and it is sent at once, until the present month ends. The figures stand "
        "under Evaluation."
    ),
    "command.stuck": gettext_noop("A command to the commercial system needs you: %(kind)s, case %(case)s."),
}
"""Kind → English sentence; its places are filled from the notice's data, `case` from its number."""
UNEXPLAINED = {"callback.due": gettext_noop("Call %(customer)s back now (case %(case)s).")}
"""What the notices of these kinds say where no reason was written."""

GROUPS: dict[str, tuple[Promise, frozenset[str]]] = {
    "assigned": (
        gettext_lazy("Something is assigned to me, or taken from me"),
        frozenset(
            {
                "work_item.assigned",
                "work_order.assigned",
                "work_order.taken",
                "work_order.put_off",
                "work_order.resumed",
                "work_order.cancelled",
                "case.handed_over",
                "case.taken_over",
            }
        ),
    ),
    "waiting": (
        gettext_lazy("Something waits for me or my team: an approval, a control"),
        frozenset({"approval.waiting", "override.waiting", "control.due"}),
    ),
    "due": (gettext_lazy("Something falls due"), frozenset({"work_order.due", "promise.due", "callback.due"})),
    "late": (gettext_lazy("Something is late"), frozenset({"work_order.late", "promise.late", "control.late"})),
    "reopened": (gettext_lazy("A case is open again"), frozenset({"case.reopened", "control.failed"})),
    "billing": (gettext_lazy("Billing decided a claim"), frozenset({"claim.applied", "claim.refused"})),
    "approval": (
        gettext_lazy("An offer was approved or not, or taken back"),
        frozenset({"offer.approved", "offer.refused", "approval.withdrawn", "approval.undone"}),
    ),
    "field": (
        gettext_lazy("A visit could not solve it"),
        frozenset({"work_order.failed", "work_order.absent", "work_order.absent_runs_on"}),
    ),
    "other": (gettext_lazy("Everything else"), frozenset()),
}
"""The groups in which people choose what also comes by e-mail: name and kinds. `other` takes the rest."""


def group_of(kind: str) -> str:
    """The group to which notices of `kind` belong."""
    return next((group for group, (_name, kinds) in GROUPS.items() if kind in kinds), "other")


class _Known(dict[str, Any]):
    """The data of a notice; what is missing shows as a dash instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence(kind: str, data: dict[str, Any], case_number: str = "") -> str:
    """The sentence of a notice. KeyError for a kind that has none: such a notice is never written."""
    if kind == "command.stuck":
        data = {**data, "kind": command_name(data.get("kind", "—"))}
    told = {key: _told(key, value) for key, value in data.items()}
    text = SENTENCES[kind] if data.get("reason") else UNEXPLAINED.get(kind, SENTENCES[kind])
    return _(text) % _Known({"case": case_number or "—", **told})


def _told(key: str, value: Any) -> Any:
    """A value as the sentence has it: no full stop of its own, an amount with the reader's decimal sign, and a dash
    where nothing was written."""
    if key == "amount" and AMOUNT.fullmatch(str(value)):
        return number_format(Decimal(str(value)), 2, use_l10n=True, force_grouping=True)
    return value.rstrip(".") or "—" if isinstance(value, str) else value
