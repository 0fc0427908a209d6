"""The sketch of an address: labels that would lie on each other, or on the house, go elsewhere."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from arraigo.network.sketch import HOME as HOUSE
from arraigo.network.sketch import Place, Sketch, label, shared, sketch

HOME = Place("home", "Calle Uno 1", -17.38, -66.16)


def drawn(**points: tuple[float, float]) -> Sketch:
    """The sketch with `points`, each so many degrees north and east of the home."""
    near = [Place("box", name, -17.38 + north, -66.16 + east) for name, (north, east) in points.items()]
    return sketch(HOME, [], near)


def test_two_points_side_by_side_keep_their_labels_apart() -> None:
    one, other = drawn(CTO_1=(-0.0009, 0.0006), AR_1=(-0.0009, 0.0007)).marks
    assert not shared(label(one), label(other))
    assert [mark.anchor for mark in drawn(CTO_1=(-0.0009, 0.0006)).marks] == ["middle"]


def test_a_point_beside_the_house_leaves_it_uncovered() -> None:
    (mark,) = drawn(CTO_temporal_4B=(-0.0004, 0.0005)).marks
    assert not shared(label(mark), HOUSE)


OFFSETS = st.tuples(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))


@given(OFFSETS, OFFSETS)
def test_no_two_labels_are_drawn_over_each_other(one: tuple[float, float], other: tuple[float, float]) -> None:
    marks = drawn(CTO_1=one, AR_1=other).marks
    assert not any(shared(label(mark), label(next_to)) for mark, next_to in combinations(marks, 2))
