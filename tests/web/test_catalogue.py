"""The Spanish catalogue is complete: nothing missing, fuzzy, untranslated or left over."""

from pathlib import Path

import polib
import pytest

from tools import messages

pytestmark = pytest.mark.one_database


def test_every_text_of_the_interface_has_its_spanish_one() -> None:
    assert messages.problems(polib.pofile(str(messages.CATALOGUE))) == []


def test_placeholders_survive_the_translation() -> None:
    import re

    def names(text: str) -> list[str]:
        return sorted(re.findall(r"%\([a-z_]+\)[sd]", text))

    wrong = [
        entry.msgid
        for entry in polib.pofile(str(messages.CATALOGUE))
        for translated in (list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr])
        if names(entry.msgid_plural or entry.msgid) != names(translated) and names(entry.msgid) != names(translated)
    ]
    assert wrong == []


def test_a_text_without_translation_is_found(tmp_path: Path) -> None:
    assert any(line.startswith("missing: 'Sales advisor'") for line in messages.problems(polib.POFile()))
