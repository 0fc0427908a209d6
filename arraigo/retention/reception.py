"""A customer asks to leave: what the record lacked is noted, and the case opens, both or neither."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from arraigo.customers import actions as customers
from arraigo.customers import phones
from arraigo.customers.models import Customer
from arraigo.people.models import User
from arraigo.retention import actions, reasons
from arraigo.retention.models import RetentionCase


@transaction.atomic
def receive(customer: Customer, answers: Mapping[str, Any], *, actor: User) -> RetentionCase:
    """Open the case of `customer` with the clean answers of `OpenCaseForm` (step 1).

    Address and zone go to the customer's record; a telephone that it lacks is added to it. Raises
    what `customers.actions.change_customer` and `actions.open_case` raise.
    """
    known = list(customer.phones.order_by("-is_contact", "id").values_list("number", flat=True))
    contact = phones.normal(answers["contact_phone"])
    customers.change_customer(
        customer,
        actor=actor,
        phones=None if contact in known else [*known, contact],
        address=answers["address"],
        zone=answers["zone"],
    )
    return actions.open_case(
        customer,
        list(answers["products"]),
        actor=actor,
        channel=answers["channel"],
        words=answers["words"],
        contact_phone=contact,
        proactive=answers.get("proactive", False),
        **reasons.said(answers),
    )
