"""What ends with a case that ended otherwise: orders, controls, claims not yet applied, courtesies not
yet started, promises."""

from collections.abc import Iterable, Sequence

from arraigo.billing import actions as billing
from arraigo.engine.models import WorkItem
from arraigo.orders import progress as orders
from arraigo.people.models import User
from arraigo.products import actions as products
from arraigo.quality import actions as quality
from arraigo.retention import promises
from arraigo.retention.models import Promise, RetentionCase
from arraigo.retention.placement import CONTROLS
from arraigo.retention.visits import ELEMENTS


def of_tasks(case: RetentionCase, cancelled: Sequence[WorkItem], *, actor: User | None) -> None:
    """End the order or the control of the tasks that a failed control cancelled beside itself.

    A visit that was never carried out was promised all the same: that promise is broken.
    """
    if _any_of(cancelled, ELEMENTS):
        orders.cancel_open(case.number, actor=actor)
        promises.break_open(case, Promise.Kind.VISIT, proof="")
    if _any_of(cancelled, CONTROLS):
        quality.cancel_pending(case.number, actor=actor)


def _any_of(items: Iterable[WorkItem], elements: Iterable[str]) -> bool:
    return not {item.element for item in items}.isdisjoint(elements)


def of_case(case: RetentionCase, cancelled: Sequence[WorkItem], *, actor: User | None) -> dict[str, int]:
    """End what is still open of the case, whose tasks were `cancelled`; says how many of each.

    A courtesy that runs is the customer's until its end, or the product's.
    """
    offered = case.instance.facts.get("offered_courtesy")
    return {
        "claims": billing.cancel_waiting(case.number, actor=actor),
        "orders": orders.cancel_open(case.number, actor=actor),
        "controls": quality.cancel_pending(case.number, actor=actor) if _any_of(cancelled, CONTROLS) else 0,
        "courtesies": products.withdraw_scheduled(case.number, actor=actor) if offered else 0,
        "promises": promises.cancel_open(case),
    }
