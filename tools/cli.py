"""The subcommands of `./run`."""

import argparse
import subprocess
from collections.abc import Callable

from tools.console import ROOT, Failure, Misuse, say, tool_environment
from tools.database import SELF_SUFFICIENT, ensure_database, manage
from tools.linting import lint
from tools.serve import serve
from tools.services import provide
from tools.stages import PYTHON, set_up
from tools.testing import test

USAGE = """\
Arraigo, the retention desk.

./run [--port N]          set up, start the server and the worker, print `ready URL` and the logins
./run test [ARGS]         run the tests on SQLite and PostgreSQL; ARGS go to pytest
./run lint                check style, types, templates and layers
./run bench NAME [--json] measure, bench/NAME.py says what
./run manage COMMAND …    Django's commands and Arraigo's own; `./run manage help` lists them
./run build               build the front end and the translations
./run messages            bring the catalogue of the interface's texts up to date with the source
"""
DEFAULT_PORT = 8000
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Carry out a subcommand; every foreseen failure ends in a plain sentence and code 1, a wrong command line in 2."""
    try:
        return _dispatch(arguments)
    except Failure as failure:
        say(str(failure))
        return failure.code
    except KeyboardInterrupt:
        return INTERRUPTED


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in HELP or (name != "manage" and HELP.intersection(arguments[1:2])):
        print(USAGE, end="")
        return 0
    if name.startswith("-") or not name:
        return serve(_port(arguments))
    if name in SUBCOMMANDS:
        return SUBCOMMANDS[name](arguments[1:])
    if name not in ALONE:
        raise Misuse(f"There is no ./run {name}")
    if arguments[1:]:
        raise Misuse(f"./run {name} takes no arguments")
    return ALONE[name]()


def _port(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run", usage=USAGE, add_help=False)
    parser.error = _misused  # type: ignore[method-assign,assignment]
    parser.add_argument("--port", default=str(DEFAULT_PORT))
    text = parser.parse_args(arguments).port
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Misuse(f"--port {text}: write a number from 1 to 65535")
    return int(text)


def _misused(message: str) -> None:
    raise Misuse(message)


def _bench(arguments: list[str]) -> int:
    names = sorted(path.stem.replace("_", "-") for path in (ROOT / "bench").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in names:
        raise Misuse(f"./run bench NAME [--json], where NAME is one of: {', '.join(names)}")
    set_up()
    provide(browser=False)
    command = [str(PYTHON), "-m", f"bench.{arguments[0].replace('-', '_')}", *arguments[1:]]
    return _hand_over(command, cwd=str(ROOT))


def _manage(arguments: list[str]) -> int:
    # Some commands print documents, which need the fonts of the front end.
    set_up()
    if arguments and arguments[0] not in SELF_SUFFICIENT and "--help" not in arguments:
        ensure_database()
    return _hand_over(manage(*arguments))


def _build() -> int:
    set_up()
    return 0


def _messages() -> int:
    set_up(front_end=False)
    return _hand_over([str(PYTHON), "-m", "tools.messages"], cwd=str(ROOT))


def _hand_over(command: list[str], cwd: str | None = None) -> int:
    """Run `command` with our own input and output. Ctrl-C is its to answer."""
    with subprocess.Popen(command, cwd=cwd, env=tool_environment()) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue


HELP = {"-h", "--help", "help"}
SUBCOMMANDS: dict[str, Callable[[list[str]], int]] = {"test": test, "bench": _bench, "manage": _manage}
ALONE: dict[str, Callable[[], int]] = {"lint": lint, "build": _build, "messages": _messages}
"""Those that take no arguments."""
