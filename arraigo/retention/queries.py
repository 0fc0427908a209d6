"""Reading cases: trays, a case with everything its page shows, its history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from arraigo.compiled import compiled, each_of, prefetched
from arraigo.engine.models import Urgency, Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.people.models import Membership, User
from arraigo.products.models import Product
from arraigo.retention.models import BackgroundReview, Offer, Promise, Receipt, RepeatFaultVerdict, RetentionCase
from arraigo.terminations.models import Termination
from arraigo.tickets.models import TroubleTicket

DOCUMENTS = tuple(f"instance__definition__{name}" for name in ("bpmn", "decisions", "policy"))
"""What a published version consists of: a hundred thousand characters, which no page of a case shows."""
EVALUATION = "step_15"
"""The element at which a case waits for the signature of the month's evaluation."""


def tray(user: User, role: str) -> QuerySet[WorkItem]:
    """What is open for `user` in `role`: the units' items that nobody else has, most urgent first."""
    units = Membership.objects.filter(user=user, role=role).values("unit")
    return (
        WorkItem.objects.filter(role=role, status=WorkItem.Status.OPEN)
        .filter(Q(assignee=user) | Q(assignee=None))
        .filter(Q(unit=None) | Q(unit__in=units))
        .select_related("instance__case__customer", "assignee")
        .order_by("-priority", Urgency("due_at"), "id")
    )


def alive_products(case: RetentionCase) -> list[Product]:
    """The products of the case that have not left, in the order in which they were taken."""
    products = case.products.select_related("offering").order_by("id")
    return [product for product in products if product.is_alive]


def team_items(user: User, roles: Sequence[str]) -> QuerySet[WorkItem]:
    """Open items of `roles` in the units where the user has one of them, whoever holds them."""
    units = Membership.objects.filter(user=user).values("unit")
    return (
        WorkItem.objects.filter(role__in=roles, status=WorkItem.Status.OPEN, unit__in=units)
        .select_related("instance__case__customer", "assignee")
        .order_by("-priority", Urgency("due_at"), "id")
    )


def cases() -> QuerySet[RetentionCase]:
    found = RetentionCase.objects.select_related("customer", "owner", "team", "instance__definition")
    return found.defer(*DOCUMENTS)


def with_parts(case: RetentionCase) -> RetentionCase:
    """`case` with its products, offers, promises and receipts looked up, oldest first. Four queries."""
    prefetched(case, "products", affected_products(case))
    prefetched(case, "offers", _offers(case))
    prefetched(case, "promises", _promises(case))
    prefetched(case, "receipts", _receipts(case))
    return case


@compiled
def affected_products(case: RetentionCase) -> QuerySet[Product]:
    """The products of the request with their offerings, in the order in which they were taken."""
    return Product.objects.filter(cases=case).select_related("offering").order_by("id")


@compiled
def _offers(case: RetentionCase) -> QuerySet[Offer]:
    offers = Offer.objects.filter(case=case).order_by("id")
    return offers.select_related("product__offering", "offered_by", "approved_by", "claim")


@compiled
def _promises(case: RetentionCase) -> QuerySet[Promise]:
    return Promise.objects.filter(case=case).order_by("id")


@compiled
def _receipts(case: RetentionCase) -> QuerySet[Receipt]:
    return Receipt.objects.filter(case=case).order_by("id")


def verdicts(case: RetentionCase) -> list[RepeatFaultVerdict]:
    """The verdicts of step 2, each with its product and tickets. Two queries."""
    found = product_verdicts(case)
    tickets: dict[int, list[TroubleTicket]] = defaultdict(list)
    for link in _verdict_tickets(found) if found else ():
        tickets[link.repeatfaultverdict_id].append(link.troubleticket)
    for each in found:
        prefetched(each, "tickets", tickets[each.pk])
    return found


@compiled
def product_verdicts(case: RetentionCase) -> QuerySet[RepeatFaultVerdict]:
    """The verdicts of step 2 with their products."""
    return RepeatFaultVerdict.objects.filter(case=case).select_related("product__offering").order_by("id")


@compiled
def verdicts_by_ticket(case: RetentionCase) -> QuerySet[RepeatFaultVerdict]:
    """`product_verdicts`, each once for every ticket behind it, with its key as `ticket` (None where there is none)."""
    verdicts = RepeatFaultVerdict.objects.filter(case=case).annotate(ticket=F("tickets"))
    return verdicts.select_related("product__offering").order_by("id", "ticket")


@compiled
def _verdict_tickets(verdicts: Sequence[RepeatFaultVerdict]) -> QuerySet[Any]:
    links = RepeatFaultVerdict.tickets.through.objects.filter(repeatfaultverdict__in=each_of(verdicts))
    return links.select_related("troubleticket").order_by("troubleticket__opened_at", "troubleticket")


@compiled
def reviews(case: RetentionCase) -> QuerySet[BackgroundReview]:
    """The reviews of the customer's background in the case (step 1), the latest first."""
    return BackgroundReview.objects.filter(case=case).select_related("by").order_by("-id")


def cases_of(customer_id: int) -> QuerySet[RetentionCase]:
    return cases().filter(customer_id=customer_id).order_by("-opened_at")


def opened(keys: Sequence[int]) -> list[WorkItem]:
    """The work items that a step opened, in the order in which it did."""
    return list(WorkItem.objects.filter(pk__in=keys).order_by("id")) if keys else []


def work_items(case: RetentionCase) -> list[WorkItem]:
    """The way taken: every work item of `case`, which each knows, in the order in which it opened."""
    items = _items(case.instance_id)
    for each in items:
        each.instance = case.instance
    case.instance.case = case
    return items


@compiled
def _items(instance: int) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(instance=instance).select_related("assignee", "completed_by", "unit").order_by("id")


@compiled
def history(case_number: str) -> QuerySet[Event]:
    """The case's events, newest first."""
    return Event.objects.filter(case_number=case_number).select_related("actor").order_by("-id")


def terminations(case: RetentionCase) -> list[Termination]:
    """The terminations that the case registered, and those it found and went on with; with their products."""
    registered = _registered(case.number)
    own = {each.number for each in registered}
    stand = [receipt.data.get("terminations", []) for receipt in case.receipts.all() if not receipt.undone_at]
    elsewhere = {number for numbers in stand for number in numbers} - own
    if not elsewhere:
        return registered
    rows = Termination.objects.filter(number__in=elsewhere).select_related("product__offering")
    return [*registered, *rows.order_by("id")]


@compiled
def _registered(case_number: str) -> QuerySet[Termination]:
    return Termination.objects.filter(case_number=case_number).select_related("product__offering").order_by("id")


def waiting_for_evaluation(before: dt.datetime) -> QuerySet[RetentionCase]:
    """Cases that wait for the month's evaluation and began to wait, at step 15, before that moment."""
    waits = Wait.objects.filter(instance=OuterRef("instance"), element=EVALUATION, ended_at=None, created_at__lt=before)
    accepted = cases().filter(outcome=RetentionCase.Outcome.ACCEPTED, closed_at=None)
    return accepted.filter(Exists(waits)).order_by("id")
