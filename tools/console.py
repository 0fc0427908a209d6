"""Talking to the person at the terminal, and running other programs for them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRIVATE = ROOT / ".arraigo"
"""Everything `./run` makes for itself; deleting it only costs time."""
LAST_LINES = 15


class Failure(Exception):
    """{what went wrong and what to do}: shown as it is, without a traceback."""

    code = 1
    """What the program ends with."""


class Misuse(Failure):
    """{what is wrong with the command line}; ./run --help lists what there is."""

    code = 2

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; ./run --help lists what there is.")


def say(text: str) -> None:
    """Tell the person. Standard output belongs to what a subcommand answers, so this goes beside it."""
    print(text, file=sys.stderr, flush=True)


def tool_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without a virtual environment that happens to be active.

    Compiled modules are kept in a place of our own, also where the machine keeps none: a start takes half the time.
    """
    foreign = {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"}
    kept = {key: value for key, value in os.environ.items() if key not in foreign}
    return kept | {"PYTHONPYCACHEPREFIX": str(PRIVATE / "bytecode"), **(extra or {})}


def run_quietly(
    command: Sequence[str | Path], sentence: str, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> None:
    """Run `command` with its output in a log file.

    Raises Failure with `sentence`, the end of the log and where to find the rest.
    """
    log = PRIVATE / "log" / f"{Path(command[0]).name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        try:
            code = subprocess.run(
                [str(part) for part in command],
                cwd=cwd,
                env=tool_environment(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            ).returncode
        except OSError as error:
            raise Failure(f"{sentence} ({error})") from error
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        raise Failure(f"{tail}\n{sentence} The whole output is in {log}.")
