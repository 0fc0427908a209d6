"""The subcommands of `./run`."""

import argparse
import subprocess
from collections.abc import Callable

from tools.console import ROOT, Failure, say, tool_environment
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
    """Carry out a subcommand; every foreseen failure ends in a plain sentence and code 1."""
    try:
        return _dispatch(arguments)
    except Failure as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in {"-h", "--help", "help"}:
        print(USAGE, end="")
        return 0
    if name.startswith("-") or not name:
        return serve(_port(arguments))
    if name not in SUBCOMMANDS:
        raise Failure(f"There is no ./run {name}; ./run --help lists what there is.")
    return SUBCOMMANDS[name](arguments[1:])


def _port(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run", usage=USAGE, add_help=False)
    parser.error = _bad_arguments  # type: ignore[method-assign,assignment]
    parser.add_argument("--port", default=str(DEFAULT_PORT))
    text = parser.parse_args(arguments).port
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Failure(f"--port {text}: write a number from 1 to 65535.")
    return int(text)


def _bad_arguments(message: str) -> None:
    raise Failure(f"{message}; ./run --help lists what there is.")


def _test(arguments: list[str]) -> int:
    return test(arguments)


def _lint(arguments: list[str]) -> int:
    if arguments:
        raise Failure("./run lint takes no arguments.")
    return lint()


def _bench(arguments: list[str]) -> int:
    names = sorted(path.stem.replace("_", "-") for path in (ROOT / "bench").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in names:
        raise Failure(f"./run bench NAME [--json], where NAME is one of: {', '.join(names) or 'none yet'}.")
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


def _build(arguments: list[str]) -> int:
    set_up()
    return 0


def _messages(arguments: list[str]) -> int:
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


SUBCOMMANDS: dict[str, Callable[[list[str]], int]] = {
    "test": _test,
    "lint": _lint,
    "bench": _bench,
    "manage": _manage,
    "build": _build,
    "messages": _messages,
}
