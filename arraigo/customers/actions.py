"""What is done with customers."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.customers import phones as telephones
from arraigo.customers import queries
from arraigo.customers.errors import CustomerNumberTaken, LiftedBeforeListed, ListingLifted, NameMissing
from arraigo.customers.index import reindex
from arraigo.customers.models import CreditListing, CreditLook, Customer, Phone
from arraigo.customers.signals import customer_died
from arraigo.eventlog.actions import record, together
from arraigo.numbering import numbered
from arraigo.people.models import User
from arraigo.records import key_of, unless_taken

PREFIX = "CL"
CHANGEABLE = (
    "kind",
    "name",
    "document",
    "category",
    "email",
    "address",
    "zone",
    "latitude",
    "longitude",
    "since",
    "deceased_on",
    "notices_allowed",
)
"""Fields of a customer that `change_customer` takes."""


@transaction.atomic(savepoint=False)
def add_customer(
    name: str, *, actor: User | None, number: str = "", phones: Sequence[str] = (), **fields: Any
) -> Customer:
    """Enter a customer; without a `number` one is made. The first of `phones` is the one to call.

    `fields` are those of CHANGEABLE. Raises NameMissing, CustomerNumberTaken, PhoneUnknown.
    """
    if not name.strip():
        raise NameMissing
    identity = {"number": number} if number else numbered(Customer, PREFIX, clock.now())
    with unless_taken(Customer.objects.filter(number=identity["number"]), CustomerNumberTaken(identity["number"])):
        customer = Customer.objects.create(**identity, name=name.strip(), **_known(fields))
    _set_phones(customer, phones)
    reindex([customer])
    record("customer.added", customer, actor=actor, data={"number": customer.number, "name": customer.name})
    return customer


@transaction.atomic(savepoint=False)
def change_customer(
    customer: Customer | int, *, actor: User | None, phones: Sequence[str] | None = None, **fields: Any
) -> Customer:
    """Change fields of CHANGEABLE and, where given, the telephones. Raises NameMissing, PhoneUnknown."""
    held = Customer.objects.select_for_update(no_key=True).get(pk=key_of(customer))
    if "name" in fields and not str(fields["name"]).strip():
        raise NameMissing
    changed = {}
    for name, value in _known(fields).items():
        before = getattr(held, name)
        if before != value:
            changed[name] = [_told(before), _told(value)]
            setattr(held, name, value)
    if changed:
        held.save(update_fields=list(changed))
    if phones is not None and (kept := _set_phones(held, phones)):
        changed["phones"] = kept
    if changed:
        reindex([held])
        record("customer.changed", held, actor=actor, data={"number": held.number, "changed": changed})
    if "deceased_on" in changed and held.deceased_on:
        customer_died.send(Customer, customer=held, actor=actor)
    return held


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"{sorted(unknown)} are no fields of a customer that can be set.")
    return fields


def _told(value: Any) -> Any:
    """A value as an event tells it."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _set_phones(customer: Customer, numbers: Sequence[str]) -> list[list[str]] | None:
    """Let the customer have just these telephones, the first to be called first; before and after."""
    wanted = list(dict.fromkeys(telephones.normal(number) for number in numbers if number.strip()))
    before = list(customer.phones.order_by("-is_contact", "id").values_list("number", flat=True))
    if wanted == before:
        return None
    customer.phones.all().delete()
    Phone.objects.bulk_create(
        Phone(
            customer=customer,
            number=number,
            is_mobile=telephones.is_mobile(number),
            is_contact=place == 0,
        )
        for place, number in enumerate(wanted)
    )
    return [before, wanted]


@transaction.atomic(savepoint=False)
def add_listing(customer: Customer, *, bureau: str, listed_on: dt.date, actor: User | None) -> CreditListing:
    """Note that the customer is listed in a credit bureau (step 1.1)."""
    listing = CreditListing.objects.create(customer=customer, bureau=bureau, listed_on=listed_on)
    told = {"bureau": bureau, "listed_on": listed_on.isoformat()}
    record("credit_listing.added", customer, actor=actor, data=told)
    return listing


@transaction.atomic(savepoint=False)
def lift_listing(listing: CreditListing | int, *, on: dt.date, actor: User | None) -> CreditListing:
    """Note that a listing was lifted. Raises ListingLifted, LiftedBeforeListed."""
    held = CreditListing.objects.select_for_update(of=("self",)).select_related("customer").get(pk=key_of(listing))
    if held.lifted_on:
        raise ListingLifted(held.bureau, f"{held.lifted_on:%d/%m/%Y}")
    if on < held.listed_on:
        raise LiftedBeforeListed(f"{held.listed_on:%d/%m/%Y}")
    held.lifted_on = on
    held.save(update_fields=["lifted_on"])
    told = {"listing": held.pk, "bureau": held.bureau, "lifted_on": on.isoformat()}
    record("credit_listing.lifted", held.customer, actor=actor, data=told)
    return held


@transaction.atomic(savepoint=False)
def look_at_listings(customer: Customer, *, by: User, reason: str) -> list[CreditListing]:
    """The customer's listings in the Central de Riesgos in force today; the look itself is logged.

    `reason` says why: the number of a case, or words. Three statements.
    """
    look = CreditLook.objects.create(customer=customer, by=by, at=clock.now(), reason=reason[:120])
    found = queries.listings_in_force(customer, clock.today())
    told = {"reason": look.reason, "found": len(found)}
    record("credit_listings.looked_at", customer, actor=by, data=told)
    return found


@transaction.atomic(savepoint=False)
@together()
def note_looks(looks: Iterable[tuple[Customer, str]], *, by: User) -> None:
    """Log that `by` was shown, in a list, what is known of the customers' listings: each with why. Two statements."""
    made = [CreditLook(customer=customer, by=by, at=clock.now(), reason=reason[:120]) for customer, reason in looks]
    CreditLook.objects.bulk_create(made)
    for look in made:
        record("credit_listings.looked_at", look.customer, actor=by, data={"reason": look.reason})
