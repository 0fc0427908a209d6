"""What ends with a case that ended otherwise: orders, controls, claims not yet applied, promises."""

from arraigo.billing import actions as billing
from arraigo.orders import progress as orders
from arraigo.people.models import User
from arraigo.quality import actions as quality
from arraigo.retention import promises
from arraigo.retention.models import Promise, RetentionCase


def of_visit(case: RetentionCase, *, actor: User | None) -> None:
    """End what a failed control leaves open of the Engineering Service that it judged.

    A visit that was never carried out was promised all the same: that promise is broken.
    """
    orders.cancel_open(case.number, actor=actor)
    quality.cancel_pending(case.number, actor=actor)
    promises.break_open(case, Promise.Kind.VISIT, proof="")


def of_case(case: RetentionCase, *, actor: User | None) -> dict[str, int]:
    """End what is still open of the case; says how many of each."""
    return {
        "claims": billing.cancel_waiting(case.number, actor=actor),
        "orders": orders.cancel_open(case.number, actor=actor),
        "controls": quality.cancel_pending(case.number, actor=actor),
        "promises": promises.cancel_open(case),
    }
