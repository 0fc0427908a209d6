"""Timers that ask Arraigo's clock."""

import datetime as dt
from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import BoundaryEventParser, IntermediateCatchEventParser
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition

from arraigo import clock
from arraigo.engine.errors import EngineFault


def moment(value: object) -> dt.datetime:
    """The moment that a timer's fact names. Raises EngineFault unless it is ISO text with an offset."""
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError as error:
        raise EngineFault(f"A timer got {value!r}: give it a moment as ISO text.") from error
    if found.tzinfo is None:
        raise EngineFault(f"A timer got {value!r}: give the moment an offset.")
    return found


class ClockTimer(TimeDateEventDefinition):
    """Fires from the moment (the fact's value when the token arrived) on."""

    def has_fired(self, my_task: Any) -> bool:
        data = my_task.internal_data
        if data.get("event_value") is None:
            data["event_value"] = my_task.workflow.script_engine.evaluate(my_task, self.expression)
        if moment(data["event_value"]) <= clock.now():
            data["event_fired"] = True
        return bool(data.get("event_fired", False))


class ClockTimers:
    """Mixin of SpiffWorkflow's event parsers: every timer is a ClockTimer."""

    def parse_timer_event(self, event: Any) -> ClockTimer:
        [date] = self.xpath(".//bpmn:timeDate")  # type: ignore[attr-defined]
        return ClockTimer(self.node.get("id"), date.text.strip())  # type: ignore[attr-defined]


class CatchParser(ClockTimers, IntermediateCatchEventParser):
    pass


class BoundaryParser(ClockTimers, BoundaryEventParser):
    pass
