"""Page data of the head of team's desk: who waits for a decision, and what the team is late with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.orders import queries as orders
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.quality.models import QualityControl
from arraigo.retention import firm_no
from arraigo.retention.models import BackgroundReview, Offer, RetentionCase
from arraigo.retention.registry import handler
from arraigo.web.cases.access import units_as
from arraigo.web.team_lead import access

MOST = 50


@dataclass(frozen=True)
class Decision:
    """Something that waits for the head of team while the customer is on the line."""

    item: WorkItem
    title: str | Promise
    offers: list[Offer] = field(default_factory=list)
    because: str = ""
    """Why the customer may be offered nothing (an override)."""
    reason: str = ""
    """What was typed as reason and refused."""
    errors: list[str] = field(default_factory=list)

    @property
    def case(self) -> RetentionCase:
        return self.item.instance.case

    @property
    def waited_seconds(self) -> int:
        return max(0, int((clock.now() - self.item.created_at).total_seconds()))


def decisions(user: User, refused: dict[int, tuple[str, list[str]]] | None = None) -> list[Decision]:
    """The queue, the longest wait first. `refused`: item → typed reason and sentences. Three queries."""
    waiting = Prefetch(
        "instance__case__offers",
        Offer.objects.filter(approval=Offer.Approval.WAITING).select_related("product__offering").order_by("id"),
        to_attr="waiting_offers",
    )
    reviews = Prefetch("instance__case__reviews", BackgroundReview.objects.order_by("-id"), to_attr="latest_reviews")
    items = access.decisions(user).select_related("instance__case__owner").prefetch_related(waiting, reviews)
    return [_decision(item, (refused or {}).get(item.pk, ("", []))) for item in items[:MOST]]


def _decision(item: WorkItem, refused: tuple[str, list[str]]) -> Decision:
    case: Any = item.instance.case
    override = item.element == "override"
    because = case.latest_reviews[0].because if override and case.latest_reviews else ""
    offers = [] if override else case.waiting_offers
    return Decision(item, handler(item.element).title, offers, because, *refused)


def page(user: User, refused: dict[int, tuple[str, list[str]]] | None = None) -> dict[str, Any]:
    """Everything on the desk, in a constant number of queries."""
    now, teams = clock.now(), units_as(user, Role.TEAM_LEAD)
    open_cases = RetentionCase.objects.filter(team_id__in=teams, closed_at=None).select_related("customer", "owner")
    numbers = open_cases.values("number")
    controls = QualityControl.objects.filter(
        case_number__in=numbers, verdict=QualityControl.Verdict.PENDING, due_at__lt=now
    )
    late = orders.late_orders(now).filter(case_number__in=numbers).select_related("customer", "technician")
    queue = decisions(user, refused)
    return {
        "queue": queue,
        "seen": seen(queue),
        "reopened": list(open_cases.filter(reopened__gt=0).order_by("-reopened", "opened_at")[:MOST]),
        "meters": _meters(open_cases),
        "late_orders": list(late.order_by("due_at")[:MOST]),
        "overdue_controls": list(controls.select_related("work_order__customer").order_by("due_at")[:MOST]),
        "present": now,
    }


def seen(queue: Sequence[Decision]) -> str:
    """What the page shows of the queue, so that it is only drawn again where that changes."""
    return ",".join(str(decision.item.pk) for decision in queue)


def _meters(open_cases: Any) -> list[tuple[RetentionCase, firm_no.Meter]]:
    """The conversations in which a firm "no" was said, the longest first."""
    talking = open_cases.filter(firm_no_at__isnull=False, firm_no_ended_at=None).select_related("instance")
    found = []
    for case in talking.order_by("firm_no_at")[:MOST]:
        meter = firm_no.meter(case, procedures.policy_of(case.instance.definition_id))
        if meter is not None:
            found.append((case, meter))
    return found


@dataclass(frozen=True)
class Task:
    """An open task of the team with the advisors who may take it over."""

    item: WorkItem
    title: str | Promise
    advisors: list[User]

    @property
    def case(self) -> RetentionCase:
        return self.item.instance.case

    @property
    def whose(self) -> str:
        return str(self.item.assignee or self.item.get_role_display())


def tasks(items: list[WorkItem]) -> list[Task]:
    """A page of the team's open tasks. One query a team."""
    units = {item.unit_id: item for item in items if item.role == Role.ADVISOR}
    advisors = {unit: list(access.advisors(item)) for unit, item in units.items()}
    return [
        Task(item, handler(item.element).title, advisors.get(item.unit_id, []) if item.role == Role.ADVISOR else [])
        for item in items
    ]
