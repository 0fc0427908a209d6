"""Checking decision tables: only nodes that cannot run code, and only names that exist."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import zen
from django.utils.translation import gettext as _

from arraigo.engine import names
from arraigo.engine.expressions import first_line
from arraigo.engine.problems import Problem, Surroundings, problem

ALLOWED = {"inputNode", "decisionTableNode", "expressionNode", "outputNode"}
HIT_POLICIES = {"first", "collect"}


def check_table(name: str, document: Any, around: Surroundings, *, asked: bool) -> Iterator[Problem]:
    """The faults of one decision. `asked`: the diagram asks it, so that its names must be facts."""
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    if not isinstance(nodes, list) or not all(isinstance(node, Mapping) for node in nodes):
        yield problem(name, _("The decision “%(element)s” is not a JDM document."))
        return
    forbidden = [node for node in nodes if node.get("type") not in ALLOWED]
    for node in forbidden:
        yield problem(
            name,
            _(
                "The decision “%(element)s” has the node “%(node)s” of type “%(type)s”: only input, "
                "table, expression and output nodes are allowed."
            ),
            node=node.get("name", node.get("id")),
            type=node.get("type"),
        )
    if not any(node.get("type") == "decisionTableNode" for node in nodes):
        yield problem(name, _("The decision “%(element)s” has no table."))
    table = _Table(name, nodes, around, asked)
    yield from table.problems()
    if not forbidden and (reason := _unreadable(document)):
        yield problem(name, _("The decision “%(element)s” cannot be read: %(reason)s."), reason=reason)


def _unreadable(document: Any) -> str:
    try:
        zen.ZenEngine().create_decision(json.dumps(document)).validate()
    except (RuntimeError, ValueError, TypeError) as error:
        return first_line(error)
    return ""


class _Table:
    """One decision under check."""

    def __init__(self, name: str, nodes: list[Any], around: Surroundings, asked: bool) -> None:
        self.name, self.nodes, self.around, self.asked = name, nodes, around, asked
        self.own = {field for node in nodes for field in _outputs(node)}

    def problems(self) -> Iterator[Problem]:
        for node in self.nodes:
            content = node.get("content") or {}
            if node.get("type") == "decisionTableNode":
                yield from self._table(content)
            elif node.get("type") == "expressionNode":
                for each in content.get("expressions", []):
                    yield from self._expression(each.get("value", ""), each.get("key", ""))
        if self.asked:
            yield from self._outputs()

    def _outputs(self) -> Iterator[Problem]:
        for field in sorted(self.own - set(self.around.facts) - {"because"}):
            yield problem(
                self.name,
                _("The decision “%(element)s” answers “%(field)s”, which is not a declared fact."),
                field=field,
            )

    def _table(self, content: Mapping[str, Any]) -> Iterator[Problem]:
        policy = content.get("hitPolicy")
        if policy not in HIT_POLICIES or (self.asked and policy != "first"):
            yield problem(
                self.name,
                _("The decision “%(element)s” has the hit policy “%(policy)s”: the diagram can only use “first”."),
                policy=policy,
            )
        if policy == "first" and not _catches_all(content):
            yield problem(
                self.name,
                _(
                    "The decision “%(element)s” has no rule for everything else: end its table with a rule "
                    "that leaves every input empty."
                ),
            )
        columns = [(column, True) for column in content.get("inputs", [])]
        columns += [(column, False) for column in content.get("outputs", [])]
        for column, is_input in columns:
            field = column.get("field", "")
            if is_input and field:
                yield from self._expression(field, field)
            for rule in content.get("rules", []):
                cell = str(rule.get(column.get("id"), ""))
                where = f"{rule.get('_id', '?')} · {column.get('name') or field}"
                yield from self._expression(cell, where, unary=is_input and bool(field))

    def _expression(self, expression: str, where: str, *, unary: bool = False) -> Iterator[Problem]:
        if not expression.strip():
            return
        given = {"where": where, "expression": expression}
        if reason := names.fault(expression, unary=unary):
            yield problem(
                self.name,
                _(
                    "The decision “%(element)s” has an expression that cannot be read at “%(where)s”: "
                    "“%(expression)s” (%(reason)s)."
                ),
                **given,
                reason=reason,
            )
            return
        for unknown in names.unknown(expression, set(self.around.facts) | self.own, self.around.policy):
            if self.asked or unknown.startswith("policy."):
                yield problem(
                    self.name,
                    _(
                        "The decision “%(element)s” names “%(unknown)s” at “%(where)s”, which is neither a "
                        "declared fact nor a policy value."
                    ),
                    **given,
                    unknown=unknown,
                )


def _catches_all(content: Mapping[str, Any]) -> bool:
    """Whether the table's last rule leaves every input empty, so that some rule always fires."""
    *_earlier, last = content.get("rules") or [None]
    return last is not None and not any(str(last.get(column.get("id"), "")).strip() for column in content["inputs"])


def _outputs(node: Mapping[str, Any]) -> Iterator[str]:
    content = node.get("content") or {}
    if node.get("type") == "decisionTableNode":
        yield from (column.get("field", "") for column in content.get("outputs", []))
    elif node.get("type") == "expressionNode":
        yield from (each.get("key", "") for each in content.get("expressions", []))
