"""`docs/procedure.md` names only what exists and forgets no row, element, table or task; all links lead on; every
decision is in its index."""

import re
from pathlib import Path

import pytest

from tests.procedure_data.files import diagram, elements, tables, toml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "procedure.md"
TEXT = PAGE.read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z]\w+(?:\.\w+)?)`", TEXT))
IDS = {str(element.get("id")) for element in diagram().iter()}
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"""(?:\]\(|src=")([^)#"\s]+)""")
TEST = re.compile(r"\.\./(tests/[^)]+\.py)\)")
QUESTIONS, VALUES = 24, 9


def rows(title: str) -> list[str]:
    """The rows of the table below the heading `title`."""
    part = TEXT.split(f"## {title}\n")[1].split("\n## ")[0]
    return [line for line in part.splitlines() if line.startswith("| ")][2:]


TABLES = {
    "The steps": 15,
    "What the document leaves open or contradicts": QUESTIONS,
    "Values of version 1 that the document does not give": VALUES,
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("title", TABLES)
def test_every_row_is_there_and_names_tests_that_test(title: str) -> None:
    assert len(rows(title)) == TABLES[title]
    for row in rows(title):
        named = TEST.findall(row)
        assert named, row[:60]
        for test in named:
            assert "\ndef test_" in (ROOT / test).read_text(encoding="utf-8"), test


def test_the_steps_are_those_of_the_document_in_its_order() -> None:
    numbers = [int(row.split()[1]) for row in rows("The steps")]
    assert numbers == list(range(1, 16))


def test_what_is_named_exists() -> None:
    values = {f"{group}.{name}" for group, names in toml("policy.toml").items() for name in names}
    messages = {str(message.get("name")) for message in elements("message")}
    assert NAMED - IDS - values - messages <= set(tables())


def test_no_element_is_forgotten() -> None:
    tasks = elements("userTask", "businessRuleTask", "receiveTask", "boundaryEvent", "exclusiveGateway")
    assert {str(element.get("id")) for element in tasks} <= NAMED
    assert set(tables()) <= NAMED


def test_the_map_of_the_case_names_every_module_once() -> None:
    """`docs/code.md` says where what belongs; what every package has needs no map."""
    part = (ROOT / "docs" / "code.md").read_text(encoding="utf-8").split("## The case")[1].split("\n## ")[0]
    named = re.findall(r"`([a-z_]+)`", part)
    modules = {path.stem for path in (ROOT / "arraigo" / "retention").glob("*.py")}
    assert sorted(named) == sorted(modules - {"__init__", "admin", "apps", "errors", "models", "queries", "receivers"})


def test_every_decision_stands_in_their_index_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    titles = {page.name: page.read_text(encoding="utf-8").splitlines()[0] for page in folder.glob("[0-9]*.md")}
    listed = [f"- [{name[:4]}]({name}) {title.removeprefix('# ')}" for name, title in titles.items()]
    assert sorted(line for line in index.splitlines() if line.startswith("- ")) == sorted(listed)
