"""Repeated faults over all products, against counting by hand."""

import datetime as dt
import json
from collections import defaultdict
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arraigo import clock
from arraigo.procedure.queries import current_policy
from arraigo.tickets import actions, repetition
from arraigo.tickets.models import Outage, TroubleTicket
from arraigo.tickets.queries import fault_history
from tests.records import NOON, a_customer, a_product, a_user
from tests.tickets.test_fault_history import HOURS, SECOND, WINDOW, a_ticket, rows, solved

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


class AgainstCounting(TestCase):
    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(rows, st.integers(0, 2)), max_size=9))
    def test_same_counts(self, drawn: list[Any]) -> None:
        customer = a_customer()
        products = [a_product(customer) for _ in range(3)]
        outages = [Outage.objects.create(name=f"Corte {n}", began_at=NOON - 9 * WINDOW) for n in range(2)]
        tickets: dict[int, list[TroubleTicket]] = defaultdict(list)
        for (back, span, outage, status), place in drawn:
            opened = NOON - back
            fields: dict[str, Any] = {"outage": None if outage is None else outages[outage]}
            fields |= {} if span is None else solved(span, opened)
            ticket = a_ticket(products[place], opened, **fields | ({"status": status} if status else {}))
            if status is None:
                tickets[place].append(ticket)
        total = len({place for _row, place in drawn})
        assert repetition.repeat_history(repetition.Asked(HOURS)) == counted(tickets, total)


def counted(tickets: dict[int, list[TroubleTicket]], total: int) -> repetition.RepeatHistory:
    """By hand: `tickets` are the countable ones of each product, `total` the products with any ticket."""
    repeats: list[tuple[int, bool]] = []
    for place, own in tickets.items():
        last, outages = None, set()
        for ticket in sorted(own, key=lambda t: (t.opened_at, t.pk)):
            if ticket.outage_id in outages:
                continue
            outages |= {ticket.outage_id} - {None}
            if last and ticket.opened_at - last.opened_at <= WINDOW:
                repeats.append((place, last.resolved_at is None or last.resolved_at > ticket.opened_at))
            last = ticket
    return repetition.RepeatHistory(
        tickets=len(repeats),
        products=len({place for place, _ in repeats}),
        products_total=total,
        tickets_earlier_unsolved=sum(unsolved for _, unsolved in repeats),
    )


@pytest.fixture
def published(db: None) -> None:
    call_command("load-procedure")


@pytest.mark.usefixtures("published")
def test_the_products_of_now_are_those_of_the_single_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repetition, "CHUNK", 2)
    customer, policy = a_customer(), current_policy()
    came_back, still_open, once, old, confirmed = (a_product(customer) for _ in range(5))
    for product, days in ((came_back, (9, 2)), (once, (3,)), (old, (99, 95)), (confirmed, (9, 2))):
        for back in days:
            a_ticket(product, NOON - back * DAY, **solved(DAY, NOON - back * DAY))
    for back in (200, 190):
        a_ticket(still_open, NOON - back * DAY)
    with clock.at(NOON):
        actions.confirm_solution(confirmed.tickets.latest("opened_at"), reason="Probado", actor=a_user())
        found = {history.product_id for history in repetition.repeat_faults_now(policy, NOON)}
        assert repetition.products_now(policy) == 2
    assert found == {came_back.pk, still_open.pk}
    single = fault_history([still_open.pk], as_of=NOON, window_hours=HOURS, count=2)[still_open.pk]
    assert single.open_faults == 2


@pytest.mark.usefixtures("published")
def test_the_command_prints_one_line_of_json() -> None:
    product = a_product(a_customer())
    a_ticket(product, NOON - 2 * DAY)
    a_ticket(product, NOON)
    out = StringIO()
    call_command("repeat-faults", as_of=NOON.isoformat(), json=True, stdout=out)
    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue()) == {
        "as_of": "2026-03-10T12:00:00-04:00",
        "window_hours": 720,
        "count": 2,
        "rule": "recurred",
        "now": {"products": 1},
        "history": {"tickets": 1, "products": 1, "products_total": 1, "tickets_earlier_unsolved": 1},
    }


@pytest.mark.usefixtures("published")
def test_a_day_is_meant_to_its_end_and_a_wrong_one_is_told() -> None:
    product = a_product(a_customer())
    a_ticket(product, NOON)
    a_ticket(product, clock.start_of_day(NOON.date() + DAY) - SECOND)
    out = StringIO()
    call_command("repeat-faults", as_of="2026-03-10", stdout=out)
    assert "now products: 1" in out.getvalue()
    assert "history tickets: 1" in out.getvalue()
    with pytest.raises(CommandError, match="no moment"):
        call_command("repeat-faults", as_of="ayer")


@pytest.mark.usefixtures("published")
def test_any_window_any_count_and_dates_instead_of_hours() -> None:
    """Two faults 24 h and a minute apart lie on neighbouring days, three lie within two days."""
    product = a_product(a_customer())
    for back in (DAY + MINUTE, dt.timedelta(), -DAY + MINUTE):
        a_ticket(product, NOON - back)
    late = NOON + 2 * DAY

    def history(**wanted: int) -> int:
        found: int = repetition.report(current_policy(), late, wanted)["history"]["tickets"]
        return found

    assert history(window_hours=24) == 1
    assert history(window_hours=25) == 2
    assert history(calendar_days=1) == 2
    assert history(calendar_days=0) == 0
    assert history(count=3, window_hours=48) == 1
    assert history(count=3, window_hours=47) == 0
    assert history(count=3, calendar_days=2) == 1
    for bad in ({"count": 1}, {"window_hours": -1}):
        with pytest.raises(CommandError, match="at least 2"):
            call_command("repeat-faults", **bad)
