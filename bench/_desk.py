"""What an advisor's desk asks for, one after the other or twenty people at once."""

import argparse
import json
import random
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bench import _visits, _volume, positive
from bench._visits import Browser

PEOPLE, THINK = 20, 5.0
ADVISOR = "asesor"
FIRST_STEP = "step_01"
STEPS_A_SECOND = 25
"""More than one advisor without a pause completes beside the other pages."""
LEAST_TYPED = 2
"""Letters from which on the search box asks."""


class Desk:
    """Draws what is asked next."""

    def __init__(self, samples: dict[str, Any], *, steps: bool) -> None:
        self.samples, self.steps = samples, steps
        self._left: Iterator[list[Any]] = iter(samples["steps"])
        self._lock = threading.Lock()

    def turn(self, browser: Browser, rng: random.Random) -> None:
        """One request: searches, customers, trays and cases as a desk needs them, and steps completed."""
        kinds = ["search", "customer", "tray", "case"] + (["step"] if self.steps else [])
        getattr(self, rng.choice(kinds))(browser, rng)

    def search(self, browser: Browser, rng: random.Random) -> None:
        """As the hits follow the typing: at any letter from the second on; then the whole question."""
        asked = rng.choice(self.samples["questions"])
        typed = asked[: rng.randint(LEAST_TYPED, max(LEAST_TYPED, len(asked)))]
        for text in (typed, asked):
            query = _visits.urlencode({"q": text})
            browser.get("customer search while typing", f"/customers/?{query}", into="search-hits")
        browser.get("page of customers found", f"/customers/?{query}")

    def customer(self, browser: Browser, rng: random.Random) -> None:
        known = self.samples["with_cases"] if rng.random() < 0.5 else self.samples["customers"]
        browser.get("customer page", f"/customers/{rng.choice(known)}/")

    def tray(self, browser: Browser, rng: random.Random) -> None:
        browser.get(f"tray of {self.samples['in_tray']:,} items", "/tray/advisor/")

    def case(self, browser: Browser, rng: random.Random) -> None:
        browser.get("case page", f"/cases/{rng.choice(self.samples['cases'])}/")

    def step(self, browser: Browser, rng: random.Random) -> None:
        """Step 1 completed, and step 2 where it leads there."""
        with self._lock:
            case, item = next(self._left, ("", 0))
        if not case:
            return
        path = f"/cases/{case}/steps/{item}/"
        browser.get("step page", path)
        answer = browser.post("completing a step", path, {})
        if "/steps/" in answer.location:
            browser.post("completing a step", answer.location, {})


def samples(place: _volume.Place) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench._samples"],
        cwd=_volume.ROOT, env=place.environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(name: str, place: _volume.Place, seconds: float, *, steps: bool) -> list[dict[str, Any]]:
    """The rows of one database: one person without a pause, then twenty who think."""
    warming = min(10.0, seconds / 3)
    if steps:
        _volume.run(place, "-m", "bench._openings", str(int(STEPS_A_SECOND * (warming + seconds))))
    desk = Desk(samples(place), steps=steps)
    key = _visits.sessions(place, [ADVISOR])[ADVISOR]
    found = []
    with _visits.server(place) as server:
        port = server.port
        warm = Browser(port, key, defaultdict(list))
        _visits.alone(warm, desk.turn, warming)
        floor = _visits.floor(port)
        one = Browser(port, key, defaultdict(list))
        _visits.alone(one, desk.turn, seconds)
        found += _visits.rows(name, place.db, one.times, "1 user", floor)
        many = _visits.together(port, [key] * PEOPLE, desk.turn, seconds, THINK)
        found += _visits.rows(name, place.db, many, f"{PEOPLE} users", floor)
    return found


def main(name: str, *, steps: bool) -> None:
    parser = argparse.ArgumentParser(prog=f"./run bench {name}")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--customers", type=positive, default=_volume.CUSTOMERS)
    parser.add_argument("--seconds", type=float, default=40, help="for one user, and again for twenty")
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="", help="one database only")
    options = parser.parse_args()
    with _volume.places(options.customers, options.db) as places:
        found = [row for place in places for row in measure(name, place, options.seconds, steps=steps)]
    print(json.dumps(found) if options.json else _visits.table(found))
