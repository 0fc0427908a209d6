"""Taking back the last step of a case, with a reason: an offer recorded wrongly (with its approval, where that was
given since), a transfer not yet begun, a courtesy not yet started, a billing claim not yet applied, a work order not
yet printed, a baja not yet executed. Nothing else.

The case then stands as before that step, which is open again; what the step had recorded is ended, never
deleted. So several steps are taken back one after the other, the last one first.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.customers.models import Customer
from arraigo.engine import actions as engine
from arraigo.engine.models import WorkItem
from arraigo.engine.undoing import is_last
from arraigo.eventlog import actions as eventlog
from arraigo.messages import actions as messages
from arraigo.money import ZERO
from arraigo.orders import progress as orders
from arraigo.orders.models import ENDED, OrderState, ProductOrder, WorkOrder
from arraigo.people.models import Role, User
from arraigo.procedure import queries as procedures
from arraigo.products import actions as products
from arraigo.products.models import Courtesy
from arraigo.retention import amounts, claims, clocks, firm_no, placement, promises, restoring
from arraigo.retention.errors import CannotUndo
from arraigo.retention.models import Offer, Promise, Receipt, RetentionCase
from arraigo.retention.telling import APPROVALS, awaited
from arraigo.terminations import actions as terminations
from arraigo.terminations import queries as leaving
from arraigo.terminations.models import Termination

OFFERS = ("step_03", "step_03_recurrence", "step_12", "step_14", "transfer")
CLAIMS = ("step_04", "step_13")
OPEN_CLAIM = (BillingClaim.State.ENTERED, BillingClaim.State.CANCELLED)
"""States of the claims that bind nobody: not decided yet, or taken back by themselves already."""
UNBEGUN = (Courtesy.Status.SCHEDULED, Courtesy.Status.WITHDRAWN)
"""States of the courtesies that the customer has had nothing of."""
ORDER, BAJA, TRANSFER = "step_05", "termination", "transfer"
TOGETHER = dt.timedelta(seconds=2)
"""How far apart the moments may lie at which one step recorded its offers."""
WHAT: dict[str, Text] = {
    **dict.fromkeys(OFFERS, _("the offer")),
    **dict.fromkeys(APPROVALS, _("the offer together with its approval")),
    **dict.fromkeys(CLAIMS, _("the billing claim")),
    ORDER: _("the work order"),
    BAJA: _("the termination"),
}
"""Element → what is taken back with it."""


def last_step(case: RetentionCase) -> WorkItem | None:
    """The step of the case that can be taken back now; None where there is none."""
    item = _last(case)
    return None if item is None or _obstacle(case, item) else item


def hindered(case: RetentionCase) -> tuple[WorkItem, str] | None:
    """The last step, of a kind that can be taken back, and why it no longer can be; None where nothing hinders it."""
    item = _last(case)
    why = _obstacle(case, item) if item else ""
    return (item, why) if item and why else None


def _last(case: RetentionCase) -> WorkItem | None:
    """The step that moved the case last, where it is of a kind that can be taken back."""
    done = WorkItem.objects.filter(instance_id=case.instance_id, status=WorkItem.Status.COMPLETED)
    item = done.select_related("instance", "completed_by").order_by("-completed_at", "-id").first()
    return None if item is None or item.element not in WHAT or not is_last(item) else item


def claims_of(case: RetentionCase, item: WorkItem | None) -> set[int]:
    """Keys of the billing claims that are taken back with `item`, the last step of the case."""
    return set(_claims(case).values_list("pk", flat=True)) if item and item.element in CLAIMS else set()


def is_possible(case: RetentionCase, items: list[WorkItem]) -> bool:
    """Whether the last step of `items` (all of the case) can be taken back, or beside it a claim by itself.

    No query where that step is of another kind; else one, for a transfer or a baja three; one more where it cannot.
    """
    done = [item for item in items if item.status == WorkItem.Status.COMPLETED and item.completed_at]
    last = max(done, key=lambda item: (item.completed_at, item.pk), default=None)
    if last is None or last.element not in WHAT:
        return False
    last.instance = case.instance
    return is_last(last) and (not _obstacle(case, last) or bool(claims.waiting(case)))


@transaction.atomic
@eventlog.together()
def undo(item_id: int, *, reason: str, actor: User) -> engine.Advance:
    """Take the completed step back. Raises CannotUndo, and NotTheLast where something followed it."""
    item = WorkItem.objects.get(pk=item_id)
    item.instance = engine.lock(item.instance_id)
    item.refresh_from_db(fields=["status", "move"])
    case = RetentionCase.objects.select_related("customer", "owner").get(instance=item.instance)
    case.instance = item.instance
    if not reason.strip():
        raise CannotUndo(str(_("write why it is taken back")))
    _lock_courtesies(case)
    if item.element == BAJA:  # whoever opens a case holds the customer, and may be about to
        Customer.objects.select_for_update(no_key=True).get(pk=case.customer_id)
    if _recorded(item).role == Role.TEAM_LEAD and not actor.has_role(Role.TEAM_LEAD):
        raise CannotUndo(str(_("the head of team recorded it, and takes it back")))
    obstacle = _obstacle(case, item) if item.element in WHAT else str(_("only an offer or what follows from it can be"))
    if obstacle:
        raise CannotUndo(obstacle)
    cancelled = []
    if item.element in APPROVALS:
        approval, item = item, _approved_step(item)
        cancelled = engine.undo(approval, outcome="undone").cancelled
        item.instance = approval.instance
        _tell_approvers("approval.undone", case, [approval], actor, reason)
    advance = engine.undo(item, outcome="undone")
    waited = [each for each in advance.cancelled if each.element in APPROVALS]
    _tell_approvers("approval.withdrawn", case, waited, actor, reason)
    placement.again(case, advance.opened)
    ended = _TAKE_BACK[item.element](case, actor, reason.strip())
    restoring.restore(case, item.element)
    eventlog.record(
        "case.undone", case, actor=actor, case_number=case.number, version=procedures.label(item.instance),
        data={"element": item.element, "reason": reason.strip(), "ended": ended,
              "cancelled": [each.element for each in (*cancelled, *advance.cancelled)],
              "opened": [each.element for each in advance.opened], **clocks.told(advance),
              **firm_no.told(case, ["firm_no_at", "firm_no_ended_at"])},
    )  # fmt: skip
    return advance


def _tell_approvers(kind: str, case: RetentionCase, items: Sequence[WorkItem], actor: User, reason: str) -> None:
    """Who approved the offer, or was asked to, learns that there is nothing to approve any more."""
    for item in items:
        amount = max((offer.amount for offer in _last_offers(case)), default=ZERO)
        told = {"who": str(actor), "amount": amounts.told(amount), "reason": reason.strip()}
        people_told = [item.completed_by] if item.completed_by else awaited(item)
        messages.notify_all((each for each in people_told if each != actor), kind, told, case.number)


# --- what stands in the way ----------------------------------------------------------------------


def _obstacle(case: RetentionCase, item: WorkItem) -> str:
    """Why what the step left can no longer be taken back; nothing where it can."""
    if item.element in APPROVALS and any(offer.approval != Offer.Approval.APPROVED for offer in _last_offers(case)):
        return str(_("the offer was not approved: it counts no longer"))
    if item.element in OFFERS and any(
        each.courtesy and each.courtesy.status not in UNBEGUN for each in _last_offers(case)
    ):
        return str(_("the courtesy has started"))
    if item.element == TRANSFER and _begun_transfers(case).exists():
        return str(_("the transfer has begun"))
    if item.element in CLAIMS and _claims(case).exclude(state__in=OPEN_CLAIM).exists():
        return str(_("billing has applied or decided the claim"))
    if item.element == ORDER and _orders(case).exclude(print_batches=None, trips=None).exists():
        return str(_("the work order is printed, or its technician has set out"))
    if item.element == BAJA and (not _bajas(case).exists() or _executed_too(case) or _another_is_open(case)):
        return str(
            _("the termination is executed, withdrawn or registered elsewhere, or the customer has another open case")
        )
    return ""


def _recorded(item: WorkItem) -> WorkItem:
    """The step in which was recorded what is taken back with `item`."""
    return _approved_step(item) if item.element in APPROVALS else item


def _approved_step(approval: WorkItem) -> WorkItem:
    """The step whose offer was approved: the one completed just before."""
    done = WorkItem.objects.filter(
        instance_id=approval.instance_id, status=WorkItem.Status.COMPLETED, element__in=OFFERS
    )
    return done.latest("completed_at", "id")


def _last_offers(case: RetentionCase) -> list[Offer]:
    """The offers that the last step with an offer recorded together, with their claims and courtesies. One query."""
    standing = Offer.objects.filter(case=case).exclude(answer=Offer.Answer.UNDONE)
    offers = list(standing.select_related("claim", "courtesy").order_by("id"))
    if not offers:
        return []
    step, begin = (offers[-1].element, offers[-1].answer), offers[-1].offered_at - TOGETHER
    return [each for each in offers if (each.element, each.answer) == step and each.offered_at > begin]


def _courtesies(case: RetentionCase) -> QuerySet[Courtesy]:
    """The courtesies that the last offers granted."""
    granted = [offer.courtesy_id for offer in _last_offers(case) if offer.courtesy_id]
    return Courtesy.objects.filter(pk__in=granted).exclude(status=Courtesy.Status.WITHDRAWN)


def _lock_courtesies(case: RetentionCase) -> None:
    """Let no sweep start one between the look at it and its end."""
    list(_courtesies(case).select_for_update(of=("self",)))


def _transfers(case: RetentionCase) -> QuerySet[ProductOrder]:
    """The transfers that were ordered with the last offers."""
    if not any(offer.kind == Offer.Kind.TRANSFER for offer in _last_offers(case)):
        return ProductOrder.objects.none()
    orders = ProductOrder.objects.filter(case_number=case.number, kind=ProductOrder.Kind.TRANSFER)
    return orders.exclude(state=OrderState.CANCELLED)


def _begun_transfers(case: RetentionCase) -> QuerySet[ProductOrder]:
    """Those with which something was done: ended, or with a visit of their own."""
    return _transfers(case).filter(Q(state__in=ENDED) | Q(work_orders__isnull=False))


def _claims(case: RetentionCase) -> QuerySet[BillingClaim]:
    """The claims that the last accepted offers led to."""
    return BillingClaim.objects.filter(pk__in=[offer.claim_id for offer in _last_offers(case) if offer.claim_id])


def _orders(case: RetentionCase) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(case_number=case.number, closed_at=None)


def _bajas(case: RetentionCase) -> QuerySet[Termination]:
    return leaving.waiting().filter(case_number=case.number)


def _another_is_open(case: RetentionCase) -> bool:
    return RetentionCase.objects.filter(customer_id=case.customer_id, closed_at=None).exists()


def _executed_too(case: RetentionCase) -> bool:
    """Whether a product of the same receipt has left already."""
    receipts = _bajas(case).values("receipt")
    return Termination.objects.filter(receipt__in=receipts, executed_at__isnull=False).exclude(receipt="").exists()


# --- taking back ---------------------------------------------------------------------------------


def _take_back_offer(case: RetentionCase, actor: User, reason: str) -> list[str]:
    ended = []
    for courtesy in _courtesies(case):
        products.withdraw_courtesy(courtesy, actor=actor, reason=reason)
        ended.append(courtesy.kind)
    transfers = [order.number for order in _transfers(case)]
    kinds = [*([Promise.Kind.COURTESY] if ended else []), *([Promise.Kind.TRANSFER] if transfers else [])]
    if kinds:
        orders.cancel_open(case.number, actor=actor)
        promises.take_back(case.pk, kind__in=kinds)
    offers = _last_offers(case)
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(answer=Offer.Answer.UNDONE)
    case.offers.filter(approval=Offer.Approval.WAITING, answer=Offer.Answer.UNDONE).update(
        approval=Offer.Approval.NOT_NEEDED
    )
    return ended + transfers + [offer.kind for offer in offers]


def _take_back_claim(case: RetentionCase, actor: User, _reason: str) -> list[str]:
    ended = list(_claims(case).order_by("pk"))
    Offer.objects.filter(claim__in=ended).update(claim=None)
    for claim in ended:
        if claim.state == BillingClaim.State.ENTERED:
            billing.cancel_claim(claim.pk, actor=actor)
        promises.take_back(case.pk, proof=claim.number)
    return [claim.number for claim in ended]


def _take_back_order(case: RetentionCase, actor: User, _reason: str) -> list[str]:
    numbers = list(_orders(case).values_list("number", flat=True))
    orders.cancel_open(case.number, actor=actor)
    promises.take_back(case.pk, kind=Promise.Kind.VISIT)
    return numbers


def _take_back_baja(case: RetentionCase, actor: User, _reason: str) -> list[str]:
    ended = list(_bajas(case).order_by("pk"))
    for row in ended:
        terminations.withdraw_termination(row, actor=actor)
    for receipt in Receipt.objects.filter(case=case, kind=Receipt.Kind.TERMINATION):
        if receipt.undone_at:
            continue
        receipt.data = {**receipt.data, "undone_at": clock.now().isoformat()}
        receipt.save(update_fields=["data"])
    return [row.number for row in ended]


_TAKE_BACK: dict[str, Callable[[RetentionCase, User, str], list[str]]] = {
    **dict.fromkeys((*OFFERS, *APPROVALS), _take_back_offer),
    **dict.fromkeys(CLAIMS, _take_back_claim),
    ORDER: _take_back_order,
    BAJA: _take_back_baja,
}
