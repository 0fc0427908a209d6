"""`./run bench steps`: whole cases, both branches, through the engine and its steps.

Beside, in the same run: the same SQL statements straight through the driver (floor) and a viewflow
flow of ten view nodes that does the same records (peer). On SQLite and on PostgreSQL, both durable.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import positive
from tests import postgres

ROOT = Path(__file__).resolve().parent.parent


def measure(database: str, url: str, cases: int) -> list[dict[str, Any]]:
    """The rows of one database: throughput, time and statements of a step."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench._settings"}
    done = subprocess.run(
        [sys.executable, "-m", "bench._run_steps", str(cases)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"bench steps on {database} failed: see above.")
    found = json.loads(done.stdout.splitlines()[-1])
    steps, peer = found["steps"], found["peer_steps"] / found["peer_seconds"]
    floor = steps / found["floor_seconds"]
    common = {"name": "steps", "db": database, "peer_name": "viewflow"}
    rows: list[dict[str, Any]] = [
        {**common, "metric": "throughput", "value": round(steps / found["seconds"], 1), "unit": "steps/s",
         "floor": round(floor, 1), "peer": round(peer, 1)},
        {**common, "metric": "time", "value": round(1000 * found["seconds"] / steps, 2), "unit": "ms",
         "floor": round(1000 / floor, 2), "peer": round(1000 / peer, 2)},
        {**common, "metric": "statements", "value": round(found["statements"] / steps, 1), "unit": "statements/step",
         "floor": round(found["statements"] / steps, 1), "peer": None},
    ]  # fmt: skip
    return [{**row, "to_floor": ratio(row, "floor"), "to_peer": ratio(row, "peer")} for row in rows]


def ratio(row: dict[str, Any], beside: str) -> float | None:
    """How many times Arraigo's figure is the one beside it."""
    return round(row["value"] / row[beside], 2) if row[beside] else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench steps")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cases", type=positive, default=60)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows += measure("sqlite", f"sqlite:///{folder}/bench.sqlite3", options.cases)
    with postgres.throwaway(durable=True) as url:
        rows += measure("postgresql", url, options.cases)
    print(json.dumps(rows) if options.json else table(rows))


def table(rows: list[dict[str, Any]]) -> str:
    """The rows for people."""
    lines = [
        f"{'database':<12}{'figure':<14}{'Arraigo':>10}{'floor':>10}{'times':>8}{'viewflow':>10}{'times':>8}  unit"
    ]
    for row in rows:
        shown = {name: "–" if value is None else value for name, value in row.items()}
        beside = f"{shown['floor']:>10}{shown['to_floor']:>8}{shown['peer']:>10}{shown['to_peer']:>8}"
        lines.append(f"{row['db']:<12}{row['metric']:<14}{row['value']:>10}{beside}  {row['unit']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
