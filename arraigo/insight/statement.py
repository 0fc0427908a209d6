"""The indicator in plain sentences: whether the difference is more than chance, and how small the numbers are."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arraigo.insight.chance import Difference, share_between
from arraigo.insight.indicator import Indicator


def aim(found: Indicator) -> str:
    """The procedure's own parameter: this month lower than last month."""
    counts = {"count": found.count, "previous": found.previous}
    if found.lower:
        return _("%(count)s against %(previous)s: lower, the aim of the month is reached.") % counts
    if found.count == found.previous:
        return _("%(count)s against %(previous)s: the same, the aim of the month is missed.") % counts
    return _("%(count)s against %(previous)s: higher, the aim of the month is missed.") % counts


def so_far(found: Indicator) -> str:
    """What can be said of a month that has not ended."""
    return _(
        "%(count)s so far, against %(previous)s in the whole month before: whether it is lower is known at its end."
    ) % {"count": found.count, "previous": found.previous}


def chance(found: Difference) -> str:
    """Whether the difference may be chance."""
    told = _real(found) if found.real else _may_be_chance(found)
    if found.small:
        told += " " + _("The numbers are small: only a very large change would show.")
    return told


def _real(found: Difference) -> str:
    return _("The difference is more than chance, which would make one as large in %(percent)s %% of months.") % {
        "percent": _percent(found.chance * 100)
    }


def _may_be_chance(found: Difference) -> str:
    return _(
        "The difference may be chance: it would be as large in %(percent)s %% of months in which nothing had changed."
    ) % {"percent": _percent(found.chance * 100)}


def interval(found: Difference) -> str:
    """The change of the rate with its 95 % interval, in per cent."""
    if found.change is None:
        return _("Last month had none: there is no rate to compare with.")
    low, high = found.between
    return _("Change of the rate: %(change)s %%, with 95 %% certainty between %(low)s %% and %(high)s %%.") % {
        "change": _signed(found.change),
        "low": _signed(low),
        "high": "∞" if high is None else _signed(high),
    }


def _signed(percent: float) -> str:
    """A whole number with its sign, the minus as printers set it."""
    return f"{round(percent):+d}".replace("-", "−")


def target(found: Indicator) -> str:
    """Whether management's own target was met; "" where there is none."""
    if not found.target.strip():
        return ""
    if found.target_met is None:
        return _("The target “%(target)s” is no number: write for example 15, or 5%%.") % {"target": found.target}
    met = _("met") if found.target_met else _("missed")
    told = {"target": found.target, "most": found.most, "met": met}
    return _("Target %(target)s: at most %(most)s, %(met)s.") % told


def share(count: int, of: int) -> str:
    """A share with its interval: "24 of 28: 86 % (between 67 and 96 %)"; a plain word for none."""
    if not of:
        return _("None yet.")
    low, high = share_between(count, of)
    told = {"count": count, "of": of, "share": f"{count * 100 / of:.0f}", "low": f"{low * 100:.0f}",
            "high": f"{high * 100:.0f}"}  # fmt: skip
    return (
        ngettext(
            "%(count)s of %(of)s case: too few for a share.",
            "%(count)s of %(of)s: %(share)s %% (with 95 %% certainty between %(low)s and %(high)s %%).",
            of,
        )
        % told
    )


def _percent(value: float) -> str:
    if value < 0.1:
        return _("less than %(percent)s") % {"percent": number_format(0.1, 1)}
    return number_format(value, 1 if value < 10 else 0)
