"""`./run test`: the whole suite on SQLite, then what depends on the database again on PostgreSQL."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from types import FrameType

from tests.postgres import PostgresMissing, binaries, throwaway
from tools.console import ROOT, say, tool_environment
from tools.services import chromium, provide
from tools.stages import PYTHON, set_up

NOTHING_COLLECTED = 5
WORKERS = "2"
# Each worker takes half of the files in their order, so that what the tests of a folder share is made once.
MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 1 << 30
"""Bytes free in memory from which the tests' databases go there."""


def test(arguments: list[str]) -> int:
    """Run pytest with `arguments` on both databases; the worse of the two exit codes."""
    # A terminated run must still stop its PostgreSQL.
    signal.signal(signal.SIGTERM, _interrupt)
    set_up()
    provide(browser=True)
    say("The tests on SQLite:")
    codes = [_pytest(arguments, {"DATABASE_URL": ""})]
    if binaries():
        say("The tests of everything that depends on the database, on PostgreSQL:")
        codes.append(_on_postgres(arguments))
    return max(codes)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _on_postgres(arguments: list[str]) -> int:
    try:
        with throwaway() as url:
            code = _pytest(["-m", "not one_database", *arguments], {"DATABASE_URL": url})
    except PostgresMissing as error:
        say(f"PostgreSQL could not be started: {error}")
        return 1
    # A choice of tests that are all independent of the database leaves none to run here.
    return 0 if code == NOTHING_COLLECTED and arguments else code


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    extra = {"ARRAIGO_CHROMIUM": chromium() or "", **environment, **_memory()}
    command = [str(PYTHON), "-m", "pytest", "-n", WORKERS, "--dist", "worksteal", *arguments]
    return subprocess.run(command, cwd=ROOT, env=tool_environment(extra)).returncode


def _memory() -> dict[str, str]:
    """Databases of tests in memory, where there is room: nothing of them has to survive."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return {"ARRAIGO_TEST_FOLDER": str(MEMORY)}
    return {}
