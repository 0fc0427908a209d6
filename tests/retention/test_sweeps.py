"""What falls due by itself: what fails is told, and keeps nothing else from its time."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.engine.models import Instance
from arraigo.retention import sweeps
from tests.cast import NOW, Cast, Walk


def test_a_sweep_that_fails_does_not_stop_the_others(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    def before() -> int:
        ran.append("before")
        return 1

    def broken() -> int:
        raise ValueError("what nobody foresaw")

    def after() -> int:
        ran.append("after")
        return 1

    monkeypatch.setattr(sweeps, "SWEEPS", [before, broken, after])
    with pytest.raises(ExceptionGroup) as told:
        sweeps.run_all()
    assert ran == ["before", "after"]
    (error,) = told.value.exceptions
    assert error.__notes__ == ["in the sweep broken"]


def test_a_broken_case_does_not_keep_the_controls_of_others_from_coming_due(cast: Cast) -> None:
    walks = []
    for number in ("360001", "360002"):
        home = cast.household(number)
        home.repeated_faults()
        walks.append(Walk(home, reason="faults").go(*(f"step_0{n}" for n in range(1, 9))))
    Instance.objects.filter(case=walks[0].case).update(state="no state at all")
    with clock.at(NOW + dt.timedelta(days=3)):
        with pytest.raises(ExceptionGroup) as told:
            sweeps.wake_due_cases()
        assert [str(error) for error in told.value.exceptions] == [f"{walks[0].case.number} cannot go on"]
        assert walks[1].open == ["step_09"]
