"""Finding customers by name, document, numbers, phone or address, slips of the pen forgiven.

Every word of the question is one capped look-up in the token table; rare words bring the candidates,
broad ones only help to rank them. The same on both databases.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from arraigo.customers import tokens
from arraigo.customers.index import reindex
from arraigo.customers.models import Customer, SearchToken

__all__ = ["reindex", "search"]

MOST_WORDS = 6
CAP = 400
"""Rows that one word may bring."""
BROAD = CAP * 3 // 4
"""Customers from which on a word is broad: several of its rows may be one customer's."""
CANDIDATES = 120
"""Customers that are compared with the question in full."""
GOOD, POSSIBLE = 0.9, 0.6
"""Likeness, from 0 to 1, of a sure hit and of the least one that is shown."""
BEGUN, IN_ADDRESS = 0.95, 0.9
"""Likeness of a word that was only begun; weight of a word found in the address, not in the name."""


@dataclass(frozen=True)
class Asked:
    """One folded word of the question."""

    text: str

    @property
    def is_code(self) -> bool:
        return tokens.is_code(self.text)

    @property
    def key(self) -> str:
        return tokens.sound(self.text)

    def strict(self) -> Q:
        """Tokens that are this word, or begin with it."""
        if self.is_code:
            exact = {
                tokens.CODE + self.text,
                tokens.CODE + self.text[-8:],
            }  # telephones by their last 8 digits
            return Q(token__in=sorted(exact)) | (_begins(tokens.CODE + self.text) if len(self.text) >= 4 else Q())
        own = tokens.WORD + self.key
        return _begins(own) if len(self.key) >= 3 else Q(token=own)

    def forgiving(self) -> Q:
        """Tokens that are this word but for one slip: one half of it is whole."""
        size = len(self.key)
        if self.is_code or size < tokens.FORGIVEN_FROM:
            return self.strict()
        found = Q()
        for half in {size // 2, (size + 1) // 2}:
            found |= _begins(tokens.WORD + self.key[:half])
        ends = {tokens.TAIL + self.key[-half:] for half in ((size - 1) // 2, size // 2, (size + 1) // 2)}
        return found | Q(token__in=sorted(ends))


def _begins(prefix: str) -> Q:
    return Q(token__gte=prefix, token__lt=tokens.after(prefix))


def search(text: str, limit: int = 20) -> list[Customer]:
    """The customers that fit `text` best, the best first, with their zones. Empty for an empty question."""
    asked = words(text)
    if not asked:
        return []
    found = _ranked(asked, [word.strict() for word in asked])
    if not found or found[0][0] < GOOD:
        found = _ranked(asked, [word.forgiving() for word in asked], found)
    return [customer for _, customer in found[:limit]]


def words(text: str) -> list[Asked]:
    """The words asked for. A number written in groups is one word, and so is a code with dashes."""
    if not any(letter.isalpha() for letter in text):
        found = [tokens.code(text)]
    else:
        parts = [tokens.code(part) if tokens.is_code(part) else part for part in text.split()]
        found = [word for part in parts for word in tokens.words(part)]
    heard = [Asked(word) for word in dict.fromkeys(found) if word and (tokens.is_code(word) or tokens.sound(word))]
    telling = [word for word in heard if word.text not in tokens.SMALL_WORDS]
    return (telling or heard)[:MOST_WORDS]


Ranked = list[tuple[float, Customer]]


def _ranked(asked: Sequence[Asked], wanted: Sequence[Q], before: Ranked | None = None) -> Ranked:
    """Candidates for the words with their likeness, the best first, together with those found `before`."""
    hits = [_hits(q) for q in wanted]
    best = dict.fromkeys(_candidates(wanted, hits))
    found = {customer.pk: (likeness, customer) for likeness, customer in before or []}
    for customer in Customer.objects.filter(pk__in=[pk for pk in best if pk not in found]).select_related("zone"):
        likeness = _likeness(asked, hits, customer)
        if likeness >= POSSIBLE:
            found[customer.pk] = (likeness, customer)
    return sorted(found.values(), key=lambda each: (-each[0], each[1].name, each[1].pk))


def _hits(wanted: Q) -> set[int]:
    """Customers that one word brings, from at most CAP rows."""
    return set(SearchToken.objects.filter(wanted).values_list("customer_id", flat=True)[:CAP])


def _candidates(wanted: Sequence[Q], hits: Sequence[set[int]]) -> list[int]:
    """Keys of the customers that most of the rare words bring; of all words where every word is broad."""
    rare = [found for found in hits if 0 < len(found) < BROAD]
    if rare:
        times = Counter(pk for found in rare for pk in found)
        if len(times) > CANDIDATES:
            for q, found in zip(wanted, hits, strict=True):
                if len(found) >= BROAD:
                    times.update(_hits(q & Q(customer__in=list(times))))
        return [pk for pk, _ in times.most_common(CANDIDATES)]
    first, *others = wanted
    rows = SearchToken.objects.filter(first)
    for other in others:
        rows = rows.filter(Exists(SearchToken.objects.filter(other, customer=OuterRef("customer"))))
    return list(rows.values_list("customer_id", flat=True)[:CANDIDATES])


def _likeness(asked: Sequence[Asked], hits: Sequence[set[int]], customer: Customer) -> float:
    """How well the customer fits the question, from 0 to 1: the mean over its words."""
    name, address = _keys(customer.name), _keys(customer.address)
    return sum(
        float(customer.pk in found)
        if word.is_code
        else max(_best(word.key, name), IN_ADDRESS * _best(word.key, address))
        for word, found in zip(asked, hits, strict=True)
    ) / len(asked)


def _keys(text: str) -> list[str]:
    return [tokens.sound(word) for word in tokens.words(text)]


def _best(key: str, others: Iterable[str]) -> float:
    return max((_alike(key, other) for other in others), default=0.0)


@lru_cache(maxsize=50_000)
def _alike(key: str, other: str) -> float:
    """Likeness of two phonetic keys, from 0 to 1."""
    if key == other:
        return 1.0
    if len(key) >= 3 and other.startswith(key):
        return BEGUN
    return SequenceMatcher(None, key, other, autojunk=False).ratio() * IN_ADDRESS
