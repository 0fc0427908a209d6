"""The tokens under which a customer is found: phonetic keys of words, and codes by their end.

Tokens are lower-case letters and digits only, so that every collation orders them alike and a range
of them is a prefix. The first letter says what a token is: `n` the phonetic key of a word, `t` the
second half of such a key (one slip of the pen leaves the first or the second half whole), `d` a code
or number, `e` the end of a telephone backwards. Two words stand together in `p` (both keys): two of a name,
either first; one of the name and one of the address; neighbours in the address, and each with its number, either
first. What is common is rare in pairs. `q` is a key, or a number, and the second half of the other word.
"""

import re
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache
from itertools import pairwise, permutations, product

WORD, TAIL, CODE, END, PAIR, PAIR_TAIL = "n", "t", "d", "e", "p", "q"
LEAST_END, LONGEST_END = 4, 8
"""Last digits of a telephone from which on it is found, and how many are kept."""
EXTENSIONS = frozenset({"lp", "cb", "sc", "or", "pt", "tj", "ch", "be", "pd"})
"""Where a document was issued: written behind its number, or not."""
WITH_EXTENSION = re.compile(rf"^(?:{'|'.join(sorted(EXTENSIONS))})?(\d{{4,}})(?:{'|'.join(sorted(EXTENSIONS))})?$")
BETWEEN = "0"
"""Stands between the two of a pair: a key has letters only, so that a number ends before it."""
MOST_IN_PAIRS = 5
"""Words of a name that are paired."""
LONGEST = 40
FORGIVEN_FROM = 4
"""Letters from which on a word's slips are forgiven."""
SMALL_WORDS = frozenset({"de", "del", "la", "las", "los", "el", "y", "e", "av", "c", "n", "o", "no", "nro"})
"""Words that tell nothing: N.º is `n` and `o`."""
STREET_WORDS = frozenset({"calle", "avenida", "avda", "pasaje", "pje"})
"""Words with which half of all addresses begin. A name may be one: Calle is a surname."""
IN_ADDRESSES = SMALL_WORDS | STREET_WORDS
NUMERO = re.compile(r"^(nro|no|n)(?=\d)")
_SOUNDS = [
    (r"ll", "y"),
    (r"qu(?=[ei])", "k"),
    (r"gu(?=[ei])", "g"),
    (r"ph", "f"),
    (r"sh", "s"),
    (r"ch", "1"),
    (r"c(?=[ei])", "s"),
    (r"g(?=[ei])", "j"),
    (r"[cq]", "k"),
    (r"[zx]", "s"),
    (r"v", "b"),
    (r"w", "u"),
    (r"y", "i"),
    (r"h", ""),
    (r"n(?=[bp])", "m"),
    (r"(.)\1+", r"\1"),
    (r"1", "ch"),
]
_SOUND_RULES = [(re.compile(pattern), sound) for pattern, sound in _SOUNDS]


def fold(text: str) -> str:
    """`text` in lower case, without accents; ñ becomes n. Letters of other scripts are left out."""
    return unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()


def words(text: str) -> list[str]:
    """The folded words of `text`: letters and digits only; of Nº1358 the number."""
    return [NUMERO.sub("", word) for word in re.findall(r"[a-z0-9]+", fold(text))]


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """The phonetic key of a folded word: Spanish letters that sound alike become one."""
    for pattern, replacement in _SOUND_RULES:
        word = pattern.sub(replacement, word)
    return word


def is_code(word: str) -> bool:
    """Whether the word is a code or number rather than a word of a language."""
    return any(letter.isdigit() for letter in word)


def code(text: str) -> str:
    """A code or number without its punctuation: `7590-VHVEG` is `7590vhveg`."""
    return "".join(words(text))


def without_extension(word: str) -> str:
    """A document without where it was issued, written before or behind it: of `lp5123456` the number."""
    return WITH_EXTENSION.sub(r"\1", word)


def of_words(text: str, passed: Container[str] = SMALL_WORDS) -> set[str]:
    """The tokens of a name or an address, word by word, but for the words `passed` over."""
    keys = _keys(text, passed)
    found = {CODE + number for number in _numbers(text)} | {WORD + key for key in keys}
    found |= {TAIL + tail(key) for key in keys if len(key) >= FORGIVEN_FROM}
    return {token[:LONGEST] for token in found}


def of_pairs(name: str, address: str) -> set[str]:
    """The tokens of two words: of the name, either first; of the name and the address; of the address as it is
    written, and with its numbers, either first."""
    own = _keys(name, SMALL_WORDS)[:MOST_IN_PAIRS]
    place = _keys(address, IN_ADDRESSES)[:MOST_IN_PAIRS]
    numbered = list(product(_numbers(address), place))
    turned = [*permutations(own, 2), *numbered]
    found = {pair(*two) for two in (*turned, *product(own, place), *pairwise(place))}
    found |= {pair(key, number) for number, key in numbered}
    return found | {pair_tail(first, tail(second)) for first, second in turned if len(second) >= FORGIVEN_FROM}


def _keys(text: str, passed: Container[str]) -> list[str]:
    """The phonetic keys of the words of `text` that are neither numbers nor `passed` over."""
    heard = [sound(word) for word in words(text) if not is_code(word) and word not in passed]
    return [key for key in heard if key]


def _numbers(text: str) -> set[str]:
    """The numbers of a text, and what is written as one: of 12-B, `12` and `12b`."""
    return {word for part in text.split() for word in (*words(part), code(part)) if is_code(word)}


def pair(first: str, second: str) -> str:
    """The token of two keys, or of a key and a number; or what it begins with where `second` is only begun."""
    return (PAIR + first + BETWEEN + second)[:LONGEST]


def pair_tail(first: str, second_half: str) -> str:
    """The token of a key and the second half of another one."""
    return (PAIR_TAIL + first + BETWEEN + second_half)[:LONGEST]


def of_codes(texts: Iterable[str]) -> set[str]:
    """The tokens of documents, customer numbers and product numbers: whole, and their longer numbers."""
    found = set()
    for text in texts:
        found.add(code(text))
        found |= {part for part in words(text) if is_code(part) and len(part) >= 4}
        found |= set(re.findall(r"\d{4,}", text))
    return {(CODE + each)[:LONGEST] for each in found if each}


def of_phones(numbers: Iterable[str]) -> set[str]:
    """The tokens of telephones: their last 7 and last 8 digits, so that no prefix has to be known, and the last 8
    backwards, for who knows only how they end.
    """
    digits = ["".join(re.findall(r"\d", number)) for number in numbers]
    found = {CODE + each[-length:] for each in digits for length in (7, 8) if len(each) >= length}
    return found | {END + each[::-1][:LONGEST_END] for each in digits if len(each) >= LEAST_END}


def tail(key: str) -> str:
    """The second half of a key."""
    return key[(len(key) + 1) // 2 :]


def after(prefix: str) -> str:
    """The first text behind all tokens that begin with `prefix`."""
    last = prefix[-1]
    if last == "z":  # "{" comes next in ASCII, but punctuation counts for nothing in other collations.
        return prefix + "z" * LONGEST
    return prefix[:-1] + ("a" if last == "9" else chr(ord(last) + 1))
