"""Pages ask the database a constant number of times, however much there is to show."""

import datetime as dt
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arraigo import clock
from arraigo.bss.models import Command
from arraigo.customers.index import reindex
from arraigo.desk import actions as desk
from arraigo.engine.models import WorkItem
from arraigo.imports.models import ImportRun
from arraigo.messages.models import Message
from arraigo.people.models import Role
from arraigo.workdays import offset
from tests.cast import Cast, Walk
from tests.web.conftest import signed_in

MOST = {"tray": 8, "customer": 36, "case": 32, "orders": 22, "search": 18, "cases": 12, "team": 20, "list": 10}
"""Upper limits, session and user included; the growth tests below are what matters."""


def asked(client: Client, path: str) -> int:
    """How many statements the page takes, once what a process keeps in memory is there."""
    client.get(path)
    offset.forget()
    offset.offset()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(queries)


def test_the_tray_grows_without_more_queries(cast: Cast) -> None:
    client, path = signed_in(cast[Role.ADVISOR]), reverse("tray", args=[Role.ADVISOR])
    Walk(cast.household("1"))
    one = asked(client, path)
    for number in range(2, 8):
        Walk(cast.household(str(number)))
    assert asked(client, path) == one <= MOST["tray"]


def test_the_customer_page_grows_without_more_queries(cast: Cast) -> None:
    home = cast.household("1")
    home.fault(days_ago=2)
    Walk(home)
    client, path = signed_in(cast[Role.ADVISOR]), reverse("customer", args=["1"])
    few = asked(client, path)
    for days in range(3, 12):
        home.fault(days_ago=days)
        home.fault(days_ago=days, product=home.television)
    assert asked(client, path) == few <= MOST["customer"]


def test_the_case_page_grows_without_more_queries(cast: Cast) -> None:
    """From the third step to the visit: more items, events, offers, promises, orders, the same queries."""
    home = cast.household("1")
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    client, path = signed_in(cast[Role.ADVISOR]), reverse("case", args=[walk.case.number])
    before = asked(client, path)
    walk.go("step_06", "step_07")
    home.fault(days_ago=1)
    # One less than before the visit, when it is looked up whether the order can still be taken back.
    assert asked(client, path) == before - 1 < MOST["case"]


def test_the_orders_grow_without_more_queries(cast: Cast) -> None:
    def order(number: str) -> None:
        home = cast.household(number)
        home.repeated_faults()
        Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")

    grows(cast[Role.OPERATIONS_SUPERVISOR], reverse("operations_orders"), order, MOST["orders"])


def test_the_list_of_cases_grows_without_more_queries(cast: Cast) -> None:
    grows(cast[Role.TEAM_LEAD], reverse("case_list"), lambda number: void(Walk(cast.household(number))), MOST["cases"])


def test_the_search_grows_without_more_queries(cast: Cast) -> None:
    """More people who are found, with more products and telephones."""

    def household(number: str) -> None:
        home = cast.household(number)
        home.fault(days_ago=2)
        reindex([home.customer])

    grows(cast[Role.ADVISOR], reverse("search") + "?q=socia", household, MOST["search"])


def test_a_team_s_tasks_grow_without_more_queries(cast: Cast) -> None:
    grows(cast[Role.TEAM_LEAD], reverse("team"), lambda number: void(Walk(cast.household(number))), MOST["team"])


def test_calls_and_decisions_grow_without_more_queries(cast: Cast) -> None:
    def call_and_decision(number: str) -> None:
        home = cast.household(number)
        home.listing()
        case = Walk(home).go("step_01").case
        desk.note_callback(case, due_at=clock.now() + dt.timedelta(hours=2), note="Pide hora", actor=case.owner)

    lead = cast[Role.TEAM_LEAD]
    grows(lead, reverse("calls"), call_and_decision, MOST["list"])
    grows(lead, reverse("team_decisions"), lambda number: call_and_decision(f"2{number}"), MOST["list"])
    path = reverse("team_decisions_taken")

    def taken(number: str) -> None:
        call_and_decision(f"3{number}")
        WorkItem.objects.filter(element="override").update(
            status="completed", completed_at=clock.now(), completed_by=lead
        )

    grows(lead, path, taken, MOST["list"])


def test_the_administrator_s_lists_grow_without_more_queries(cast: Cast) -> None:
    admin, now = cast[Role.ADMINISTRATOR], clock.now()

    def command(_number: str) -> None:
        Command.objects.create(kind="work_order.create", payload={}, created_at=now, next_attempt_at=now)

    def run(number: str) -> None:
        ImportRun.objects.create(kind="bills", source="x", file_name=f"{number}.csv", started_at=now, by=admin)

    def message(_number: str) -> None:
        Message.objects.create(user=admin, kind="visit.ordered", status="failed", created_at=now, ended_at=now)

    grows(admin, reverse("administration_commands"), command, MOST["list"])
    grows(admin, reverse("administration_imports"), run, MOST["list"])
    grows(admin, reverse("message_templates"), message, MOST["list"])


def void(_: object) -> None:
    """Drop a value that is of no use."""


def grows(user: object, path: str, add: Callable[[str], None], most: int) -> None:
    """The page asks as often for five as for one."""
    client = signed_in(user)  # type: ignore[arg-type]
    add("1")
    one = asked(client, path)
    for number in range(2, 6):
        add(str(number))
    assert asked(client, path) == one <= most
