"""Icons and form fields, drawn one way everywhere."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from arraigo.eventlog.models import Event
from arraigo.messages import sentences
from arraigo.messages.models import Notice
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention.sources import Sourced
from arraigo.web import drafts
from arraigo.web.cases import telling
from arraigo.web.templatetags.show import day

register = template.Library()

PLAIN, SELECT, CHECK = "form-control", "form-select", "form-check-input"
CLASSES = {
    "select": SELECT,
    "checkbox": CHECK,
    "radio": CHECK,
    "range": "form-range",
    "hidden": "",
}
"""Tabler's class by the input type of a widget; `form-control` for all others."""


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """One icon of the sprite, hidden from readers: the words beside it say the same."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("dist/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def drafted(context: Context, page: str) -> QueryDict:
    """What was typed into the form that posts to `page` and was not sent; empty where nothing was."""
    return drafts.all_of(context["request"]).get(page) or QueryDict()


def kind(bound: BoundField) -> str:
    """How a field is laid out: hidden, check (one box), group (several boxes), or plain."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if widget.use_fieldset and hasattr(widget, "choices"):
        return "group"
    return "check" if getattr(widget, "input_type", "") == "checkbox" else "plain"


@register.simple_tag
def sentence(notice: Notice) -> str:
    """What a notice says."""
    return sentences.sentence(notice.kind, notice.data, notice.case_number)


@register.inclusion_tag("web/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """One field with label, help and errors at it, joined by aria-describedby."""
    return {"field": bound, "kind": kind(bound), "control": control(bound)}


@register.inclusion_tag("web/source.html")
def source(bound: BoundField) -> dict[str, Any]:
    """What the document says of a field, behind a small question mark; nothing where it says nothing."""
    said = bound.form.says(bound.name) if isinstance(bound.form, Sourced) else []
    return {"said": said, "label": bound.label}


@register.inclusion_tag("web/source.html")
def source_of(policy: Policy, source: str, label: str) -> dict[str, Any]:
    """What the document says at `source`, behind a small question mark beside `label`."""
    return {"said": policy.says(source), "label": label}


@register.inclusion_tag("web/says.html")
def says(policy: Policy, sources: Iterable[str]) -> dict[str, Any]:
    """The document's own sentences at `sources`, one after the other."""
    return {"said": policy.says(*sources)}


@register.inclusion_tag("web/fields.html")
def fields(form: Any) -> dict[str, Any]:
    """All fields of a form, with the errors that belong to none on top."""
    return {"form": form}


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """The input itself with Tabler's class, marked invalid where it has errors."""
    input_type = getattr(bound.field.widget, "input_type", "")
    names = [bound.field.widget.attrs.get("class", ""), CLASSES.get(input_type, PLAIN)]
    if bound.errors:
        names.append("is-invalid")
    return bound.as_widget(attrs={"class": " ".join(filter(None, names))})


@register.simple_tag
def filter_control(bound: BoundField) -> SafeString:
    """The input of a list's filter; a text says inside the box what it looks for."""
    css = CLASSES.get(getattr(bound.field.widget, "input_type", ""), PLAIN)
    drawn = {"select": _select, "text": _text}.get(bound.widget_type)
    return drawn(bound, css) if drawn else bound.as_widget(attrs={"class": css})


def _text(bound: BoundField, css: str) -> SafeString:
    """A text drawn at once, without the three templates of Django."""
    field: Any = bound.field
    widget = field.widget
    attrs = {
        **widget.attrs, "type": widget.input_type, "name": bound.html_name, "id": bound.id_for_label, "class": css,
        "maxlength": field.max_length, "placeholder": bound.label, "value": bound.value() or "",
    }  # fmt: skip
    return format_html("<input {}>", format_html_join(" ", '{}="{}"', attrs.items()))


def _select(bound: BoundField, css: str) -> SafeString:
    """A choice drawn at once: Django renders a template for each of its options, and lists show many."""
    chosen, choices = str(bound.value() or ""), getattr(bound.field.widget, "choices", ())
    options = format_html_join(
        "", '<option value="{}"{}>{}</option>',
        ((value, " selected" if str(value) == chosen else "", label) for value, label in choices),
    )  # fmt: skip
    name, key = bound.html_name, bound.id_for_label
    return format_html('<select name="{}" class="{}" id="{}">{}</select>', name, css, key, options)


TONES = {
    "success": (
        "applied",
        "accepted",
        "evaluated",
        "kept",
        "approved",
        "passed",
        "active",
        "paid",
        "completed",
        "resolved",
        "closed",
        "delivered",
        "content",
    ),
    "info": ("running", "inProgress", "open", "entered", "issued", "acknowledged", "scheduled", "case", "calling"),
    "warning": (
        "held",
        "pending",
        "waiting",
        "suspended",
        "not_reached",
        "uncertain",
        "unbilled",
        "pendingActive",
    ),
    "danger": ("refused", "failed", "broken", "termination", "terminated", "rejected"),
}
TONE_OF = {state: tone for tone, states in TONES.items() for state in states}


@register.simple_tag
def state(value: str, label: str = "") -> SafeString:
    """A state as a coloured word; the word says what the colour says."""
    return _state(str(value), str(label or value))


@lru_cache(maxsize=500)
def _state(value: str, label: str) -> SafeString:
    return format_html('<span class="state state-{}">{}</span>', TONE_OF.get(value, "plain"), label)


@register.simple_tag
def rule(fired: Any, version: str) -> SafeString:
    """The rule of a decision table behind a verdict, in the words of the procedure; its code is in the tooltip."""
    text = fired.rule_text or fired.rule
    return format_html(
        '<span class="text-secondary small" title="{} · {}">{}: {}</span>', fired.rule, version, _("Rule"), text
    )


@register.simple_tag
def rule_mark(fired: Any, version: str, number: int) -> SafeString:
    """As `rule` where there is no room: of the version the number alone, its name in the tooltip with the code."""
    return format_html(
        '<span class="text-secondary rule-mark" title="{} · {}">{} v{}: {}</span>',
        fired.rule, version, _("Rule"), number, fired.rule_text or fired.rule,
    )  # fmt: skip


@register.simple_tag
def product_state(product: Product) -> SafeString:
    """The state of a product; that its baja is requested, where it is, or when the product ended.

    Prefetch `terminations` where many are shown.
    """
    asked = product.leaving_since
    if asked is not None:
        return state("pending", _("Termination requested %(day)s") % {"day": day(asked)})
    label = str(product.get_status_display())
    if product.status == Product.Status.TERMINATED and product.ended_on:
        label = f"{label} · {day(product.ended_on)}"
    return state(product.status, label)


@register.filter
def told(event: Event) -> str:
    """What an event says happened."""
    return telling.what(event)


@register.filter
def details(event: Event) -> list[str]:
    """The lines below an event's title."""
    return telling.details(event)


@register.filter
def outcome(value: str, element: str = "") -> str:
    """A step's outcome in words."""
    return telling.outcome(value, element)
