"""The sketch of an address: labels that would lie on each other go to different sides."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from arraigo.network.sketch import LABEL, LINE, Place, sketch

HOME = Place("home", "Calle Uno 1", -17.38, -66.16)


def test_two_points_side_by_side_keep_their_labels_apart() -> None:
    box, cabinet = (Place("box", name, -17.3802, -66.16 + east) for name, east in (("CTO-1", 0.0006), ("AR-1", 0.0010)))
    drawn = sketch(HOME, [], [box, cabinet])
    assert [(mark.label, mark.anchor) for mark in drawn.marks] == [("CTO-1", "end"), ("AR-1", "start")]
    alone = sketch(HOME, [], [box])
    assert [mark.anchor for mark in alone.marks] == ["middle"]


@given(st.lists(st.tuples(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002)), min_size=2, max_size=2))
def test_no_two_labels_are_drawn_over_each_other(offsets: list[tuple[float, float]]) -> None:
    """Of any two points: as far apart as a label is wide or high, or with their labels to different sides."""
    points = [Place("box", f"CTO-{n}", -17.38 + north, -66.16 + east) for n, (north, east) in enumerate(offsets)]
    marks = sorted(sketch(HOME, [], points).marks, key=lambda mark: mark.x)
    for one, other in pairwise(marks):
        near = other.x - one.x < LABEL and abs(other.y - one.y) < LINE
        assert not near or (one.anchor, other.anchor) == ("end", "start")
