"""Validating a version: every fault of its diagram and tables, each a plain sentence with its element.

SpiffWorkflow stops at the first error and accepts unreachable elements, dead ends, double ids, bad
expressions and gateways without default; so we look ourselves, before anything is parsed to run.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from django.utils.translation import gettext as _

from arraigo.engine import circle_checks, code_checks, flow_checks, parse, program, reference_checks
from arraigo.engine.errors import DefinitionUnreadable
from arraigo.engine.problems import Diagram, Problem, Surroundings, problem
from arraigo.engine.tables import check_table

__all__ = ["Problem", "check"]


def check(
    bpmn: str,
    *,
    decisions: Mapping[str, Any],
    facts: Mapping[str, str],
    policy: Mapping[str, Any],
    roles: Set[str],
    steps: Set[str],
) -> list[Problem]:
    """All faults of a version; an empty list is a version that may be published.

    `facts`: declared name → type. `roles`: what lanes may name. `steps`: elements with a step file.
    """
    around = Surroundings(set(facts), policy, roles, steps, decisions)
    try:
        diagram = Diagram(parse.safe_xml(bpmn))
    except parse.UnsafeXml:
        return [Problem("", _("The diagram has a doctype: take the line “<!DOCTYPE …>” out."))]
    except DefinitionUnreadable as error:
        return [problem("", _("The diagram cannot be read: %(reason)s."), reason=error.reason)]
    problems = list(dict.fromkeys(_all(diagram, around)))
    return problems or _last(bpmn, decisions, policy)


def _all(diagram: Diagram, around: Surroundings) -> Iterator[Problem]:
    yield from code_checks.check_elements(diagram)
    yield from flow_checks.check_ids(diagram)
    yield from flow_checks.check_lanes(diagram, around)
    yield from flow_checks.check_flows(diagram)
    yield from flow_checks.check_reach(diagram)
    yield from flow_checks.check_splits(diagram)
    yield from circle_checks.check_circles(diagram)
    yield from reference_checks.check_conditions(diagram, around)
    yield from reference_checks.check_tasks(diagram, around)
    yield from reference_checks.check_calls(diagram)
    yield from reference_checks.check_events(diagram, around)
    asked = {parse.decision_ref(node) for node in diagram.of("businessRuleTask")}
    for name, document in around.decisions.items():
        yield from check_table(name, document, around, asked=name in asked)


def _last(bpmn: str, decisions: Mapping[str, Any], policy: Mapping[str, Any]) -> list[Problem]:
    """What only the parser itself could still find."""
    try:
        program.build(bpmn, dict(decisions), dict(policy))
    except DefinitionUnreadable as error:
        return [problem("", _("The diagram cannot be read: %(reason)s."), reason=error.reason)]
    return []
