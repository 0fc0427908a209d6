"""The words of a question, where each is looked for in the token table, and what else may have been meant by them."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from arraigo.customers import tokens

MOST_WORDS = 6
LEAST_BEGUN, LEAST_CODE = 3, 4
"""Letters, and digits of a code, from which on what begins with them is found too."""
MOST_BEGUN = 4
"""Letters of a word that may be two, with which the second of a pair is looked up."""
LEAST_PART = 2
"""Letters of a word that was written together with another one."""
LONGEST_NUMBER = 5
"""Digits of a number that may be a house's."""
PASSED = tokens.SMALL_WORDS | {"sr", "sra", "srta", "don", "dona", "senor", "senora"}
"""Words that tell nothing in a question."""

WITH_INTERNAL = re.compile(
    r"^([\s\d()+.,-]{7,}?)\s*(?:int|interno|ext|extensi[oó]n|anexo)\.?\s*\d{1,4}\s*$", re.IGNORECASE
)
"""A telephone with the number of an extension behind it, which is not kept."""
BEGUN, SLIPPED = 0.95, 0.9
"""Likeness of a word that was only begun, and weight of one with a slip."""
DIGITS_TURNED, DIGIT_WRONG = 0.9, 0.8
"""Likeness of two numbers that are the same but for the order of two digits; for one digit."""

Range = tuple[str, str]
"""The first token, and the first one behind the last."""


@dataclass(frozen=True)
class Slip:
    """Where a word with one slip is looked for, one half of it being whole."""

    key: str
    begun: Range
    """Where the tokens lie that begin as its first half."""
    begun_more: Range
    """Those of them that begin with its middle letter, too."""
    ends: Sequence[str]
    """The three tokens that end as it does: a letter may be missing, or be too many, before; and the whole one with
    the two letters in the middle exchanged, which leaves neither half whole."""
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

    @cached_property
    def in_pair(self) -> str:
        """How a pair holds the word."""
        return self.text if self.is_code else self.key

    @property
    def is_forgiven(self) -> bool:
        """Whether it is long enough for a slip to leave something of it."""
        return not self.is_code and len(self.key) >= tokens.FORGIVEN_FROM

    @cached_property
    def in_turn(self) -> str:
        """How the word, perhaps only begun, stands among others."""
        return " " + self.in_pair

    @cached_property
    def is_number(self) -> bool:
        """Whether it may be the number of a house."""
        return self.text.isdecimal() and len(self.text) <= LONGEST_NUMBER

    @cached_property
    def is_long_code(self) -> bool:
        """Whether it is more than the number of a house or the end of a telephone."""
        return self.is_code and len(self.text) > LONGEST_NUMBER

    @cached_property
    def weight(self) -> float:
        """How much the word counts beside others: a letter or two are hardly begun, a long number says who it is."""
        if self.is_code:
            return 2.0 if self.is_long_code else 1.0
        return min(len(self.key), LEAST_BEGUN) / LEAST_BEGUN

    @cached_property
    def may_be_begun(self) -> bool:
        return self.is_last or len(self.in_pair) >= LEAST_BEGUN

    def strict(self) -> Range:
        """Tokens that are this word, or begin with it."""
        if self.is_code:
            own, is_begun = tokens.CODE + self.text, len(self.text) >= LEAST_CODE
        else:
            own, is_begun = tokens.WORD + self.key, len(self.key) >= LEAST_BEGUN - self.is_last
        return begun(own) if is_begun else (own, own + tokens.BETWEEN)

    def forgiving(self) -> Slip:
        """Tokens that are this word but for one slip."""
        return _slip(self.key, tokens.WORD, tokens.TAIL)

    def is_near(self, key: str) -> bool:
        """Whether the word begins as `key` does, or is at most one slip away from it."""
        own = self.in_pair
        if own == key or (self.may_be_begun and key.startswith(own)):
            return True
        return len(own) >= LEAST_BEGUN and OSA.distance(own, key, score_cutoff=1) <= 1

    def best(self, keys: Iterable[str]) -> float:
        """Likeness, from 0 to 1, of the word and the one of the keys most like it."""
        known, best = self._likenesses, 0.0
        for key in keys:
            if (found := known.get(key)) is None:
                found = known[key] = self.likeness(key)
            if found > best:
                best = found
        return best

    @cached_property
    def _likenesses(self) -> dict[str, float]:
        """By key; worked out once, since customers share their names and streets."""
        return {}

    def likeness(self, key: str) -> float:
        """Likeness, from 0 to 1, of the word and a key; codes are other codes where one letter is another, and the
        number of a house where two digits are."""
        own = self.in_pair
        if own == key:
            return 1.0
        if self.may_be_begun and key.startswith(own):
            return BEGUN
        if self.is_number:
            return _of_numbers(own, key)
        return 0.0 if self.is_code or key[0].isdecimal() else SLIPPED * fuzz.ratio(own, key) / 100


def _of_numbers(one: str, other: str) -> float:
    if not other.isdecimal() or OSA.distance(one, other, score_cutoff=1) > 1:
        return 0.0
    return DIGITS_TURNED if sorted(one) == sorted(other) else DIGIT_WRONG


def words(text: str) -> list[Asked]:
    """The words asked for. A number written in groups is one word, and so is a code with dashes."""
    found = _parts(text)
    found = [word for at, word in enumerate(found) if found[:at].count(word) < 2]  # Mamani Mamani
    heard = [word for word in found if tokens.is_code(word) or (tokens.sound(word) and not _is_one_letter(word))]
    passed = PASSED | tokens.EXTENSIONS if any(map(tokens.is_code, heard)) else PASSED
    # A single letter at the end is the beginning of a word.
    end = len(heard) - 1
    telling = [word for at, word in enumerate(heard) if word not in passed or (at == end and len(word) == 1)] or heard
    return [Asked(word, is_last=at == len(telling)) for at, word in enumerate(telling, 1)][:MOST_WORDS]


def telling(asked: Sequence[Asked]) -> list[Asked]:
    """Those that half of all addresses do not have."""
    return [word for word in asked if word.text not in tokens.STREET_WORDS]  # Calle is a surname, too


def _parts(text: str) -> list[str]:
    text = WITH_INTERNAL.sub(r"\1", text)
    if not any(letter.isalpha() for letter in text):
        return [code] if (code := tokens.code(text)) else []
    parts = [[tokens.code(part)] if tokens.is_code(part) else tokens.words(part) for part in text.split()]
    return [word for part in parts for word in part if word]


def _is_one_letter(word: str) -> bool:
    """Whether it is a key held down."""
    return len(word) > 2 and len(set(word)) == 1


def pair(first: Asked, second: Asked) -> Range:
    """Tokens of both words, the second perhaps only begun."""
    return begun(tokens.pair(first.in_pair, second.in_pair))


def pair_with_slip(first: Asked, second: Asked) -> Slip:
    """Tokens of both words, the second with a slip."""
    return _slip(second.key, tokens.pair(first.in_pair, ""), tokens.pair_tail(first.in_pair, ""))


def _slip(key: str, before: str, before_end: str) -> Slip:
    """Where `key` with one slip is looked for, behind `before`, or its end behind `before_end`."""
    size = len(key)
    half = size // 2
    ends = [before_end + key[-((size + more) // 2) :] for more in (-1, 0, 1)]
    turned = before + key[: half - 1] + key[half] + key[half - 1] + key[half + 1 :]
    return Slip(key, begun(before + key[:half]), begun(before + key[: (size + 1) // 2]), [*ends, turned], len(before))


def begun(prefix: str) -> Range:
    return prefix, tokens.after(prefix)


def respaced(text: str, doubted: Collection[str]) -> Iterator[list[Asked]]:
    """The question with a space less, or at another place; or with one more in the words `doubted`.

    Where a space is one letter away, or a letter stands in its place, that is one slip, too.
    """
    parts = _parts(text)[: 2 * MOST_WORDS]
    for at, two in enumerate(pairwise(parts)):
        for instead in _joined(*two):
            yield words(" ".join([*parts[:at], *instead, *parts[at + 2 :]]))
    for at, part in enumerate(parts):
        if part in doubted:
            for instead in _parted(part):
                yield words(" ".join([*parts[:at], *instead, *parts[at + 1 :]]))


def new_in(other: Sequence[Asked], asked: Sequence[Asked]) -> list[Range]:
    """Where the words lie that `other` has and the question has not; of two such the second is perhaps followed by
    more."""
    before, told = {word.text for word in asked}, telling(other)
    new = [word for word in told if word.text not in before]
    if codes := [word.strict() for word in new if word.is_long_code]:
        return codes
    if between := [two for two in pairwise(told) if two[0] in new and two[1] in new]:
        return [begun(tokens.pair(one.in_pair, two.in_pair[:MOST_BEGUN])) for one, two in between]
    beside = [two for two in pairwise(told) if two[0] in new or two[1] in new]
    return [pair(*two) for two in beside] or [word.strict() for word in new]


def _joined(one: str, other: str) -> Iterator[Sequence[str]]:
    if one.isalpha() and other.isalpha():
        yield (one + other,)
        yield one[:-1], one[-1] + other
        yield one + other[0], other[1:]
    elif one.isdecimal() or len(one) == 1:
        yield (one + other,)


def _parted(word: str) -> Iterator[Sequence[str]]:
    """A name in two; a number from the street before it."""
    cuts = range(LEAST_PART, len(word) - LEAST_PART + 1)
    if not word.isalpha():
        yield from ((word[:cut], word[cut:]) for cut in (len(word.rstrip("0123456789")),) if word[:cut].isalpha())
        return
    yield from ((word[:cut], word[cut:]) for cut in cuts)
    yield from ((word[:cut], word[cut + 1 :]) for cut in cuts[:-1])


def near_numbers(number: str) -> set[str]:
    """The numbers of one digit less, more, another, or two in the wrong order."""
    digits, found = "0123456789", set[str]()
    for at in range(len(number) + 1):
        before, after = number[:at], number[at:]
        found |= {before + digit + after for digit in digits}
        if after:
            found |= {before + after[1:], *(before + digit + after[1:] for digit in digits)}
        if len(after) > 1:
            found.add(before + after[1] + after[0] + after[2:])
    return found - {number, ""}
