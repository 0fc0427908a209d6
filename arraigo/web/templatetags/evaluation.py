"""What the pages of the evaluation show of figures and judgements."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from arraigo.insight import words
from arraigo.web import links
from arraigo.web.management.lists import judgement
from arraigo.web.templatetags.show import month as month_in_words

register = template.Library()


NONE = mark_safe('<span class="text-secondary">0</span>')
NO_SHARE = mark_safe('<span class="text-secondary">—</span>')

# Tags and not included templates: a month has some two hundred counts.


@register.simple_tag
def cases_count(count: int | None, month: dt.date, figure: str, words: str, **choice: str) -> SafeString:
    """A count that leads to its cases, of the kind and group of `choice`; `words` say for readers whose it is.

    None is a count that nobody made.
    """
    if not count:
        return NONE if count == 0 else NO_SHARE
    address = links.to("evaluation_cases", month, figure)
    return _linked(count, f"{address}?{urlencode(choice)}" if choice else address, words)


@register.simple_tag
def terminations_count(count: int, month: dt.date, figure: str) -> SafeString:
    """A month's count of terminations that leads to them."""
    if not count:
        return NONE
    return _linked(count, links.to("evaluation_terminations", month, figure), month_in_words(month))


def _linked(count: int, address: str, words: str) -> SafeString:
    return format_html('<a href="{}"><span class="visually-hidden">{}: </span>{}</a>', address, words, count)


@register.simple_tag
def share_bar(share: int | None) -> SafeString:
    """A share in per cent as a small bar with its number."""
    if share is None:
        return NO_SHARE
    return format_html(
        '<span class="share"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="share-ground" width="100" height="8"/><rect class="share-part" width="{0}" height="8"/></svg>'
        " {0} %</span>",
        share,
    )


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
