"""Decision tables (JDM), evaluated by ZEN; the answer names the rule that gave it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any

import zen

from arraigo.engine.errors import DecisionFailed
from arraigo.engine.expressions import first_line

ANSWERS = 4096
"""How many answers of one version a process keeps."""
GROUP = re.compile(r"\bpolicy\.(\w+)")
"""How a table names a group of policy values; validation lets no other way through."""


@dataclass(frozen=True)
class Decision:
    """One answer of a decision table."""

    name: str
    inputs: dict[str, Any]
    """The facts that the table's columns looked at."""
    outputs: dict[str, Any]
    """What it answered, without `because`."""
    because: str
    """The sentence of the rule; empty where the table gives none."""
    rule: str
    """Id of the rule that fired; several, joined by commas, where the table collects."""
    rule_text: str
    """What the table's author says of that rule; empty where nothing is said."""
    trace: dict[str, Any] = field(repr=False)
    """ZEN's trace of the table."""


class Decisions:
    """The tables of one definition with its policy, compiled when first asked. Shared between threads."""

    def __init__(self, documents: Mapping[str, Any], policy: Mapping[str, Any]) -> None:
        self._documents, self._policy = documents, policy
        self._compiled: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._lock = Lock()
        self._engine = zen.ZenEngine()
        self._known = lru_cache(ANSWERS)(lambda name, facts: self._asked(name, json.loads(facts)))

    def evaluate(self, name: str, facts: Mapping[str, Any]) -> Decision:
        """Ask the table `name`. Raises DecisionFailed where it is missing, fails, or no rule fires.

        A table answers the same facts the same, so the answer is kept and shared: read only.
        """
        try:
            told = json.dumps(facts, sort_keys=True)
        except TypeError as error:
            raise DecisionFailed(name, first_line(error)) from error
        return self._known(name, told)

    def _asked(self, name: str, facts: Mapping[str, Any]) -> Decision:
        try:
            table, policy = self._table(name)
            response = table.evaluate({**facts, "policy": policy}, {"trace": True})
        except (RuntimeError, TypeError) as error:
            raise DecisionFailed(name, first_line(error)) from error
        return _decision(name, response)

    def _table(self, name: str) -> tuple[Any, dict[str, Any]]:
        """The compiled table and the groups of the policy that it names: handing over all of them takes
        longer than the table itself."""
        found = self._compiled.get(name)
        if found is None:
            if name not in self._documents:
                raise DecisionFailed(name, "there is no such table")
            text = json.dumps(self._documents[name])
            named = set(GROUP.findall(text))
            policy = {group: values for group, values in self._policy.items() if group in named}
            with self._lock:
                found = self._compiled[name] = self._engine.create_decision(text), policy
        return found


def _decision(name: str, response: Mapping[str, Any]) -> Decision:
    result = response["result"]
    rules = [rule for node in response["trace"].values() for rule in _rules(node["traceData"])]
    if isinstance(result, list):
        result = _collected(result)
    elif not rules or not isinstance(result, dict):
        raise DecisionFailed(name, "no rule fits the facts")
    outputs = dict(result)
    because = outputs.pop("because", "") or ""
    inputs = {key: value for rule in rules for key, value in (rule.get("reference_map") or {}).items()}
    fired = ",".join(str(rule["rule"].get("_id", rule.get("index", ""))) for rule in rules)
    said = "; ".join(str(rule["rule"]["_description"]) for rule in rules if rule["rule"].get("_description"))
    return Decision(name, inputs, outputs, str(because), fired, said, response["trace"])


def _collected(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The answers of a table that collects: a list per output, the sentences one after the other."""
    because = " ".join(str(row["because"]) for row in rows if row.get("because"))
    fields = dict.fromkeys(field for row in rows for field in row)
    return {field: [row.get(field) for row in rows] for field in fields} | {"because": because}


def _rules(trace: Any) -> list[dict[str, Any]]:
    """The rules that fired in one table: one for `first`, any number for `collect`."""
    found = trace if isinstance(trace, list) else [trace]
    return [each for each in found if isinstance(each, dict) and isinstance(each.get("rule"), dict)]
