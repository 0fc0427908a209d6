"""Reads of customers: the two lights of step 1.1."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from arraigo import clock
from arraigo.compiled import Question, compiled
from arraigo.customers.models import CreditListing, Customer
from arraigo.products.models import Product


@dataclass(frozen=True)
class Standing:
    """The two lights of step 1.1, with what each was judged on."""

    arrears: list[Product]
    """Products withdrawn for arrears, the latest first."""
    listings: list[CreditListing]
    """Listings in the Central de Riesgos that are not lifted."""

    @property
    def withdrawn_for_arrears(self) -> bool:
        return bool(self.arrears)

    @property
    def withdrawn_on(self) -> dt.date | None:
        """The day of the latest withdrawal, where it is known."""
        return self.arrears[0].ended_on if self.arrears else None

    @property
    def withdrawn_source(self) -> str:
        """The system that says so, the empty text where there is no withdrawal."""
        return self.arrears[0].source if self.arrears else ""

    @property
    def credit_listed(self) -> bool:
        return bool(self.listings)


@compiled
def listings_in_force(customer: Customer, day: dt.date) -> QuerySet[CreditListing]:
    """The customer's listings on `day`. Reading them is logged: see `actions.look_at_listings`."""
    return CreditListing.objects.filter(
        Q(lifted_on=None) | Q(lifted_on__gt=day), customer=customer, listed_on__lte=day
    ).order_by("listed_on", "id")


def standing(customer: Customer, *, as_of: dt.datetime, listings: Iterable[CreditListing]) -> Standing:
    """The lights as of a moment (1.1). `listings` are what `actions.look_at_listings` gave. One query.

    A withdrawal for arrears counts from the day it happened; one without a day always counts.
    """
    return Standing(_withdrawn(customer, clock.local(as_of).date()), list(listings))


def standing_asked(customer: Customer, *, as_of: dt.datetime) -> list[Question]:
    """What `standing` asks, with the listings."""
    day = clock.local(as_of).date()
    return [_withdrawn.of(customer, day), listings_in_force.of(customer, day)]


@compiled
def _withdrawn(customer: Customer, day: dt.date) -> QuerySet[Product]:
    """The products withdrawn for arrears up to `day`, the latest first."""
    return Product.objects.filter(
        Q(ended_on=None) | Q(ended_on__lte=day),
        customer=customer,
        status=Product.Status.TERMINATED,
        reason=Product.Reason.ARREARS,
    ).order_by("-ended_on", "-id")
