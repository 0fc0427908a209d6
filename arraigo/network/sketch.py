"""A sketch of where a customer lives, drawn from our own zones and network points: no map of others.

Coordinates are degrees; what comes out is a drawing WIDTH by HEIGHT units large, north above, with
rings of known distance around the home. The phone's page draws it as SVG, the printed order with typst.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from arraigo.network.models import NetworkPoint, Zone

WIDTH, HEIGHT = 1000, 560
MARGIN = 70
METRES_PER_DEGREE = 111_320
STEPS = (50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000)
"""Distances in metres that rings may stand for."""
RINGS = 3
LEAST_RADIUS, MOST_RADIUS = 250, 6000
"""Metres from the middle to the upper edge: neither a yard nor the whole department."""
LETTER = 19
"""Units that a letter of a label is wide, about, on a phone; paper has smaller ones."""
LETTERS_ABOVE, LETTERS_BELOW = 18, 44
"""Units from a mark to the foot of the letters of a label above and below it."""
HIGH, DESCENT = 32, 7
"""Units that a label is high, and how far it reaches below the foot of its letters."""
SMALL_LETTER = 16
"""As `LETTER`, of the distance of a ring."""
SPOT, ROUNDS = 9, 6
"""Half the width of a mark, in units; how often labels give way to each other at most."""
HOME = (WIDTH / 2 - 26, HEIGHT / 2 - 26, WIDTH / 2 + 26, HEIGHT / 2 + 26)
"""The house in the middle, as a box."""
NORTH = (930, 0, WIDTH, 120)
"""The arrow to the north, as a box."""
LIFTS = (0, 16, *range(52, 200, 36))
"""Units that a label may stand further from its mark: past the house, past one other label, past two and so on."""
PLACES: list[dict[str, Any]] = [
    {"anchor": side, "below": below, "lift": lift}
    for lift in LIFTS
    for below in (False, True)
    for side in ("middle", "start", "end")
]
NEAREST = 2
"""As many points (else zones) fit into the drawing at least, where they are not too far."""


Box = tuple[float, float, float, float]
"""Left, top, right, foot."""
LEVELS = len(NetworkPoint.ORDER)
CHAIN = "network_point__parent__parent__parent"
"""What a query of products selects beside them, so that `chain_places` asks no more."""


@dataclass(frozen=True)
class Place:
    """Something with a place on earth. `kind`: home, zone, or the kind of a network point."""

    kind: str
    label: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Mark:
    """A place on the drawing; `anchor` says on which side its label has room, `below` that it has none above.

    `lift` is by how many units more than usual the label is above or below it.
    """

    kind: str
    label: str
    x: int
    y: int
    anchor: str
    below: bool = False
    lift: int = 0

    @property
    def dy(self) -> int:
        """Units from the mark down to the foot of its label's letters."""
        return LETTERS_BELOW + self.lift if self.below else -LETTERS_ABOVE - self.lift


@dataclass(frozen=True)
class Ring:
    radius: int
    label: str


@dataclass(frozen=True)
class Sketch:
    """The drawing: the home in the middle, rings around it, what lies near, and the way to the nearest point."""

    exact: bool
    """False: the customer's own place is not known, the middle is that of the zone."""
    x: int = WIDTH // 2
    y: int = HEIGHT // 2
    rings: Sequence[Ring] = ()
    marks: Sequence[Mark] = field(default_factory=list)
    nearest: str = ""
    """The nearest network point with its distance, in words of numbers: "CJ-014 · 85 m"."""
    to: Mark | None = None


def zone_places(zones: Iterable[Zone]) -> list[Place]:
    """The zones that have a point."""
    return [
        Place("zone", zone.name, zone.latitude, zone.longitude)
        for zone in zones
        if zone.latitude is not None and zone.longitude is not None
    ]


def chain_places(points: Iterable[NetworkPoint | None]) -> list[Place]:
    """The points and what they hang on, up to three above, each once, where they have a place."""
    found: dict[int, Place] = {}
    for point in points:
        for _level in range(LEVELS):
            if point is None:
                break
            if point.latitude is not None and point.longitude is not None:
                found.setdefault(point.pk, Place(point.kind, point.code, point.latitude, point.longitude))
            point = point.parent
    return list(found.values())


def metres(one: Place, other: Place) -> tuple[float, float]:
    """How far `other` lies east and north of `one`, in metres; exact enough within a city."""
    east = (other.longitude - one.longitude) * METRES_PER_DEGREE * math.cos(math.radians(one.latitude))
    return east, (other.latitude - one.latitude) * METRES_PER_DEGREE


def sketch(home: Place, zones: Sequence[Place], points: Sequence[Place] = (), *, exact: bool = True) -> Sketch:
    """The drawing around `home` with the `zones` and network `points` that fit into it."""
    around = [(place, *metres(home, place)) for place in zones]
    near = [(place, *metres(home, place)) for place in points]
    radius = _radius([math.hypot(east, north) for _place, east, north in near or around])
    scale = (HEIGHT / 2 - MARGIN) / radius
    marks = [mark for each in (*around, *near) if (mark := _mark(*each, scale)) is not None]
    rings = _rings(radius, scale)
    first = min(near, key=lambda each: math.hypot(each[1], each[2]), default=None)
    return Sketch(
        exact=exact,
        rings=rings,
        marks=_apart(marks, [NORTH, *map(ring_label, rings)]),
        nearest=f"{first[0].label} · {math.hypot(first[1], first[2]):.0f}\N{NO-BREAK SPACE}m" if first else "",
        to=_mark(*first, scale) if first else None,
    )


def _radius(distances: list[float]) -> float:
    """Metres that the upper half shows: as far as the nearest network points, else zones."""
    wanted = sorted(distances)[:NEAREST]
    return min(max([LEAST_RADIUS, *wanted]), MOST_RADIUS)


def _rings(radius: float, scale: float) -> list[Ring]:
    step = next((step for step in STEPS if step * RINGS >= radius), STEPS[-1])
    return [Ring(round(step * n * scale), _distance(step * n)) for n in range(1, RINGS + 1)]


def _distance(length: int) -> str:
    return f"{length} m" if length < 1000 else f"{length / 1000:g} km".replace(".", ",")


def _mark(place: Place, east: float, north: float, scale: float) -> Mark | None:
    """Where `place` stands on the drawing; None outside of it."""
    x, y = round(WIDTH / 2 + east * scale), round(HEIGHT / 2 - north * scale)
    if not (MARGIN // 2 <= x <= WIDTH - MARGIN // 2 and MARGIN // 2 <= y <= HEIGHT - MARGIN // 2):
        return None
    anchor = "end" if x > WIDTH * 0.7 else "start" if x < WIDTH * 0.3 else "middle"
    return Mark(place.kind, place.label, x, y, anchor)


def _apart(marks: Sequence[Mark], words: Sequence[Box]) -> list[Mark]:
    """The marks, their labels moved off the house, off each other and inside the drawing, then off marks and `words`.

    Each label goes where least is in its way, again and again: those that meet give way to each other.
    """
    placed, labels, spots = list(marks), [label(mark) for mark in marks], [*words, *map(spot, marks)]
    for _round in range(ROUNDS):
        before = list(labels)
        for at, mark in enumerate(placed):
            others = [HOME, *labels[:at], *labels[at + 1 :]]
            if any(least := _in_the_way(labels[at], others, spots)):
                placed[at], labels[at] = _place(mark, least, others, spots)
        if labels == before:
            break
    return placed


def _place(mark: Mark, least: tuple[float, float], others: Sequence[Box], spots: Sequence[Box]) -> tuple[Mark, Box]:
    """The mark with its label where less than `least` is in the way, if anywhere, and that label."""
    best = mark
    for place in PLACES:
        tried = replace(mark, **place)
        there = _in_the_way(label(tried), others, spots)
        if there < least:
            best, least = tried, there
        if not any(least):
            break
    return best, label(best)


def label(mark: Mark) -> Box:
    """Where the label of `mark` stands, about."""
    wide, foot = LETTER * len(mark.label), mark.y + mark.dy + DESCENT
    left = mark.x - {"start": 0, "middle": wide / 2, "end": wide}[mark.anchor]
    return left, foot - HIGH, left + wide, foot


def shared(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0


def spot(mark: Mark) -> Box:
    """Where the mark itself stands."""
    return mark.x - SPOT, mark.y - SPOT, mark.x + SPOT, mark.y + SPOT


def ring_label(ring: Ring) -> Box:
    """Where the distance of `ring` stands, about: inside of it, below the house."""
    half, foot = SMALL_LETTER * len(ring.label) / 2, HEIGHT / 2 + ring.radius
    return WIDTH / 2 - half, foot - HIGH, WIDTH / 2 + half, foot


def _in_the_way(one: Box, others: Sequence[Box], spots: Sequence[Box]) -> tuple[float, float]:
    """How much of a label lies on `others` or outside of the drawing, and how much on `spots`."""
    left, top, right, foot = one
    outside = max(-left, right - WIDTH, 0) * (foot - top) + max(-top, foot - HEIGHT, 0) * (right - left)
    return outside + sum(shared(one, other) for other in others), sum(shared(one, each) for each in spots)
