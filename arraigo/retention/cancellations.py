"""What ends with a case that ended otherwise: orders, controls, claims not yet applied, promises."""

from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.orders import actions as orders
from arraigo.quality import actions as quality
from arraigo.retention import promises
from arraigo.retention.models import RetentionCase


def of_case(case: RetentionCase) -> dict[str, int]:
    """End what is still open of the case; says how many of each."""
    claims = BillingClaim.objects.filter(case_number=case.number, state=BillingClaim.State.ENTERED)
    for claim in claims:
        billing.cancel_claim(claim, actor=None)
    return {
        "claims": len(claims),
        "orders": orders.cancel_open(case.number),
        "controls": quality.cancel_pending(case.number),
        "promises": promises.cancel_open(case),
    }
