"""`./run`: the server and the worker, started and stopped together."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import Any, NoReturn

from tools.console import ROOT, Failure, say, tool_environment
from tools.database import data_folder, manage, prepare
from tools.stages import VENV, set_up

HOST = "127.0.0.1"
START_SECONDS = 90
STOP_SECONDS = 15


class Stopped(Exception):
    """Somebody pressed Ctrl-C or the machine is going down."""


def serve(port: int) -> int:
    """Set up, start, say `ready`, and stay until told to stop."""
    require_free(port)
    set_up()
    production = os.environ.get("ARRAIGO_PRODUCTION", "").strip().lower() not in {"", "0", "false", "no", "off"}
    if not production and not os.environ.get("ARRAIGO_BASE_URL", "").strip():
        os.environ["ARRAIGO_BASE_URL"] = f"http://{HOST}:{port}"
    database = prepare(demo=True)
    if production:
        subprocess.run(manage("collectstatic", "--no-input", "-v0"), check=True, env=tool_environment())
    require_free(port)
    if not production:
        (data_folder() / "address").write_text(os.environ["ARRAIGO_BASE_URL"])
    return _run_both(port, database)


def require_free(port: int) -> None:
    """Raises Failure where another program holds `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Failure(f"Port {port} is taken: choose another, as in ./run --port {port + 1}.") from error


def _run_both(port: int, database: dict[str, Any]) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["server"] = _start(server_command(port))
        children["worker"] = _start(manage("worker"))
        _wait_until_answering(port, children)
        _announce(port, database)
        _stay(children)
    except Stopped:
        return 0
    finally:
        _stop_all(list(children.values()))


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped


def server_command(port: int) -> list[str]:
    """The command line of the web server."""
    return [
        str(VENV / "bin" / "granian"), "--interface", "wsgi", "arraigo.wsgi:application",
        "--host", HOST, "--port", str(port), "--workers", "1", "--blocking-threads", "4",
        "--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that Ctrl-C reaches it only through us.

    Where the system can, it is told to stop when this process is killed.
    """
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    return subprocess.Popen(
        prefix + command, cwd=ROOT, stdout=sys.stderr, env=tool_environment(), start_new_session=True
    )


def _wait_until_answering(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        _require_alive(children)
        if _answers(port):
            return
        time.sleep(0.2)
    raise Failure(f"The server did not answer within {START_SECONDS} s.")


def _answers(port: int) -> bool:
    """Whether the first page comes without a server's error."""
    name = os.environ.get("ARRAIGO_HOSTS", HOST).split(",")[0]
    request = urllib.request.Request(f"http://{HOST}:{port}/", headers={"Host": name})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect to the sign-in page is an answer."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _announce(port: int, database: dict[str, Any]) -> None:
    print(f"ready http://{HOST}:{port}", flush=True)
    if database["logins"]:
        print(f"\nSign in as one of these; the password of all is {database['password']}")
        width = max(len(login["username"]) for login in database["logins"])
        for login in database["logins"]:
            print(f"  {login['username']:<{width}}  {login['does']}")
    print("\nCtrl-C stops it.", flush=True)


def _stay(children: dict[str, subprocess.Popen[bytes]]) -> NoReturn:
    while True:
        _require_alive(children)
        time.sleep(0.5)


def _require_alive(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise Failure(f"The {name} ended by itself (code {child.returncode}); the lines above may say why.")


def _stop_all(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask every child to end; after STOP_SECONDS end what is left of its group."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say("A part did not stop when asked and is ended.")
        _end_group(child.pid)
        child.wait()


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
