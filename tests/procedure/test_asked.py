"""What the steps ask of a version is there and of its kind, or the version is not published."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from arraigo.procedure import actions
from arraigo.procedure.asked import ENTRIES, NEEDED, TABLES
from arraigo.procedure.errors import FileUnreadable
from arraigo.retention.registry import elements
from tests.engine.runs import SMALL, real

pytestmark = pytest.mark.one_database
WITHOUT_DEFAULT = re.compile(r"""\.(?:value|text|integer|money)\(([^(),]*)\)""")
PATH = re.compile(r'''"([a-z_]+\.[a-z_0-9]+)"''')
GROUP = re.compile(r"""\.value\("([a-z_]+)"\)""")
DECIDED = re.compile(r"""\.decide\("([a-z_]+)",""")

FAULTS: dict[str, tuple[str, str]] = {
    "visit.hours": ('"muchas"', "The policy value “visit.hours” is “muchas”; write it like this: 1, 2, 3 …"),
    "control.attempts": ("0", "The policy value “control.attempts” is “0”; write it like this: 1, 2, 3 …"),
    "save.days": ("true", "The policy value “save.days” is “True”; write it like this: 1, 2, 3 …"),
    "control.post_visit_days": ("1e9", "“control.post_visit_days” is “1000000000.0”; write it like this: 0, 1, 2 …"),
    "authority.advisor_limit": ("-1", "“authority.advisor_limit” is “-1”; write it like this: 0, 12.50, 300 …"),
    "control.windows": ('[["12:30", "09:00"]]', "write it like this: [[“09:00”, “12:30”], …]"),
    "control.different_windows": ("3", "“control.different_windows” is “3”, but there are 2 call windows."),
    "hours.working": (
        '{ lunes = [["08:30", "12:30"]] }',
        "write it like this: { monday = [[“08:30”, “12:30”], …], … }",
    ),
    "note.bill_waiver": ('"SE OFERTA NO COBRO"', "write it like this: “… CEL XXXXXX”"),
    "courtesy.bandwidth": ('{ name = "Más" }', "“{'name': 'Más'}”; write it like this: { name = “…”, services"),
    "reason.price": ("{ details = 3 }", "write it like this: { details = { code = “…”, … } }"),
}
"""Path → what is written there, and what the sentence says."""


def said(files: actions.ProcedureFiles) -> list[str]:
    with translation.override("en"):
        return [problem.sentence for problem in actions.problems(files, steps=elements())]


def policy_with(path: str, block: str) -> actions.ProcedureFiles:
    """The real procedure with other lines from the value at `path` up to the next one."""
    files = real()
    found = re.search(rf"^\[{re.escape(path)}\]\n(.*\n)*?(?=\[|\Z)", files.policy, re.MULTILINE)
    assert found, path
    return replace(files, policy=files.policy.replace(found[0], block))


def test_what_the_code_asks_for_is_needed() -> None:
    code = "\n".join(path.read_text() for path in Path(settings.BASE_DIR, "arraigo").rglob("*.py"))
    asked = {path for call in WITHOUT_DEFAULT.findall(code) for path in PATH.findall(call)}
    assert {"authority.months", "visit.hours"} < asked <= set(NEEDED)
    groups = {*ENTRIES, *(path.partition(".")[0] for path in NEEDED)}
    assert set(GROUP.findall(code)) <= groups
    assert set(DECIDED.findall(code)) == set(TABLES)


@pytest.mark.parametrize("path", FAULTS)
def test_a_value_of_another_kind_is_refused(path: str) -> None:
    value, sentence = FAULTS[path]
    found = said(policy_with(path, f'[{path}]\nvalue = {value}\nstep = "7"\nreason = "Para probar."\n'))
    assert len(found) == 1
    assert sentence in found[0]


def test_a_value_that_is_missing_or_says_no_reason_is_refused() -> None:
    missing = "The policy value “visit.hours” is missing: the steps ask for it."
    assert said(policy_with("visit.hours", "")) == [missing]
    unreasoned = said(policy_with("visit.hours", "[visit.hours]\nvalue = 24\n"))
    assert unreasoned == ["The policy value “visit.hours” has no reason: write why it is so.", missing]
    no_group = said(policy_with("visit.hours", '[visit]\nvalue = 3\nstep = "7"\nreason = "Para probar."\n'))
    assert missing in no_group


def test_a_table_that_is_missing_is_refused() -> None:
    files = real()
    tables = {name: table for name, table in files.decisions.items() if name != "documents"}
    assert said(replace(files, decisions=tables)) == ["The table “documents” is missing: the steps ask it."]


def test_the_document_control_is_whole() -> None:
    files = real()
    document = {**files.document, "title": "a" * 201, "prepared_by": "Nosotros"}
    del document["code"]
    assert said(replace(files, document=document)) == [
        "document.toml does not say “code”: write it as text of at most 40 letters.",
        "document.toml does not say “title”: write it as text of at most 200 letters.",
        "document.toml does not say “prepared_by”: write a list of who prepared it.",
    ]


@pytest.mark.parametrize("fact", ["\n[much]\nx = 1\n", '\n[much]\ntype = "date"\n'])
def test_a_fact_without_a_type_is_refused(tmp_path: Path, fact: str) -> None:
    for path in SMALL.glob("*.*"):
        (tmp_path / path.name).write_text(path.read_text() + (fact if path.name == "facts.toml" else ""))
    with translation.override("en"), pytest.raises(FileUnreadable) as refused:
        actions.read(tmp_path)
    assert "facts.toml" in str(refused.value)
    assert "the fact “much” needs a type, one of bool, int, number, str" in str(refused.value)
