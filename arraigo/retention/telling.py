"""Who is told that something waits for them: an approval, an authorisation (I.d), a control that falls due (9, 10)."""

from collections.abc import Iterable

from arraigo.documents.values import moment
from arraigo.engine.models import WorkItem
from arraigo.messages import actions as messages
from arraigo.people import queries as people
from arraigo.people.models import User

APPROVALS = ("approve_03", "approve_03_management", "approve_12", "approve_12_management")
CONTROLS = ("step_09", "step_10")
KINDS = {
    **dict.fromkeys(APPROVALS, "approval.waiting"),
    "override": "override.waiting",
    **dict.fromkeys(CONTROLS, "control.due"),
}
"""Element → the notice of a task of it that opens."""


def of_opened(items: Iterable[WorkItem], case_number: str, *, actor: User | None) -> None:
    """Tell, once for each new task of `KINDS`, those for whom it waits; not `actor`, who opened it."""
    for item in items:
        if item.element in KINDS:
            due = {"due": moment(item.due_at)} if item.due_at else {}
            told = [each for each in awaited(item) if each != actor]
            messages.notify_all(told, KINDS[item.element], {"who": str(actor or "—"), **due}, case_number)


def awaited(item: WorkItem) -> list[User]:
    """For whom the open task waits: who holds it, else everybody of its role, in its unit where it has one."""
    if item.assignee:
        return [item.assignee]
    return list(people.staff_of(item.unit_id, item.role) if item.unit_id else people.users_with_role(item.role))
