"""Which names a ZEN expression uses, and whether they exist: ZEN itself takes an unknown name for null."""

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

import zen

from arraigo.engine.expressions import first_line

TOKEN = re.compile(
    r"""
    (?P<template>`[^`]*`) |
    (?P<text>'(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*") |
    (?P<name>(?<![\w.)\]\#$])[A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_]\w*)*)
    (?P<call>\s*\()?
    """,
    re.VERBOSE,
)
KEY = re.compile(r"[{,]\s*$")
WORDS = {"true", "false", "null", "and", "or", "not", "in"}


def names(expression: str) -> Iterator[str]:
    """The dotted names that `expression` reads, functions, texts and its own `$` left out."""
    for found in TOKEN.finditer(expression):
        if found["template"]:
            for inner in re.findall(r"\$\{([^}]*)\}", found["template"]):
                yield from names(inner)
        elif found["name"] and not _is_no_fact(expression, found):
            yield re.sub(r"\s", "", found["name"])


def _is_no_fact(expression: str, found: re.Match[str]) -> bool:
    name = found["name"]
    if name in WORDS or name == "$" or name.startswith("$."):
        return True
    is_call = bool(found["call"]) and "." not in name
    is_key = bool(KEY.search(expression[: found.start()])) and expression[found.end() :].lstrip().startswith(":")
    return is_call or is_key


def unknown(expression: str, facts: Set[str], policy: Mapping[str, Any]) -> list[str]:
    """The names in `expression` that are neither a fact nor a policy value."""
    return [name for name in names(expression) if not (name in facts or _in_policy(name, policy))]


def _in_policy(name: str, policy: Mapping[str, Any]) -> bool:
    first, *path = name.split(".")
    value: Any = policy
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return False
        value = value[part]
    return first == "policy" and bool(path)


def fault(expression: str, *, unary: bool = False) -> str:
    """Why ZEN cannot read `expression`; empty where it can. `unary`: a test, as in a table's cell."""
    try:
        (zen.compile_unary_expression if unary else zen.compile_expression)(expression)
    except RuntimeError as error:
        found = re.search(r'"source":"(.*?)"\}', first_line(error))
        return found[1] if found else first_line(error)
    return ""
