"""`{% url %}` as Django's, remembered: docs/decisions/0044-tags-that-remember.md. Known to every template."""

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape

from arraigo.web import links

register = template.Library()


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
    node = django_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)
