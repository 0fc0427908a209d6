"""Finding customers by name, document, numbers, phone or address, slips of the pen forgiven.

Two words of a name, or of an address, are looked up as a pair. Where that finds nobody, every word of the question
brings the customers of a few ranges of the token table, capped, and those whom most of the rarest words bring are
compared with the question. What is read does not grow with the number of customers. The same on both databases.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

from rapidfuzz import fuzz

from arraigo.compiled import at_once
from arraigo.customers import asked as meant
from arraigo.customers import lookups, phones, tokens
from arraigo.customers.asked import BEGUN, LEAST_BEGUN, Asked, Slip, telling, words
from arraigo.customers.errors import PhoneUnknown
from arraigo.customers.index import reindex
from arraigo.customers.lookups import Budget
from arraigo.customers.models import Customer

__all__ = ["by_address", "is_number_of", "reindex", "search"]

CANDIDATES = 120
"""Customers that are compared with the question in full."""
GOOD, NEARLY, POSSIBLE = 0.899, 0.8, 0.65
"""Likeness, from 0 to 1, of a sure hit, of one behind which nobody better is looked for, and of the
least one that is shown."""
IN_ADDRESS = 0.9
"""Weight of a word found in the address."""
ENDED = 0.85
"""Likeness that is taken of a word of which only the end was looked up."""
RESPACED = 40
"""Questions with a space at another place that are looked up."""
RESPACED_AGAIN = 3
"""Of those that brought nobody, how many are asked with a space more."""
MOST_QUERIES, OF_A_WORD = 120, 14
"""Queries that a question may cost in all, and that each of its words takes of them as it stands: the rest is left for
spaces at other places."""
ENOUGH = 3
"""Customers at a house's number from which on it is taken to be as it was meant."""


class Fit(NamedTuple):
    """How well a customer fits the question; the greatest fits best."""

    likeness: float
    is_in_turn: bool
    """Whether the name has the words in the order of the question."""
    name: str
    address: str


NOBODY = Fit(0.0, False, "", "")
Found = dict[int, Fit]
"""By the customer's key."""
Hits = dict[int, float]
"""By the customer's key, how alike what was looked up and what it brought are, from 0 to 1."""


def search(text: str, limit: int = 20) -> list[Customer]:
    """The customers that fit `text` best, the best first, with their zones. Empty for an empty question.

    First by pairs of words, then word by word; each as it is written, then with slips forgiven: a space that is
    missing or too many, a digit of a house's number, a letter.
    """
    asked = words(text)
    if not asked:
        return []
    found = _by_pairs(asked)
    strict = {} if _best_of(found).likeness >= NEARLY else _by_words(asked)
    found |= _rank(asked, strict, _likest(strict.values()))
    found = _likelier(found, _respaced(text, asked, found, Budget(MOST_QUERIES - OF_A_WORD * len(asked))))
    found = _likelier(found, _renumbered(asked, found))
    if _best_of(found).likeness < NEARLY:
        found |= _by_slips(asked, strict, found)
    return _loaded(sorted(found, key=lambda pk: _place(pk, *found[pk]))[:limit])


def _place(pk: int, likeness: float, is_in_turn: bool, name: str, address: str) -> Any:
    return -likeness, not is_in_turn, name, pk


def is_number_of(text: str, customer: Customer) -> bool:
    """Whether `text` is a document, contract, product number or telephone of the customer's, whole."""
    asked = words(text)
    if len(asked) != 1 or not asked[0].is_long_code:
        return text == customer.number
    whole = asked[0].text
    other = _end_of_telephone(text, whole) if whole.isdecimal() else tokens.without_extension(whole)
    return bool(lookups.owned(customer, tokens.CODE + whole, tokens.CODE + other))


def _end_of_telephone(text: str, digits: str) -> str:
    """What is kept of the telephone that the digits are, with or without the country or a 0 before it; else all."""
    try:
        return phones.normal("+" + digits if text.strip().startswith("+") else digits)[-tokens.LONGEST_END :]
    except PhoneUnknown:
        return digits


def by_address(text: str, customers: Iterable[Customer]) -> set[int]:
    """Keys of the customers whose address a word of the question fits, and their name, number and document less."""
    asked = [word for word in words(text) if len(word.in_pair) >= LEAST_BEGUN]
    return {customer.pk for customer in customers if asked and _is_by_address(asked, customer)}


def _is_by_address(asked: Sequence[Asked], customer: Customer) -> bool:
    own, place = keys_of(customer.name), keys_of(customer.address)
    place += tuple(map("".join, pairwise(place)))
    codes = [tokens.code(code) for code in (customer.number, customer.document)]
    asked = [word for word in asked if not any(code.startswith(word.text) for code in codes)]
    return any(word.best(place) > max(word.best(own), NEARLY) for word in asked)


def _by_pairs(asked: Sequence[Asked]) -> Found:
    """The customers of whom two of the words are known together, either first; else one of the two with a slip, or
    both with another word between them."""
    found = _as_written(asked, pairwise(asked))
    if _best_of(found).likeness >= GOOD:
        return found
    slips = [meant.pair_with_slip(*two) for two in _either_first(pairwise(asked)) if two[1].is_forgiven]
    found |= _rank(asked, {}, [pk for pk in _likest(_with_slips(slips)) if pk not in found])
    return _likelier(found, _as_written(asked, zip(asked, asked[2:], strict=False)))


def _as_written(asked: Sequence[Asked], pairs: Iterable[tuple[Asked, Asked]]) -> Found:
    """The customers of whom one of the pairs of words is known."""
    whole = [meant.pair(*two) for two in _either_first(pairs) if not all(word.is_code for word in two)]
    with at_once(*(lookups.between.of(*each) for each in whole)):
        return _rank(asked, {}, _likest(dict.fromkeys(lookups.between(*each), 1.0) for each in whole))


def _either_first(pairs: Iterable[tuple[Asked, Asked]]) -> list[tuple[Asked, Asked]]:
    return [two for one, other in pairs for two in ((one, other), (other, one))]


def _with_slips(slips: Sequence[Slip]) -> list[Hits]:
    """Customers that each word with a slip brings; all of them asked in one go."""
    questions = [(lookups.tokens_around.of(*_around(slip)), lookups.ended.of(*slip.ends)) for slip in slips]
    with at_once(*chain.from_iterable(questions)):
        return [_with_slip(each) for each in slips]


def _with_slip(slip: Slip) -> Hits:
    found = dict.fromkeys(lookups.ended(*slip.ends), ENDED)
    rows = lookups.tokens_around(*_around(slip))
    likeness = {token: fuzz.ratio(token[slip.before :], slip.key) / 100 for token in {token for token, _ in rows}}
    for token, pk in rows:
        if likeness[token] > found.get(pk, 0.0):
            found[pk] = likeness[token]
    return found


def _around(slip: Slip) -> tuple[str, str, str, str]:
    return slip.begun[0], *slip.begun_more, slip.begun[1]


def _by_words(asked: Sequence[Asked]) -> dict[str, Hits]:
    """Whom each of the words brings, as it is written."""
    return {word.text: _brought(word) for word in telling(asked) or asked}


def _by_slips(asked: Sequence[Asked], strict: Mapping[str, Hits], found: Found) -> Found:
    """Others than those `found`, whom the words bring with a slip in each of them."""
    words_once = {word.key: word for word in telling(asked) if word.is_forgiven}
    forgiven = _with_slips([word.forgiving() for word in words_once.values()])
    return _rank(asked, strict, [pk for pk in _likest([*strict.values(), *forgiven]) if pk not in found])


def _respaced(text: str, asked: Sequence[Asked], found: Found, budget: Budget, *, is_again: bool = False) -> Found:
    """The customers who fit the question with a space at another place, where a word fits none of the best one's;
    with two spaces more, too, unless it `is_again`. Within the budget, so that what is likelier comes first."""
    doubted = _doubted(asked, found)
    others = islice(meant.respaced(text, doubted), RESPACED) if doubted else ()
    new = [(other, meant.new_in(other, asked)) for other in others]
    # Without anything new it is less: what was joined tells nothing, as `cal le`.
    new = [(other, ranges) for other, ranges in new if ranges or len(other) < len(asked)]
    for_one = 2 * len(asked) + 1
    new = [(other, ranges) for other, ranges in new if budget.takes(len(ranges), leaving=for_one)]
    with at_once(*(lookups.between.of(*each) for _, ranges in new for each in ranges)):
        known = [other for other, ranges in new if not ranges or any(lookups.between(*each) for each in ranges)]
    better: Found = {}
    unknown = []
    for other in known:
        if fits := _meant(other, budget):
            better = _likelier(better, fits)
        else:
            unknown.append(" ".join(word.text for word in other))
    for text in [] if is_again else unknown[:RESPACED_AGAIN]:
        better = _likelier(better, _respaced(text, words(text), {}, budget, is_again=True))
    return better


def _meant(other: Sequence[Asked], budget: Budget) -> Found:
    """The customers who fit what may have been meant."""
    pairs = list(pairwise(other))
    found = _as_written(other, pairs) if budget.takes(2 * len(pairs) + 1) else {}
    is_told_by_one = len(other) == 1 or any(word.is_long_code for word in other)
    if found or not is_told_by_one or not budget.takes(len(other) + 1):
        return found
    strict = _by_words(other)
    return _rank(other, strict, _likest(strict.values()))


def _doubted(asked: Sequence[Asked], found: Found) -> set[str]:
    """Words that are more than one slip away from all those of the customer who fits best."""
    best = _best_of(found)
    if best.likeness >= BEGUN:
        return set()
    others = (*keys_of(best.name), *keys_of(best.address))
    return {word.text for word in telling(asked) if not any(map(word.is_near, others))}


def _renumbered(asked: Sequence[Asked], found: Found) -> Found:
    """The customers in the street whose number is a digit away, unless enough are at the very number."""
    near = {
        tokens.pair(street.key, number): house.likeness(number)
        for street, house in pairwise(asked)
        if house.is_number and not street.is_code and _at_number(house, found) < ENOUGH
        for number in meant.near_numbers(house.text)
    }
    hits = {pk: near[token] for token, pk in lookups.tokens_among(list(near))} if near else {}
    return _rank(asked, {}, [pk for pk in nlargest(CANDIDATES, hits, key=hits.__getitem__) if pk not in found])


def _at_number(house: Asked, found: Found) -> int:
    """How many fit nearly, and have a number that begins so."""
    return sum(fit.likeness >= NEARLY and house.best(keys_of(fit.address)) >= BEGUN for fit in found.values())


def _brought(word: Asked) -> Hits:
    """Customers that one word brings as it is written; a code also as the end of a telephone, and as a document without
    where it was issued."""
    if not word.is_code:
        return dict.fromkeys(lookups.begun_by(*word.strict()), 1.0)
    end = tokens.without_extension(word.text)[-tokens.LONGEST_END :]
    found = lookups.coded(tokens.CODE + word.text, tokens.CODE + end, *word.strict())
    if tokens.LEAST_END <= len(word.text) < tokens.LONGEST_END and word.text.isdecimal():
        found += lookups.between(*meant.begun(tokens.END + word.text[::-1]))
    return dict.fromkeys(found, 1.0)


def _likest(hits: Iterable[Hits]) -> list[int]:
    """Keys of the customers whom most of the look-ups bring and who are most alike; a look-up that brings few counts
    for more."""
    worth: dict[int, float] = defaultdict(float)
    for each in hits:
        share = 1 / max(1, len(each))
        for pk, likeness in each.items():
            worth[pk] += likeness * share
    return nlargest(CANDIDATES, worth, key=worth.__getitem__)


def _best_of(found: Found) -> Fit:
    return max(found.values(), default=NOBODY)


def _likelier(found: Found, others: Found) -> Found:
    """Both, each customer as he fits better."""
    return found | {pk: fit for pk, fit in others.items() if pk not in found or fit > found[pk]}


def _rank(asked: Sequence[Asked], hits: Mapping[str, Hits], candidates: Iterable[int]) -> Found:
    """The candidates that are alike enough; `hits` says whom each word brought, which is all that is known of a code.
    One query."""
    keys = list(candidates)
    if not keys:
        return {}
    found = {}
    for pk, name, address in lookups.named(keys):
        own = keys_of(name)
        brought = [word for word, theirs in hits.items() if pk in theirs] if hits else ()
        likeness = _likeness(asked, brought, own, address)
        if likeness >= POSSIBLE:
            found[pk] = Fit(likeness, _is_in_turn(asked, own), name, address)
    return found


def _loaded(keys: Sequence[int]) -> list[Customer]:
    """The customers of these keys, in their order, with their zones."""
    by_key = {customer.pk: customer for customer in lookups.loaded(keys)} if keys else {}
    return [by_key[pk] for pk in keys if pk in by_key]


def _likeness(asked: Sequence[Asked], brought: Container[str], own: Sequence[str], address: str) -> float:
    """How well a customer fits the question, from 0 to 1: the mean over its words, by their weights.

    A word of the name is one of them only: who is called Mamani Mamani has it twice.
    """
    total, rest, left = 0.0, [*own], []
    for word in asked:
        if word.in_pair in rest:
            rest.remove(word.in_pair)
            total += word.weight
        elif word.is_code and word.text in brought:
            total += word.weight
        else:
            left.append(word)
    for word in left:
        in_name = word.best(rest)
        if in_name < IN_ADDRESS:
            in_name = max(in_name, IN_ADDRESS * word.best(keys_of(address)))
        total += word.weight * in_name
    return total / sum([word.weight for word in asked])


def _is_in_turn(asked: Sequence[Asked], own: Sequence[str]) -> bool:
    name, at = f" {' '.join(own)}", 0
    for word in asked:
        at = name.find(word.in_turn, at) + 1
        if not at:
            return False
    return True


@lru_cache(maxsize=20_000)
def keys_of(text: str) -> tuple[str, ...]:
    """The phonetic keys of the words of a name or an address; its numbers as they are."""
    return tuple(key for part in text.split() for key in _keys_of(part))


@lru_cache(maxsize=20_000)
def _keys_of(part: str) -> list[str]:
    keys = [word if tokens.is_code(word) else tokens.sound(word) for word in tokens.words(part)]
    return [key for key in keys if key]  # an H alone has no sound
