"""Finding customers by name, document, numbers, phone or address, slips of the pen forgiven.

Two words of a name, or of an address, are looked up as a pair. Where that finds nobody, every word of the question
brings the customers of a few ranges of the token table, capped, and those whom most of the rarest words bring are
compared with the question. What is read does not grow with the number of customers. The same on both databases.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import nlargest
from itertools import pairwise
from typing import Any

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process

from arraigo.compiled import at_once, compiled, each_of
from arraigo.customers import tokens
from arraigo.customers.index import reindex
from arraigo.customers.models import Customer, SearchToken

__all__ = ["by_address", "reindex", "search"]

MOST_WORDS = 6
CAP = 2000
"""Rows that one look-up of a word may bring."""
LEAST_BEGUN, LEAST_CODE = 3, 4
"""Letters, and digits of a code, from which on what begins with them is found too."""
CANDIDATES = 120
"""Customers that are compared with the question in full."""
IN_PAIRS = 200
"""Rows that a pair of words may bring, as they are written."""
GOOD, NEARLY, POSSIBLE = 0.9, 0.8, 0.65
"""Likeness, from 0 to 1, of a sure hit, of one behind which nobody better is looked for, and of the
least one that is shown."""
BEGUN, SLIPPED, IN_ADDRESS = 0.95, 0.9, 0.9
"""Likeness of a word that was only begun; weight of one with a slip, and of one found in the address."""
ENDED = 0.85
"""Likeness that is taken of a word of which only the end was looked up."""


Found = dict[int, tuple[float, str]]
"""Likeness and name by the customer's key."""
Range = tuple[str, str]
"""The first token, and the first one behind the last."""
Hits = dict[int, float]
"""By the customer's key, how alike what was looked up and what it brought are, from 0 to 1."""


@dataclass(frozen=True)
class Slip:
    """Where a word with one slip is looked for, one half of it being whole."""

    key: str
    heads: Sequence[Range]
    """Where the tokens lie that begin as it does."""
    ends: Sequence[str]
    """The three tokens that end as it does: a letter may be missing, or be too many, before."""
    before: int
    """Letters of a token that stand before the word."""


@dataclass(frozen=True)
class Asked:
    """One folded word of the question."""

    text: str
    is_last: bool = False
    """Perhaps only begun: the person is still typing."""

    @cached_property
    def is_code(self) -> bool:
        return tokens.is_code(self.text)

    @cached_property
    def key(self) -> str:
        return tokens.sound(self.text)

    @property
    def in_pair(self) -> str:
        """How a pair holds the word."""
        return self.text if self.is_code else self.key

    @property
    def is_forgiven(self) -> bool:
        """Whether it is long enough for a slip to leave something of it."""
        return not self.is_code and len(self.key) >= tokens.FORGIVEN_FROM

    @property
    def may_be_begun(self) -> bool:
        return self.is_last or len(self.in_pair) >= LEAST_BEGUN

    def strict(self) -> Range:
        """Tokens that are this word, or begin with it."""
        own = tokens.WORD + self.key
        return _begun(own) if len(self.key) >= LEAST_BEGUN - self.is_last else (own, own + tokens.BETWEEN)

    def forgiving(self) -> Slip:
        """Tokens that are this word but for one slip."""
        return _slip(self.key, tokens.WORD, tokens.TAIL)


def _slip(key: str, before: str, before_end: str) -> Slip:
    """Where `key` with one slip is looked for, behind `before`, or its end behind `before_end`."""
    size = len(key)
    heads = [_begun(before + key[:half]) for half in sorted({size // 2, (size + 1) // 2})]
    ends = [before_end + key[-((size + more) // 2) :] for more in (-1, 0, 1)]
    return Slip(key, heads, ends, len(before))


def _begun(prefix: str) -> Range:
    return prefix, tokens.after(prefix)


def search(text: str, limit: int = 20) -> list[Customer]:
    """The customers that fit `text` best, the best first, with their zones. Empty for an empty question.

    First by pairs of words, then word by word; each as it is written, then with slips forgiven.
    """
    asked = words(text)
    if not asked:
        return []
    found = _by_pairs(asked)
    if _best_of(found) < NEARLY:
        found |= _by_words(asked)
    return _loaded(sorted(found, key=lambda pk: (-found[pk][0], found[pk][1], pk))[:limit])


def by_address(text: str, customer: Customer) -> bool:
    """Whether a word of the question fits the customer's address, and the name, number and document less."""
    own, place = _keys(customer.name), _keys(customer.address)
    codes = [tokens.code(code) for code in (customer.number, customer.document)]
    asked = [word for word in words(text) if len(word.in_pair) >= LEAST_BEGUN]
    asked = [word for word in asked if not any(code.startswith(word.text) for code in codes)]
    return any(_best(word, place) > max(_best(word, own), NEARLY) for word in asked)


def _by_pairs(asked: Sequence[Asked]) -> Found:
    """The customers of whom two of the words are known together, either first; else one of the two with a slip."""
    pairs = [two for one, other in pairwise(asked) for two in ((one, other), (other, one))]
    whole = [_pair(*each) for each in pairs if not all(word.is_code for word in each)]
    with at_once(*(_between.of(*each) for each in whole)):
        found = _rank(asked, {}, _likest(dict.fromkeys(_between(*each), 1.0) for each in whole))
    if _best_of(found) >= GOOD:
        return found
    slips = [
        _slip(second.key, tokens.pair(first.in_pair, ""), tokens.pair_tail(first.in_pair, ""))
        for first, second in pairs
        if second.is_forgiven
    ]
    return found | _rank(asked, {}, [pk for pk in _likest(_with_slips(slips)) if pk not in found])


def _pair(first: Asked, second: Asked) -> Range:
    """Tokens of both words, the second perhaps only begun."""
    return _begun(tokens.pair(first.in_pair, second.in_pair))


def _with_slips(slips: Sequence[Slip]) -> list[Hits]:
    """Customers that each word with a slip brings; all of them asked in one go."""
    questions = [
        each for slip in slips for each in (*(_tokens.of(*head) for head in slip.heads), _ended.of(*slip.ends))
    ]
    with at_once(*questions):
        return [_with_slip(each) for each in slips]


def _with_slip(slip: Slip) -> Hits:
    found = dict.fromkeys(_ended(*slip.ends), ENDED)
    for head in slip.heads:
        for token, pk in _tokens(*head):
            found[pk] = max(found.get(pk, 0.0), fuzz.ratio(token[slip.before :], slip.key) / 100)
    return found


def _by_words(asked: Sequence[Asked]) -> Found:
    """The customers whom the words bring one by one: as they are written, else with a slip in each of them."""
    telling = [word for word in asked if word.text not in tokens.STREET_WORDS]
    strict = {word.text: _brought(word) for word in telling or asked}  # Calle is a surname, too
    found = _rank(asked, strict, _likest(strict.values()))
    if _best_of(found) >= NEARLY:
        return found
    forgiven = _with_slips([word.forgiving() for word in telling if word.is_forgiven])
    return found | _rank(asked, strict, [pk for pk in _likest([*strict.values(), *forgiven]) if pk not in found])


def _brought(word: Asked) -> Hits:
    """Customers that one word brings as it is written; a code also as the end of a telephone."""
    if not word.is_code:
        return dict.fromkeys(_word(*word.strict()), 1.0)
    whole, end = tokens.CODE + word.text, tokens.CODE + word.text[-8:]
    found = _coded(whole, end, *(_begun(whole) if len(word.text) >= LEAST_CODE else (whole, whole)))
    if tokens.LEAST_END <= len(word.text) < tokens.LONGEST_END and word.text.isdecimal():
        found += _between(*_begun(tokens.END + word.text[::-1]))
    return dict.fromkeys(found, 1.0)


def _likest(hits: Iterable[Hits]) -> list[int]:
    """Keys of the customers whom most of the look-ups bring and who are most alike; a look-up that brings few counts
    for more."""
    worth: dict[int, float] = defaultdict(float)
    for each in hits:
        for pk, likeness in each.items():
            worth[pk] += likeness / len(each)
    return nlargest(CANDIDATES, worth, key=worth.__getitem__)


@compiled
def _between(begin: str, end: str) -> QuerySet[SearchToken, int]:
    return _customers_of(token__gte=begin, token__lt=end)[:IN_PAIRS]


@compiled
def _word(begin: str, end: str) -> QuerySet[SearchToken, int]:
    return _customers_of(token__gte=begin, token__lt=end)[:CAP]


@compiled
def _ended(first: str, second: str, third: str) -> QuerySet[SearchToken, int]:
    return _customers_of(token__in=[first, second, third])[:CAP]


@compiled
def _tokens(begin: str, end: str) -> QuerySet[SearchToken, tuple[str, int]]:
    return SearchToken.objects.filter(token__gte=begin, token__lt=end).values_list("token", "customer_id")[:CAP]


@compiled
def _coded(whole: str, end: str, begin: str, after: str) -> QuerySet[SearchToken, int]:
    return _customers_of(Q(token__in=[whole, end]) | Q(token__gte=begin, token__lt=after))[:CAP]


def _customers_of(*conditions: Q, **lookups: Any) -> QuerySet[SearchToken, int]:
    return SearchToken.objects.filter(*conditions, **lookups).values_list("customer_id", flat=True)


def words(text: str) -> list[Asked]:
    """The words asked for. A number written in groups is one word, and so is a code with dashes."""
    if not any(letter.isalpha() for letter in text):
        found = [tokens.code(text)]
    else:
        parts = [[tokens.code(part)] if tokens.is_code(part) else tokens.words(part) for part in text.split()]
        found = [word for part in parts for word in part]
    heard = [word for word in dict.fromkeys(found) if word and (tokens.is_code(word) or tokens.sound(word))]
    passed = tokens.SMALL_WORDS | (tokens.EXTENSIONS if any(map(tokens.is_code, heard)) else frozenset())
    # A single letter at the end is the beginning of a word.
    telling = [word for word in heard if word not in passed or (word == heard[-1] and len(word) == 1)] or heard
    return [Asked(word, is_last=word == telling[-1]) for word in telling][:MOST_WORDS]


def _best_of(found: Found) -> float:
    return max((likeness for likeness, _ in found.values()), default=0.0)


def _rank(asked: Sequence[Asked], hits: Mapping[str, Hits], candidates: Iterable[int]) -> Found:
    """The candidates that are alike enough; `hits` says whom each word brought, which is all that is known of a code.
    One query."""
    keys = list(candidates)
    if not keys:
        return {}
    found = {}
    for pk, name, address in _named(keys):
        likeness = _likeness(asked, {word for word, brought in hits.items() if pk in brought}, name, address)
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


def _likeness(asked: Sequence[Asked], brought: Container[str], name: str, address: str) -> float:
    """How well a customer fits the question, from 0 to 1: the mean over its words."""
    own, place = _keys(name), _keys(address)
    return sum(1.0 if word.is_code and word.text in brought else _in_either(word, own, place) for word in asked) / len(
        asked
    )


def _in_either(word: Asked, name: Sequence[str], address: Sequence[str]) -> float:
    in_name = _best(word, name)
    return in_name if in_name >= IN_ADDRESS else max(in_name, IN_ADDRESS * _best(word, address))


@lru_cache(maxsize=20_000)
def _keys(text: str) -> tuple[str, ...]:
    """The phonetic keys of the words of a name or an address; its numbers as they are."""
    return tuple(word if tokens.is_code(word) else tokens.sound(word) for word in tokens.words(text))


def _best(word: Asked, others: Sequence[str]) -> float:
    """Likeness, from 0 to 1, of a word and the one most like it."""
    key = word.in_pair
    if key in others:
        return 1.0
    if word.may_be_begun and any(other.startswith(key) for other in others):
        return BEGUN
    best = process.extractOne(key, others, scorer=fuzz.ratio) if not word.is_code else None
    return best[1] / 100 * SLIPPED if best else 0.0
