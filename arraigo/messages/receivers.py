"""What the business records let staff know, through their signals."""

from typing import Any

from django.dispatch import receiver

from arraigo.billing.models import BillingClaim
from arraigo.billing.signals import claim_decided
from arraigo.messages.actions import notify
from arraigo.people.models import User


@receiver(claim_decided, dispatch_uid="notice_of_claim")
def tell_author(sender: Any, claim: BillingClaim, actor: User | None, **_more: Any) -> None:
    """Tell who entered a claim how billing decided; not of what was applied at once."""
    if claim.entered_by is None or not claim.needs_confirmation:
        return
    kind = "claim.refused" if claim.state == BillingClaim.State.REFUSED else "claim.applied"
    data = {"number": claim.number, "amount": str(claim.amount), "reason": claim.reason}
    notify(claim.entered_by, kind, data, claim.case_number)
