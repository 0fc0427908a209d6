"""The sketch of an address: labels that would lie on each other, or on the house, go elsewhere."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from arraigo.network.sketch import HEIGHT, WIDTH, Place, Sketch, label, ring_label, shared, sketch
from arraigo.network.sketch import HOME as HOUSE

HOME = Place("home", "Calle Uno 1", -17.38, -66.16)


def drawn(**points: tuple[float, float]) -> Sketch:
    """The sketch with `points`, each so many degrees north and east of the home."""
    near = [Place("box", name, -17.38 + north, -66.16 + east) for name, (north, east) in points.items()]
    return sketch(HOME, [], near)


def test_two_points_side_by_side_keep_their_labels_apart() -> None:
    one, other = drawn(CTO_1=(-0.0009, 0.0006), AR_1=(-0.0009, 0.0007)).marks
    assert not shared(label(one), label(other))
    assert [mark.anchor for mark in drawn(CTO_1=(0.0009, 0.0006)).marks] == ["middle"]


def test_a_point_beside_the_house_leaves_it_uncovered() -> None:
    (mark,) = drawn(CTO_temporal_4B=(-0.0004, 0.0005)).marks
    assert not shared(label(mark), HOUSE)


def test_a_point_on_the_house_does_not_have_its_label_there() -> None:
    """As near as a splitter on the wall: within some 35 m a label above, below or beside its mark is over the house."""
    for metres in range(0, 40, 5):
        for way in ((1, 0), (0, 1), (-1, 0), (0, -1), (0.7, 0.7), (-0.7, 0.7)):
            (mark,) = drawn(CTO_temporal_4B=(way[0] * metres / 111_320, way[1] * metres / 106_000)).marks
            assert not shared(label(mark), HOUSE), (metres, way)


CLOSE = st.tuples(st.floats(-0.0004, 0.0004), st.floats(-0.0004, 0.0004))


@given(st.lists(CLOSE, min_size=1, max_size=4))
def test_the_whole_chain_of_points_at_the_house_covers_neither_it_nor_a_label(
    offsets: list[tuple[float, float]],
) -> None:
    labels = [label(mark) for mark in drawn(**{f"CTO_{n}": each for n, each in enumerate(offsets)}).marks]
    assert not any(shared(one, HOUSE) for one in labels)
    assert not any(shared(one, other) for one, other in combinations(labels, 2))
    assert all(one[0] >= 0 and one[1] >= 0 and one[2] <= WIDTH and one[3] <= HEIGHT for one in labels)


def test_a_label_leaves_the_distances_of_the_rings_readable() -> None:
    sketched = drawn(CTO_temporal_4B=(-0.0009, 0.0001))
    assert not any(shared(label(sketched.marks[0]), ring_label(ring)) for ring in sketched.rings)


OFFSETS = st.tuples(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))


@given(OFFSETS, OFFSETS)
def test_no_two_labels_are_drawn_over_each_other(one: tuple[float, float], other: tuple[float, float]) -> None:
    marks = drawn(CTO_1=one, AR_1=other).marks
    assert not any(shared(label(mark), label(next_to)) for mark, next_to in combinations(marks, 2))
