"""The parts of `./run` on the tests' database, as processes that can be killed: the server and the worker."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from arraigo.people.models import User
from tests.messages.servers import free_port
from tools.serve import server_command

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
"""Seconds within which a part must do what it is there for."""
SWEEPS = "arraigo.retention.sweeps.run_all"
"""What the worker is given to do; its own schedule asks for the same every minute."""
GONE = 0
"""Instead of a status: no answer came."""


def database_url() -> str:
    """The tests' database, for another process."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    access = f"{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
    return f"postgres://{access}/{given['NAME']}"


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def quiet() -> None:
    """Wait until the worker has nothing left to do and nobody else is in a transaction."""
    until(lambda: not OrmQ.objects.exists(), "The worker does not come to an end.")
    alone()


def alone() -> None:
    """Wait until the database has let go of whoever was killed; SQLite does so at once."""
    if connection.vendor == "postgresql":
        until(lambda: not _at_work(), "The database holds on to who was killed.")


def _at_work() -> int:
    """How many others PostgreSQL is doing something for."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND state <> 'idle'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


@dataclass
class Part:
    """A running part. `port` is 0 where it takes no requests."""

    process: "subprocess.Popen[bytes]"
    port: int = 0

    def kill(self) -> None:
        """Without a warning, with whatever it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        assert self.process.wait(PATIENCE) == -signal.SIGKILL, "It had ended by itself."

    def answers(self) -> bool:
        return Browser(self.port, {}).ask("GET", reverse("login")) != GONE


class Parts:
    """Starts parts whose data are in `folder`, and kills those that are left at the end."""

    def __init__(self, folder: Path, more: Mapping[str, str]) -> None:
        self.folder, self.started = folder, list[Part]()
        self.environment = {
            **os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "arraigo.settings",
            "ARRAIGO_DATA_DIR": str(folder), "ARRAIGO_CHECKPOINT_FILE": str(folder / "checkpoints.jsonl"),
            "ARRAIGO_SECRET_KEY": settings.SECRET_KEY, **more,
        }  # fmt: skip

    def server(self) -> Part:
        """A server that is starting, as `./run` starts it."""
        port = free_port()
        return self._start(server_command(port), port)

    def worker(self) -> Part:
        """A worker that is starting, as `./run` starts it."""
        return self._start([sys.executable, str(ROOT / "manage.py"), "worker"], 0)

    def _start(self, command: list[str], port: int) -> Part:
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self.started.append(Part(process, port))
        return self.started[-1]


@contextmanager
def parts(folder: Path, **more: str) -> Iterator[Parts]:
    """`more` are further values of the environment."""
    made = Parts(folder, more)
    try:
        yield made
    finally:
        for part in made.started:
            if part.process.poll() is None:
                part.kill()


class Browser:
    """Somebody at the server on `port`, with the cookies of `session`."""

    def __init__(self, port: int, session: Mapping[str, str]) -> None:
        self.port = port
        self.headers = {**session, "Content-Type": "application/x-www-form-urlencoded"}

    def ask(self, verb: str, path: str, data: Mapping[str, Any] | None = None) -> int:
        """The status of the answer, or GONE."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            asked.request(verb, path, urlencode(data or {}, doseq=True), self.headers)
            answer = asked.getresponse()
            assert "sign-in" not in answer.headers.get("Location", ""), "The session has ended."
            return answer.status
        except (OSError, http.client.HTTPException):
            return GONE
        finally:
            asked.close()


def session_of(user: User) -> dict[str, str]:
    """The headers with which a browser of `user`, who has signed in, asks."""
    client = Client()
    client.force_login(user)
    token = "x" * 32
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"
    return {"Cookie": cookies, "X-CSRFToken": token}
