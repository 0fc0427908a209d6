"""Arraigo as the benches serve it: each answer says how long it took in the server, database included."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from arraigo.wsgi import application as arraigo
from bench._visits import SERVER_TIMING


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    begun = time.perf_counter()

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        took = 1000 * (time.perf_counter() - begun)
        return start_response(status, [*headers, (SERVER_TIMING, f"app;dur={took:.2f}")], *more)

    return arraigo(environ, start)
