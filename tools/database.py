"""The database of this installation: brought up to date before anything reads it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tools.console import ROOT, Failure, tool_environment
from tools.stages import PYTHON, Stage

SELF_SUFFICIENT = {
    "prepare", "backup", "restore", "migrate", "makemigrations", "sqlmigrate", "check", "help",
    "--help", "-h", "--version", "collectstatic", "findstatic", "diffsettings", "makemessages", "compilemessages",
}  # fmt: skip
"""Commands of `./run manage` that need no database, or bring it up to date themselves."""


def manage(*args: str) -> list[str]:
    """The command line of Django's `args`."""
    return [str(PYTHON), str(ROOT / "manage.py"), *args]


def prepare(*, demo: bool) -> dict[str, Any]:
    """Migrate, load the procedure and, with `demo`, fill an empty database.

    Returns what `manage prepare --json` prints: `seeded`, `password` and `logins`.
    """
    command = manage("prepare", "--json", *(["--demo"] if demo else []))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=tool_environment())
    if done.returncode != 0:
        raise Failure("The database could not be made ready; the lines above say why.")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def data_folder() -> Path:
    """Where the data of this installation lie, as the settings have it."""
    return Path(os.environ.get("ARRAIGO_DATA_DIR") or ROOT / "var")


def _default_database() -> Path:
    return data_folder() / "arraigo.sqlite3"


def _migrations() -> list[Path]:
    return sorted((ROOT / "arraigo").glob("*/migrations/*.py")) + sorted((ROOT / "procedures").rglob("*.*"))


def ensure_database() -> None:
    """Bring the database up to date where that may be needed: always, unless it is the default SQLite file
    and the stamp says that nothing has changed."""
    if os.environ.get("DATABASE_URL"):
        prepare(demo=False)
        return
    path = _default_database()
    Stage(
        "database",
        "Bringing the database up to date",
        lambda: [str(path), *(item for item in _migrations() if item.is_file())],
        lambda: [path],
        lambda: void(prepare(demo=False)),
    ).ensure()


def void(_: object) -> None:
    """Drop a value that the caller has no use for."""
