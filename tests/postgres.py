"""A throw-away PostgreSQL on loopback, for tests and benchmarks; standard library only.

`python -m tests.postgres` starts one, prints its URL and keeps it until Ctrl-C.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

USER = "arraigo"
START_SECONDS = "60"


class PostgresMissing(Exception):
    """PostgreSQL is not on this machine, or cannot be started by this user."""


def binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl` (Debian keeps them off the PATH), newest first."""
    found = shutil.which("pg_ctl")
    debian = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = sorted(debian, key=lambda path: int(path.parts[4]) if path.parts[4].isdecimal() else 0)
    candidates = [*reversed(newest), *([Path(found)] if found else [])]
    return next((path.parent for path in candidates if (path.parent / "initdb").exists()), None)


def _as_server_user(command: Sequence[str]) -> list[str]:
    """`command` under an account that PostgreSQL accepts: it refuses to run as root."""
    if os.geteuid() != 0:
        return list(command)
    account = _unprivileged()
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *command]


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresMissing("No unprivileged account to run PostgreSQL under: run this as an ordinary user.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


UNSAFE = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    # Statistics of a table that a former test left empty would mislead the planner in the next one.
    "autovacuum": "off",
}  # fmt: skip


def _settings(*, durable: bool, memory: str) -> str:
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": memory,
        **({} if durable else UNSAFE),
    }
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _call(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        _as_server_user(command),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        log = folder / "log"
        raise PostgresMissing(f"{done.stdout}{log.read_text() if log.exists() else ''}")


@contextlib.contextmanager
def throwaway(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty database that lives as long as the block.

    With `durable` commits reach the disk as in production (benchmarks); without, tests are quicker.
    Raises PostgresMissing where there is none to start.
    """
    bin_folder = binaries()
    if bin_folder is None:
        raise PostgresMissing("PostgreSQL is not installed.")
    folder = tempfile.TemporaryDirectory(prefix="arraigo-postgres-", ignore_cleanup_errors=True)
    with folder as name, _running(bin_folder, Path(name), durable=durable, stop="immediate") as url:
        yield url


@contextlib.contextmanager
def kept(folder: Path) -> Iterator[str]:
    """The URL of a durable server whose data stay in `folder`, made there the first time; its memory as
    `docs/operations.md` advises.

    Raises PostgresMissing where there is none to start.
    """
    bin_folder = binaries()
    if bin_folder is None:
        raise PostgresMissing("PostgreSQL is not installed.")
    folder.mkdir(parents=True, exist_ok=True)
    with _running(bin_folder, folder, durable=True, stop="fast", memory="1GB") as url:
        yield url


@contextlib.contextmanager
def _running(bin_folder: Path, folder: Path, *, durable: bool, stop: str, memory: str = "128MB") -> Iterator[str]:
    """A server over `folder`/data, stopped at the end in the way that `stop` says."""
    if os.geteuid() == 0:
        os.chown(folder, _unprivileged().pw_uid, _unprivileged().pw_gid)
    data, port = folder / "data", free_port()
    if not (data / "PG_VERSION").exists():
        initdb = [str(bin_folder / "initdb"), "-D", str(data), "-U", USER, "--auth=trust", "--no-sync"]
        _call([*initdb, "-E", "UTF8", "--locale=C.UTF-8"], folder)
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(f"port = {port}\n{_settings(durable=durable, memory=memory)}")
    control = [str(bin_folder / "pg_ctl"), "-D", str(data), "-w"]
    _call([*control, "-t", START_SECONDS, "-l", str(folder / "log"), "start"], folder)
    try:
        yield f"postgres://{USER}@127.0.0.1:{port}/postgres"
    finally:
        _call([*control, "-m", stop, "stop"], folder)


if __name__ == "__main__":
    with throwaway(durable=True) as url, contextlib.suppress(KeyboardInterrupt):
        print(url, flush=True)
        sys.stdin.read()
