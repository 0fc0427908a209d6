"""The peer of `bench steps`: a viewflow flow of ten view nodes, one per step of the fault branch.

A node does the records of its step with the very same step files, and writes the event; what differs
is only who keeps the flow, its tasks and its trays.
"""

from typing import Any

from django.db import transaction
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.models import Process, Task

from arraigo import clock
from arraigo.engine.models import Instance, WorkItem
from arraigo.eventlog import actions as eventlog
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import StepRun, handler
from tests.cast import Household, Walk

NODES = [f"step_{number:02}" for number in range(1, 11)]


class RetentionFlow(flow.Flow):  # type: ignore[misc]
    process_class = Process
    start = flow.StartHandle().Next(this.step_01)
    step_01 = flow.View(None).Next(this.step_02)
    step_02 = flow.View(None).Next(this.step_03)
    step_03 = flow.View(None).Next(this.step_04)
    step_04 = flow.View(None).Next(this.step_05)
    step_05 = flow.View(None).Next(this.step_06)
    step_06 = flow.View(None).Next(this.step_07)
    step_07 = flow.View(None).Next(this.step_08)
    step_08 = flow.View(None).Next(this.step_09)
    step_09 = flow.View(None).Next(this.step_10)
    step_10 = flow.View(None).Next(this.end)
    end = flow.End()


class Peer:
    """One case carried by viewflow."""

    def __init__(self, home: Household) -> None:
        self.walk = Walk(home)
        self.case = self._loaded()
        self.instance = Instance.objects.get(pk=self.case.instance_id)
        self.process = RetentionFlow.start.run()

    def _loaded(self) -> RetentionCase:
        return RetentionCase.objects.select_related("customer", "owner", "team").get(pk=self.walk.case.pk)

    def step(self, element: str) -> None:
        """Find the open task, lock the process, read the case as every request does, do the step's records,
        complete the node.
        """
        actor = self.walk.cast[FIELD.get(element, Role.ADVISOR)]
        task = Task.objects.get(process=self.process, flow_task=getattr(RetentionFlow, element), finished=None)
        with transaction.atomic(), task.activation() as activation:
            self.case = self._loaded()
            activation.assign(actor)
            activation.start(None)
            self._records(element, actor)
            activation.execute()

    def _records(self, element: str, actor: Any) -> None:
        policy = procedures.policy_of(self.instance.definition_id)
        item = WorkItem(instance=self.instance, element=element)
        step = handler(element)
        form = step.form_class(self.case, item, policy, actor, self.walk.usual(element), {})
        if not form.is_valid():
            raise ValueError(form.errors.as_text())
        with eventlog.together():
            result = step.carry_out(StepRun(self.case, item, actor, form, policy))
            self.instance.facts.update(result.facts)
            eventlog.record(
                "case.step_completed", self.case, actor=actor, case_number=self.case.number,
                data={"element": element, "outcome": result.outcome},
            )  # fmt: skip


FIELD = {
    "step_06": Role.OPERATIONS_SUPERVISOR,
    "step_07": Role.TECHNICIAN,
    "step_08": Role.TECHNICIAN,
    "step_09": Role.INCIDENT_FOLLOW_UP,
    "step_10": Role.QUALITY_MANAGEMENT,
}


def plan_control(peer: Peer, kind: str) -> None:
    """What our engine does when a control falls due; not timed on either side."""
    from arraigo.quality import actions as quality
    from arraigo.retention.visits import current_order

    peer.case.current_order = None
    quality.schedule_control(
        kind, case_number=peer.case.number, work_order=current_order(peer.case), due_at=clock.now()
    )
