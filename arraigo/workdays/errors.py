"""What can go wrong with the calendar and the clock. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class ClockFixed(RuleBroken):
    """In production the clock cannot be moved: this is for demo databases only."""

    def __init__(self) -> None:
        super().__init__(_("In production the clock cannot be moved: this is for demo databases only."))


class ClockOnlyForward(RuleBroken):
    """The clock only moves forward: what happened cannot come after now."""

    def __init__(self) -> None:
        super().__init__(_("The clock only moves forward: what happened cannot come after now."))


class NoHolidaysKnown(RuleBroken):
    """No holidays are known for {year}: enter that year's calendar by hand."""

    def __init__(self, year: int) -> None:
        super().__init__(_("No holidays are known for %(year)s: enter that year's calendar by hand.") % {"year": year})
