"""People at their browsers: signed in to a real granian over loopback, each request timed.

A time is what the browser waits: from the request's first byte sent to the answer's last byte read, on
one kept-open connection. Beside it stands the time in the server, from the call of the application to its answer, which
knows neither the way there nor the wait for a free thread. Standard output carries JSON.
"""

import contextlib
import http.client
import math
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench._volume import ROOT, Place
from tests.postgres import free_port

HOST = "127.0.0.1"
SERVER_TIMING = "Server-Timing"
"""The header in which an answer says, as browsers read it (W3C Server Timing), its milliseconds in the server."""
START_SECONDS, STOP_SECONDS = 300, 30
"""A busy machine takes its time."""


class Failed(Exception):
    """{path} answered {status}."""


@contextmanager
def server(place: Place) -> Iterator["Server"]:
    """A server on the database, as `./run` starts it."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "bench._timed:application", "--host", HOST,
        "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--log-level", "warning",
    ]  # fmt: skip
    child = subprocess.Popen(command, cwd=ROOT, env=place.environment, stdout=sys.stderr)
    try:
        _wait(port, child)
        yield Server(port, child.pid)
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(port: int, child: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=10)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        if child.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("The server did not answer.")


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu(self) -> float:
        """Milliseconds of processor that the server and its workers have used; 0 where Linux does not say."""
        parents, used = {}, {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text().rsplit(")", 1)[1].split()
                parents[int(path.parent.name)] = int(fields[1])
                used[int(path.parent.name)] = int(fields[11]) + int(fields[12])
        own = {self.pid}
        for _ in range(3):
            own |= {pid for pid, parent in parents.items() if parent in own}
        return 1000 * sum(used.get(pid, 0) for pid in own) / os.sysconf("SC_CLK_TCK")


@dataclass
class Browser:
    """One person's."""

    port: int
    session: str
    times: dict[str, list[float]]
    """What was asked → milliseconds."""
    csrf: str = "a" * 32
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, name: str, path: str, *, into: str = "") -> "Answer":
        """A page, or what the page puts `into` one of its parts, timed under `name`; not timed where that is empty."""
        return self._ask(name, "GET", path, b"", {"HX-Request": "true", "HX-Target": into} if into else {})

    def post(self, name: str, path: str, data: dict[str, Any]) -> "Answer":
        body = urlencode({"csrfmiddlewaretoken": self.csrf, **data}, doseq=True).encode()
        return self._ask(name, "POST", path, body, {})

    def _ask(self, name: str, method: str, path: str, body: bytes, more: dict[str, str]) -> "Answer":
        if self._connection is None:
            self._connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        cookies = f"sessionid={self.session}; csrftoken={self.csrf}"
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded", **more}
        begun = time.perf_counter()
        self._connection.request(method, path, body or None, headers)
        response = self._connection.getresponse()
        content = response.read()
        took = 1000 * (time.perf_counter() - begun)
        if name:
            self.times[name].append(took)
            self.times[f"{name}, in the server"].append(_in_the_server(response))
        if response.status >= 400:
            raise Failed(f"{method} {path} answered {response.status}.")
        kind = response.getheader("Content-Type") or ""
        return Answer(path, response.getheader("Location") or "", kind, content, took)


def _in_the_server(response: http.client.HTTPResponse) -> float:
    """Milliseconds from the call of the application to its answer."""
    return float((response.getheader(SERVER_TIMING) or "").rpartition("=")[2])


@dataclass
class Answer:
    path: str
    location: str
    kind: str
    content: bytes
    took: float

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def links(self) -> list[str]:
        """The addresses on the page that lead to pages of ours."""
        return [each.replace("&amp;", "&") for each in re.findall(r'<a [^>]*href="(/[^"#]*)"', self.text)]


def sessions(place: Place, users: list[str]) -> dict[str, str]:
    """A session of each user, as signing in makes it."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._sessions", *users],
        cwd=ROOT, env=place.environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return dict(zip(users, done.stdout.split(), strict=True))


Turn = Callable[[Browser, random.Random], None]


def alone(browser: Browser, turn: Turn, seconds: float) -> None:
    """One person, one request after the other."""
    rng, end = random.Random(1), time.monotonic() + seconds
    while time.monotonic() < end:
        turn(browser, rng)


def together(port: int, keys: list[str], turn: Turn, seconds: float, think: float) -> dict[str, list[float]]:
    """As many people as there are sessions, each thinking `think` seconds on average between requests."""
    times: dict[str, list[float]] = defaultdict(list)
    end = time.monotonic() + seconds
    failures: list[BaseException] = []

    def person(number: int, key: str) -> None:
        rng, browser = random.Random(number), Browser(port, key, times)
        try:
            time.sleep(rng.uniform(0, think))
            while time.monotonic() < end:
                turn(browser, rng)
                time.sleep(rng.expovariate(1 / think))
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=person, args=each) for each in enumerate(keys)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return times


def percentile(times: list[float], share: float) -> float:
    """The nearest rank."""
    ordered = sorted(times)
    return ordered[min(len(ordered), math.ceil(share * len(ordered))) - 1]


def rows(bench: str, db: str, times: dict[str, list[float]], who: str, floor: float) -> list[dict[str, Any]]:
    """Three rows a figure: p50, p95 and p99."""
    return [
        {"name": bench, "db": db, "metric": f"{name}, {who}, p{int(100 * share)}",
         "value": round(percentile(each, share), 1), "unit": "ms", "floor": round(floor, 1), "peer": None,
         "peer_name": None, "requests": len(each)}
        for name, each in times.items() for share in (0.5, 0.95, 0.99)
    ]  # fmt: skip


def floor(port: int) -> float:
    """What the least page of the same server takes: the sign-in page, median of 30."""
    browser = Browser(port, "", defaultdict(list))
    for _ in range(30):
        browser.get("floor", "/sign-in/")
    return percentile(browser.times["floor"], 0.5)


def table(found: list[dict[str, Any]]) -> str:
    """The rows for people: a line per database and figure."""
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for row in found:
        figure, share = row["metric"].rsplit(", ", 1)
        lines.setdefault((row["db"], figure), {"n": row.get("requests", "")})[share] = row["value"]
    width = max((len(figure) for _, figure in lines), default=10)
    head = f"{'database':<12}{'figure':<{width + 2}}{'p50':>9}{'p95':>9}{'p99':>9}{'mean':>9}  ms, requests"
    return "\n".join(
        [head]
        + [f"{db:<12}{figure:<{width + 2}}{each.get('p50', ''):>9}{each.get('p95', ''):>9}{each.get('p99', ''):>9}"
           f"{each.get('mean', ''):>9}  {each['n']}" for (db, figure), each in lines.items()]
    )  # fmt: skip
