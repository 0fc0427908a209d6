"""A commercial system on the loopback interface, and an adapter that really sends to it."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from arraigo.bss.interface import Answer, NoAnswer, Unreachable
from arraigo.bss.models import Command

Reply = Callable[["OtherSide", dict[str, Any]], tuple[int, dict[str, Any]] | None]


class OtherSide:
    """What the commercial system has applied, in order; `reply` decides how it answers a command."""

    def __init__(self) -> None:
        self.applied: list[str] = []
        self.received: list[str] = []
        self.reply: Reply = apply_once
        self.port = 0

    def take(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        self.received.append(told["key"])
        return self.reply(self, told)


def apply_once(side: OtherSide, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if told["key"] not in side.applied:
        side.applied.append(told["key"])
    return 200, {"id": len(side.applied)}


def apply_and_hang_up(side: OtherSide, told: dict[str, Any]) -> None:
    """Apply the command, every time it comes, and close the connection without a word."""
    side.applied.append(told["key"])


def refuse(side: OtherSide, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 422, {"why": "no such product"}


def handler_for(side: OtherSide) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(side.take(told))

        def do_GET(self) -> None:
            self.answer((200 if self.path[1:] in side.applied else 404, {"found": True}))

        def answer(self, reply: tuple[int, dict[str, Any]] | None) -> None:
            if reply is None:
                self.close_connection = True
                return
            body = json.dumps(reply[1]).encode()
            self.send_response(reply[0])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Keep the test's output readable."""

    return Handler


@contextmanager
def running() -> Iterator[OtherSide]:
    side = OtherSide()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(side))
    side.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield side
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class HttpCommercialSystem:
    """Sends each command over HTTP; the other side neither knows keys nor can be asked."""

    immediate = False
    honours_keys = False
    looks_up = False
    port: ClassVar[int] = 0

    def execute(self, command: Command) -> Answer:
        told = {"key": command.idempotency_key, "kind": command.kind, **command.payload}
        status, data = self._ask("POST", "/", json.dumps(told))
        return Answer(status == 200, data)

    def look_up(self, command: Command) -> Answer | None:
        status, data = self._ask("GET", f"/{command.idempotency_key}", None)
        return Answer(True, data) if status == 200 else None

    def _ask(self, verb: str, path: str, body: str | None) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.connect()
        except OSError as error:
            raise Unreachable(str(error)) from error
        try:
            connection.request(verb, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(str(error)) from error
        finally:
            connection.close()


class WithLookUp(HttpCommercialSystem):
    looks_up = True


class WithKeys(HttpCommercialSystem):
    honours_keys = True
