"""Real servers on loopback: an SMTP server and an HTTP gateway that keep what they got."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Post:
    """An SMTP server. `says` answers the next letters in turn, before it takes them again."""

    letters: list[EmailMessage] = field(default_factory=list)
    says: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.says:
            return self.says.pop(0)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nadie@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 fine"


@contextmanager
def post() -> Iterator[tuple[Post, int]]:
    """The server and its port."""
    kept = Post()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield kept, controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Provider:
    """A gateway for SMS and WhatsApp that honours keys. `answers` are the next statuses, then 202."""

    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    """Idempotency key → the message, once however often it came."""
    asked: int = 0
    answers: list[int] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    hangs: bool = False
    """Takes the next message and closes the line without an answer."""
    dribbles: threading.Event | None = None
    """Answers with a text that goes on, a letter now and then, until it is set."""


@contextmanager
def provider() -> Iterator[tuple[Provider, str]]:
    """The gateway and its address."""
    kept = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.asked += 1
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.tokens.add(self.headers["Authorization"])
            status = kept.answers.pop(0) if kept.answers else 202
            if status < 300:
                kept.taken.setdefault(self.headers["Idempotency-Key"], body)
            if kept.hangs:
                kept.hangs = False
                self.close_connection = True
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"id": "abc"}')
            while kept.dribbles and not kept.dribbles.wait(0.2):
                self.wfile.write(b" ")
                self.wfile.flush()

        def log_message(self, *_args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield kept, f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
