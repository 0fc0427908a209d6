"""What a customer did after the courtesy had ended."""

from arraigo import clock
from arraigo.people.models import Role
from arraigo.products import actions as products
from arraigo.products.models import Courtesy
from arraigo.retention import aftermath, sweeps
from arraigo.terminations import actions as terminations
from tests.cast import NOW, Cast, Household, Walk, moment


def given(home: Household) -> Walk:
    """A case whose customer stayed for a month of more bandwidth."""
    walk = Walk(home, reason="better_offer").go("step_01", "step_02")
    walk("step_11", reason="better_offer", demand="courtesy", competitor="Otra", competitor_offer="Más")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    return walk


def afterwards(walk: Walk) -> str:
    return str(aftermath.told(Courtesy.objects.filter(case_number=walk.case.number)).get().afterwards)


def test_while_it_runs_there_is_nothing_to_tell(cast: Cast) -> None:
    assert afterwards(given(cast.household())) == ""


def test_stayed_asked_again_or_left(cast: Cast) -> None:
    stays, asks, leaves = (given(cast.household(number)) for number in ("1", "2", "3"))
    with moment(days=31):
        sweeps.end_courtesies()
        assert [afterwards(walk) for walk in (stays, asks, leaves)] == ["stayed"] * 3
        leaving = terminations.request_termination(
            [leaves.home.internet], reason="price", case_number="", actor=cast[Role.ADVISOR]
        )
        asks.case.closed_at, asks.case.outcome = clock.now(), "evaluated"
        asks.case.save()
        Walk(asks.home, reason="price")
        assert [afterwards(walk) for walk in (stays, asks, leaves)] == ["stayed", "asked", "left"]
        (found,) = aftermath.by_kind(NOW, clock.now() + (clock.now() - NOW))
        assert (found.kind, found.ended, found.left, found.asked, found.stayed) == ("bandwidth", 3, 1, 1, 1)
        terminations.withdraw_termination(leaving[0], actor=cast[Role.ADVISOR])
        assert afterwards(leaves) == "stayed"
        products.terminate_product(leaves.home.internet, reason="arrears", on=clock.today(), actor=None)
        assert afterwards(leaves) == "left"


def test_other_months_are_not_counted(cast: Cast) -> None:
    given(cast.household())
    with moment(days=31):
        sweeps.end_courtesies()
    assert aftermath.by_kind(NOW, NOW) == []
