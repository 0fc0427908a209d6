"""The look-up behind "repeated fault" (step 2, I.f), against a slow search of every set of tickets."""

import datetime as dt
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arraigo import clock
from arraigo.products.models import Product
from arraigo.tickets import actions
from arraigo.tickets.models import ConfirmedSolution, Outage, TroubleTicket
from arraigo.tickets.queries import FaultHistory, fault_history
from tests.records import NOON, a_customer, a_product, a_user

HOURS = 720
WINDOW = dt.timedelta(hours=HOURS)
SECOND = dt.timedelta(seconds=1)


def a_ticket(product: Product, opened_at: dt.datetime, **fields: Any) -> TroubleTicket:
    number = f"T{TroubleTicket.objects.count() + 1}"
    given = {"number": number, "customer_id": product.customer_id, "product": product, "opened_at": opened_at}
    return TroubleTicket.objects.create(**{**given, **fields})


def solved(after: dt.timedelta, opened_at: dt.datetime) -> dict[str, Any]:
    return {"status": "resolved", "resolved_at": opened_at + after}


def history(product: Product, as_of: dt.datetime = NOON, count: int = 2) -> FaultHistory:
    return fault_history([product.pk], as_of=as_of, window_hours=HOURS, count=count)[product.pk]


@pytest.fixture
def product(db: None) -> Product:
    return a_product(a_customer())


def test_the_edge_of_the_window_is_included(product: Product) -> None:
    a_ticket(product, NOON - WINDOW, **solved(SECOND, NOON - WINDOW))
    a_ticket(product, NOON)
    assert history(product).fault_count == 2


def test_a_second_beyond_the_edge_is_not(product: Product) -> None:
    a_ticket(product, NOON - WINDOW - SECOND, **solved(SECOND, NOON - WINDOW - SECOND))
    a_ticket(product, NOON)
    assert history(product).fault_count == 1


def test_an_old_pair_counts_as_long_as_its_last_is_open(product: Product) -> None:
    long_ago = NOON - 4 * WINDOW
    a_ticket(product, long_ago - WINDOW, **solved(SECOND, long_ago - WINDOW))
    last = a_ticket(product, long_ago)
    assert (history(product).fault_count, history(product).open_faults) == (2, 1)
    TroubleTicket.objects.filter(pk=last.pk).update(status="resolved", resolved_at=NOON - WINDOW)
    assert history(product) == FaultHistory(product.pk)


def test_rejected_cancelled_and_complaints_do_not_count(product: Product) -> None:
    for fields in ({"status": "rejected"}, {"status": "cancelled"}, {"type": "complaint"}):
        a_ticket(product, NOON - SECOND, **fields)
    assert history(product).tickets == []


def test_a_follow_up_is_no_claim(product: Product) -> None:
    ticket = a_ticket(product, NOON - SECOND)
    actions.follow_up(ticket, channel="phone", text="Sigue igual.", actor=a_user())
    assert history(product).fault_count == 1


def test_the_tickets_of_an_outage_are_one_claim_and_no_recurrence(product: Product) -> None:
    outage = Outage.objects.create(name="Corte troncal", began_at=NOON - WINDOW)
    first = NOON - dt.timedelta(days=9)
    a_ticket(product, first, outage=outage, **solved(SECOND, first))
    a_ticket(product, NOON - SECOND, outage=outage)
    assert (history(product).fault_count, history(product).recurred) == (1, False)


def test_a_claim_after_a_repair_is_a_recurrence(product: Product) -> None:
    first, second = NOON - dt.timedelta(days=9), NOON - dt.timedelta(days=2)
    a_ticket(product, first, **solved(dt.timedelta(days=1), first))
    a_ticket(product, second, **solved(dt.timedelta(days=1), second))
    assert (history(product).recurred, history(product).open_faults) == (True, 0)


def test_two_claims_about_one_fault_that_was_then_repaired_are_none(product: Product) -> None:
    first, second = NOON - dt.timedelta(days=9), NOON - dt.timedelta(days=8)
    a_ticket(product, first, **solved(dt.timedelta(days=3), first))
    a_ticket(product, second, **solved(dt.timedelta(days=2), second))
    assert (history(product).fault_count, history(product).recurred) == (2, False)


def test_a_confirmed_solution_covers_what_came_before_it_only(product: Product) -> None:
    advisor = a_user()
    with clock.at(NOON - dt.timedelta(days=2)):
        last = a_ticket(product, NOON - dt.timedelta(days=3))
        actions.confirm_solution(last, reason="El cliente lo probó.", actor=advisor)
    assert history(product).confirmed_solution
    assert not history(product, as_of=NOON - dt.timedelta(days=2, hours=1)).confirmed_solution
    a_ticket(product, NOON - dt.timedelta(days=1))
    assert not history(product).confirmed_solution


def test_a_disputed_solution_is_told(product: Product) -> None:
    ticket = a_ticket(product, NOON - WINDOW, **solved(SECOND, NOON - WINDOW))
    assert not history(product).disputed_solution
    with clock.at(NOON):
        actions.dispute(ticket, actor=a_user())
    assert history(product).disputed_solution


def test_two_queries_whatever_the_number_of_products(db: None) -> None:
    customer = a_customer()
    products = [a_product(customer) for _ in range(5)]
    for product in products:
        ticket = a_ticket(product, NOON - SECOND)
        ConfirmedSolution.objects.create(product=product, ticket=ticket, reason="Sí", at=NOON, by=a_user())
    with CaptureQueriesContext(connection) as queries:
        found = fault_history([p.pk for p in products], as_of=NOON, window_hours=HOURS, count=2)
    assert len(queries) == 2
    assert list(found) == [p.pk for p in products]


# --- against a slow search ---------------------------------------------------------------------

steps = st.integers(-3, 6).flatmap(lambda n: st.sampled_from([n * WINDOW / 2 + s * SECOND for s in (-1, 0, 1)]))
spans = st.one_of(st.none(), st.sampled_from([SECOND, WINDOW / 2, WINDOW, 3 * WINDOW]))
rows = st.tuples(steps, spans, st.sampled_from([None, None, 0, 1]), st.sampled_from([None, None, None, "cancelled"]))
moments = st.sampled_from([NOON, *(dt.datetime(2026, m, d, 3, 59, 59, tzinfo=dt.UTC) for m, d in [(3, 1), (4, 1)])])


def sets(tickets: list[TroubleTicket], as_of: dt.datetime) -> Iterator[tuple[TroubleTicket, ...]]:
    """Every set of claims within one window whose last is recent or open."""
    for size in range(1, len(tickets) + 1):
        for chosen in combinations(sorted(tickets, key=lambda t: t.opened_at), size):
            claims = {t.outage_id or -t.pk for t in chosen}
            end = chosen[-1].opened_at
            lasts = as_of - end <= WINDOW or any(
                t.opened_at == end and (t.resolved_at is None or t.resolved_at > as_of) for t in chosen
            )
            if len(claims) == size and end - chosen[0].opened_at <= WINDOW and lasts:
                yield chosen


class AgainstEverySet(TestCase):
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(rows, max_size=7), moments)
    def test_same_verdict(self, drawn: list[Any], as_of: dt.datetime) -> None:
        product = a_product(a_customer())
        outages = [Outage.objects.create(name=f"Corte {n}", began_at=as_of - 9 * WINDOW) for n in range(2)]
        kept = []
        for back, span, outage, status in drawn:
            opened = as_of - back
            fields = {"outage": None if outage is None else outages[outage]}
            fields |= {} if span is None else solved(span, opened)
            ticket = a_ticket(product, opened, **fields | ({"status": status} if status else {}))
            if status is None and opened <= as_of:
                kept.append(ticket)
        found = history(product, as_of)
        every = list(sets(kept, as_of))
        assert found.fault_count == max(map(len, every), default=0)
        telling = [chosen for chosen in every if len(chosen) >= 2]
        if telling:
            assert {t.pk for chosen in telling for t in chosen} <= {t.pk for t in found.tickets}
            came_back = any(
                a.resolved_at and a.resolved_at <= b.opened_at for chosen in telling for a, b in combinations(chosen, 2)
            )
            assert found.recurred == came_back
        assert found.open_faults == sum(t.resolved_at is None or t.resolved_at > as_of for t in found.tickets)
        assert found.tickets == sorted(found.tickets, key=lambda t: t.opened_at)
