"""Reading cases: trays, a case with everything its page shows, its history."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from arraigo.engine.models import Urgency, Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.people.models import Membership, User
from arraigo.retention.models import Offer, RetentionCase

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
    return RetentionCase.objects.select_related("customer", "owner", "team", "instance__definition")


def case_by_number(number: str) -> RetentionCase:
    """The case with everything its page shows. Raises RetentionCase.DoesNotExist."""
    offers = Offer.objects.select_related("product__offering", "offered_by", "approved_by", "claim")
    return (
        cases()
        .prefetch_related("products__offering", Prefetch("offers", offers.order_by("id")), "promises", "receipts")
        .get(number=number)
    )


def cases_of(customer_id: int) -> QuerySet[RetentionCase]:
    return cases().filter(customer_id=customer_id).order_by("-opened_at")


def item(pk: int) -> WorkItem:
    """The work item with its case, open or not. Raises WorkItem.DoesNotExist."""
    return WorkItem.objects.select_related(
        "instance__definition", "instance__case__customer__zone", "instance__case__owner", "assignee", "completed_by"
    ).get(pk=pk)


def work_items(case: RetentionCase) -> list[WorkItem]:
    """The way taken: every work item of the case in the order in which it opened."""
    return list(case.instance.work_items.select_related("assignee", "completed_by", "unit").order_by("id"))


def history(case: RetentionCase) -> list[Event]:
    """The case's events, newest first."""
    return list(Event.objects.filter(case_number=case.number).select_related("actor").order_by("-id"))


def waiting_for_evaluation(before: dt.datetime) -> QuerySet[RetentionCase]:
    """Cases that wait for the month's evaluation and began to wait, at step 15, before that moment."""
    waits = Wait.objects.filter(instance=OuterRef("instance"), element=EVALUATION, ended_at=None, created_at__lt=before)
    accepted = cases().filter(outcome=RetentionCase.Outcome.ACCEPTED, closed_at=None)
    return accepted.filter(Exists(waits)).order_by("id")
