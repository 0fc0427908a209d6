"""What frames every page and differs only by role: drawn once for each, and kept."""

from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from arraigo.people.models import User
from arraigo.web import access, nav

register = template.Library()


@register.simple_tag(takes_context=True)
def side_bar(context: Context) -> SafeString:
    """The pages that the person may open; the one shown is marked."""
    request, roles = context.get("request"), _roles(context)
    return _drawn(
        "web/side_bar.html", roles, nav.active(roles, request.path) if request else frozenset(), get_language()
    )


@register.simple_tag(takes_context=True)
def keys(context: Context) -> SafeString:
    """The list of keys, with those of the person's pages."""
    return _drawn("web/keys.html", _roles(context), frozenset(), get_language())


def _roles(context: Context) -> frozenset[str]:
    user = context.get("user")
    return user.standings if isinstance(user, User) else frozenset()


@lru_cache(maxsize=500)
def _drawn(name: str, roles: frozenset[str], active: frozenset[str], language: str | None) -> SafeString:
    can_search = not roles.isdisjoint(access.CUSTOMER_READERS)
    return render_to_string(name, {"navigation": nav.entries(roles), "active": active, "can_search": can_search})
