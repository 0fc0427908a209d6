"""Step 7: the visit within 24 hours, its tasks and readings; what cannot be solved on site."""

import datetime as dt

import pytest

from arraigo.fieldwork.models import Measurement, SignedPaper, Visit
from arraigo.messages.models import Notice
from arraigo.orders import actions as orders
from arraigo.orders.errors import EvidenceMissing
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention import signing
from arraigo.retention.models import Promise
from tests.cast import NOW, Cast, Household, Walk, moment
from tests.records import refused

FRONT = ("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go(*FRONT)


def test_what_was_done_is_recorded(walk: Walk, home: Household, cast: Cast) -> None:
    pk = home.internet.pk
    walk(
        "step_07", tasks=["wifi_coverage", "signal_stability"], materials="12 m cable de red\n1 access point",
        findings="Cable dañado", **{f"before_{pk}": "-28.5", f"after_{pk}": "-19"},
    )  # fmt: skip
    visit, reading = Visit.objects.get(), Measurement.objects.get()
    assert (visit.tasks, visit.solved) == (["wifi_coverage", "signal_stability"], True)
    assert visit.technician == cast[Role.TECHNICIAN]
    assert len(visit.materials) == 2
    assert (reading.unit, float(reading.before or 0), float(reading.after or 0)) == ("dBm", -28.5, -19)
    assert walk.facts["solved"] is True
    assert walk.told("step_07")["tasks"] == ["wifi_coverage", "signal_stability"]
    assert walk.open == ["step_08"]


def test_a_task_is_measured_as_the_policy_says_or_tells_why_not(walk: Walk, home: Household) -> None:
    """Before and after where the signal is worked on, after where the outlet is moved, never for a telephone."""
    pk = home.internet.pk
    before, after = f"before_{pk}", f"after_{pk}"
    nothing = {before: "", after: ""}
    for task in ("drop_cable_replacement", "signal_stability"):
        errors = walk.errors("step_07", tasks=[task], **nothing)
        assert set(errors) == {before, after}
        assert errors[after][0].startswith("Measure after the work")
        assert errors[before][0].startswith("Measure before the work too")
    assert set(walk.errors("step_07", tasks=["wifi_coverage"], **nothing)) == {after}
    (said,) = walk.errors("step_07", **{after: "-90"})[after]
    assert "lies between -35 and 0 dBm" in said
    assert set(walk.errors("step_07", not_measured="other", findings="", **nothing)) == {"findings"}
    walk("step_07", not_measured="no_signal", **{before: "", after: "-19"})
    assert (Measurement.objects.get().before, Visit.objects.get().not_measured) == (None, "no_signal")
    walk("step_08")
    for paper in SignedPaper.objects.all():
        assert paper.contents is not None
        assert ["No se midió", "El servicio estaba cortado: no había qué medir"] in paper.contents["fields"]


def test_what_is_not_measured_needs_no_reason(walk: Walk, home: Household) -> None:
    pk = home.internet.pk
    walk("step_07", tasks=["phone_extension"], not_measured="no_meter", **{f"before_{pk}": "", f"after_{pk}": ""})
    assert Visit.objects.get().not_measured == ""


def test_not_solved_is_signed_before_the_order_ends(walk: Walk) -> None:
    walk("step_07", solved="no", tasks=[], cause="plant")
    assert WorkOrder.objects.get().closed_at is None
    assert walk.open == ["step_08_unsolved"]
    assert walk.item("step_08_unsolved").role == Role.TECHNICIAN


def test_a_version_without_the_signature_ends_the_order_at_once(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases of versions from before: the order fails with the visit, and its advisor is told."""
    monkeypatch.setattr(signing, "unsolved_is_signed", lambda policy: False)
    walk("step_07", solved="no", tasks=[], cause="plant")
    order = WorkOrder.objects.get()
    assert (order.state, order.cause, order.closed_at) == ("failed", "plant", NOW)
    assert Notice.objects.get(user=walk.cast[Role.ADVISOR]).kind == "work_order.failed"


def test_the_pause_of_an_absent_customer_moves_the_24_hours(walk: Walk, cast: Cast) -> None:
    technician, order = cast[Role.TECHNICIAN], WorkOrder.objects.get()
    with refused(EvidenceMissing):
        orders.pause(order, reason="absent", evidence=" ", actor=technician)
    with moment(hours=20):
        orders.pause(order, reason="absent", evidence="Foto de la puerta", actor=technician)
    with moment(hours=40):
        orders.resume(order, actor=technician)
    order.refresh_from_db()
    assert order.due_at == NOW + dt.timedelta(hours=44)
    with moment(hours=43):
        walk.go("step_07", "step_08")
    visit = Promise.objects.get(kind="visit")
    assert (visit.state, visit.due_at) == ("kept", NOW + dt.timedelta(hours=44))


@pytest.mark.parametrize(("hours", "state"), [(24, "kept"), (24.01, "broken")])
def test_late_is_not_kept(walk: Walk, hours: float, state: str) -> None:
    with moment(hours=hours):
        walk.go("step_07", "step_08")
    promise = Promise.objects.get(kind="visit")
    assert (promise.state, promise.proof) == (state, WorkOrder.objects.get().number)


def test_a_solved_visit_carried_something_out(walk: Walk) -> None:
    said = "Mark at least one task: a solved visit carried one out."
    assert walk.errors("step_07", tasks=[]) == {"tasks": [said]}
    assert not Visit.objects.exists()


def test_what_is_not_solved_has_a_cause(walk: Walk) -> None:
    errors = walk.errors("step_07", solved="no", cause="")
    assert errors == {"cause": ["Choose why it cannot be solved on site."]}
    assert WorkOrder.objects.get().closed_at is None


@pytest.mark.parametrize(("moment", "said"), [("before", "-35.01"), ("after", "0.01"), ("before", "x"), ("after", "x")])
def test_readings_are_plausible(walk: Walk, home: Household, moment: str, said: str) -> None:
    field = f"{moment}_{home.internet.pk}"
    assert list(walk.errors("step_07", **{field: said})) == [field]


@pytest.mark.parametrize(("field", "value"), [("tasks", ["magic"]), ("solved", ""), ("cause", "weather")])
def test_choices_are_of_the_lists(walk: Walk, field: str, value: object) -> None:
    assert field in walk.errors("step_07", **{field: value})
    assert walk.open == ["step_07"]


def test_work_written_down_without_the_arrival_is_in_progress(walk: Walk) -> None:
    walk("step_07")
    assert WorkOrder.objects.get().state == "inProgress"
