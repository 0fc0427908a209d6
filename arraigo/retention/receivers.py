"""What the business records let the cases know, through their signals."""

from typing import Any

from django.dispatch import receiver

from arraigo.billing import queries as billing
from arraigo.billing.models import BillingClaim
from arraigo.billing.signals import claim_decided, claim_lapsed, credits_placed
from arraigo.customers.models import Customer
from arraigo.customers.signals import customer_died
from arraigo.orders.models import WorkOrder
from arraigo.orders.signals import clock_changed
from arraigo.products.models import Product
from arraigo.products.signals import product_terminated
from arraigo.retention import elsewhere, incidents, promises, visits
from arraigo.retention.models import Promise
from arraigo.terminations.models import Termination
from arraigo.terminations.signals import termination_withdrawn
from arraigo.tickets.models import TroubleTicket
from arraigo.tickets.signals import ticket_moved


@receiver(claim_decided, dispatch_uid="promise_of_claim")
def end_promise(sender: Any, claim: BillingClaim, **_more: Any) -> None:
    """A credit that billing had to confirm: its promise is kept when it stands on a bill, broken when refused."""
    applied = claim.state == BillingClaim.State.APPLIED
    if claim.needs_confirmation and not (applied and not billing.is_placed(claim)):
        promises.decided(claim.number, well=applied)


@receiver(credits_placed, dispatch_uid="promise_of_credit")
def keep_promise(sender: Any, claims: list[str], **_more: Any) -> None:
    """The next bill was opened, or brought: what waited for it stands there."""
    for number in claims:
        promises.decided(number, well=True)


@receiver(claim_lapsed, dispatch_uid="promise_of_lapsed")
def cancel_promise(sender: Any, claim: BillingClaim, **_more: Any) -> None:
    """The product left before the month that was promised: that promise is void."""
    promises.end(Promise.objects.filter(proof=claim.number, state=Promise.State.OPEN), Promise.State.CANCELLED)


@receiver(clock_changed, dispatch_uid="items_of_order")
def follow_clock(sender: Any, order: WorkOrder, **_more: Any) -> None:
    """The open tasks of the visit are due as their order is."""
    number = order.case_number
    elsewhere.after_commit(lambda: visits.follow_clocks(number))


@receiver(ticket_moved, dispatch_uid="promise_of_ticket")
def end_repair(sender: Any, ticket: TroubleTicket, **_more: Any) -> None:
    """A promised ordinary repair ends with its ticket."""
    if ticket.status in (TroubleTicket.Status.RESOLVED, *TroubleTicket.NOT_COUNTABLE):
        incidents.settle(ticket.number)


@receiver(product_terminated, dispatch_uid="product_of_case")
def close_without_products(sender: Any, product: Product, case_number: str, actor: Any, **_more: Any) -> None:
    """The last product of a case is gone: there is nothing left to keep."""
    elsewhere.after_commit(lambda: elsewhere.products_ended(product, case_number, actor=actor))


@receiver(customer_died, dispatch_uid="customer_of_case")
def close_of_the_dead(sender: Any, customer: Customer, actor: Any, **_more: Any) -> None:
    elsewhere.after_commit(lambda: elsewhere.died(customer, actor=actor))


@receiver(termination_withdrawn, dispatch_uid="request_of_case")
def close_of_withdrawn(sender: Any, termination: Termination, actor: Any, **_more: Any) -> None:
    elsewhere.after_commit(lambda: elsewhere.request_withdrawn(termination, actor=actor))
