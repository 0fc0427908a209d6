"""`./run bench pages`: every page that the roles reach by links from their first one, at an operator's size.

Signed in as each role, the pages up to four links away are found as a person finds them, one of each kind
(files and lists for download included), and asked for again and again by one user against granian over
loopback. The floor is the sign-in page of the same server. Beside them: the making of the monthly PDF, as the
signature of the evaluation makes it.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from typing import Any

from bench import _visits, _volume, positive
from bench._visits import Browser, Failed

PEOPLE = (
    "asesor", "responsable", "supervisor", "tecnico", "seguimiento", "calidad", "gerencia", "jefe_relacion",
    "facturacion", "admin",
)  # fmt: skip
LEFT_OUT = re.compile(r"^/(admin|static|sign-out|language)/|export=")
DEPTH = 4


def kind(path: str) -> str:
    """What pages of one kind have in common: the address without its numbers, names of records and choices."""
    plain = path.split("?")[0]
    return re.sub(r"/(?=[^/]*\d)[^/]+", "/…", plain)


def found_by(browser: Browser) -> dict[str, str]:
    """One page of each kind within DEPTH links: kind → address."""
    pages: dict[str, str] = {}
    ahead = ["/"]
    for _ in range(DEPTH + 1):
        following: list[str] = []
        for path in ahead:
            following += _look(browser, path, pages)
        ahead = following
    return pages


def _look(browser: Browser, path: str, pages: dict[str, str]) -> list[str]:
    """Open the page where it is the first of its kind; what it leads to."""
    if kind(path) in pages or LEFT_OUT.search(path):
        return []
    try:
        answer = browser.get("", path)
    except Failed:
        return []
    if answer.location:
        return [answer.location] if answer.location.startswith("/") else []
    pages[kind(path)] = path
    return answer.links() if "html" in answer.kind else []


def measure(place: _volume.Place, rounds: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cpu: list[dict[str, Any]] = []
    keys = _visits.sessions(place, list(PEOPLE))
    with _visits.server(place) as server:
        floor = _visits.floor(server.port)
        for person, key in keys.items():
            browser = Browser(server.port, key, defaultdict(list))
            for name, path in found_by(browser).items():
                before = server.cpu()
                for _ in range(rounds):
                    browser.get(f"{person} {name}", path)
                cpu.append(_cpu(place, f"{person} {name}", (server.cpu() - before) / rounds))
            found += _visits.rows("pages", place.db, browser.times, "1 user", floor)
    return found + cpu + monthly_paper(place, rounds)


def monthly_paper(place: _volume.Place, rounds: int) -> list[dict[str, Any]]:
    """The last month's evaluation from the records to the PDF; the floor is the PDF alone, its figures there."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._run_monthly_paper", str(rounds)],
        cwd=_volume.ROOT, env=place.environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    taken = json.loads(done.stdout.splitlines()[-1])
    whole = {"monthly PDF": [each["whole"] for each in taken]}
    return _visits.rows("pages", place.db, whole, "made once", min(each["paper"] for each in taken))


def _cpu(place: _volume.Place, page: str, value: float) -> dict[str, Any]:
    """What a page costs the server's processor on average, which a busy machine does not blur."""
    return {"name": "pages", "db": place.db, "metric": f"{page}, CPU, mean", "value": round(value, 1), "unit": "ms",
            "floor": None, "peer": None, "peer_name": None}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench pages")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--customers", type=positive, default=_volume.CUSTOMERS)
    parser.add_argument("--rounds", type=positive, default=12, help="how often each page is asked for")
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="", help="one database only")
    options = parser.parse_args()
    with _volume.places(options.customers, options.db) as places:
        found = [row for place in places for row in measure(place, options.rounds)]
    print(json.dumps(found) if options.json else _visits.table(found))


if __name__ == "__main__":
    main()
