"""What the steps ask of a policy: which values are there, and what kind each is.

A value that is missing, or that is text where hours are counted, would stop a step in the middle of a case: it is
refused before the version is published.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from arraigo.engine.problems import Problem
from arraigo.procedure.policy import members, unreasoned
from arraigo.workdays.queries import DAYS, parse_window

Fits = Callable[[Any], bool]
Kind = tuple[Fits, str]
"""Whether a value is of the kind, and how one is written."""
MOST = 100_000
"""Hours or days: more than any case lasts, less than a calendar holds."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return _is_number(value) and 0 <= value < 10**9


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_windows(value: Any) -> bool:
    try:
        return isinstance(value, list) and bool([parse_window(window) for window in value])
    except (TypeError, ValueError):
        return False


def _is_week(value: Any) -> bool:
    """A day without windows is one on which nobody works."""
    days = isinstance(value, dict) and set(value) <= set(DAYS)
    return days and all(day == [] or _are_windows(day) for day in value.values())


def _is_note(value: Any) -> bool:
    return _is_text(value) and "CEL XXXXXX" in value


def _is_returned(value: Any) -> bool:
    """By service; versions from before it was told by service have one list for all."""
    return _are_words(value) or (isinstance(value, dict) and all(map(_are_words, value.values())))


def _are_details(value: Any) -> bool:
    """Names by code; versions without names have the codes alone."""
    return _are_words(value) or (isinstance(value, dict) and all(map(_is_text, value.values())))


def _whole(least: int) -> Kind:
    def fits(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MOST

    return fits, f"{least}, {least + 1}, {least + 2} …"


def _table(example: str, **kinds: Fits) -> Kind:
    """A table in which the members named are there and of their kind."""

    def fits(value: Any) -> bool:
        return isinstance(value, dict) and all(name in value and kind(value[name]) for name, kind in kinds.items())

    return fits, example


ANY: Kind = (lambda _value: True, "")
"""What is looked at elsewhere (`honoured`), or may be anything."""
TEXT: Kind = (_is_text, "“…”")
NOTE: Kind = (_is_note, "“… CEL XXXXXX”")
AMOUNT: Kind = (_is_amount, "0, 12.50, 300 …")
WORDS: Kind = (_are_words, "[“…”, “…”]")
WINDOWS: Kind = (_are_windows, "[[“09:00”, “12:30”], …]")
WEEK: Kind = (_is_week, "{ monday = [[“08:30”, “12:30”], …], … }")
RETURNED: Kind = (_is_returned, "{ internet = [“…”, …], … }")
COUNT, SPAN = _whole(0), _whole(1)

NEEDED: dict[str, Kind] = {
    "vip.categories": WORDS, "vip.average_billing": AMOUNT, "vip.months": SPAN,
    "repeat_fault.window_hours": SPAN, "repeat_fault.count": _whole(2), "repeat_fault.rule": ANY,
    "authority.months": COUNT, "authority.vip_months": COUNT, "authority.advisor_limit": AMOUNT,
    "authority.team_lead_limit": AMOUNT,
    "compensation_cap.standard": COUNT,
    "claim.bill_waiver": TEXT, "claim.compensation": TEXT,
    "billing.confirmation": ANY, "billing.confirmation_above": AMOUNT,
    "retention.offers_after_firm_no": COUNT, "retention.minutes_after_firm_no": COUNT,
    "work_order.payment_terms": TEXT, "work_order.activity_code": TEXT, "work_order.activity_name": TEXT,
    "work_order.price": AMOUNT,
    "note.bill_waiver": NOTE, "note.compensation": NOTE,
    "visit.hours": SPAN, "visit.incident_hours": SPAN, "visit.transfer_days": COUNT, "visit.pause_reasons": ANY,
    "visit.escalation_fractions": ANY,
    "papers.visit": WORDS,
    "control.post_visit_days": COUNT, "control.post_service_days": COUNT, "control.windows": WINDOWS,
    "control.attempts": SPAN, "control.different_windows": SPAN, "control.reopen_priority": ANY,
    "termination.return_days": COUNT, "termination.return_items": RETURNED,
    "indicator.counts": ANY, "indicator.apart": WORDS, "indicator.target": ANY,
    "save.days": SPAN, "save.days_again": SPAN,
}  # fmt: skip
"""Path → kind of what a version cannot do without."""
WHERE_GIVEN: dict[str, Kind] = {
    "compensation_cap.business": COUNT, "compensation_cap.vip": COUNT, "note.without_credit": NOTE,
    "visit.cost": AMOUNT, "hours.working": WEEK, "notice.promise_due_hours": COUNT,
    "notice.courtesy_ending_days": COUNT, "courtesy_limit.start_days": COUNT, "competitor.operators": WORDS,
}  # fmt: skip
"""Path → kind of what the program has a value of its own for."""
ENTRIES: dict[str, Kind] = {
    "courtesy": _table(
        "{ name = “…”, services = […], technologies = […], days = 30, list_price = 60, cost = 8 }",
        name=_is_text, services=_are_words, technologies=_are_words, days=SPAN[0], list_price=_is_amount,
        cost=_is_amount,
    ),
    "xpress": _table("{ name = “…”, services = [“internet”, …] }", name=_is_text, services=_are_words),
    "reading": _table(
        "{ name = “…”, unit = “dBm”, least = -35, most = 0 }",
        name=_is_text, unit=_is_text, least=_is_number, most=_is_number,
    ),
    "reason": _table("{ details = { code = “…”, … } }", details=_are_details),
}  # fmt: skip
"""Table of values → kind of each value in it."""
TABLES = ("authority", "documents", "eligibility", "further_offer", "offers", "repeat_fault")
"""The decision tables that the steps themselves ask."""


def check_asked(values: Mapping[str, Any], decisions: Collection[str]) -> Iterator[Problem]:
    """A problem for each value or table that the steps would miss, or could not use."""
    for name in TABLES:
        if name not in decisions:
            yield Problem(name, _("The table “%(name)s” is missing: the steps ask it.") % {"name": name})
    for path, kind in (NEEDED | WHERE_GIVEN).items():
        group, _dot, name = path.partition(".")
        there = members(values, group)
        if name in there:
            yield from _check(path, there[name], kind)
        elif path in NEEDED:
            yield _missing(path)
    for group, kind in ENTRIES.items():
        if not members(values, group):
            yield _missing(group)
        for name, value in members(values, group).items():
            yield from _check(f"{group}.{name}", value, kind)
    yield from _check_windows(members(values, "control"))


def _check_windows(control: Mapping[str, Any]) -> Iterator[Problem]:
    """Attempts in more windows than there are would never be enough: the control could not end."""
    windows, wanted = control.get("windows", []), control.get("different_windows", 0)
    if _are_windows(windows) and SPAN[0](wanted) and wanted > len(windows):
        sentence = _("The policy value “%(path)s” is “%(value)s”, but there are %(count)d call windows.")
        path = "control.different_windows"
        yield Problem(path, sentence % {"path": path, "value": wanted, "count": len(windows)})


def check_reasons(text: str) -> Iterator[Problem]:
    """A problem for each value of a `policy.toml` that does not say why: it would be no value of the policy."""
    for path in unreasoned(text):
        yield Problem(path, _("The policy value “%(path)s” has no reason: write why it is so.") % {"path": path})


def _missing(path: str) -> Problem:
    return Problem(path, _("The policy value “%(path)s” is missing: the steps ask for it.") % {"path": path})


def _check(path: str, value: Any, kind: Kind) -> Iterator[Problem]:
    fits, example = kind
    if not fits(value):
        told = {"path": path, "value": value, "example": example}
        yield Problem(path, _("The policy value “%(path)s” is “%(value)s”; write it like this: %(example)s") % told)
