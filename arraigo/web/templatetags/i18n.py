"""Django's tags for translations; `translate` looks a text up once for each language, not at every showing.

The name is Django's, so that `{% load i18n %}` loads this: docs/decisions/0044-tags-that-remember.md.
"""

from typing import Any

from django import template
from django.template import Context, Node
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Words(Node):
    """A text that never changes but with the language."""

    child_nodelists = ()

    def __init__(self, node: i18n.TranslateNode) -> None:
        self.asvar, node.asvar = node.asvar, None
        self.node = node
        self.known: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        text = self.known.get(language)
        if text is None:
            text = self.known[language] = self.node.render(context)
        if not self.asvar:
            return text
        context[self.asvar] = text
        return ""


@register.tag("trans")
@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "text" %}`, as Django's, also with `context` and `as`."""
    node: Any = i18n.do_translate(parser, token)
    fixed = node.filter_expression.var.literal is not None and not node.filter_expression.filters
    context = node.message_context
    return Words(node) if fixed and (context is None or not context.is_var) else node
