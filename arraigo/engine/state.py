"""The state of a run between two steps: its tokens, as compact JSON of our own.

Kept: what is open, the splits and joins that decide what may still happen, and for every token the
nearest kept one before it. Finished tasks, finished called processes and data are not: facts live in
`Instance.facts`, the way taken in the event log. So the state does not grow with re-openings.

Format 1: `[[token, process, records], …]`, one entry per running process, callers first (the first
token is empty). A record is `[task, state, parent]`, with a fourth member, its token, where something
outside refers to it, and a fifth, the moment, for a timer. `parent` counts records of the same entry.
"""

import json
from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task, TaskState

from arraigo.engine.errors import StateUnreadable
from arraigo.engine.flow import Flow, token_of
from arraigo.engine.program import Program

VERSION = 1
LETTERS = {
    TaskState.WAITING: "W",
    TaskState.READY: "R",
    TaskState.STARTED: "S",
    TaskState.COMPLETED: "C",
    TaskState.CANCELLED: "X",
}
STATES = {letter: state for state, letter in LETTERS.items()}
LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


def dump(flow: Flow) -> str:
    """The tokens of `flow` as text."""
    entries = [["", flow.spec.name, _records(flow)]]
    for process in sorted(flow.running(), key=lambda each: each.depth):
        caller = flow.get_task_from_id(process.parent_task_id)
        entries.append([token_of(caller), process.spec.name, _records(process)])
    return json.dumps(entries, separators=(",", ":"))


def _records(process: Any) -> list[list[Any]]:
    kept = _kept(process)
    places: dict[Any, int] = {}
    records: list[list[Any]] = []
    for task, parent in _walk(process.task_tree, kept):
        places[task.id] = len(records)
        records.append(_record(task, -1 if parent is None else places[parent.id]))
    return records


def _record(task: Any, parent: int) -> list[Any]:
    record = [task.task_spec.name, LETTERS[task.state], parent]
    if task.state & LIVE:
        record.append(token_of(task))
        moment = task.internal_data.get("event_value")
        if moment is not None:
            record.append(moment)
    return record


def _kept(process: Any) -> set[Any]:
    """Ids of the tasks that what may still happen depends on."""
    kept = {process.task_tree.id}
    for task in process.tasks.values():
        if task.state & LIVE:
            kept.add(task.id)
            if isinstance(task.task_spec, ParallelGateway):
                kept.update(_arrivals(process, task.task_spec))
        elif isinstance(task.task_spec, BoundaryEventSplit) and _guards(task):
            kept.update((task.id, *task._children))
    return kept


def _arrivals(process: Any, join: Any) -> Iterator[Any]:
    """A waiting join counts the branches that have come: each arrival and the task it came from."""
    for task in process.tasks.values():
        if task.task_spec is join and task.state in (TaskState.WAITING, TaskState.CANCELLED):
            yield task.id
            yield task._parent


def _guards(split: Any) -> bool:
    """Whether the activity that these boundary events watch is still going on."""
    return any(
        task.state & LIVE for task in split.children if not isinstance(task.task_spec, BoundaryEvent)
    )  # fmt: skip


def _walk(root: Any, kept: set[Any]) -> Iterator[tuple[Any, Any]]:
    """The kept tasks, parents first, each with its nearest kept ancestor."""
    stack: list[tuple[Any, Any]] = [(root, None)]
    while stack:
        task, parent = stack.pop()
        if task.id in kept:
            yield task, parent
            parent = task
        stack.extend((child, parent) for child in reversed(task.children))


def restore(program: Program, facts: dict[str, Any], text: str, *, version: int, key: str) -> Flow:
    """The flow that `dump` stored. Raises StateUnreadable naming the run `key`."""
    if version != VERSION:
        raise StateUnreadable(key, f"its format is {version}, this release reads {VERSION}")
    try:
        return _restored(program, facts, json.loads(text))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise StateUnreadable(key, f"{type(error).__name__}: {error}") from error


def _restored(program: Program, facts: dict[str, Any], entries: list[Any]) -> Flow:
    flow = Flow(program, facts, deserializing=True)
    if entries[0][0] != "":
        raise ValueError("it has no outermost process")
    for token, process, records in entries:
        _fill(flow if token == "" else _called(flow, token, program.specs[process]), records)
    return flow


def _called(flow: Flow, token: str, spec: Any) -> Any:
    caller = flow.task(token)
    process = BpmnSubWorkflow(spec, caller.id, flow, deserializing=True)
    process.completed_event.connect(caller.task_spec._on_subworkflow_completed, caller)
    flow.subprocesses[caller.id] = process
    return process


def _fill(process: Any, records: list[list[Any]]) -> None:
    tasks: list[Any] = []
    for name, letter, parent, *rest in records:
        spec = process.spec.task_specs[name]
        task = Task(process, spec, tasks[parent] if parent >= 0 else None, STATES[letter], rest[0] if rest else None)
        if len(rest) > 1:
            task.internal_data["event_value"] = rest[1]
        tasks.append(task)
    process.task_tree = tasks[0]
    for task in tasks:
        if task.state & LIVE:
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
            if isinstance(task.task_spec, CatchingEvent):
                process.top_workflow.event_manager.add_task(task)
