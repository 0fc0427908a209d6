"""What the pages of the evaluation show of figures and judgements."""

from collections.abc import Iterable
from typing import Any

from django import template

from arraigo.insight import words
from arraigo.web.management.lists import judgement

register = template.Library()


@register.filter
def first_judgement(case: Any) -> Any:
    """The case's judgement at 30 days; None where it is not judged yet."""
    return judgement(case, again=False)


@register.filter
def second_judgement(case: Any) -> Any:
    """The case's judgement at 90 days; None where it is not judged again yet."""
    return judgement(case, again=True)


@register.filter
def kind_name(key: str) -> str:
    """The name of what is offered, promised or given."""
    return words.kind(key)


@register.filter
def leaving_reason(key: str) -> str:
    """The name of a reason of a case or a termination."""
    return words.reason(key)


@register.filter
def total(counts: Iterable[int]) -> int:
    """The sum of several counts."""
    return sum(counts)
