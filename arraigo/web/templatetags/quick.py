"""`{% translate %}` and `{% url %}` as Django's, but remembered: docs/decisions/0046-tags-that-remember.md.

Known to every template together with Django's other tags for translations: nothing is loaded for them.
"""

from typing import Any

from django import template
from django.template import Context, Node
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags import i18n
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from arraigo.web import links

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


class Address(URLNode):
    """The address of a page of ours; those of other applications, in name spaces, are Django's to find."""

    def render(self, context: Context) -> str:
        name = self.view_name.resolve(context)
        if self.kwargs or ":" in name:
            return super().render(context)
        try:
            found = links.to(name, *[each.resolve(context) for each in self.args])
        except NoReverseMatch:
            if not self.asvar:
                raise
            found = ""
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> Address:
    """`{% url "name" … %}`, as Django's."""
    node = django_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)
