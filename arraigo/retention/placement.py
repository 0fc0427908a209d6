"""Where the work items of a case land: whose tray, how urgent, due when."""

import datetime as dt
from collections.abc import Callable, Iterable

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.quality import actions as quality
from arraigo.quality.models import QualityControl
from arraigo.retention import controls, visits
from arraigo.retention.models import RetentionCase

VIP, REOPENED = 1, 2
"""Priorities above the ordinary 0 (procedure 1.2: order in trays; re-opened cases first)."""

CONTROLS = {
    "step_09": QualityControl.Kind.POST_VISIT,
    "step_10": QualityControl.Kind.POST_SERVICE,
}
DESK = (Role.ADVISOR, Role.TEAM_LEAD)
"""Roles whose items stand in the trays of the case's team."""


def of(case: RetentionCase) -> Callable[[WorkItem], None]:
    """A function that places a new work item of `case` before it is inserted."""

    def place(item: WorkItem) -> None:
        item.priority = _priority(item)
        if item.role in DESK:
            item.unit_id = case.team_id
            item.assignee_id = case.owner_id if item.role == Role.ADVISOR else None
        elif item.element in visits.ELEMENTS:
            _place_field(case, item)
        elif item.element in CONTROLS:
            item.due_at = _control_due(case, CONTROLS[item.element])

    return place


def again(case: RetentionCase, items: Iterable[WorkItem]) -> None:
    """Place the desk's items that are open once more: they are the present owner's and team's, whose ever they were."""
    place = of(case)
    for item in items:
        if item.role in DESK:
            place(item)
            item.save(update_fields=["unit", "assignee", "priority"])


def _priority(item: WorkItem) -> int:
    facts = item.instance.facts
    first = facts.get("reopened") and procedures.policy_of(item.instance.definition_id).value("control.reopen_priority")
    return REOPENED if first else VIP if facts.get("vip") else 0


def _place_field(case: RetentionCase, item: WorkItem) -> None:
    order = visits.current_order(case)
    item.unit_id, item.due_at = order.operations_center_id, order.due_at
    if item.role == Role.TECHNICIAN:
        item.assignee_id = order.technician_id


def _control_due(case: RetentionCase, kind: str) -> dt.datetime:
    """Plan the control that falls due now on the case's order; by when the call is to be made."""
    policy = procedures.policy_of(case.instance.definition_id)
    due_at = controls.call_time(clock.now(), policy)
    quality.schedule_control(kind, case_number=case.number, work_order=visits.current_order(case), due_at=due_at)
    return due_at
