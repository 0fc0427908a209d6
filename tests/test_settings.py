"""A bad value in the environment stops the start with a sentence that names the variable."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.one_database

BAD = {
    "ARRAIGO_LOG_LEVEL": ("LOUD", "write one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
    "ARRAIGO_DATA_DIR": ("/dev/null/arraigo", "nothing can be written into"),
    "ARRAIGO_CHECKPOINT_FILE": ("/dev", "is a folder: name a file"),
    "ARRAIGO_IMPORT_FOLDER": ("/dev/null/arraigo", "nothing can be written into"),
    "ARRAIGO_COMMERCIAL_SYSTEM": ("arraigo.adapters.nowhere.System", "there is no such class"),
    "ARRAIGO_EMAIL_BACKEND": ("smtp", "there is no such class"),
    "ARRAIGO_SESSION_HOURS": ("twelve", "write a whole number from 1 to 1000000"),
    "ARRAIGO_COPY_DAYS": ("9" * 5000, "write a whole number from 1 to 1000000"),
    "ARRAIGO_SMTP_PORT": ("65536", "write a whole number from 1 to 65535"),
    "ARRAIGO_PRODUCTION": ("perhaps", "write 1 or 0"),
    "ARRAIGO_BASE_URL": ("arraigo.example", "write an address as https://host"),
    "ARRAIGO_OIDC_CLIENT": ("arraigo", "belong together"),
    "DATABASE_URL": ("mysql://root@localhost/arraigo", "use sqlite or postgres"),
}


PRODUCTION = {
    "no secret": ({}, "ARRAIGO_SECRET_KEY is missing: production takes its secret from there."),
    "a short secret": ({"ARRAIGO_SECRET_KEY": "corta"}, "ARRAIGO_SECRET_KEY is too short: use 32 characters or more."),
    "no hosts": (
        {"ARRAIGO_SECRET_KEY": "x" * 50},
        "ARRAIGO_HOSTS is missing: name the hosts under which people reach Arraigo.",
    ),
    "no address": (
        {"ARRAIGO_SECRET_KEY": "x" * 50, "ARRAIGO_HOSTS": "arraigo.example"},
        "ARRAIGO_BASE_URL is missing: write the address under which people reach Arraigo, as https://host.",
    ),
    "debug": ({"ARRAIGO_DEBUG": "1"}, "ARRAIGO_DEBUG cannot be on in production: unset one of the two."),
}


def started(then: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {then}"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "arraigo.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_stops_the_start(name: str) -> None:
    value, sentence = BAD[name]
    start = started(**{name: value})
    last = start.stderr.strip().splitlines()[-1]
    assert start.returncode != 0
    assert (name in last, sentence in last) == (True, True), last


@pytest.mark.parametrize("lack", PRODUCTION)
def test_production_does_not_start_half_set_up(lack: str) -> None:
    given, sentence = PRODUCTION[lack]
    empty = {"ARRAIGO_SECRET_KEY": "", "ARRAIGO_HOSTS": "", "ARRAIGO_DEBUG": "", "ARRAIGO_BASE_URL": ""}
    start = started(**{**empty, **given, "ARRAIGO_PRODUCTION": "1"})
    assert start.returncode != 0
    assert start.stderr.strip().splitlines()[-1].endswith(sentence)


def test_an_empty_value_is_the_default() -> None:
    assert started(ARRAIGO_LOG_LEVEL="", ARRAIGO_SESSION_HOURS="").returncode == 0


def test_links_of_a_command_lead_where_the_product_answered_last(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("http://127.0.0.1:8143")
    ask = [sys.executable, "-c", "from arraigo import settings; print(settings.BASE_URL)"]
    environment = {**os.environ, "ARRAIGO_DATA_DIR": str(tmp_path), "ARRAIGO_BASE_URL": "", "ARRAIGO_PRODUCTION": ""}
    told = subprocess.run(ask, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "http://127.0.0.1:8143"


def test_a_database_out_of_reach_is_one_sentence() -> None:
    environment = {**os.environ, "DATABASE_URL": "sqlite:////nowhere/arraigo.sqlite3"}
    command = [sys.executable, "manage.py", "prepare"]
    start = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert start.returncode != 0
    assert start.stderr.startswith("CommandError: The database of DATABASE_URL cannot be reached:")
    assert "Traceback" not in start.stderr


def test_a_database_that_takes_the_call_and_says_nothing_is_given_up() -> None:
    asked = "from django.db import connection; connection.ensure_connection()"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgres://arraigo@127.0.0.1:{silent.getsockname()[1]}/arraigo"
        start = started(asked, DATABASE_URL=url)
    assert "OperationalError" in start.stderr
    assert "timeout" in start.stderr
