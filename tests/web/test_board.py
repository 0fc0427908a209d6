"""The operations centre's board: what it shows first, how it narrows, and two supervisors at once."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork.models import PrintBatch
from arraigo.messages.models import Notice
from arraigo.orders import actions as orders
from arraigo.orders.errors import EvidenceUsed
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.retention import board, sweeps
from tests.cast import Cast, Walk, moment
from tests.fieldwork.records import a_photo
from tests.records import a_visit
from tests.records import refused as refuses
from tests.web.conftest import signed_in

FRONT = ("step_01", "step_02", "step_03", "step_04", "step_05")


def ordered(cast: Cast, number: str, **fields: Any) -> WorkOrder:
    home = cast.household(number)
    home.repeated_faults()
    return WorkOrder.objects.get(case_number=Walk(home).go(*FRONT).case.number)


@pytest.fixture
def supervisor(cast: Cast) -> Client:
    return signed_in(cast[Role.OPERATIONS_SUPERVISOR])


@pytest.fixture
def second(cast: Cast) -> User:
    """Another technician of the centre."""
    user = User.objects.create_user("tecnica2", first_name="Tania", last_name="Rojas")
    Membership.objects.create(user=user, role=Role.TECHNICIAN, unit=cast.center)
    return user


def shown(client: Client, **query: Any) -> list[str]:
    """Numbers of the orders on the board, from the top."""
    page = client.get(reverse("operations_orders"), query)
    assert page.status_code == 200
    return [order.number for order in page.context["list"].rows]


def post(client: Client, name: str, **data: Any) -> Any:
    return client.post(reverse(name), data, follow=True)


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("puerta.jpg", content, "image/jpeg")


def seen(*found: WorkOrder) -> list[str]:
    return [f"{order.number}:{order.technician_id or ''}" for order in found]


def test_late_first_and_what_stands_still_last(cast: Cast, supervisor: Client) -> None:
    first = ordered(cast, "1")
    with moment(hours=2):
        held = ordered(cast, "2")
        orders.pause(held, reason="later", evidence="Llamó", actor=cast[Role.OPERATIONS_SUPERVISOR])
    with moment(hours=6):
        last = ordered(cast, "3")
    with moment(hours=25):
        assert shown(supervisor) == [first.number, last.number, held.number]
        assert shown(supervisor, situation="late") == [first.number]
        assert shown(supervisor, situation="paused") == [held.number]
        tiles = {tile.key: tile.count for tile in supervisor.get(reverse("operations_orders")).context["tiles"]}
    assert (tiles["late"], tiles["paused"], tiles["unassigned"], tiles["soon"]) == (1, 1, 3, 0)


def test_filters_stay_until_they_are_cleared(cast: Cast, supervisor: Client) -> None:
    order = ordered(cast, "1")
    assert shown(supervisor, cause="cuts") == [order.number]
    assert shown(supervisor, cause="tv") == []
    assert shown(supervisor) == []
    assert shown(supervisor, clear="1") == [order.number]
    assert shown(supervisor, words=order.number, zone=str(cast.zone.pk)) == [order.number]
    assert shown(supervisor, words="99999", zone="-1") == []


def test_a_repeat_visit_and_a_failed_control_are_marked(cast: Cast, supervisor: Client) -> None:
    home = cast.household("1")
    home.repeated_faults()
    walk = Walk(home).go(*FRONT, "step_06", "step_07", "step_08")
    with moment(days=2, hours=1):
        sweeps.wake_due_cases()
        walk("step_09", verdict="failed", reasons=["goes_on"], answer="Sigue igual")
        walk("step_05")
        again = WorkOrder.objects.filter(closed_at=None).get()
        assert shown(supervisor, situation="failed_control") == [again.number]
        assert shown(supervisor, situation="repeat") == [again.number]


def test_several_orders_go_to_a_technician_at_once(cast: Cast, supervisor: Client) -> None:
    found = [ordered(cast, number) for number in "123"]
    technician = cast[Role.TECHNICIAN]
    numbers = [order.number for order in found[:2]]
    post(supervisor, "operations_hand_over", order=numbers, seen=seen(*found), technician=technician.pk)
    assert set(WorkOrder.objects.filter(technician=technician).values_list("number", flat=True)) == set(numbers)
    assert Notice.objects.filter(user=technician, kind="work_order.assigned").count() == 2
    assert not Notice.objects.filter(kind="work_order.taken").exists()


def test_two_orders_are_swapped_with_what_waits_in_the_trays(cast: Cast, supervisor: Client, second: User) -> None:
    first, other = ordered(cast, "1"), ordered(cast, "2")
    technician = cast[Role.TECHNICIAN]
    printed = post(supervisor, "operations_print", order=[first.number], technician=technician.pk)
    page = reverse("operations_batch_page", args=[first.print_batches.get().number])
    assert f'El lote <a href="{page}">' in printed.content.decode()
    post(supervisor, "operations_print", order=[other.number], technician=second.pk)
    for order in (first, other):
        order.refresh_from_db()
    numbers = [first.number, other.number]
    post(supervisor, "operations_swap", order=numbers, seen=seen(first, other))
    first.refresh_from_db()
    assert first.technician == second
    item = WorkItem.objects.get(instance__key=first.case_number, element="step_07", status="open")
    assert item.assignee == second
    lost = Notice.objects.filter(kind="work_order.taken")
    taken = {each.user: (each.data["order"], each.data["technician"]) for each in lost}
    assert taken == {technician: (first.number, str(second)), second: (other.number, str(technician))}


def test_what_the_paper_says_is_who_gets_the_order(cast: Cast, supervisor: Client, second: User) -> None:
    """Printed for another one than who has it, an order changes hands; what a colleague gave meanwhile does not."""
    old, new = ordered(cast, "1"), ordered(cast, "2")
    post(supervisor, "operations_print", order=[old.number], technician=cast[Role.TECHNICIAN].pk)
    both = {"order": [old.number, new.number], "technician": second.pk}
    refused = post(supervisor, "operations_print", seen=seen(old, new), **both)
    assert "mientras tanto" in refused.content.decode()
    assert PrintBatch.objects.count() == 1
    old.refresh_from_db()
    post(supervisor, "operations_print", seen=seen(old, new), **both)
    assert set(WorkOrder.objects.values_list("technician", flat=True)) == {second.pk}
    items = WorkItem.objects.filter(element="step_07", status="open")
    assert list(items.values_list("assignee", flat=True)) == [second.pk, second.pk]
    paper = PrintBatch.objects.latest("pk").contents
    assert [title for title, _rows in paper["groups"]] == [f"{cast.zone} · {second}"]


@pytest.mark.parametrize("verbs", [("hand_over", "print"), ("print", "hand_over")])
def test_printed_and_assigned_in_either_order_is_step_6(cast: Cast, supervisor: Client, verbs: tuple[str, str]) -> None:
    order, technician = ordered(cast, "1"), cast[Role.TECHNICIAN]
    for verb in verbs:
        assert WorkItem.objects.get(instance__key=order.case_number, status="open").element == "step_06"
        post(
            supervisor, f"operations_{verb}", order=[order.number], technician=technician.pk if verb != "print" else ""
        )
    item = WorkItem.objects.get(instance__key=order.case_number, status="open")
    assert (item.element, item.assignee) == ("step_07", technician)
    assert Notice.objects.filter(user=technician, kind="work_order.assigned").count() == 1


def test_nobody_gets_an_order_of_another_centre(cast: Cast, second: User) -> None:
    """Who supervises two centres neither prints nor swaps across them, nor prints for somebody who has left."""
    home, other = ordered(cast, "1"), ordered(cast, "2")
    user = cast[Role.OPERATIONS_SUPERVISOR]
    south = Unit.objects.create(code="co-sur", name="Centro Sur", kind=Unit.Kind.OPERATIONS_CENTER)
    Membership.objects.create(user=user, role=Role.OPERATIONS_SUPERVISOR, unit=south)
    Membership.objects.filter(user=second).update(unit=south)
    WorkOrder.objects.filter(pk=other.pk).update(operations_center=south, technician=second)
    supervisor = signed_in(User.objects.get(pk=user.pk))
    numbers = [home.number, other.number]
    refused = "no es técnico del centro"
    page = post(supervisor, "operations_print", order=numbers, technician=second.pk)
    assert refused in page.content.decode()
    post(supervisor, "operations_hand_over", order=[home.number], technician=cast[Role.TECHNICIAN].pk)
    for order in (home, other):
        order.refresh_from_db()
    page = post(supervisor, "operations_swap", order=numbers, seen=seen(home, other))
    assert refused in page.content.decode()
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert refused in post(supervisor, "operations_print", order=numbers).content.decode()
    assert not PrintBatch.objects.exists()
    holders = WorkOrder.objects.order_by("pk").values_list("technician", flat=True)
    assert list(holders) == [cast[Role.TECHNICIAN].pk, second.pk]


@pytest.mark.parametrize("chosen", [[], ["one"], ["one", "two", "three"]])
def test_a_swap_takes_exactly_two(cast: Cast, supervisor: Client, chosen: list[str]) -> None:
    found = {name: ordered(cast, str(place)) for place, name in enumerate(["one", "two", "three"])}
    page = post(supervisor, "operations_swap", order=[found[name].number for name in chosen])
    assert "Elija exactamente dos órdenes" in page.content.decode()
    assert page.context["ticked"] == {found[name].number for name in chosen}


def test_two_supervisors_at_once(cast: Cast, supervisor: Client, second: User) -> None:
    """What a colleague gave to somebody else meanwhile is not taken away unseen."""
    order = ordered(cast, "1")
    as_seen = seen(order)
    post(supervisor, "operations_hand_over", order=[order.number], seen=as_seen, technician=second.pk)
    page = post(
        supervisor, "operations_hand_over", order=[order.number], seen=as_seen, technician=cast[Role.TECHNICIAN].pk
    )
    order.refresh_from_db()
    assert order.technician == second
    assert "mientras tanto" in page.content.decode()
    assert page.context["ticked"] == {order.number}


def test_a_closed_order_lets_none_change_hands(cast: Cast, supervisor: Client) -> None:
    found = [ordered(cast, number) for number in "12"]
    numbers = [order.number for order in found]
    orders.fail_order(found[1], cause="plant", actor=None)
    for verb in ("hand_over", "print", "swap"):
        page = post(supervisor, f"operations_{verb}", order=numbers, technician=cast[Role.TECHNICIAN].pk)
        assert f"La orden de trabajo {numbers[1]} está" in page.content.decode()
        assert page.context["ticked"] == set(numbers)
    assert not WorkOrder.objects.exclude(technician=None).exists()
    assert not PrintBatch.objects.exists()
    path = reverse("operations_pause", args=[numbers[1]])
    tomorrow = f"{clock.local(clock.now()) + dt.timedelta(days=1):%Y-%m-%dT%H:%M}"
    late = supervisor.post(path, {"reason": "later", "words": "Mañana, dijo", "wanted_at": tomorrow})
    assert (late.status_code, "Mañana, dijo" in late.content.decode()) == (400, True)
    assert numbers[1] in supervisor.get(path, follow=True).content.decode()


def test_more_than_a_page_is_given_and_printed_at_once(cast: Cast, supervisor: Client) -> None:
    """One box is every order that the filter shows, on 2 pages; without script it is a form's value like any other."""
    homes = [cast.household(str(200000 + number)) for number in range(board.PAGE + 4)]
    found = [a_visit(home.customer, home.internet, case_number=f"RET-2026-9{place:05}")
             for place, home in enumerate(homes)]  # fmt: skip
    other = ordered(cast, "1")
    technician = cast[Role.TECHNICIAN]

    def box(**query: Any) -> str:
        page = supervisor.get(reverse("operations_orders"), query).content.decode()
        (value,) = re.findall(r'name="everything" value="([^"]+)"', page)
        return html.unescape(value)

    stale = box(clear="1")
    assert stale == f"{len(found) + 1}?"
    post(supervisor, "operations_hand_over", order=[other.number], technician=technician.pk)
    rest = box(situation="unassigned")
    assert rest == f"{len(found)}?situation=unassigned"
    printed = post(supervisor, "operations_print", everything=rest).content.decode()
    assert f"{len(found)} de sus órdenes todavía no tienen técnico" in printed
    batch = PrintBatch.objects.get()
    assert set(batch.work_orders.all()) == set(found)
    post(supervisor, "operations_hand_over", everything=rest, technician=technician.pk)
    assert WorkOrder.objects.filter(technician=technician).count() == len(found) + 1
    again = post(supervisor, "operations_hand_over", everything=rest, technician=technician.pk)
    assert "mírelas de nuevo" in again.content.decode()


def test_who_is_no_technician_of_the_centre_gets_no_order(cast: Cast, supervisor: Client) -> None:
    order = ordered(cast, "1")
    south = Unit.objects.create(code="co-sur", name="Centro Sur", kind=Unit.Kind.OPERATIONS_CENTER)
    foreign = User.objects.create_user("ajeno")
    Membership.objects.create(user=foreign, role=Role.TECHNICIAN, unit=south)
    for wrong in (foreign.pk, cast[Role.ADVISOR].pk, 10**30, "nadie", ""):
        page = post(supervisor, "operations_hand_over", order=[order.number], technician=wrong)
        assert "técnico de su centro" in page.content.decode()
    order.refresh_from_db()
    assert order.technician is None


def test_a_pause_asks_for_what_proves_it(cast: Cast, supervisor: Client) -> None:
    order = ordered(cast, "1")
    path = reverse("operations_pause", args=[order.number])
    tomorrow = f"{clock.local(clock.now()) + dt.timedelta(days=1):%Y-%m-%dT%H:%M}"
    refused: list[tuple[dict[str, Any], str]] = [
        ({}, "reason"),
        ({"reason": "holiday"}, "reason"),
        ({"reason": "absent", "note": "No estaba"}, "__all__"),
        ({"reason": "absent", "photo": upload(b"no es una foto")}, "photo"),
        ({"reason": "later", "wanted_at": tomorrow}, "words"),
        ({"reason": "later", "words": "Más tarde"}, "wanted_at"),
        ({"reason": "later", "words": "Más tarde", "wanted_at": "2020-01-01T10:00"}, "wanted_at"),
        ({"reason": "later", "words": "Más tarde", "wanted_at": "mañana"}, "wanted_at"),
        ({"reason": "later", "words": "Más tarde", "wanted_at": "2062-03-11T10:00"}, "wanted_at"),
    ]
    for data, field in refused:
        page = supervisor.post(path, data)
        assert (page.status_code, field in page.context["form"].errors) == (400, True), data
    assert not Pause.objects.exists()
    said = {"reason": "later", "words": "Trabajo hasta las seis", "wanted_at": tomorrow}
    assert supervisor.post(path, said).status_code == 302
    pause = Pause.objects.get()
    assert "Trabajo hasta las seis" in pause.evidence
    assert (
        f"hasta {clock.local(pause.until):%d/%m/%Y %H:%M}"
        in supervisor.get(reverse("operations_orders")).content.decode()
    )


def test_an_absence_is_proved_by_a_photo(cast: Cast, supervisor: Client) -> None:
    order = ordered(cast, "1")
    path = reverse("operations_pause", args=[order.number])
    left = {"wanted_at": "2020-01-01T10:00"}  # of the other reason, chosen before
    assert supervisor.post(path, {"reason": "absent", "photo": upload(a_photo()), **left}).status_code == 302
    pause = Pause.objects.get()
    assert pause.photo is not None
    assert pause.photo.sha256[:12] in pause.evidence


def test_an_absence_stops_the_24_hours_once(cast: Cast, supervisor: Client) -> None:
    """What the technician recorded, or its photo, does not stop them again after they have run on."""
    order, technician = ordered(cast, "1"), cast[Role.TECHNICIAN]
    orders.assign(order, technician=technician, actor=None)
    fieldwork.find_nobody(order, technician, photo=a_photo())
    orders.resume(order, actor=None)
    path = reverse("operations_pause", args=[order.number])
    without: dict[str, Any] = {"reason": "absent"}
    for again in (without, {**without, "photo": upload(a_photo())}):
        page = supervisor.post(path, again)
        assert (page.status_code, list(page.context["form"].errors)) == (400, ["__all__"])
    with refuses(EvidenceUsed):
        fieldwork.find_nobody(order, technician, photo=a_photo())
    assert Pause.objects.count() == 1
    assert supervisor.post(path, {"reason": "absent", "photo": upload(a_photo(20))}).status_code == 302
