"""What is asked of the token table, and of the customers it brings; the rows of each capped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from arraigo.compiled import compiled, each_of
from arraigo.customers.models import Customer, SearchToken

CAP = 2000
"""Rows that one look-up of a word may bring."""
CAP_OF_SLIPS = 1000
"""Rows that one look-up of a word with a slip may bring: docs/decisions/0059-search-within-its-time.md."""
IN_PAIRS = 200
"""Rows that a pair of words may bring, as they are written."""


@dataclass
class Budget:
    """Look-ups that a question may still cost."""

    left: int

    def takes(self, many: int, *, leaving: int = 0) -> bool:
        """Whether there are so many, and `leaving` others; they are taken then."""
        if is_enough := self.left - many >= leaving:
            self.left -= many
        return is_enough


@compiled
def between(begin: str, end: str) -> QuerySet[SearchToken, int]:
    return _customers_of(token__gte=begin, token__lt=end)[:IN_PAIRS]


@compiled
def begun_by(begin: str, end: str) -> QuerySet[SearchToken, int]:
    return _customers_of(token__gte=begin, token__lt=end)[:CAP]


@compiled
def ended(first: str, second: str, third: str, turned: str) -> QuerySet[SearchToken, int]:
    return _customers_of(token__in=[first, second, third, turned])[:CAP_OF_SLIPS]


@compiled
def tokens_around(begin: str, first: str, behind: str, end: str) -> QuerySet[SearchToken, tuple[str, int]]:
    """Tokens from `begin` to before `end`, beginning with those from `first` to before `behind`."""
    before, likest, after = (
        SearchToken.objects.filter(token__gte=one, token__lt=other).values_list("token", "customer_id")
        for one, other in ((begin, first), (first, behind), (behind, end))
    )
    return likest.union(before, after, all=True)[:CAP_OF_SLIPS]


@compiled
def tokens_among(texts: Sequence[str]) -> QuerySet[SearchToken, tuple[str, int]]:
    return SearchToken.objects.filter(token__in=each_of(texts, "text")).values_list("token", "customer_id")[:CAP]


@compiled
def coded(whole: str, end: str, begin: str, after: str) -> QuerySet[SearchToken, int]:
    # Not one condition with OR: for that PostgreSQL reads a page of the table for each row.
    exact, beginning = _customers_of(token__in=[whole, end]), _customers_of(token__gte=begin, token__lt=after)
    return exact.union(beginning, all=True)[:CAP]


@compiled
def owned(customer: Customer, code: str, end: str) -> QuerySet[SearchToken, int]:
    return _customers_of(customer=customer, token__in=[code, end])[:1]


def _customers_of(**lookups: Any) -> QuerySet[SearchToken, int]:
    return SearchToken.objects.filter(**lookups).values_list("customer_id", flat=True)


@compiled
def named(keys: Sequence[int]) -> QuerySet[Customer, tuple[int, str, str]]:
    return Customer.objects.filter(pk__in=each_of(keys)).values_list("pk", "name", "address")


@compiled
def loaded(keys: Sequence[int]) -> QuerySet[Customer]:
    return Customer.objects.filter(pk__in=each_of(keys)).select_related("zone")
