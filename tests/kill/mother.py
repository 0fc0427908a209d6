"""`python -m tests.kill.mother NOTES`: a process with everything loaded, that forks what is to be killed.

Reads lines from its standard input and answers each with one; whatever else is printed, such as
messages to customers, goes to the standard error:
`desk 7` or `worker 7` — forks one with that seed — its process id;
`reap 4711` — waits until that child has ended — how: minus the signal, or the exit code.
"""

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TextIO

import django

django.setup()

from django.db import connections, transaction  # noqa: E402

from arraigo.engine.program import program_of  # noqa: E402
from arraigo.procedure import queries as procedures  # noqa: E402
from tests.kill.office import ROLES  # noqa: E402

WARM = 25
"""Moves of each role."""


def live(role: str, seed: int, notes: Path) -> int:
    """Be a desk or a worker until asked to stop; a move that was begun is finished."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    somebody = ROLES[role](seed, notes)
    while signal.sigtimedwait({signal.SIGTERM}, somebody.pause) is None:
        somebody.move()
    return 0


def fork(role: str, seed: int, notes: Path) -> int:
    """The id of a child that lives on a connection of its own."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = live(role, seed, notes)
    except BaseException:  # the child must not go on as its mother
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def own_answers() -> TextIO:
    """The standard output, taken away from everybody else."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def warm_up() -> None:
    """Load whatever a first step loads, so that who is forked is at work at once. Leaves nothing behind."""
    program_of(procedures.current_version().definition)
    with transaction.atomic():
        for role in ROLES:
            somebody = ROLES[role](0, Path(os.devnull))
            for _ in range(WARM):
                somebody.move()
        transaction.set_rollback(True)
    connections.close_all()


def main(notes: Path) -> None:
    answers = own_answers()
    warm_up()
    print("ready", file=answers)
    for line in sys.stdin:
        word, number = line.split()
        if word == "reap":
            status = os.waitpid(int(number), 0)[1]
            print(os.waitstatus_to_exitcode(status), file=answers)
        else:
            print(fork(word, int(number), notes), file=answers)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
