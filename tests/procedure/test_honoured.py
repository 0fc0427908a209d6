"""Every value of the policy is read by something, and what cannot be carried out cannot be published."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from arraigo.procedure import actions, policy
from arraigo.procedure.honoured import HONOURED
from arraigo.retention.registry import elements
from tests.engine.runs import real

pytestmark = pytest.mark.one_database

REFUSED = {
    "repeat_fault.rule": ("recurred", "sometimes"),
    "repeat_fault.not_counted": (["rejected", "cancelled"], ["rejected"]),
    "repeat_fault.outage_counts_once": (True, False),
    "compensation.basis": ("pro_rata", "flat"),
    "compensation.bundles": ("list_price", "equal"),
    "waiver.one_per_product_and_month": (True, False),
    "billing.confirmation": ("above", "sometimes"),
    "billing.treatment": (
        {"unbilled": "adjustment", "issued": "credit_note", "paid": "credit_next_bill"},
        {"unbilled": "adjustment", "issued": "credit_note", "paid": "refund"},
    ),
    "visit.pause_reasons": (["absent", "later"], ["absent", "lunch"]),
    "visit.escalation_fractions": ([0.5, 0.75, 1.0], [0.5, 1.5]),
    "work_order.kind": ("engineering_service", "fault"),
    "work_order.sold_on": ("internet", "affected"),
    "control.reopen_priority": (True, "high"),
    "courtesy_limit.per_case": (1, 2),
    "courtesy_limit.per_product": (1, 2),
    "indicator.counts": ("requested", "both"),
    "indicator.period": ("month", "week"),
}
"""Path → the value of version 1, and one that cannot be carried out."""


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'{key} = "{each}"' for key, each in value.items()) + " }"
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def with_value(path: str, value: object) -> actions.ProcedureFiles:
    """The real procedure with another value at `path`."""
    files = real()
    old = f"[{path}]\nvalue = {toml(REFUSED[path][0])}\n"
    assert old in files.policy, path
    return replace(files, policy=files.policy.replace(old, f"[{path}]\nvalue = {toml(value)}\n"))


@pytest.mark.parametrize("path", REFUSED)
def test_a_value_that_cannot_be_carried_out_is_refused(path: str) -> None:
    value = REFUSED[path][1]
    with translation.override("en"):
        found = actions.problems(with_value(path, value), steps=elements())
    sentence = f"The policy value “{path}” is “{value}”, which Arraigo cannot carry out: write {HONOURED[path][1]}."
    assert [(problem.element, problem.sentence) for problem in found] == [(path, sentence)]


@pytest.mark.parametrize(
    ("path", "value"),
    [("repeat_fault.rule", "open"), ("billing.confirmation", "always"), ("indicator.counts", "executed"),
     ("control.reopen_priority", False), ("visit.pause_reasons", []), ("visit.escalation_fractions", [0.25, 0.9])],
)  # fmt: skip
def test_another_value_that_can_is_taken(path: str, value: object) -> None:
    assert actions.problems(with_value(path, value), steps=elements()) == []


def test_every_value_that_is_checked_has_its_refusal_here() -> None:
    assert set(REFUSED) == set(HONOURED)


# --- every value is read by something ------------------------------------------------------------

ASKED = re.compile(r"""\.(?:value|text|integer|money|number)\(\s*f?["']([a-z_0-9.{}]+)["']""")
QUOTED = re.compile(r"""["']([a-z_]+\.[a-z_0-9]+)["']""")
NAMED = re.compile(r"policy\.([a-z_]+\.[a-z_0-9]+)")


@cache
def read_paths() -> set[str]:
    """What the code asks a policy for, and what the diagram and the tables name."""
    code = "\n".join(path.read_text() for path in Path(settings.BASE_DIR, "arraigo").rglob("*.py"))
    folder = Path(settings.PROCEDURES_DIR, "OPE-ASE-FID-P01")
    data = "\n".join(path.read_text() for path in [folder / "procedure.bpmn", *folder.glob("decisions/*.json")])
    return {*ASKED.findall(code), *QUOTED.findall(code), *NAMED.findall(data), *HONOURED}


def is_read(path: str) -> bool:
    """Whether the value, its whole table, or names like it (`claim.{kind}`) are asked for."""
    table, _, _ = path.partition(".")
    wild = [re.escape(each).replace(r"\{", "{").replace(r"\}", "}") for each in read_paths() if "{" in each]
    patterns = [re.sub(r"{[^}]*}", r"[a-z_0-9]+", each) for each in wild]
    return path in read_paths() or table in read_paths() or any(re.fullmatch(each, path) for each in patterns)


@pytest.mark.parametrize("path", [entry.path for entry in policy.entries(real().policy)])
def test_something_reads_the_value(path: str) -> None:
    assert is_read(path), f"Nothing reads the policy value {path}: read it, refuse it or take it out."


def test_a_value_that_nothing_reads_would_be_noticed() -> None:
    assert not is_read("courtesy_limit.per_moon")
    assert not is_read("nobody.asks")
