"""How amounts, moments and spans are shown: the operator's way in Spanish, the plain way in English."""

import datetime as dt
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from arraigo import clock
from arraigo.documents.values import phone as grouped
from arraigo.fieldwork.models import NotSolved, Paper, Task
from arraigo.money import bs as to_bs
from arraigo.people.models import Role
from arraigo.retention import amounts, promises
from arraigo.retention.control_form import REASONS
from arraigo.retention.models import Offer, Reason
from arraigo.tickets.models import TroubleTicket
from arraigo.web.customers.words import symptom as symptom_word
from arraigo.web.policy_words import word

register = template.Library()

SPACE = "\N{NO-BREAK SPACE}"
MINUTE = dt.timedelta(minutes=1)
WRITTEN_AMOUNT = re.compile(r"Bs (\d+(?:\.\d+)?)")
"""An amount as a decision table writes it: a point, and no more decimals than it needs."""


@register.filter
def bs(amount: Decimal | int | str | None) -> str:
    """An amount in Bs: "Bs 1.234,50" (es), "Bs 1,234.50" (en); "—" for none."""
    if amount is None or amount == "":
        return "—"
    text = f"{to_bs(amount):,.2f}"
    if (get_language() or "").startswith("es"):
        text = text.translate(str.maketrans(",.", ".,"))
    return f"Bs{SPACE}{text}"


@register.filter
def whole_amounts(text: object) -> str:
    """A text whose amounts in Bs, house numbers and percentages do not break at a line's end; markup stays markup."""
    said = str(text)
    return type(said)(said.replace("Bs ", f"Bs{SPACE}").replace("N.º ", f"N.º{SPACE}").replace(" %", f"{SPACE}%"))


@register.filter
def days_worth(offer: Offer) -> str:
    """The days that an offer compensates and what they are worth; empty for one that is for no number of days."""
    if offer.days is None or offer.month is None:
        return ""
    return whole_amounts(amounts.days_worth(offer.product, offer.month, offer.days))


@register.filter
def written_amounts(text: object) -> str:
    """Why a decision table decided so, its amounts ("Bs 24.88") written as everywhere else ("Bs 24,88")."""
    return WRITTEN_AMOUNT.sub(lambda found: bs(found[1]), str(text))


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """A day as 23/11/2026, in La Paz; "—" for none."""
    if value is None:
        return "—"
    if isinstance(value, dt.datetime):
        value = clock.local(value).date()
    return f"{value:%d/%m/%Y}"


@register.filter
def day_month(value: dt.datetime) -> str:
    """The day of a moment without its year, in La Paz: "23/11"."""
    return f"{clock.local(value):%d/%m}"


@register.filter
def iso_day(text: str) -> str:
    """A day kept as ISO text as 23/11/2026; "—" for none."""
    return day(dt.date.fromisoformat(text)) if text else "—"


@register.filter
def month(value: dt.date | None) -> str:
    """A month as "noviembre 2026"; "—" for none."""
    return "—" if value is None else _in_words(value.replace(day=1), "F Y", get_language())


@register.filter
def month_short(value: dt.date) -> str:
    """A month in three letters: "nov"."""
    return _in_words(value.replace(day=1), "M", get_language()).lower()


@lru_cache(maxsize=1000)
def _in_words(value: dt.date, form: str, language: str | None) -> str:
    """A day in words; the same months come on every page."""
    return date_format(value, form)


@register.filter
def moment(value: dt.datetime | str | None) -> str:
    """A moment in La Paz: the hour alone today, else with its day. Takes ISO text too; "—" for none."""
    if not value:
        return "—"
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    there = clock.local(value)
    if there.date() == clock.today():
        return f"{there:%H:%M}"
    return f"{there:%d/%m/%Y %H:%M}"


@register.filter
def until(due: dt.datetime) -> str:
    """When something promised is due: "26/11/2026 10:00"; of what is due at midnight, the day that ends with it."""
    return promises.until(due)


@register.filter
def hour(value: dt.datetime) -> str:
    """The hour of a moment in La Paz: "12:30"."""
    return f"{clock.local(value):%H:%M}"


@register.filter
def exact(value: dt.datetime | None) -> str:
    """A moment for machines: ISO with the offset of La Paz."""
    return "" if value is None else clock.local(value).isoformat(timespec="seconds")


def span(length: dt.timedelta) -> str:
    """A positive span in its two largest units: "2 d 3 h", "21 h 40 min", "12 min"."""
    minutes = length // MINUTE
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days}{SPACE}d {hours}{SPACE}h"
    if hours:
        return f"{hours}{SPACE}h {minutes}{SPACE}min"
    return f"{minutes}{SPACE}min"


@register.filter
def hours_left(due: dt.datetime | None) -> str:
    """How long until `due`: "in 21 h 40 min", or how late: "3 h 5 min late"; "—" for none."""
    if due is None:
        return "—"
    left = due - clock.now()
    if left < dt.timedelta():
        return gettext("%(span)s late") % {"span": span(-left)}
    return gettext("in %(span)s") % {"span": span(left)}


@register.filter
def urgency(due: dt.datetime | None) -> str:
    """The colour of a due time: danger when late, warning in the last 4 hours, else secondary."""
    if due is None:
        return "secondary"
    left = due - clock.now()
    if left < dt.timedelta():
        return "danger"
    return "warning" if left < dt.timedelta(hours=4) else "secondary"


@register.filter
def waited(since: dt.datetime) -> str:
    """How long somebody has been waiting on the line: "2:35" minutes and seconds, "1 h 5 min" beyond the hour."""
    gone = max(clock.now() - since, dt.timedelta())
    minutes, seconds = divmod(int(gone.total_seconds()), 60)
    return span(gone) if minutes >= 60 else f"{minutes}:{seconds:02}"


@register.filter
def for_minutes(minutes: int) -> str:
    """So many whole minutes: "7", from an hour on in two units: "15 h 41 min"."""
    return span(dt.timedelta(minutes=minutes)) if minutes >= 60 else str(minutes)


@register.filter
def ago(past: dt.datetime | None) -> str:
    """How long ago: "24 min ago", "6 days ago"; "—" for none."""
    if past is None:
        return "—"
    gone = clock.now() - past
    if gone < dt.timedelta():
        return moment(past)
    if gone < MINUTE:
        return gettext("just now")
    if gone.days:
        return ngettext("%(days)d day ago", "%(days)d days ago", gone.days) % {"days": gone.days}
    return gettext("%(span)s ago") % {"span": span(gone)}


@register.filter
def role(value: str) -> str:
    """The name of a role by its value; the value itself where it is none."""
    return str(Role(value).label) if value in Role.values else value


@register.filter
def initials(name: str) -> str:
    """Up to two capitals of a name, for its avatar."""
    return "".join(word[0] for word in name.split()[:2]).upper()


@register.filter
def item(mapping: dict[object, object], key: object) -> object:
    """`mapping[key]`, or None: what a template cannot write by itself."""
    return mapping.get(key)


@register.filter
def full_moment(value: dt.datetime | None) -> str:
    """A moment with its day, always: "23/11/2026 09:12"; "" where there is none."""
    return "" if value is None else f"{clock.local(value):%d/%m/%Y %H:%M}"


@register.simple_tag
def now_local() -> dt.datetime:
    """The present moment by Arraigo's clock."""
    return clock.now()


@register.filter(name="json")
def as_json(value: object) -> str:
    """A value as JSON, for a data attribute (the template escapes it)."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def reason(value: str) -> str:
    """The name of a reason for leaving by its value."""
    return str(Reason(value).label) if value in Reason.values else value


@register.filter
def ticket_state(value: str) -> str:
    """The name of a ticket's state."""
    return str(TroubleTicket.Status(value).label)


@register.filter
def symptom(value: str) -> str:
    """What the customer suffers, in words."""
    return symptom_word(value)


@register.filter
def symptoms(tickets: Iterable[TroubleTicket]) -> str:
    """What the customer suffers, each symptom once: "Cortes frecuentes, Señal inestable"."""
    return ", ".join(dict.fromkeys(symptom_word(ticket.symptom) for ticket in tickets))


@register.filter
def phone(value: str | None) -> str:
    """A telephone grouped for the eye: "+591 71234567"; as it is where it is none."""
    return grouped(value).replace(" ", SPACE) if value else ""


@register.filter
def paper(value: str) -> str:
    """The name of a document that a visit leaves signed."""
    return str(Paper(value).label)


@register.filter
def task(value: str) -> str:
    """The name of an Xpress task."""
    return str(Task(value).label)


@register.filter
def cause(value: str) -> str:
    """Why an order could not be solved on site; the text itself where it is none of the choices."""
    return str(dict(NotSolved.choices).get(value, value))


@register.filter
def control_reason(value: str) -> str:
    """Why a control failed, by its code; the code itself where it is none of them."""
    return str(REASONS.get(value, value))


def _named(name: str, value: object) -> str:
    """A value inside a table; the details of a reason by their names, without their codes."""
    return policy_value(list(value.values()) if name == "details" and isinstance(value, dict) else value)


@register.filter
def policy_value(value: object) -> str:
    """A value of the policy in words: yes and no, lists with commas, tables as "name: value" without empty lists."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        return "; ".join(
            f"{word(name)}: {_named(name, inner)}" for name, inner in value.items() if inner not in ([], {})
        )
    if isinstance(value, list):
        return ", ".join(policy_value(each) for each in value)
    return word(str(value))
