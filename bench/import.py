"""`./run bench import`: tickets with their changes and bills with their lines into PostgreSQL.

Beside, in the same run: `COPY` of the same records into the same tables, with their indexes and
constraints and without validation (what `\\copy` does). With `--memory-rows N` also the peak memory of
the import of a file of N rows, which is written as a stream and removed afterwards.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import positive
from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
MOST_MEMORY = 1024
"""MiB that an import may take, however long its file."""
SHARE = 8
"""COPY may be so many times as fast."""


def measured(url: str, *arguments: str) -> dict[str, Any]:
    """What one process measured."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "bench._run_import", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit("bench import failed: see above.")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench import")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=positive, default=50_000)
    parser.add_argument("--memory-rows", type=int, default=0)
    options = parser.parse_args()
    common = {"name": "import", "db": "postgresql"}
    rows = []
    with postgres.throwaway(durable=True) as url:
        for kind in ("tickets", "bills"):
            found = measured(url, kind, str(options.rows))
            copied = round(options.rows / found["copy_seconds"])
            rows.append(
                {**common, "metric": f"{kind} of {options.rows}", "value": round(options.rows / found["seconds"]),
                 "unit": "rows/s", "floor": round(copied / SHARE), "peer": copied, "peer_name": "COPY"}
            )  # fmt: skip
            rows.append(
                {**common, "metric": f"memory, {kind} of {options.rows}", "value": found["memory"], "unit": "MiB",
                 "floor": MOST_MEMORY, "peer": None, "peer_name": "most allowed"}
            )  # fmt: skip
        if options.memory_rows:
            found = measured(url, "usage", str(options.memory_rows))
            rows.append(
                {**common, "metric": f"memory, usage of {options.memory_rows}", "value": found["memory"],
                 "unit": "MiB", "floor": MOST_MEMORY, "peer": None, "peer_name": "most allowed"}
            )  # fmt: skip
    print(json.dumps(rows) if options.json else table(rows))


def table(rows: list[dict[str, Any]]) -> str:
    """The rows for people."""
    lines = [f"{'figure':<34}{'Arraigo':>10}{'limit':>10}{'COPY':>10}  unit"]
    for row in rows:
        peer = "–" if row["peer"] is None else row["peer"]
        lines.append(f"{row['metric']:<34}{row['value']:>10}{row['floor']:>10}{peer:>10}  {row['unit']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
