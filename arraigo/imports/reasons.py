"""Why a row, or what a form tells, breaks a rule of its kind: pydantic's errors in a person's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError


def problems(error: ValidationError, told: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Field, value as the file has `told` it, and reason of each thing that is wrong with a row, once."""
    found = ((str(each["loc"][0]) if each["loc"] else "", reason_of(each)) for each in error.errors(include_url=False))
    return [(field, told.get(field, "")[:200], reason) for field, reason in dict.fromkeys(found)]


def broken_rules(row: type[BaseModel], told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rules of `row` that break with the values `told`: its field (empty: several) and the reason, once each."""
    try:
        row.model_validate(told)
    except ValidationError as error:
        return [(field, reason) for field, _value, reason in problems(error, {})]
    return []


def _shown(each: Any) -> str:
    value = each["input"]
    return value[:200] if isinstance(value, str) else ""


def reason_of(each: Any) -> str:
    """What one of pydantic's errors means to a person."""
    kind, context = each["type"], each.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", each["msg"]))
    if kind in ("enum", "literal_error"):
        return _("“%(value)s” is none of %(values)s") % {
            "value": _shown(each),
            "values": context["expected"].replace(" or ", ", ").replace("'", ""),
        }
    for beginning, sentence in _sentences().items():
        if kind.startswith(beginning):
            return str(sentence % context)
    return _("is not written in the form that is taken")


def _sentences() -> dict[str, str]:
    """Beginning of pydantic's kind of error → what it means to a person."""
    return {
        "missing": _("is missing"),
        "extra_forbidden": _("is not known"),
        "string_type": _("is no text"),
        "string_too_long": _("is longer than %(max_length)s characters"),
        "string_too_short": _("is missing"),
        "string_pattern": _("only letters, digits, blanks and the signs - _ . + are taken"),
        "greater_than_equal": _("is below %(ge)s, the least that is taken"),
        "greater_than": _("is not above %(gt)s"),
        "less_than_equal": _("is above %(le)s, the most that is taken"),
        "less_than": _("is not below %(lt)s"),
        "decimal_max": _("has too many digits, or thousands that cannot be told from decimals"),
        "decimal_whole": _("has too many digits, or thousands that cannot be told from decimals"),
        "decimal": _("is no number"),
        "float": _("is no number"),
        "finite": _("is no number"),
        "int": _("is no whole number"),
        "bool": _("is neither yes nor no"),
        "json": _("is not written as JSON"),
    }
