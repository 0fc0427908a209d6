"""`./run bench repeat-faults`: the history question over ten million tickets, and the verdict for one product.

On PostgreSQL our own query, computed from the tickets; beside it DuckDB, a column store, with the plain
window query on the same rows, exported from the same table and already in its own file. The floor is the
plain window query in PostgreSQL. Each is the best of three. Counts must agree, or the bench fails.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench import positive
from bench._volume import ROOT, database, folder
from tests import postgres

TICKETS, PER_PRODUCT = 10_000_000, 2.5
HOURS, DAYS = 720, 30
ROUNDS = 3
ASKED, MOST = ("window_hours", "count", "calendar_days"), 1_000_000
"""What may be asked of the history, and the most of each, as in `manage repeat-faults`."""
FILL = """
SELECT setseed(0.5);
SET maintenance_work_mem = '512MB';
INSERT INTO customers_customer (id, source, number, kind, name, document, category, email, address, notices_allowed)
SELECT n, 'bench', n::text, 'customer', 'Cliente ' || n, '', 'standard', '', '', false FROM generate_series(1, {customers}) n;
INSERT INTO products_offering (id, code, name, service, technology, list_price, is_sold)
VALUES (1, 'x', 'Internet', 'internet', 'fibre', 10000, true);
INSERT INTO products_product (id, source, number, customer_id, offering_id, bundle, status, reason, price)
SELECT n, 'bench', n::text, 1 + n % {customers}, 1, '', 'active', '', 10000 FROM generate_series(1, {products}) n;
INSERT INTO tickets_outage (id, source, name, began_at)
SELECT n, 'bench', 'Corte', timestamptz '2024-01-01' + n * interval '1 day' FROM generate_series(1, 300) n;
INSERT INTO tickets_troubleticket (id, source, number, customer_id, product_id, type, status, symptom, description,
  resolution, outage_id, opened_at, resolved_at)
SELECT n, 'bench', 'TK-' || n, 1 + product % {customers}, product, CASE WHEN r < 0.97 THEN 'fault' ELSE 'complaint' END,
  CASE WHEN r < 0.03 THEN 'cancelled' WHEN r < 0.9 THEN 'closed' ELSE 'inProgress' END, 'cuts',
  'Se corta varias veces al día.', '', CASE WHEN r > 0.5 AND r < 0.53 THEN 1 + (r * 1e6)::int % 300 END, opened,
  CASE WHEN r >= 0.03 AND r < 0.9 THEN opened + r * interval '3 days' END
FROM (SELECT n, 1 + (random() * ({products} - 1))::int product, random() r,
  date_trunc('second', timestamptz '2024-01-01' + random() * interval '730 days') opened
  FROM generate_series(1, {tickets}) n) drawn;
"""  # noqa: E501
WINDOW = """
SELECT count(*), count(DISTINCT product_id), count(*) FILTER (WHERE before IS NULL OR before > opened_at)
FROM (SELECT product_id, opened_at, lag(opened_at) OVER w first, lag(resolved_at) OVER w before
      FROM {claims} WINDOW w AS (PARTITION BY product_id ORDER BY opened_at, id)) t
WHERE first >= opened_at - INTERVAL '720 hours'
"""
CLAIMS = """(SELECT * FROM (SELECT id, product_id, opened_at, resolved_at, outage_id, row_number() OVER (
  PARTITION BY product_id, outage_id ORDER BY opened_at, id) place FROM tickets
  WHERE type = 'fault' AND status NOT IN ('rejected', 'cancelled')) c WHERE outage_id IS NULL OR place = 1) claims"""


def settings(place: str) -> dict[str, str]:
    """The environment of a program on that database."""
    data = str(folder() / "repeat-faults")
    own = {"DATABASE_URL": place, "ARRAIGO_DATA_DIR": data, "DJANGO_SETTINGS_MODULE": "arraigo.settings"}
    return {**os.environ, **own}


def filled(url: str, tickets: int) -> str:
    """The URL of a database with so many tickets, made once, with all indexes and constraints."""
    name = f"tickets{tickets}"
    place = database(url, name)
    environment = settings(place)
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    with psycopg.connect(place, autocommit=True) as server:
        there = server.execute("SELECT max(id) FROM tickets_troubleticket").fetchone()
        if there is None or there[0] != tickets:
            print(f"making {tickets:,} tickets, this once", file=sys.stderr)
            command = [sys.executable, "-m", "bench._tickets", str(tickets)]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    return place


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """The least of ROUNDS times in ms, and what came out."""
    times, found = [], None
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        found = work()
        times.append(1000 * (time.perf_counter() - begun))
    return min(times), found


def duck(place: str, tickets: int) -> tuple[float, tuple[int, ...]]:
    """DuckDB's time and counts on the same rows."""
    import duckdb

    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "tickets.csv"
        columns = "id, product_id, type, status, outage_id, opened_at, resolved_at"
        copy = f"COPY (SELECT {columns} FROM tickets_troubleticket) TO STDOUT (FORMAT csv, HEADER)"
        with psycopg.connect(place) as server, file.open("wb") as out:
            server.execute("SET timezone = 'UTC'")
            with server.cursor().copy(copy) as rows:  # type: ignore[arg-type]
                for chunk in rows:
                    out.write(chunk)
        store = duckdb.connect(str(Path(name) / "tickets.duckdb"))
        store.execute(f"CREATE TABLE tickets AS SELECT * FROM read_csv('{file}')")
        sql = WINDOW.format(claims=CLAIMS)
        return best(lambda: store.execute(sql).fetchone())


def floor(place: str) -> tuple[float, tuple[int, ...]]:
    """The plain window query through the driver."""
    sql = WINDOW.format(claims=CLAIMS.replace("FROM tickets\n", "FROM tickets_troubleticket\n"))
    with psycopg.connect(place) as server:
        return best(lambda: server.execute(sql).fetchone())  # type: ignore[arg-type]


def ours(place: str, asked: dict[str, int]) -> dict[str, Any]:
    """Our own times and counts; `asked` is measured beside the usual questions."""
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in asked.items()]
    done = subprocess.run(
        [sys.executable, "-m", "bench._run_repeat_faults", *arguments],
        cwd=ROOT, env=settings(place), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(tickets: int, asked: dict[str, int]) -> list[dict[str, Any]]:
    with postgres.kept(folder() / "postgres") as url:
        place = filled(url, tickets)
        found = ours(place, asked)
        floor_ms, plain = floor(place)
        duck_ms, theirs = duck(place, tickets)
    if not found["counts"] == list(plain) == list(theirs):
        raise SystemExit(f"The counts differ: {found['counts']}, plain {plain}, DuckDB {theirs}.")
    common = {"name": "repeat-faults", "db": "postgresql", "unit": "ms"}
    history = {"floor": round(floor_ms, 1), "peer": round(duck_ms, 1), "peer_name": "DuckDB"}
    alone = {"floor": None, "peer": None, "peer_name": None}
    rows = [
        {**common, **history, "metric": f"history over {tickets:,} tickets", "value": round(found["history"], 1)},
        {**common, **alone, "metric": "history by calendar days", "value": round(found["days"], 1)},
        {**common, **alone, "metric": "history, 3 within 90 days", "value": round(found["three"], 1)},
        {**common, **alone, "metric": "verdict for one product, p50", "value": round(found["one_p50"], 2)},
        {**common, **alone, "metric": "verdict for one product, p99", "value": round(found["one_p99"], 2)},
    ]
    if asked:
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in asked.items())
        metric = "history, {}: {:,} repeats of {:,} products".format(told, *found["asked_counts"])
        rows.append({**common, **alone, "metric": metric, "value": round(found["asked"], 1)})
    return rows


def parser_of(program: str) -> argparse.ArgumentParser:
    """What may be told to the benchmark: the questions as `manage repeat-faults` takes them."""
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tickets", type=positive, default=TICKETS)
    parser.add_argument("--window-hours", type=int, help="measured beside the usual questions, as are the next two")
    parser.add_argument("--count", type=int, help="claims within the window")
    parser.add_argument("--calendar-days", "--days", type=int, help="compare dates in Cochabamba instead of hours")
    return parser


def main() -> None:
    parser = parser_of("./run bench repeat-faults")
    options = parser.parse_args()
    asked = {name: value for name in ASKED if (value := getattr(options, name)) is not None}
    if asked.get("count", 2) < 2 or any(not 0 <= value <= MOST for value in asked.values()):
        parser.error(f"A repeat takes at least 2 claims, and a window from 0 to {MOST}.")
    found = measure(options.tickets, asked)
    if options.json:
        print(json.dumps(found))
        return
    for row in found:
        beside = f"  floor {row['floor']} ms, DuckDB {row['peer']} ms" if row["peer"] else ""
        print(f"{row['metric']:<36}{row['value']:>10} ms{beside}")


if __name__ == "__main__":
    main()
