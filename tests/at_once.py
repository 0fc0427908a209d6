"""Two sessions at the same moment: the second one begins while the first one's transaction is open. And a database
that does not answer at all."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from arraigo import clock


def until_somebody_waits() -> None:
    """Until another session of PostgreSQL stands before a lock of this one's; SQLite lets one write at a time."""
    end = time.monotonic() + 20
    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
        assert time.monotonic() < end, "the other one did not wait"
        time.sleep(0.01)


def beside(*first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What `second` gives, or the exception that it raises, begun once the first of `first` is done; the rest of
    `first` is done in the same transaction when `second` waits for it."""
    now, begun = clock.now(), threading.Event()

    def one() -> None:
        try:
            with clock.at(now), transaction.atomic():
                first[0]()
                begun.set()
                until_somebody_waits()
                for act in first[1:]:
                    act()
        finally:
            begun.set()
            connection.close()

    def two() -> Any:
        try:
            begun.wait(20)
            with clock.at(now):
                return second()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        going, other = pool.submit(one), pool.submit(two)
        going.result()
        return other.result()


@contextmanager
def database_gone() -> Iterator[None]:
    """Nobody answers where the database was."""
    there = connection.settings_dict
    connection.close()
    connection.settings_dict = there | {"NAME": "/nowhere/arraigo", "HOST": "127.0.0.1", "PORT": "1"}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = there
