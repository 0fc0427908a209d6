"""What billing's decisions put on an advisor's desk."""

from typing import Any

from django.dispatch import receiver

from arraigo.billing.models import BillingClaim
from arraigo.billing.signals import claim_decided
from arraigo.desk import actions
from arraigo.retention.models import RetentionCase


@receiver(claim_decided, dispatch_uid="desk_of_claim")
def tell_the_owner(sender: Any, claim: BillingClaim, actor: Any, **_more: Any) -> None:
    """A claim that billing refused is back with the owner of its case: the customer has to be told."""
    if claim.state != BillingClaim.State.REFUSED:
        return
    case = RetentionCase.objects.select_related("owner").filter(number=claim.case_number).first()
    if case is not None:
        actions.claim_was_refused(case, number=claim.number, reason=claim.reason, actor=actor)
