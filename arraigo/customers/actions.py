"""What is done with customers."""

from django.db import transaction

from arraigo import clock
from arraigo.customers import queries
from arraigo.customers.models import CreditListing, CreditLook, Customer
from arraigo.eventlog.actions import record
from arraigo.people.models import User


@transaction.atomic(savepoint=False)
def look_at_listings(customer: Customer, *, by: User, reason: str) -> list[CreditListing]:
    """The customer's listings in the Central de Riesgos in force today; the look itself is logged.

    `reason` says why: the number of a case, or words. Three statements.
    """
    look = CreditLook.objects.create(customer=customer, by=by, at=clock.now(), reason=reason[:120])
    found = list(queries.listings_in_force(customer, clock.today()))
    told = {"reason": look.reason, "found": len(found)}
    record("credit_listings.looked_at", customer, actor=by, data=told)
    return found
