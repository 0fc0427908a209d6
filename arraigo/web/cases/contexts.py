"""Page data of cases and steps. The number of queries does not grow with the case."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo.billing import queries as billing
from arraigo.engine.models import Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.orders import queries as orders
from arraigo.people.models import User
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy
from arraigo.quality.models import QualityControl
from arraigo.retention import queries
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import handler
from arraigo.terminations.models import Termination
from arraigo.web.cases import access

WAITS = {
    "wait_post_visit": _("Waits for the quality control after the visit"),
    "wait_post_service": _("Waits for the control of repeated faults"),
    "step_15": _("15. Waits for the monthly evaluation"),
}
"""What an instance waits for, by element; messages that may always come are not shown."""


@dataclass(frozen=True)
class Stop:
    """One stop on the way that the case has taken."""

    title: str | Promise
    item: WorkItem | None = None
    wait: Wait | None = None
    mine: bool = False

    @property
    def css(self) -> str:
        if self.item is not None:
            return {"open": "is-active", "completed": "is-done"}.get(self.item.status, "")
        return "is-done" if self.wait is not None and self.wait.ended_at else "is-active"


def title(element: str) -> str | Promise:
    """The name of a step for people."""
    return handler(element).title


def way(items: list[WorkItem], waits: list[Wait], user: User) -> list[Stop]:
    """Work items and waits in the order in which they came up."""
    stops = [Stop(title(item.element), item=item, mine=access.may_do(user, item)) for item in items]
    stops += [Stop(WAITS[wait.element], wait=wait) for wait in waits]
    return sorted(stops, key=_began)


def _began(stop: Stop) -> Any:
    record = stop.item or stop.wait
    assert record is not None
    return record.created_at, stop.wait is not None, record.pk


def shown_waits(case: RetentionCase) -> list[Wait]:
    return list(case.instance.waits.filter(element__in=WAITS).order_by("id"))


def marks(items: list[WorkItem], waits: list[Wait], events: list[Event]) -> dict[str, list[str]]:
    """Elements of the diagram that are done and those where the case stands."""
    done = {item.element for item in items if item.status == WorkItem.Status.COMPLETED}
    done |= {wait.element for wait in waits if wait.ended_at}
    done |= {element for event in events for element in event.data.get("passed", [])}
    active = {item.element for item in items if item.status == WorkItem.Status.OPEN}
    active |= {wait.element for wait in waits if not wait.ended_at}
    return {"done": sorted({"request", *done} - active), "active": sorted(active)}


def courtesy_names(policy: Policy) -> dict[str, str]:
    """The names of the policy's courtesies by their codes."""
    return {code: str(terms["name"]) for code, terms in policy.value("courtesy").items()}


def case_page(case: RetentionCase, user: User) -> dict[str, Any]:
    """Everything that the page of a case shows."""
    items, waits, events = queries.work_items(case), shown_waits(case), queries.history(case)
    return {
        "case": case,
        "way": way(items, waits, user),
        "events": events,
        "marks": marks(items, waits, events),
        "verdicts": case.verdicts.select_related("product__offering").prefetch_related("tickets"),
        "reviews": case.reviews.select_related("by").order_by("-id"),
        "orders": orders.of_case(case.number).select_related("technician", "operations_center"),
        "claims": billing.claims_of(case.number),
        "courtesy_names": courtesy_names(procedures.policy_of(case.instance.definition_id)),
        "controls": QualityControl.objects.filter(case_number=case.number).select_related("decided_by").order_by("id"),
        "courtesies": Courtesy.objects.filter(case_number=case.number).select_related("product__offering"),
        "terminations": Termination.objects.filter(case_number=case.number).select_related("product__offering"),
    }


def happened(item: WorkItem) -> Event | None:
    """The event that completed the item."""
    found = Event.objects.filter(
        case_number=item.instance.key, kind="case.step_completed", data__element=item.element
    ).select_related("actor")
    return found.filter(at__gte=item.created_at, actor=item.completed_by).order_by("id").first()
