"""Finding customers by name, document, numbers, phone or address, slips of the pen forgiven.

Two words of a name are looked up as a pair. Where that finds nobody, every word of the question is one
capped look-up in the token table; rare words bring the candidates, broad ones only help to rank them.
The same on both databases.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process

from arraigo.compiled import at_once, compiled, each_of
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
IN_PAIRS, PAIRED = 200, 100
"""Rows that a pair of words may bring; customers found by pairs that are compared with the question."""
GOOD, NEARLY, POSSIBLE = 0.9, 0.8, 0.6
"""Likeness, from 0 to 1, of a sure hit, of one behind which nobody better is looked for, and of the
least one that is shown."""
BEGUN, SLIPPED, IN_ADDRESS = 0.95, 0.9, 0.9
"""Likeness of a word that was only begun; weight of one with a slip, and of one found in the address."""


Found = dict[int, tuple[float, str]]
"""Likeness and name by the customer's key."""


@dataclass(frozen=True)
class Asked:
    """One folded word of the question."""

    text: str

    @cached_property
    def is_code(self) -> bool:
        return tokens.is_code(self.text)

    @cached_property
    def key(self) -> str:
        return tokens.sound(self.text)

    @property
    def is_forgiven(self) -> bool:
        """Whether it is long enough for a slip to leave something of it."""
        return not self.is_code and len(self.key) >= tokens.FORGIVEN_FROM

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
        if not self.is_forgiven:
            return self.strict()
        found = Q()
        for half in {size // 2, (size + 1) // 2}:
            found |= _begins(tokens.WORD + self.key[:half])
        ends = {tokens.TAIL + self.key[-half:] for half in ((size - 1) // 2, size // 2, (size + 1) // 2)}
        return found | Q(token__in=sorted(ends))


def _begins(prefix: str) -> Q:
    return Q(token__gte=prefix, token__lt=tokens.after(prefix))


def search(text: str, limit: int = 20) -> list[Customer]:
    """The customers that fit `text` best, the best first, with their zones. Empty for an empty question.

    First by pairs of words; then as it is written; where that finds nobody surely, with one word forgiven,
    then with all.
    """
    asked = words(text)
    if not asked:
        return []
    found = _by_pairs(asked)
    if _best_of(found) < NEARLY:
        found |= _by_words(asked)
    return _loaded(sorted(found, key=lambda pk: (-found[pk][0], found[pk][1], pk))[:limit])


def _by_words(asked: Sequence[Asked]) -> Found:
    """The customers whom the words bring one by one."""
    strict = [word.strict() for word in asked]
    hits = [_code_hits(word) if word.is_code else _hits(q) for word, q in zip(asked, strict, strict=True)]
    found = _rank(asked, hits, _candidates(strict, hits))
    if _best_of(found) < GOOD:
        found |= _rank(asked, hits, [pk for pk in _one_forgiven(asked, strict) if pk not in found])
    if _best_of(found) < NEARLY:
        forgiving = [word.forgiving() for word in asked]
        reached = [_hits(q) for q in forgiving]
        found |= _rank(asked, reached, [pk for pk in _candidates(forgiving, reached) if pk not in found])
    return found


def _by_pairs(asked: Sequence[Asked]) -> Found:
    """The customers in whose names the words stand two by two: as they are written, else one of two with a slip."""
    if len(asked) < 2 or any(word.is_code for word in asked):
        return {}
    pairs = [(first.key, second.key) for first, second in pairwise(asked)]
    found = _rank(asked, (), _most_often(_pair(first, second) for first, second in pairs))
    if _best_of(found) < GOOD:
        both = [*pairs, *((second, first) for first, second in pairs)]
        slips = [_slipped(first, second) for first, second in both if len(second) >= tokens.FORGIVEN_FROM]
        with at_once(*(each for bounds, ends in slips for each in (_between.of(*bounds), _one_of.of(*ends)))):
            slipped = [{*_between(*bounds), *_one_of(*ends)} for bounds, ends in slips]
        found |= _rank(asked, (), [pk for pk in _most_often(slipped) if pk not in found])
    return found


def _most_often(found: Iterable[Iterable[int]]) -> list[int]:
    """The customers whom most of the pairs bring."""
    return [pk for pk, _ in Counter(pk for each in found for pk in each).most_common(PAIRED)]


def _pair(first: str, second: str) -> list[int]:
    """Customers with both words, the second perhaps only begun."""
    begin = tokens.pair(first, second)
    return _between(begin, tokens.after(begin))


def _slipped(first: str, second: str) -> tuple[tuple[str, str], tuple[str, str, str]]:
    """What brings the customers with the first word, and the second but for one slip: one half of it is whole.

    Between which tokens its beginning lies, and the tokens of its ends.
    """
    size = len(second)
    begin = tokens.pair(first, second[: size // 2])
    shorter, half, longer = (tokens.pair_tail(first, second[-((size + more) // 2) :]) for more in (-1, 0, 1))
    return (begin, tokens.after(begin)), (shorter, half, longer)


@compiled
def _between(begin: str, end: str) -> QuerySet[SearchToken, int]:
    rows = SearchToken.objects.filter(token__gte=begin, token__lt=end)
    return rows.values_list("customer_id", flat=True)[:IN_PAIRS]


@compiled
def _one_of(first: str, second: str, third: str) -> QuerySet[SearchToken, int]:
    rows = SearchToken.objects.filter(token__in=[first, second, third])
    return rows.values_list("customer_id", flat=True)[:IN_PAIRS]


def words(text: str) -> list[Asked]:
    """The words asked for. A number written in groups is one word, and so is a code with dashes."""
    if not any(letter.isalpha() for letter in text):
        found = [tokens.code(text)]
    else:
        parts = [tokens.code(part) if tokens.is_code(part) else part for part in text.split()]
        found = [word for part in parts for word in tokens.words(part)]
    heard = [Asked(word) for word in dict.fromkeys(found) if word and (tokens.is_code(word) or tokens.sound(word))]
    passed = tokens.SMALL_WORDS | (tokens.EXTENSIONS if any(word.is_code for word in heard) else frozenset())
    telling = [word for word in heard if word.text not in passed]
    return (telling or heard)[:MOST_WORDS]


def _best_of(found: Found) -> float:
    return max((likeness for likeness, _ in found.values()), default=0.0)


def _rank(asked: Sequence[Asked], hits: Sequence[set[int]], candidates: Iterable[int]) -> Found:
    """The candidates that are alike enough. One query."""
    keys = list(candidates)
    if not keys:
        return {}
    found = {}
    for pk, name, address in _named(keys):
        likeness = _likeness(asked, [pk in each for each in hits] or [False] * len(asked), name, address)
        if likeness >= POSSIBLE:
            found[pk] = (likeness, name)
    return found


def _loaded(keys: Sequence[int]) -> list[Customer]:
    """The customers of these keys, in their order, with their zones."""
    by_key = {customer.pk: customer for customer in _customers(keys)} if keys else {}
    return [by_key[pk] for pk in keys if pk in by_key]


@compiled
def _named(keys: Sequence[int]) -> QuerySet[Customer, tuple[int, str, str]]:
    return Customer.objects.filter(pk__in=each_of(keys)).values_list("pk", "name", "address")


@compiled
def _customers(keys: Sequence[int]) -> QuerySet[Customer]:
    return Customer.objects.filter(pk__in=each_of(keys)).select_related("zone")


def _one_forgiven(asked: Sequence[Asked], strict: Sequence[Q]) -> list[int]:
    """Customers whom all words bring, one of them with a slip: each word in turn."""
    if len(asked) < 2:
        return []
    found: dict[int, None] = {}
    for place, word in enumerate(asked):
        if word.is_forgiven:
            found |= dict.fromkeys(_of_all([*strict[:place], word.forgiving(), *strict[place + 1 :]]))
    return list(found)


def _of_all(wanted: Sequence[Q]) -> list[int]:
    """Keys of at most CANDIDATES customers whom every word brings."""
    first, *others = (SearchToken.objects.filter(q).values_list("customer_id", flat=True) for q in wanted)
    return list(first.intersection(*others)[:CANDIDATES] if others else first[:CANDIDATES])


def _code_hits(word: Asked) -> set[int]:
    """Customers that a code brings: whole, only begun, or as the end of a telephone."""
    whole, end = tokens.CODE + word.text, tokens.CODE + word.text[-8:]
    begun = (whole, tokens.after(whole)) if len(word.text) >= 4 else (whole, whole)
    found = set(_coded(whole, end, *begun))
    if tokens.LEAST_END <= len(word.text) < 8 and word.text.isdecimal():
        last = tokens.END + word.text[::-1]
        found |= set(_between(last, tokens.after(last)))
    return found


@compiled
def _coded(whole: str, end: str, begin: str, after: str) -> QuerySet[SearchToken, int]:
    rows = SearchToken.objects.filter(Q(token__in=[whole, end]) | Q(token__gte=begin, token__lt=after))
    return rows.values_list("customer_id", flat=True)[:CAP]


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
    return _of_all(wanted)


def _likeness(asked: Sequence[Asked], hit: Sequence[bool], name: str, address: str) -> float:
    """How well a customer fits the question, from 0 to 1: the mean over its words.

    `hit` says which words brought the customer: what is known of a code.
    """
    own, place = _keys(name), _keys(address)
    return sum(
        float(brought) if word.is_code else _word_likeness(word.key, own, place)
        for word, brought in zip(asked, hit, strict=True)
    ) / len(asked)


def _word_likeness(key: str, name: Sequence[str], address: Sequence[str]) -> float:
    in_name = _best(key, name)
    return in_name if in_name >= IN_ADDRESS else max(in_name, IN_ADDRESS * _best(key, address))


@lru_cache(maxsize=20_000)
def _keys(text: str) -> tuple[str, ...]:
    """The phonetic keys of the words of a name or an address."""
    return tuple(tokens.sound(word) for word in tokens.words(text))


def _best(key: str, others: Sequence[str]) -> float:
    """Likeness, from 0 to 1, of a phonetic key and the one most like it."""
    if key in others:
        return 1.0
    if len(key) >= 3:
        for other in others:
            if other.startswith(key):
                return BEGUN
    best = process.extractOne(key, others, scorer=fuzz.ratio)
    return best[1] / 100 * SLIPPED if best else 0.0
