"""`./run test`: the whole suite on SQLite, and what depends on the database on PostgreSQL as well."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import TextIO

from tests.postgres import PostgresMissing, binaries, throwaway
from tools.console import ROOT, say, tool_environment
from tools.services import chromium, provide
from tools.stages import PYTHON, set_up

MISUSED, NOTHING_COLLECTED = 4, 5
"""What pytest ends with where its arguments are wrong, where they choose no test."""
WORKERS = "2"
# Each worker takes half of the files in their order, so that what the tests of a folder share is made once.
MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 1 << 30
"""Bytes free in memory from which the tests' databases go there."""


def test(arguments: list[str]) -> int:
    """Run pytest with `arguments` on both databases; 0 where both passed.

    Both at once: each waits a good part of its time, for a browser, a server or a clock. What the run on
    PostgreSQL prints comes behind the other.
    """
    # A terminated run must still stop its PostgreSQL.
    signal.signal(signal.SIGTERM, _interrupt)
    set_up()
    provide(browser=True)
    if not binaries():
        return _on_sqlite(arguments)
    try:
        with throwaway() as url, tempfile.TemporaryFile("w+") as output:
            with _pytest(["-m", "not one_database", *arguments], {"DATABASE_URL": url}, output) as other:
                try:
                    code = _on_sqlite(arguments)
                    other.wait()
                finally:
                    _end(other)
            if code in (MISUSED, NOTHING_COLLECTED):  # the other run says the same once more
                return code
            if other.returncode == NOTHING_COLLECTED and arguments:  # nothing chosen depends on the database
                return code
            say("The tests of everything that depends on the database, on PostgreSQL:")
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout)
            sys.stdout.flush()
    except PostgresMissing as error:
        say(f"PostgreSQL could not be started: {error}")
        return 1
    return code or other.returncode  # a run that a signal ended has a code below nought


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(run: "subprocess.Popen[bytes]") -> None:
    """Stop a run that is not over, as Ctrl-C does."""
    if run.poll() is None:
        run.send_signal(signal.SIGINT)
        run.wait()


def _on_sqlite(arguments: list[str]) -> int:
    say("The tests on SQLite:")
    with _pytest(arguments, {"DATABASE_URL": ""}) as run:
        try:
            code = run.wait()
        finally:
            _end(run)
    if code == NOTHING_COLLECTED:
        say(f"Nothing was tested: no test is found by {' '.join(arguments)} (does the path exist?)")
    return code


def _pytest(
    arguments: list[str], environment: dict[str, str], output: TextIO | None = None
) -> "subprocess.Popen[bytes]":
    extra = {"ARRAIGO_CHROMIUM": chromium() or "", **environment, **_memory()}
    command = [str(PYTHON), "-m", "pytest", "-n", WORKERS, "--dist", "worksteal", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=tool_environment(extra), stdout=output, stderr=output)


def _memory() -> dict[str, str]:
    """Databases of tests in memory, where there is room: nothing of them has to survive."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return {"ARRAIGO_TEST_FOLDER": str(MEMORY)}
    return {}
