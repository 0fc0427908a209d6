"""Steps 7 and 8: the visit, its readings and materials, and its papers."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.fieldwork import actions, errors, queries
from arraigo.fieldwork.materials import material
from arraigo.fieldwork.models import Attachment, Paper, SignedPaper, Visit
from arraigo.orders import progress
from arraigo.orders.errors import CauseMissing, NoTechnician, WrongState
from arraigo.orders.models import OrderState, WorkOrder
from arraigo.people.models import User
from tests.fieldwork.records import a_photo, a_signature, an_order
from tests.records import NOON, a_customer, a_product, a_user, refused

pytestmark = pytest.mark.django_db
DROP = "drop_cable_replacement"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def technician() -> User:
    return a_user()


@pytest.fixture
def order(technician: User) -> WorkOrder:
    return progress.assign(an_order(), technician=technician, actor=None)


def recorded(order: WorkOrder, technician: User, **fields: Any) -> Visit:
    return actions.record_visit(order, **{"technician": technician, "tasks": [DROP], "solved": True, **fields})


def sign(visit: Visit, papers: list[str], **fields: Any) -> list[SignedPaper]:
    given = {
        "signer_name": "María",
        "signer_document": "4567890",
        "signature": a_signature(),
        "actor": visit.technician,
        **fields,
    }
    return actions.sign_papers(visit, papers, **given)


def test_arriving_starts_the_order(order: WorkOrder, technician: User) -> None:
    with clock.at(NOON + dt.timedelta(hours=3)):
        visit = actions.begin_visit(order, technician, NOON + dt.timedelta(hours=2))
    order.refresh_from_db()
    assert (order.state, visit.arrived_at) == (OrderState.IN_PROGRESS, NOON + dt.timedelta(hours=2))


def test_arriving_twice_keeps_the_first_arrival(order: WorkOrder, technician: User) -> None:
    first = actions.begin_visit(order, technician)
    with clock.at(NOON + dt.timedelta(hours=1)):
        assert actions.begin_visit(order, technician).arrived_at == first.arrived_at
    assert Event.objects.filter(kind="visit.begun").count() == 1


@pytest.mark.parametrize("hours", [-1, 1])
def test_an_arrival_before_the_order_or_in_the_future_is_refused(
    order: WorkOrder, technician: User, hours: int
) -> None:
    with refused(errors.ArrivalImpossible):
        actions.begin_visit(order, technician, NOON + dt.timedelta(hours=hours))


def test_two_technicians_do_not_attend_one_order(order: WorkOrder, technician: User) -> None:
    actions.begin_visit(order, technician)
    with refused(errors.VisitOfAnother) as caught:
        actions.begin_visit(order, a_user())
    assert str(technician) in str(caught.value)


def test_an_order_without_technician_or_already_closed_is_not_attended(technician: User) -> None:
    order = an_order()
    with refused(NoTechnician):
        actions.begin_visit(order, technician)
    progress.complete_order(order, actor=None)
    with refused(WrongState):
        actions.begin_visit(order, technician)
    with refused(WrongState):
        recorded(order, technician)


def test_a_visit_keeps_tasks_materials_readings_and_their_event(order: WorkOrder, technician: User) -> None:
    product = order.products.first()
    actions.begin_visit(order, technician)
    with clock.at(NOON + dt.timedelta(hours=1)):
        visit = recorded(
            order,
            technician,
            tasks=[DROP, "wifi_coverage", DROP],
            materials=["12 m cable", {"name": "conector", "quantity": 2}],
            measurements=[{"product": product, "name": "Potencia", "unit": "dBm", "before": "-31", "after": None}],
        )
    visit.refresh_from_db()
    assert (visit.arrived_at, visit.finished_at) == (NOON, NOON + dt.timedelta(hours=1))
    assert visit.tasks == [DROP, "wifi_coverage"]
    assert visit.materials == [
        {"name": "cable", "quantity": 12, "unit": "m"},
        {"name": "conector", "quantity": 2, "unit": "u"},
    ]
    reading = visit.measurements.get()
    assert (reading.product, reading.before, reading.after, reading.working) == (
        product,
        Decimal(-31),
        None,
        True,
    )
    event = Event.objects.get(kind="visit.recorded")
    assert (event.actor, event.case_number) == (technician, order.case_number)


def test_an_unsolved_visit_needs_its_cause_and_a_solved_one_a_task(order: WorkOrder, technician: User) -> None:
    with refused(CauseMissing):
        recorded(order, technician, solved=False, tasks=[])
    with refused(errors.TaskMissing):
        recorded(order, technician, tasks=[])
    with refused(errors.UnknownTask):
        recorded(order, technician, tasks=["paint_the_house"])
    visit = recorded(order, technician, solved=False, tasks=[], cause="plant")
    assert (visit.solved, visit.cause) == (False, "plant")


def test_a_visit_is_recorded_once(order: WorkOrder, technician: User) -> None:
    recorded(order, technician)
    with refused(errors.VisitFinished) as caught:
        recorded(order, a_user())
    assert str(technician) in str(caught.value)
    assert "10/03/2026 12:00" in str(caught.value)


@pytest.mark.parametrize("value", ["mucho", "NaN", "Infinity", "100000000", "1.234", "-1e9"])
def test_a_reading_is_a_number_that_the_database_can_hold(order: WorkOrder, technician: User, value: str) -> None:
    reading = {"product": order.products.first(), "name": "Potencia", "unit": "dBm", "before": value}
    with refused(errors.MeasurementNotANumber):
        recorded(order, technician, measurements=[reading])
    assert not Visit.objects.exists()


def test_only_affected_products_are_measured_and_each_reading_once(order: WorkOrder, technician: User) -> None:
    other = {"product": a_product(a_customer()), "name": "Potencia", "unit": "dBm"}
    with refused(errors.MeasurementElsewhere):
        recorded(order, technician, measurements=[other])
    own = {"product": order.products.first(), "name": "Potencia", "unit": "dBm", "before": 1}
    with refused(errors.MeasurementTwice):
        recorded(order, technician, measurements=[own, own])


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("12 m network cable", (12, "m", "network cable")),
        ("12m cable drop", (12, "m", "cable drop")),
        ("45,5 mts. cable drop", (45.5, "m", "cable drop")),
        ("2 conectores", (2, "u", "conectores")),
        ("Access point", (1, "u", "Access point")),
    ],
)
def test_materials_are_read_as_technicians_write_them(line: str, kept: tuple[float, str, str]) -> None:
    read = material(line)
    assert (read["quantity"], read["unit"], read["name"]) == kept


@pytest.mark.parametrize("line", [
    "", "12", "3 pares", "0 m cable", "-2 m cable", "1000000 m cable", "x" * 121,
    {"quantity": 2}, {"name": "cable", "quantity": "muchos"}, {"name": "cable", "quantity": float("nan")},
])  # fmt: skip
def test_what_is_no_material_is_refused(line: str | dict[str, Any]) -> None:
    with refused(errors.MaterialUnreadable):
        material(line)


@given(st.text(max_size=119, min_size=1), st.integers(1, 100_000))
def test_any_name_with_a_quantity_is_a_whole_material(name: str, quantity: int) -> None:
    assume(name.strip())
    read = material(f"{quantity} u {name}")
    assert (read["quantity"], read["unit"], read["name"]) == (quantity, "u", name.strip())


def test_papers_are_signed_with_one_picture_and_found_again(order: WorkOrder, technician: User) -> None:
    signed = sign(recorded(order, technician), ["work_order", "service_report", "work_order"])
    assert [paper.paper for paper in signed] == [Paper.WORK_ORDER, Paper.SERVICE_REPORT]
    assert len({paper.number for paper in signed}) == 2
    assert {paper.signature for paper in signed} == {Attachment.objects.get()}
    assert list(queries.papers_of_case(order.case_number)) == signed
    assert Event.objects.get(kind="papers.signed").case_number == order.case_number


def test_a_refusal_is_kept_with_reason_and_photo(order: WorkOrder, technician: User) -> None:
    visit = recorded(order, technician)
    refusal = {"signature": None, "refusal_reason": "No quiere", "photo": a_photo()}
    (paper,) = sign(visit, ["work_order"], **refusal)
    assert (paper.signature, paper.refusal_reason, paper.photo) == (
        None,
        "No quiere",
        Attachment.objects.get(),
    )
    assert Event.objects.get(kind="papers.refused").data["reason"] == "No quiere"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"signature": None}, errors.SignatureMissing),
        ({"signer_name": "  "}, errors.SignerMissing),
        ({"signer_document": " "}, errors.SignerDocumentMissing),
        ({"signature": b"no"}, errors.NotAPicture),
        ({"refusal_reason": "No quiere"}, errors.SignedAndRefused),
        ({"refusal_reason": "No quiere", "signature": None}, errors.PhotoMissing),
        ({"refusal_reason": "No quiere", "signature": None, "photo": b"no"}, errors.NotAPicture),
    ],
)
def test_papers_without_proof_are_refused(
    order: WorkOrder, technician: User, fields: dict[str, Any], error: type[errors.RuleBroken]
) -> None:
    visit = recorded(order, technician)
    with refused(error):
        sign(visit, ["work_order"], **fields)
    assert not SignedPaper.objects.exists()


def test_papers_are_signed_once_and_after_the_visit(order: WorkOrder, technician: User) -> None:
    with refused(errors.VisitNotFinished):
        sign(actions.begin_visit(order, technician), ["work_order"])
    visit = recorded(order, technician)
    with refused(errors.NoPaperToSign):
        sign(visit, [])
    with refused(errors.UnknownPaper):
        sign(visit, ["love_letter"])
    sign(visit, ["work_order"])
    with refused(errors.PapersSigned):
        sign(visit, ["work_order"])
    sign(visit, ["fault_report"])
