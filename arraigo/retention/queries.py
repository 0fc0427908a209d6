"""Reading cases: trays, a case with everything its page shows, its history."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from arraigo.engine.models import Urgency, Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.people.models import Membership, User
from arraigo.retention.models import Offer, RetentionCase

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
    """`case` with its products, offers, promises and receipts looked up. Five queries."""
    offers = Offer.objects.select_related("product__offering", "offered_by", "approved_by", "claim")
    parts = ("products__offering", Prefetch("offers", offers.order_by("id")), "promises", "receipts")
    prefetch_related_objects([case], *parts)
    return case


def cases_of(customer_id: int) -> QuerySet[RetentionCase]:
    return cases().filter(customer_id=customer_id).order_by("-opened_at")


def item(pk: int) -> WorkItem:
    """The work item with its case, open or not. Raises WorkItem.DoesNotExist."""
    parts = (
        "instance__definition", "instance__case__customer__zone", "instance__case__owner", "assignee", "completed_by"
    )  # fmt: skip
    return WorkItem.objects.select_related(*parts).defer(*DOCUMENTS).get(pk=pk)


def opened(keys: Sequence[int]) -> list[WorkItem]:
    """The work items that a step opened, in the order in which it did."""
    return list(WorkItem.objects.filter(pk__in=keys).order_by("id")) if keys else []


def work_items(case: RetentionCase) -> list[WorkItem]:
    """The way taken: every work item of `case`, which each knows, in the order in which it opened."""
    items = list(case.instance.work_items.select_related("assignee", "completed_by", "unit").order_by("id"))
    case.instance.case = case
    return items


def history(case: RetentionCase) -> list[Event]:
    """The case's events, newest first."""
    return list(Event.objects.filter(case_number=case.number).select_related("actor").order_by("-id"))


def waiting_for_evaluation(before: dt.datetime) -> QuerySet[RetentionCase]:
    """Cases that wait for the month's evaluation and began to wait, at step 15, before that moment."""
    waits = Wait.objects.filter(instance=OuterRef("instance"), element=EVALUATION, ended_at=None, created_at__lt=before)
    accepted = cases().filter(outcome=RetentionCase.Outcome.ACCEPTED, closed_at=None)
    return accepted.filter(Exists(waits)).order_by("id")
