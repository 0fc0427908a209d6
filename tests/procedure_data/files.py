"""The published procedure's files as the tests of its data read them, without a database."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from arraigo.engine.decisions import Decision, Decisions
from arraigo.procedure import policy

FOLDER = Path(__file__).parents[2] / "procedures" / "OPE-ASE-FID-P01"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DECISION_REF = "{http://camunda.org/schema/1.0/bpmn}decisionRef"


@cache
def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def policy_text() -> str:
    return (FOLDER / "policy.toml").read_text(encoding="utf-8")


@cache
def tables() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((FOLDER / "decisions").glob("*.json"))}


@cache
def diagram() -> ET.Element:
    return ET.parse(FOLDER / "procedure.bpmn").getroot()  # noqa: S314 (our own file)


def elements(*tags: str) -> list[ET.Element]:
    """The diagram's elements with one of `tags`."""
    return [element for tag in tags for element in diagram().iter(BPMN + tag)]


def conditions() -> list[str]:
    """Every expression that the diagram evaluates."""
    return [str(element.text) for element in elements("conditionExpression", "timeDate")]


def decide(name: str, facts: dict[str, Any], **changed: Any) -> Decision:
    """Ask the table `name`. `changed`: policy values by path with `__` for the dot."""
    values = policy.plain(policy_text())
    for path, value in changed.items():
        group, key = path.split("__")
        assert key in values[group], path
        values[group][key] = value
    return Decisions(tables(), values).evaluate(name, facts)


def names(text: str) -> set[str]:
    """The names in an expression, strings left out; a dotted path is one name."""
    bare = re.sub(r"'[^']*'", "", text)
    return set(re.findall(r"[a-zA-Z_][\w]*(?:\.\w+)*", bare))
