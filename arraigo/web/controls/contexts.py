"""What the lists of controls show of each call."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.procedure import queries as procedures
from arraigo.quality.models import ContactAttempt, QualityControl
from arraigo.quality.queries import NotCounted, Tried, planner_for
from arraigo.retention.control_form import counted, rule_of
from arraigo.retention.models import RetentionCase

STEPS = {QualityControl.Kind.POST_VISIT.value: "step_09", QualityControl.Kind.POST_SERVICE.value: "step_10"}


@dataclass
class Call:
    """One control to be called for."""

    control: QualityControl
    attempts: list[tuple[ContactAttempt, NotCounted | None]]
    """The calls so far, each with why it does not count."""
    tried: Tried
    next_call: tuple[dt.datetime, dt.datetime]
    phone: str
    item: int | None
    """Key of the open task in which the verdict is given."""

    @property
    def now(self) -> bool:
        """Whether the customer may be called right now."""
        return self.next_call[0] <= clock.now()


def calls(controls: Sequence[QualityControl]) -> list[Call]:
    """The rows of a page, in a constant number of queries. The current version says when to call."""
    in_vain = [each.at for control in controls for each in control.attempts.all() if not each.reached]
    planner = planner_for(rule_of(procedures.current_policy()), in_vain)
    numbers = [control.case_number for control in controls]
    phones = phones_of(controls)
    items = {
        (key, element): pk
        for pk, key, element in WorkItem.objects.filter(
            instance__key__in=numbers, status=WorkItem.Status.OPEN, element__in=STEPS.values()
        ).values_list("pk", "instance__key", "element")
    }
    rows = []
    for control in controls:
        tried = planner.tried(each.at for each in control.attempts.all() if not each.reached)
        attempts = counted(control.attempts.all(), tried)
        item = items.get((control.case_number, STEPS[control.kind]))
        rows.append(Call(control, attempts, tried, planner.next_call(tried), phones[control.pk], item))
    return rows


def phones_of(controls: Sequence[QualityControl]) -> dict[int, str]:
    """Key of a control → whom to ring: the case's telephone as it is now, else the work order's."""
    numbers = [control.case_number for control in controls]
    now = dict(RetentionCase.objects.filter(number__in=numbers).values_list("number", "contact_phone"))
    return {each.pk: now.get(each.case_number, "") or each.work_order.contact_phone for each in controls}
