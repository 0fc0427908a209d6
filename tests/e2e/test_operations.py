"""The supervisor of the operations centre: step 6, a pause, the way to plant."""

import datetime as dt
import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader

from arraigo import clock
from arraigo.fieldwork.models import PrintBatch
from arraigo.orders.models import Pause, WorkOrder
from arraigo.people.models import Membership, Role, User
from tests.cast import Cast, Household, Walk
from tests.e2e.conftest import ago
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]
PRINT, SWAP = (f"main button[formaction='/operations/orders/{verb}/']" for verb in ("print", "swap"))
FRONT = ("step_01", "step_02", "step_03", "step_04", "step_05")


@pytest.fixture
def walk(home: Household) -> Walk:
    home.repeated_faults()
    return Walk(home).go(*FRONT)


def test_prints_a_selection_and_opens_its_pdf(sign_in: SignIn, walk: Walk, cast: Cast) -> None:
    others = [cast.household("100002"), cast.household("100003")]
    for other in others:
        other.repeated_faults()
    second, third = (Walk(other).go(*FRONT) for other in others)
    numbers = {each: WorkOrder.objects.get(case_number=each.case.number).number for each in (walk, second, third)}
    oscar = sign_in(Role.OPERATIONS_SUPERVISOR)
    oscar.go("/operations/orders/")
    oscar.fill(order=[numbers[walk], numbers[third]], technician=cast[Role.TECHNICIAN].pk)
    oscar.click(PRINT)
    batch = PrintBatch.objects.get()
    assert set(batch.work_orders.values_list("number", flat=True)) == {numbers[walk], numbers[third]}
    assert batch.printed_by == cast[Role.OPERATIONS_SUPERVISOR]
    assert (walk.open, second.open, third.open) == (["step_07"], ["step_06"], ["step_07"])
    oscar.click(f"main .alert a[href='/operations/batches/{batch.number}/']")
    link = oscar.page.locator(f"main a[href='/operations/batches/{batch.number}.pdf']")
    answer = oscar.page.request.get(str(link.get_attribute("href")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    paper = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages)
    assert numbers[walk] in paper
    assert numbers[third] in paper
    assert numbers[second] not in paper
    oscar.click("main form[action$='/reprint/'] button")
    assert "Abierto una vez" in oscar.text
    again = oscar.page.locator("main a[href$='?reprint=1']")
    answer = oscar.page.request.get(str(again.get_attribute("href")))
    assert all("REIMPRESIÓN 1" in page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages)


def test_assigns_pauses_and_resumes(sign_in: SignIn, walk: Walk, cast: Cast) -> None:
    order = WorkOrder.objects.get()
    oscar = sign_in(Role.OPERATIONS_SUPERVISOR)
    oscar.does(walk, "step_06", technician=cast[Role.TECHNICIAN].pk)
    order.refresh_from_db()
    assert order.technician == cast[Role.TECHNICIAN]
    assert PrintBatch.objects.get().work_orders.get() == order
    assert walk.open == ["step_07"]
    oscar.go("/operations/orders/")
    oscar.click(f"main a[href$='/{order.number}/pause/']")
    wanted = clock.local(clock.now()) + dt.timedelta(hours=5)
    oscar.sends(reason="later", words="Trabajo hasta las seis", wanted_at=f"{wanted:%Y-%m-%dT%H:%M}")
    pause = Pause.objects.get()
    assert (pause.work_order, pause.reason, pause.ended_at) == (order, "later", None)
    assert "Trabajo hasta las seis" in pause.evidence
    oscar.click(f"main button[formaction$='/{order.number}/resume/']")
    pause.refresh_from_db()
    assert pause.ended_at is not None


def test_a_day_at_the_board(sign_in: SignIn, cast: Cast) -> None:
    """Late ones first; two orders for one technician at once; a swap; ticks stay when rows come fresh."""
    second = User.objects.create_user("tecnica2", first_name="Tania", last_name="Rojas")
    Membership.objects.create(user=second, role=Role.TECHNICIAN, unit=cast.center)
    orders = []
    for days, number in ((1.1, "100002"), (0.8, "100003"), (0, "100004")):
        with ago(days):
            home = cast.household(number)
            home.repeated_faults()
            orders.append(WorkOrder.objects.get(case_number=Walk(home).go(*FRONT).case.number))
    late, soon, fresh = (order.number for order in orders)
    oscar = sign_in(Role.OPERATIONS_SUPERVISOR)
    oscar.go("/operations/orders/")
    assert oscar.page.locator("tbody .fw-medium").all_inner_texts() == [late, soon, fresh]
    oscar.fill(order=[late, soon], technician=second.pk)
    oscar.sends()
    assert set(WorkOrder.objects.filter(technician=second).values_list("number", flat=True)) == {late, soon}
    oscar.fill(order=[fresh], technician=cast[Role.TECHNICIAN].pk)
    oscar.sends()
    oscar.fill(order=[late, fresh])
    oscar.click(SWAP)
    assert WorkOrder.objects.get(number=fresh).technician == second
    oscar.click("#order-tiles a[href$='situation=late']")
    assert oscar.page.locator("tbody .fw-medium").all_inner_texts() == [late]


def test_ticks_stay_when_the_board_is_fresh(sign_in: SignIn, walk: Walk) -> None:
    number = WorkOrder.objects.get().number
    oscar = sign_in(Role.OPERATIONS_SUPERVISOR)
    oscar.go("/operations/orders/")
    oscar.fill(order=[number])
    WorkOrder.objects.update(note="otra")
    with oscar.page.expect_response(lambda answer: answer.request.resource_type == "xhr"):
        oscar.page.evaluate("htmx.ajax('GET', '/operations/orders/', {target: '#list-orders', swap: 'outerHTML'})")
    oscar.page.locator(f"[name=order][value='{number}']:checked").wait_for()


def test_gives_an_order_to_somebody_else(sign_in: SignIn, walk: Walk, cast: Cast) -> None:
    order = WorkOrder.objects.get()
    oscar = sign_in(Role.OPERATIONS_SUPERVISOR)
    oscar.go("/operations/orders/")
    oscar.click(f"main a[href$='/{order.number}/assign/']")
    oscar.sends(technician=cast[Role.TECHNICIAN].pk)
    order.refresh_from_db()
    assert order.technician == cast[Role.TECHNICIAN]
