"""A definition ready to run: parsed once per process and kept, for it never changes."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from arraigo.engine import parse
from arraigo.engine.decisions import Decisions
from arraigo.engine.errors import DefinitionUnreadable
from arraigo.engine.models import Definition

KEPT = 32
"""Definitions kept in memory; the least recently used goes first."""

for _name in ("spiff.task", "spiff.workflow"):
    # Without a level of its own SpiffWorkflow lists every task of a run for a message nobody reads.
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Program:
    """What running a definition takes. Shared between threads: nothing in it changes."""

    root: str
    """Id of the process that starts: the one that no other calls."""
    specs: dict[str, Any]
    """Process id → SpiffWorkflow's specification."""
    roles: dict[str, str]
    """Element id → role of its lane."""
    decisions: Decisions
    policy: dict[str, Any]


def build(bpmn: str, decisions: dict[str, Any], policy: dict[str, Any]) -> Program:
    """Parse the parts of a definition. Raises DefinitionUnreadable."""
    root = parse.safe_xml(bpmn)
    called = parse.called_processes(root)
    starting = [each for each in parse.process_ids(root) if each not in called]
    if len(starting) != 1:
        raise DefinitionUnreadable("exactly one process must be called by no other")
    parser = parse.DiagramParser()
    try:
        parser.add_bpmn_xml(root)
        specs = parser.specs()
    except ValidationException as error:
        raise DefinitionUnreadable(str(error)) from error
    return Program(starting[0], specs, parse.roles_by_element(root), Decisions(decisions, policy), policy)


_programs: OrderedDict[str, Program] = OrderedDict()
_lock = Lock()


def kept(sha256: str) -> Program | None:
    """The program of the definition with this digest, if this process has it."""
    with _lock:
        found = _programs.get(sha256)
        if found is not None:
            _programs.move_to_end(sha256)
        return found


def program_of(definition: Definition) -> Program:
    """The definition's program, built when it is first asked for."""
    found = kept(definition.sha256)
    if found is None:
        found = build(definition.bpmn, definition.decisions, definition.policy)
        with _lock:
            _programs[definition.sha256] = found
            while len(_programs) > KEPT:
                _programs.popitem(last=False)
    return found


def decisions_of(definition: Definition) -> Decisions:
    """The definition's tables, compiled once per process."""
    return program_of(definition).decisions


def program_for(definition_id: int, sha256: str) -> Program:
    """The program by digest; reads the definition only where this process does not have it."""
    return kept(sha256) or program_of(Definition.objects.get(pk=definition_id))
