"""Back from the signature to the visit, before anybody has signed: a service fails after all (steps 7 and 8)."""

from django.db import transaction

from arraigo.engine import actions as engine
from arraigo.engine.errors import NotTheLast
from arraigo.engine.models import WorkItem
from arraigo.eventlog import actions as eventlog
from arraigo.fieldwork import actions as fieldwork
from arraigo.people.models import User
from arraigo.procedure import queries as procedures
from arraigo.retention import clocks, placement, visits
from arraigo.retention.models import RetentionCase

VISIT = "step_07"


@transaction.atomic
@eventlog.together()
def back_to_visit(case_number: str, *, technician: User) -> WorkItem:
    """Let `technician` record the visit anew (step 7); the open task of it.

    What was recorded stands in the event `visit.reopened`. Raises NotTheLast where the case has moved on since, and
    the errors of `fieldwork.reopen_visit`.
    """
    case = RetentionCase.objects.select_related("customer", "owner").get(number=case_number)
    case.instance = engine.lock(case.instance_id)
    order = visits.current_order(case)
    fieldwork.reopen_visit(order, technician)
    done = WorkItem.objects.filter(instance=case.instance, element=VISIT, status=WorkItem.Status.COMPLETED)
    item = done.order_by("-completed_at", "-id").first()
    if item is None:
        raise NotTheLast(case_number)
    item.instance = case.instance
    advance = engine.undo(item, outcome="undone")
    (again,) = advance.opened
    placement.of(case)(again)
    again.save(update_fields=["unit", "assignee", "priority", "due_at"])
    eventlog.record(
        "case.undone", case, actor=technician, case_number=case.number, version=procedures.label(item.instance),
        data={"element": VISIT, "ended": [order.number], "cancelled": [each.element for each in advance.cancelled],
              "opened": [again.element], **clocks.told(advance)},
    )  # fmt: skip
    return again
