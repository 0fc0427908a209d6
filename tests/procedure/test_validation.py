"""One bad file per fault: every sentence that validation finds in it, word for word.

A folder of tests/bad_procedures holds the one file in which it differs from tests/engine/small, and
`problems.txt` with the expected sentences.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

from arraigo.procedure import actions
from arraigo.retention.registry import elements
from tests.engine.runs import SMALL_STEPS, real, small

FOLDER = Path(__file__).parent.parent / "bad_procedures"
BAD = sorted(path for path in FOLDER.iterdir() if path.is_dir())


def spoiled(folder: Path) -> actions.ProcedureFiles:
    """The small procedure with the file that `folder` replaces."""
    files = small()
    diagram = folder / "procedure.bpmn"
    if diagram.exists():
        files = replace(files, bpmn=diagram.read_text())
    tables = {path.stem: actions.read_json(path) for path in (folder / "decisions").glob("*.json")}
    return replace(files, decisions={**files.decisions, **tables})


@pytest.mark.parametrize("folder", BAD, ids=lambda folder: folder.name)
def test_a_fault_is_named_in_a_plain_sentence(folder: Path) -> None:
    with translation.override("en"):
        found = [problem.sentence for problem in actions.problems(spoiled(folder), steps=SMALL_STEPS)]
    assert found == (folder / "problems.txt").read_text().splitlines()


def test_the_small_procedure_has_no_fault() -> None:
    assert actions.problems(small(), steps=SMALL_STEPS) == []


def test_the_real_procedure_has_no_fault() -> None:
    assert actions.problems(real(), steps=elements()) == []


def test_every_fault_at_once() -> None:
    files = small()
    diagram = files.bpmn.replace("size == 'big'", "sise == 1").replace('id="team_lead__work"', 'id="x__work"')
    found = actions.problems(replace(files, bpmn=diagram, decisions={}), steps=set())
    assert {problem.element for problem in found} == {
        "x__work", "flow_size_big", "measure", "approve", "do_it", "check", "signed", "rule_size",
    }  # fmt: skip
