"""What the business records let the cases know, through their signals."""

from typing import Any

from django.dispatch import receiver

from arraigo.billing.models import BillingClaim
from arraigo.billing.signals import claim_decided
from arraigo.retention import promises


@receiver(claim_decided, dispatch_uid="promise_of_claim")
def end_promise(sender: Any, claim: BillingClaim, **_more: Any) -> None:
    """A credit that billing had to confirm: its promise is kept when applied, broken when refused."""
    if claim.needs_confirmation:
        promises.decided(claim.number, well=claim.state == BillingClaim.State.APPLIED)
