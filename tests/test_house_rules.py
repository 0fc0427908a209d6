"""Rules that no linter knows: who tells the time, how long a file may grow, what a template may carry."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.one_database

MOST_LINES = 330
HANDLER = re.compile(r"\s(on[a-z]+|style|hx-on[a-z:-]*)\s*=\s*[\"']")
INLINE = re.compile(r"<(script|style)\b(?![^>]*\ssrc=)(?![^>]*type=[\"']application/json)", re.IGNORECASE)


def files(pattern: str) -> list[Path]:
    """The project's own files, as git lists them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    paths = [settings.BASE_DIR / name for name in listed if name]
    return [path for path in paths if path.exists() and "migrations" not in path.parts]


def offenders(pattern: str, forbidden: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(settings.BASE_DIR)}:{number}: {line.strip()[:100]}"
        for path in files(pattern)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if forbidden.search(line)
    ]


def test_no_field_reads_the_wall_clock():
    assert offenders("arraigo/*.py", re.compile(r"\bauto_now(_add)?\s*=")) == []


def test_no_template_carries_script_or_style_of_its_own():
    assert offenders("arraigo/*.html", HANDLER) == []
    assert offenders("arraigo/*.html", INLINE) == []


@pytest.mark.parametrize("line", ['<a onclick="go()">', '<p style="color:red">', '<a hx-on:click="x">'])
def test_the_rule_on_attributes_would_notice(line):
    assert HANDLER.search(line)


@pytest.mark.parametrize("line", ["<script>", '<script type="module">', "<style>"])
def test_the_rule_on_elements_would_notice(line):
    assert INLINE.search(line)


def test_no_template_calls_another_host():
    assert offenders("arraigo/*.html", re.compile(r"(src|href)=[\"'](https?:)?//")) == []


def test_every_file_fits_in_a_head():
    long = [str(path) for path in files("arraigo/*.py") if len(path.read_text().splitlines()) > MOST_LINES]
    assert long == []


def test_no_template_loads_the_translations_that_forget():
    """Django's own would take the place of those that every template has (docs/decisions/0046)."""
    assert offenders("arraigo/*.html", re.compile(r"\{% load [^%]*\bi18n\b")) == []
