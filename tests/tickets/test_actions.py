"""Tickets: opened on the customer's own product, moved along TMF621's transitions."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.products.models import Product
from arraigo.tickets import actions
from arraigo.tickets.errors import (
    NotTheCustomersProduct,
    ReasonMissing,
    TicketNotSolved,
    TimeInFuture,
    TransitionRefused,
)
from arraigo.tickets.models import TicketChange, TroubleTicket
from tests.records import NOON, a_customer, a_product, a_user, refused


@pytest.fixture
def product(db: None) -> Product:
    return a_product(a_customer())


@pytest.fixture
def ticket(product: Product) -> TroubleTicket:
    with clock.at(NOON):
        return actions.open_ticket(product.customer, product, actor=a_user(), symptom="no_signal")


def test_opening_leaves_number_change_and_event(ticket: TroubleTicket) -> None:
    assert ticket.number.startswith("TK-2026-")
    assert (ticket.opened_at, ticket.status) == (NOON, "acknowledged")
    assert ticket.changes.get().after == "acknowledged"
    assert Event.objects.get(kind="ticket.opened").subject_id == ticket.pk


def test_somebody_elses_product_is_refused(product: Product) -> None:
    with refused(NotTheCustomersProduct):
        actions.open_ticket(a_customer(), product, actor=None)


def test_a_claim_of_tomorrow_is_refused(product: Product) -> None:
    with clock.at(NOON), refused(TimeInFuture):
        actions.open_ticket(product.customer, product, actor=None, opened_at=NOON + dt.timedelta(hours=1))


@pytest.mark.parametrize("before", TroubleTicket.Status.values)
@pytest.mark.parametrize("after", TroubleTicket.Status.values)
def test_only_the_standards_transitions(ticket: TroubleTicket, before: str, after: str) -> None:
    TroubleTicket.objects.filter(pk=ticket.pk).update(
        status=before, resolved_at=NOON if before in TroubleTicket.SOLVED else None
    )
    with clock.at(NOON):
        if after in TroubleTicket.TRANSITIONS[before]:
            assert actions.change_state(ticket, after, actor=None).status == after
            assert TicketChange.objects.filter(ticket=ticket, before=before, after=after).exists()
        else:
            with refused(TransitionRefused):
                actions.change_state(ticket, after, actor=None)
            assert TroubleTicket.objects.get(pk=ticket.pk).status == before


def test_solving_sets_the_time_and_taking_up_again_clears_it(ticket: TroubleTicket) -> None:
    with clock.at(NOON + dt.timedelta(hours=3)):
        actions.change_state(ticket, "inProgress", actor=None)
        done = actions.change_state(ticket, "resolved", actor=None, note="Conector cambiado")
        assert (done.resolved_at, done.resolution) == (NOON + dt.timedelta(hours=3), "Conector cambiado")
        assert actions.change_state(ticket, "inProgress", actor=None).resolved_at is None


def test_only_a_solution_can_be_disputed(ticket: TroubleTicket) -> None:
    with refused(TicketNotSolved):
        actions.dispute(ticket, actor=None)
    with refused(TicketNotSolved):
        actions.follow_up(ticket, channel="phone", text="Sigue igual", actor=None, disputed=True)
    assert not ticket.interactions.exists(), "a follow-up and its dispute are noted together or not at all"


def test_a_confirmation_needs_a_reason(ticket: TroubleTicket) -> None:
    with refused(ReasonMissing):
        actions.confirm_solution(ticket, reason="  ", actor=a_user())
