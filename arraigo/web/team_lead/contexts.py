"""Page data of the head of team's desk: who waits for a decision, and what the team is late with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from arraigo import clock
from arraigo.customers import actions as customers
from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.retention import amounts, firm_no
from arraigo.retention.models import BackgroundReview, Offer, RetentionCase
from arraigo.retention.registry import handler
from arraigo.web import links
from arraigo.web.cases.access import units_as
from arraigo.web.team_lead import access, panels
from arraigo.web.tray.contexts import mark


@dataclass(frozen=True)
class Decision:
    """Something that waits for the head of team while the customer is on the line."""

    item: WorkItem
    title: str | Promise
    offers: list[Offer] = field(default_factory=list)
    worth: Mapping[int, str] = field(default_factory=dict)
    """The days that an offer compensates and what they are worth, by the offer's id."""
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
    """The first of the queue and one more, the longest wait first. Five queries at most.

    `refused`: item → typed reason and sentences.
    """
    items = panels.decisions(units_as(user, Role.TEAM_LEAD))
    cases = [item.instance.case.pk for item in items]
    offers, reviews = panels.offers(cases), panels.reviews(cases)
    worth = amounts.days_worths(offer for waiting in offers.values() for offer in waiting)
    return [_decision(item, offers, worth, reviews, *(refused or {}).get(item.pk, ("", []))) for item in items]


def _decision(
    item: WorkItem,
    offers: Mapping[int, list[Offer]],
    worth: Mapping[int, str],
    reviews: Mapping[int, list[BackgroundReview]],
    reason: str,
    errors: list[str],
) -> Decision:
    key, title = item.instance.case.pk, handler(item.element).title
    if item.element == "override":
        because = reviews[key][0].because if reviews[key] else ""
        return Decision(item, title, because=because, reason=reason, errors=errors)
    return Decision(item, title, offers[key], worth, reason=reason, errors=errors)


def page(user: User, refused: dict[int, tuple[str, list[str]]] | None = None) -> dict[str, Any]:
    """Everything on the desk, in a constant number of queries."""
    now, teams = clock.now(), units_as(user, Role.TEAM_LEAD)
    return {
        **waiting(decisions(user, refused), user),
        "most": panels.MOST,
        "reopened": panels.reopened(teams),
        "meters": _meters(panels.talking(teams)),
        "late_orders": panels.late(teams, now),
        "overdue_controls": panels.overdue(teams, now),
        "present": now,
    }


def waiting(queue: Sequence[Decision], user: User) -> dict[str, Any]:
    """The queue as its part of the page shows it. What tells of the Central de Riesgos is a look, and logged."""
    shown = queue[: panels.MOST_DECISIONS]
    customers.note_looks([(each.case.customer, each.case.number) for each in shown if each.because], by=user)
    return {
        "queue": shown,
        "more_wait": len(queue) > panels.MOST_DECISIONS,
        "seen": seen(queue),
    }


def seen(queue: Sequence[Decision]) -> str:
    """What the page shows of the queue, so that it is only drawn again where that changes."""
    return ",".join(str(decision.item.pk) for decision in queue)


def _meters(talking: Iterable[RetentionCase]) -> list[tuple[RetentionCase, firm_no.Meter]]:
    """The conversations in which a firm "no" was said, each with its meter."""
    meters = ((case, firm_no.meter(case, procedures.policy_of(case.instance.definition_id))) for case in talking)
    return [(case, meter) for case, meter in meters if meter is not None]


@dataclass(frozen=True)
class Task:
    """An open task of the team with the advisors who may take it over."""

    item: WorkItem
    case: RetentionCase
    title: str
    mark: str
    case_url: str
    options: SafeString
    """The advisors of its team to choose from, who has it chosen; empty where nobody may take it over."""

    @property
    def whose(self) -> str:
        return str(self.item.assignee or self.item.get_role_display())


def tasks(items: list[WorkItem]) -> list[Task]:
    """A page of the team's open tasks. One query a team."""
    units = {item.unit_id: item for item in items if item.role == Role.ADVISOR}
    advisors = {unit: list(access.advisors(item)) for unit, item in units.items()}
    drawn = cache(lambda unit, chosen: _options(advisors[unit], chosen))
    return [
        Task(
            item, item.instance.case,
            title=str(handler(item.element).title),
            mark=mark(item.priority),
            case_url=links.to("case", item.instance.case.number),
            options=drawn(item.unit_id, item.assignee_id) if item.role == Role.ADVISOR else SafeString(),
        )
        for item in items
    ]  # fmt: skip


def _options(advisors: list[User], chosen: int | None) -> SafeString:
    """The advisors as options of a choice; many rows have the same."""
    rows = ((each.pk, " selected" if each.pk == chosen else "", each) for each in advisors)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
