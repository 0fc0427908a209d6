"""What the board refuses. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class NothingChosen(RuleBroken):
    """Not as many orders were chosen as the button needs, or no technician: the sentence says which."""


class OrdersChanged(RuleBroken):
    """The filter shows {count} orders by now, not as many as when you looked: look at them again."""

    def __init__(self, count: int) -> None:
        super().__init__(
            _("The filter shows %(count)s orders by now, not as many as when you looked: look at them again.")
            % {"count": count}
        )


class TooManyOrders(RuleBroken):
    """More than {most} orders at once: set a filter first."""

    def __init__(self, most: int) -> None:
        super().__init__(_("More than %(most)s orders at once: set a filter first.") % {"most": most})
