"""Cases on their way to the evaluation, by the shortest road."""

from arraigo.retention import sweeps
from tests.cast import Cast, Household, Walk, moment

FIELD = ("step_05", "step_06", "step_07", "step_08")


def compensated(home: Household) -> Walk:
    """Accepted now, waits for step 15."""
    return Walk(home, reason="compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")


def courteous(home: Household) -> Walk:
    """Accepted a courtesy of 30 days now, waits for step 15."""
    walk = Walk(home, reason="no_use").go("step_01", "step_02")
    walk("step_11", reason="no_use", demand="courtesy")
    walk("step_14", courtesy=f"bandwidth:{home.internet.pk}")
    return walk


def repaired(home: Household) -> Walk:
    """A visit done now; both controls are still to come."""
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03", "step_04", *FIELD)


def controlled(home: Household, **answers: str) -> Walk:
    """A visit whose controls are done, the one at 2 days with `answers`."""
    walk = repaired(home)
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09", **answers)
    with moment(days=30):
        sweeps.wake_due_cases()
        walk("step_10")
    return walk


def lost(home: Household) -> Walk:
    """The baja registered now."""
    walk = Walk(home, reason="price").go("step_01", "step_02")
    walk("step_11", reason="price", demand="termination")
    walk("termination")
    return walk


def several(cast: Cast, count: int) -> list[Walk]:
    return [compensated(cast.household(str(200000 + number))) for number in range(count)]
