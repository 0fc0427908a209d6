"""What can fail on the way, page by page: not fixed on site, both controls failing, nobody answering."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.urls import reverse

from arraigo.insight.models import Judgement
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.quality.models import QualityControl
from arraigo.retention import sweeps
from tests.cast import NOW, Cast, Walk, moment
from tests.web.conftest import signed_in

FIELD = ("step_05", "step_06", "step_07", "step_08")


@pytest.fixture
def walk(cast: Cast) -> Walk:
    home = cast.household()
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")


def send(walk: Walk, role: Role, element: str, **answers: Any) -> Any:
    """Send the page of the open step as the person of `role`."""
    page = reverse("step", args=[walk.case.number, walk.item(element).pk])
    answer = signed_in(walk.cast[role]).post(page, answers)
    walk.case.refresh_from_db()
    return answer


def calls(walk: Walk, **answers: str) -> Any:
    """Record one call of the control that is due."""
    control = QualityControl.objects.get(verdict="pending")
    return signed_in(walk.cast[Role.INCIDENT_FOLLOW_UP]).post(reverse("control_attempt", args=[control.pk]), answers)


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_what_cannot_be_fixed_on_site_is_a_second_visit_with_priority(walk: Walk) -> None:
    with moment(hours=3):
        send(walk, Role.TECHNICIAN, "step_07", solved="no", cause="plant", findings="Sin potencia en la caja")
        papers = send(walk, Role.TECHNICIAN, "step_08_unsolved", **walk.usual("step_08_unsolved"))
        assert papers["Location"] == reverse("visit_papers", args=[WorkOrder.objects.get().number])
    with moment(hours=5):
        send(walk, Role.OPERATIONS_SUPERVISOR, "route_to_plant", plant_note="Caja 14 sin potencia")
        board = signed_in(walk.cast[Role.OPERATIONS_SUPERVISOR]).get(reverse("operations_orders"))
    failed, second = WorkOrder.objects.order_by("id")
    assert (failed.state, failed.cause) == ("failed", "plant")
    assert (second.previous, second.priority) == (failed, failed.priority + 1)
    assert second.due_at == NOW + dt.timedelta(hours=5 + 24)
    assert second.number in said(board)
    assert "Visita repetida" in said(board)
    assert walk.open == ["step_06"]


def page_of(walk: Walk, role: Role, element: str) -> str:
    """The page of an open step as who has `role` reads it."""
    path = reverse("step", args=[walk.case.number, walk.item(element).pk])
    return signed_in(walk.cast[role]).get(path).content.decode()


def test_a_failed_control_at_2_days_is_a_new_order_with_a_new_24_hours(walk: Walk) -> None:
    walk.go("step_07", "step_08")
    with moment(days=2):
        sweeps.wake_due_cases()
        walk.home.customer.phones.update(number="+59170000001")
        buttons = re.findall(r'class="btn[^>]*href="tel:([^"]+)"', page_of(walk, Role.INCIDENT_FOLLOW_UP, "step_09"))
        assert buttons == ["+59170000001"], "the order's own, typed without country, is the same telephone"
        nothing_said = send(walk, Role.INCIDENT_FOLLOW_UP, "step_09", verdict="failed", reasons=["goes_on"])
        assert nothing_said.status_code == 400
        assert "answer" in nothing_said.context["form"].errors
        send(walk, Role.INCIDENT_FOLLOW_UP, "step_09", verdict="failed", reasons=["goes_on"], answer="Sigue cortándose")
        assert walk.open == ["step_05"]
        assert (walk.case.reopened, walk.item("step_05").priority) == (1, 2)
        told = page_of(walk, Role.ADVISOR, "step_05")
        for words in ("Por qué se volvió a abrir", "<q>Sigue cortándose</q>", "El daño sigue"):
            assert words in told, words
        send(walk, Role.ADVISOR, "step_05", contact_phone="70000001")
    order = WorkOrder.objects.latest("id")
    assert order.due_at == NOW + dt.timedelta(days=2, hours=24)
    with moment(days=29):
        sweeps.run_all()
    assert "step_10" not in walk.open  # the former wait of 30 days was replaced


def test_a_failed_control_at_30_days_goes_back_to_the_head_of_team(walk: Walk) -> None:
    walk.go("step_07", "step_08")
    with moment(days=2):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=20):
        walk.home.fault(days_ago=0)
    with moment(days=30):
        sweeps.wake_due_cases()
        denied = send(walk, Role.QUALITY_MANAGEMENT, "step_10", verdict="passed")
        assert denied.status_code == 400
        assert "verdict" in denied.context["form"].errors
        send(
            walk, Role.QUALITY_MANAGEMENT, "step_10", verdict="failed", reasons=["came_back"], answer="Volvió el corte"
        )
        assert walk.open == ["step_03_recurrence"]
        assert walk.item("step_03_recurrence").role == Role.TEAM_LEAD
        send(walk, Role.TEAM_LEAD, "step_03_recurrence", **walk.usual("step_03"))
        assert walk.open == ["step_04"]
        walk.go("step_04", *FIELD)
    with moment(days=33):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=61):
        sweeps.wake_due_cases()
        walk("step_10")
        assert walk.open == []
    with moment(days=92):
        sweeps.run_all()
    assert not Judgement.objects.get(again=False).saved


def test_nobody_answers_three_times_at_different_hours(walk: Walk) -> None:
    walk.go("step_07", "step_08")
    with moment(days=2):
        sweeps.wake_due_cases()
        calls(walk, reached="no", note="Suena y no contesta")
    with moment(days=3):
        calls(walk, reached="no", note="Apagado")
        too_early = send(walk, Role.INCIDENT_FOLLOW_UP, "step_09", verdict="not_reached")
        assert too_early.status_code == 400
        assert "2 horarios" in said(too_early)
        assert walk.open == ["step_09"]
    with moment(days=3, hours=6):
        calls(walk, reached="no", note="Apagado otra vez")
        send(walk, Role.INCIDENT_FOLLOW_UP, "step_09", verdict="not_reached")
    control = QualityControl.objects.get(kind="post_visit")
    assert (control.verdict, control.attempts.count()) == ("not_reached", 3)
    with moment(days=31):
        sweeps.run_all()
        walk("step_10")
    with moment(days=62):
        sweeps.run_all()
    assert not Judgement.objects.filter(saved=True).exists()
