"""What is typed over a list of cases, orders or claims: a number's end, or a customer."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from arraigo.customers import search

MOST_CUSTOMERS = 100


def customers(text: str) -> list[int]:
    """Keys of the customers that fit the text best."""
    return [customer.pk for customer in search.search(text, MOST_CUSTOMERS)]


def by(*numbers: str, customer: str = "customer") -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """Leaves the rows of which one of the fields `numbers` ends as the text, or whose `customer` fits it."""

    def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        wanted = Q(**{f"{customer}__in": customers(text)})
        for number in numbers:
            wanted |= Q(**{f"{number}__iendswith": text})
        return rows.filter(wanted)

    return matching
