"""A database of an operator's size for the benches: made once, kept in a folder, on both databases.

The folder is `ARRAIGO_BENCH_DIR`, by default `.arraigo/bench`; delete it to begin anew.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
CUSTOMERS = 260_000
CASES, TRAY = 20_000, 10_000
"""Cases, and how many of them wait for the advisors, where there are customers enough."""


@dataclass(frozen=True)
class Place:
    """A filled database."""

    db: str
    url: str
    folder: Path
    customers: int

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "DATABASE_URL": self.url, "ARRAIGO_DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "arraigo.settings",
        }  # fmt: skip


def folder() -> Path:
    return Path(os.environ.get("ARRAIGO_BENCH_DIR") or ROOT / ".arraigo" / "bench").resolve()


@contextmanager
def places(customers: int, wanted: str = "") -> Iterator[list[Place]]:
    """The databases of both kinds, or of the one `wanted`, with so many customers; PostgreSQL runs meanwhile."""
    found = []
    if wanted in ("", "sqlite"):
        own = folder() / f"{customers}"
        own.mkdir(parents=True, exist_ok=True)
        found.append(filled(Place("sqlite", f"sqlite:///{own / 'arraigo.sqlite3'}", own, customers)))
    if wanted == "sqlite" or postgres.binaries() is None:
        if wanted != "sqlite":
            print("PostgreSQL is missing: it is left out.", file=sys.stderr)
        yield found
        return
    with postgres.kept(folder() / "postgres") as url:
        own = folder() / f"{customers}-pg"
        own.mkdir(parents=True, exist_ok=True)
        place = Place("postgresql", database(url, f"c{customers}"), own, customers)
        yield [*found, filled(place)]


def database(url: str, name: str) -> str:
    """The URL of the server's database `name`, made where it is missing."""
    with psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return f"{url.rsplit('/', 1)[0]}/{name}"


def filled(place: Place) -> Place:
    """Bring the database to the present schema; fill it the first time."""
    run(place, "manage.py", "prepare")
    done = place.folder / "filled"
    if not done.exists():
        print(f"{place.db}: filling {place.customers:,} customers, this once", file=sys.stderr)
        if not (place.folder / "demo").exists():
            run(place, "manage.py", "demo", "--customers", str(place.customers))
            (place.folder / "demo").touch()
        cases = min(CASES, place.customers // 3)
        run(place, "-m", "bench._copies", str(cases), str(min(TRAY, cases // 2)))
        done.touch()
    return place


def run(place: Place, *arguments: str) -> None:
    """A command on the database; what it says goes to standard error."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=place.environment, stdout=sys.stderr)
    if done.returncode:
        raise SystemExit(f"{place.db}: {' '.join(arguments)} failed: see above.")
