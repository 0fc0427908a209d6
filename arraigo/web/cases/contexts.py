"""Page data of cases and steps. The number of queries does not grow with the case."""

from collections.abc import Iterable
from typing import Any

from arraigo.billing import queries as billing
from arraigo.billing.models import BillingClaim
from arraigo.engine.models import Wait, WorkItem
from arraigo.eventlog.models import Event
from arraigo.fieldwork import queries as fieldwork
from arraigo.messages import queries as messages
from arraigo.orders import queries as orders
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy
from arraigo.quality import queries as quality
from arraigo.retention import aftermath, background, claims, firm_no, promises, queries, reasons, staying, undo
from arraigo.retention.models import RetentionCase
from arraigo.web.access import LIGHTS
from arraigo.web.cases import access
from arraigo.web.cases.way import marks, shown_waits, way

TALK_ROLES = (Role.ADVISOR, Role.TEAM_LEAD, Role.COMMERCIAL_MANAGEMENT)
"""Lanes of the conversation with the customer, approvals included: their step leads the page of a case."""
APPROVALS = ("approve", "override")
"""How the elements begin for which an advisor waits, with the customer on the line."""


ENDED_BY = ("case.undone", "case.insisted", "case.stayed", "case.stayed_as_is", "case.closed_elsewhere")
"""Events that end the open tasks of a case."""


def courtesy_names(policy: Policy) -> dict[str, str]:
    """The names of the policy's courtesies by their codes."""
    return {code: str(terms["name"]) for code, terms in policy.value("courtesy").items()}


def frame(
    case: RetentionCase, user: User, items: list[WorkItem] | None = None, waits: list[Wait] | None = None
) -> dict[str, Any]:
    """What every page of a case has on top: the customer, the way taken, the meter after a firm "no".

    Two queries beside the case's own, less those whose answers are given, one while the baja is to be registered,
    one for a case that a control opened again, and those of `undo.is_possible`.
    """
    items = queries.work_items(case) if items is None else items
    waits = shown_waits(case) if waits is None else waits
    policy = procedures.policy_of(case.instance.definition_id)
    leaves = [item for item in items if item.element == "termination" and item.status == WorkItem.Status.OPEN]
    mine = [item for item in leaves if access.may_do(user, item)]
    talks = user.has_role(Role.ADVISOR, Role.TEAM_LEAD)
    return {
        "case": case,
        "way": way(items, waits, user),
        "meter": firm_no.meter(case, policy),
        "failed_control": quality.last_failed(case.number) if case.reopened else None,
        "detail": reasons.detail_name(policy, case.reason, case.reason_detail),
        "may_receipt": talks,
        "may_undo": talks and undo.is_possible(case, items),
        "leaving": mine[-1] if mine else None,
        "may_insist": talks and case.closed_at is None and not leaves,
        "may_stay": talks and bool(leaves) and staying.is_possible(case),
    }


def own_step(items: list[WorkItem], user: User) -> WorkItem | None:
    """The open step of the conversation that `user` may carry out; one assigned to `user` comes first."""
    mine = [
        item
        for item in items
        if item.status == WorkItem.Status.OPEN and item.role in TALK_ROLES and access.may_do(user, item)
    ]
    return min(mine, key=lambda item: (item.assignee_id != user.pk, item.pk), default=None)


def waited_for(items: list[WorkItem]) -> WorkItem | None:
    """What the customer on the line waits for: an approval or an authorisation that somebody else gives."""
    waiting = (item for item in items if item.status == WorkItem.Status.OPEN)
    return next((item for item in waiting if item.element.startswith(APPROVALS)), None)


def record(case: RetentionCase, user: User, items: list[WorkItem]) -> dict[str, Any]:
    """The whole record of a case: what its page shows where nobody has to act on it."""
    events, waits = queries.history(case.number), shown_waits(case)
    top, entered = frame(case, user, items, waits), billing.claims_of(case.number)
    terminations = queries.terminations(case)
    return {
        **top,
        "events": events,
        "marks": marks(items, waits, events),
        "verdicts": queries.verdicts(case),
        "reviews": background.reviews_shown(case, reader=user) if user.has_role(*LIGHTS) else [],
        "orders": orders.all_of_case(case.number),
        "papers": fieldwork.papers_of_case(case.number),
        "claims": entered,
        "correctable": _correctable(case, entered) if top["may_receipt"] and not top["leaving"] else (),
        "standing": promises.standing(case.promises.all(), entered),
        "waiting_transfer": promises.waiting_transfer(case),
        "messages_sent": messages.all_of_case(case.number),
        "courtesy_names": courtesy_names(procedures.policy_of(case.instance.definition_id)),
        "controls": quality.all_of_case(case.number),
        "courtesies": aftermath.of_case(case.number),
        "terminations": terminations,
        "leaves_with": [each for each in terminations if not each.withdrawn_at],
    }


def _correctable(case: RetentionCase, entered: Iterable[BillingClaim]) -> set[int]:
    """The claims that were refused or taken back and that may be entered corrected."""
    if case.outcome not in claims.CORRECTED:
        return set()
    mine = {offer.claim_id for offer in case.offers.all()}
    return {each.pk for each in entered if each.may_be_corrected and each.pk in mine}


def done(item: WorkItem, user: User) -> dict[str, Any]:
    """What the page of a step shows that is not open any more; of step 1, what was found."""
    found = {"event": happened(item)}
    if item.element != "step_01":
        return found
    return found | {"review": background.review_shown(item.instance.case, reader=user)}


def happened(item: WorkItem) -> Event | None:
    """The event that completed the item, or that ended it otherwise: a step taken back, a customer who insists."""
    if item.status == WorkItem.Status.CANCELLED:
        ends = Event.objects.filter(case_number=item.instance.key, kind__in=ENDED_BY).select_related("actor")
        return ends.filter(at__gte=item.completed_at or item.created_at).order_by("id").first()
    found = Event.objects.filter(
        case_number=item.instance.key, kind="case.step_completed", data__element=item.element
    ).select_related("actor")
    return found.filter(at__gte=item.created_at, actor=item.completed_by).order_by("id").first()
