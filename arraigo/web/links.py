"""Addresses that are asked for row by row."""

from collections.abc import Hashable
from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=20_000)
def to(name: str, *args: Hashable) -> str:
    """`reverse`, remembered: the same cases and steps come on list after list."""
    return reverse(name, args=args)
