"""Translations and addresses in templates, which are remembered, are those that Django gives."""

import pytest
from django.template import Context, Template, engines
from django.template.engine import Engine
from django.urls import NoReverseMatch
from django.utils.translation import override

pytestmark = pytest.mark.one_database
TEXTS = (
    '{% translate "Sign out" %}',
    '{% translate "Sign out" as word %}<{{ word }}>',
    '{% translate "Paid" context "an amount" %}',
    '{% translate "100 %% <b>" %}',
    "{% translate name %}",
    '{% translate "My tray" noop %}',
)
ADDRESSES = (
    '{% url "case" number %}',
    '{% url "step" number 7 as page %}{{ page }}',
    '{% url "nowhere" as page %}[{{ page }}]',
    '{% url "customer" number=number %}',
    '{% url "admin:index" %}',
)
DJANGO = Engine(libraries={"i18n": "django.templatetags.i18n"})
SHOWN = {"number": "RET-2026-000001", "name": "My team"}


def ours(text: str) -> Template:
    return engines["django"].engine.from_string(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", [*TEXTS, *ADDRESSES])
def test_the_same_as_django_in_both_languages_again_and_again(text: str) -> None:
    quick, plain = ours(text), DJANGO.from_string("{% load i18n %}" + text)
    for language in ("es-bo", "en", "es-bo"):
        with override(language):
            assert quick.render(Context(SHOWN)) == plain.render(Context(SHOWN))


def test_an_unknown_page_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        ours('{% url "nowhere" %}').render(Context(SHOWN))
