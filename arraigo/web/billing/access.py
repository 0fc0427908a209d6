"""What billing may see: every billing claim."""

from django.db.models import QuerySet
from django.http import Http404

from arraigo.billing.models import BillingClaim

LATELY = 25


def claim(number: str) -> BillingClaim:
    """The claim of that number; 404 where there is none."""
    found = BillingClaim.objects.filter(number=number).select_related("customer", "product__offering").first()
    if found is None:
        raise Http404
    return found


def decided_lately() -> QuerySet[BillingClaim]:
    """The claims decided last, by billing or by the limit."""
    return (
        BillingClaim.objects.filter(decided_at__isnull=False)
        .select_related("customer", "product__offering", "decided_by", "adjustment")
        .order_by("-decided_at", "-id")[:LATELY]
    )
