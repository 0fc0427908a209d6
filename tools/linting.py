"""`./run lint`: style, types, templates and the order of the layers."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

from tools.console import PRIVATE, ROOT, say, tool_environment
from tools.stages import VENV, set_up

TEMPLATES = "arraigo/web/templates"
CHECKS = (
    ("Style and mistakes", ["ruff", "check", "."]),
    ("Formatting", ["ruff", "format", "--check", "."]),
    ("Layers", ["lint-imports", "--no-cache"]),
    ("Templates", ["djlint", TEMPLATES, "--lint", "--quiet"]),
    ("Types", ["mypy"]),
)


def lint() -> int:
    """Run every check, all at once, also where one fails; 1 where any has."""
    set_up(front_end=False)
    with ThreadPoolExecutor(len(CHECKS)) as pool:
        runs = [(title, pool.submit(_run, command)) for title, command in CHECKS]
        failed = [title for title, run in runs if not _passes(title, run.result())]
    if failed:
        say(f"Not in order: {', '.join(failed)}.")
    return int(bool(failed))


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    environment = tool_environment({"ARRAIGO_DATA_DIR": str(PRIVATE / "lint")})
    program = VENV / "bin" / command[0]
    return subprocess.run(
        [str(program), *command[1:]], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def _passes(title: str, done: "subprocess.CompletedProcess[str]") -> bool:
    say(f"— {title}")
    say(done.stdout.rstrip())
    return done.returncode == 0
