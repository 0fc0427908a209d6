"""One run in memory: SpiffWorkflow's workflow with our facts, decisions and a note of the way taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import TaskState

from arraigo.engine.decisions import Decision
from arraigo.engine.errors import EngineFault
from arraigo.engine.expressions import FactsEngine, FactsEnvironment
from arraigo.engine.program import Program
from arraigo.engine.timers import ClockTimer


@dataclass(frozen=True)
class Point:
    """Where a run stands: a task for a person, a time or a message."""

    token: str
    element: str
    moment: str = ""
    """ISO text, for a time."""
    message: str = ""

    @property
    def is_task(self) -> bool:
        return not self.moment and not self.message


def token_of(task: Any) -> str:
    """The task's token: new tasks have a UUID, restored ones the text they were stored with."""
    return task.id if isinstance(task.id, str) else task.id.hex


class Flow(BpmnWorkflow):
    """A run between restore and dump. `facts` is the dictionary that its rules write into."""

    def __init__(self, program: Program, facts: dict[str, Any], **kwargs: Any) -> None:
        self.program, self.facts = program, facts
        self.decisions: list[Decision] = []
        self.passed: list[str] = []
        """Ids of the elements passed since the run was restored, in order."""
        self.outcome = ""
        """The end element of the outermost process, once reached."""
        self.interrupted_by = ""
        """The boundary event that ended something in this move."""
        engine = FactsEngine(FactsEnvironment(facts, program.policy))
        super().__init__(program.specs[program.root], program.specs, script_engine=engine, **kwargs)

    def decide(self, element: str, name: str) -> None:
        """Ask the table `name` and keep its outputs as facts."""
        taken = self.program.decisions.evaluate(name, self.facts)
        self.facts.update(taken.outputs)
        self.decisions.append(taken)

    def running(self) -> list[Any]:
        """The called processes that are going on."""
        return [process for process in self.subprocesses.values() if not process.completed]

    def settle(self) -> None:
        """Go on until only people, times and messages can move the run."""
        while task := self._next_automatic():
            task.run()
            self._note(task)
            if task.workflow is not self and task.workflow.completed:
                caller = self.get_task_from_id(task.workflow.parent_task_id)
                caller.task_spec._update(caller)
        if self.bpmn_events:
            event = self.bpmn_events[0].event_definition
            raise EngineFault(f"The diagram catches {event.name!r} nowhere.")

    def _next_automatic(self) -> Any:
        """A task that needs nobody, innermost processes first."""
        for process in (*sorted(self.running(), key=lambda each: -each.depth), self):
            for task in process.tasks.values():
                if task.state == TaskState.READY and not task.task_spec.manual:
                    return task
        return None

    def _note(self, task: Any) -> None:
        spec = task.task_spec
        if spec.bpmn_id is None or task.state != TaskState.COMPLETED:
            return
        self.passed.append(spec.bpmn_id)
        if isinstance(spec, BoundaryEvent):
            self.interrupted_by = spec.bpmn_id
        if isinstance(spec, EndEvent) and task.workflow is self:
            self.outcome = spec.bpmn_id

    def task(self, token: str) -> Any:
        """The task that holds `token`: KeyError where there is none."""
        for process in (self, *self.subprocesses.values()):
            for key in (token, UUID(token)):
                if key in process.tasks:
                    return process.tasks[key]
        raise KeyError(token)

    def complete(self, token: str) -> None:
        """Finish the task of a person. Raises EngineFault where it is not open."""
        task = self.task(token)
        if task.state != TaskState.READY or not task.task_spec.manual:
            raise EngineFault(f"{task.task_spec.name} is not open.")
        task.run()
        self._note(task)
        self.settle()

    def receive(self, message: str) -> bool:
        """Hand over a message; False where nothing waits for it."""
        event = BpmnEvent(MessageEventDefinition(message), payload={})
        if self.event_manager.catch(event, internal=False) == 0:
            return False
        self.settle()
        return True

    def tick(self) -> None:
        """Let everything go on whose time has come."""
        self.refresh_timers()
        self.settle()

    def points(self) -> Iterator[Point]:
        """Where the run stands."""
        for process in (self, *self.running()):
            for task in process.tasks.values():
                point = _point(task)
                if point:
                    yield point


def _point(task: Any) -> Point | None:
    spec, token = task.task_spec, token_of(task)
    if task.state == TaskState.READY and spec.manual:
        return Point(token, spec.bpmn_id)
    if task.state == TaskState.WAITING and isinstance(spec, CatchingEvent):
        if isinstance(spec.event_definition, ClockTimer):
            return Point(token, spec.bpmn_id, moment=task.internal_data["event_value"])
        if isinstance(spec.event_definition, MessageEventDefinition):
            return Point(token, spec.bpmn_id, message=spec.event_definition.name)
    return None
