"""Cannot be solved on site: a linked priority order, a new 24 hours, the 30 days stay."""

import datetime as dt

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.demo.telling import Kept
from arraigo.eventlog.models import Event
from arraigo.messages import outbox, queries
from arraigo.messages.models import Message
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.retention.models import Promise
from arraigo.web.cases.telling import details
from tests.cast import NOW, Cast, Household, Walk, moment
from tests.web.conftest import signed_in


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    with moment(hours=10):
        walk("step_07", solved="no", tasks=[], cause="plant")
        walk("step_08_unsolved")
    return walk


def test_the_supervisor_is_led_to_what_the_visit_found(walk: Walk) -> None:
    supervisor = signed_in(walk.cast[Role.OPERATIONS_SUPERVISOR])
    board = supervisor.get(reverse("operations_orders")).content.decode()
    tray = reverse("tray", args=[Role.OPERATIONS_SUPERVISOR])
    assert f'href="{tray}?plant=on"><strong>1</strong> Por derivar a planta' in board
    another = walk.cast.household("2")
    another.repeated_faults()
    Walk(another).go("step_01", "step_02", "step_03", "step_04", "step_05")
    listed = [supervisor.get(tray + only).context["list"].rows for only in ("", "?plant=on")]
    assert [len(rows) for rows in listed] == [2, 1]
    assert listed[1][0].item.element == "route_to_plant"
    page = supervisor.get(reverse("step", args=[walk.case.number, walk.item("route_to_plant").pk]))
    assert len(page.context["papers"]) == 3
    shown = page.content.decode()
    assert all(paper.number in shown for paper in page.context["papers"])
    assert "Daño en planta externa" in shown
    assert "Visitas anteriores" not in shown, "the visit at hand is no earlier one"
    told = [line for event in Event.objects.filter(case_number=walk.case.number) for line in details(event)]
    assert "Daño en planta externa" in told
    assert "plant" not in told


def test_a_linked_order_with_priority(walk: Walk) -> None:
    thirty_days = walk.facts["post_service_at"]
    with moment(hours=12):
        walk("route_to_plant", plant_note="Caja 14 sin potencia")
    failed, following = WorkOrder.objects.order_by("id")
    assert (following.previous, following.priority) == (failed, failed.priority + 1)
    assert following.product_order == failed.product_order
    assert following.note == f"{failed.note}\nCaja 14 sin potencia"
    assert following.due_at == NOW + dt.timedelta(hours=36)
    assert walk.told("route_to_plant")["work_order"] == following.number
    assert walk.facts["post_service_at"] == thirty_days
    assert walk.open == ["step_06"]
    assert walk.commands[-1] == "work_order.create"


def test_the_first_promise_is_broken_and_a_new_one_made(walk: Walk) -> None:
    walk("route_to_plant")
    first, second = Promise.objects.filter(kind="visit").order_by("id")
    assert (first.state, first.proof) == ("broken", WorkOrder.objects.earliest("id").number)
    assert (second.state, second.due_at) == ("open", WorkOrder.objects.latest("id").due_at)


def test_plant_reads_it_by_e_mail_where_the_administrator_wrote_its_address(walk: Walk, cast: Cast) -> None:
    chief, supervisor = signed_in(User.objects.create_superuser("chief")), signed_in(cast[Role.OPERATIONS_SUPERVISOR])
    page = reverse("step", args=[walk.case.number, walk.item("route_to_plant").pk])
    assert "avise a planta" in supervisor.get(page).content.decode().lower()
    unit = reverse("admin:people_unit_change", args=[cast.center.pk])
    kept = {"name": cast.center.name, "head": cast.center.head_id or ""}
    assert "plant_email" in chief.post(unit, {**kept, "plant_email": "nada"}).context["adminform"].form.errors
    assert chief.post(unit, {**kept, "plant_email": "planta@example.com"}).status_code == 302
    assert Event.objects.get(kind="unit.changed").data["plant_email"] == "planta@example.com"
    assert "planta@example.com" in supervisor.get(page).content.decode()
    walk("route_to_plant", plant_note="Caja 14 sin potencia")
    outbox.deliver_due(clock.now(), through={"email": Kept()})
    told = Message.objects.get(kind="visit.to_plant")
    failed = WorkOrder.objects.earliest("id")
    assert (told.status, told.address) == ("sent", "planta@example.com")
    for part in (failed.number, "Calle Uno 1", "Caja 14 sin potencia", WorkOrder.objects.latest("id").number):
        assert part in told.body
    assert Event.objects.get(kind="plant_message.sent").case_number == walk.case.number
    assert told in queries.of_case(walk.case.number)
    assert "planta@example.com" in supervisor.get(reverse("case", args=[walk.case.number])).content.decode()


def test_plant_is_told_what_to_mend(walk: Walk) -> None:
    said = walk.errors("route_to_plant", plant_note="")["plant_note"][0]
    assert said.startswith("Write what plant has to mend")
    assert WorkOrder.objects.count() == 1
    assert not Message.objects.filter(kind="visit.to_plant").exists()
    assert walk.open == ["route_to_plant"]
