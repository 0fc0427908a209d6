"""The last bills as bars of a small drawing made on the server: no script, and a table says the same."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from arraigo.billing import queries as billing
from arraigo.billing.models import Bill
from arraigo.money import ZERO
from arraigo.web.templatetags.show import bs, month_short
from arraigo.web.templatetags.show import month as month_in_words
from arraigo.web.templatetags.ui import state

SLOT, BAR, TALLEST, BASE = 28, 18, 64, 80
"""Width of a month and of its bar, height of the tallest bar, where the bars stand; in units of the drawing."""
PLACES = 12


DRAWN = (
    '<g><title>{}: {}, {}</title><rect class="bill-{}" x="{}" y="{}" width="{}" height="{}" rx="2"></rect>'
    '<text class="bills-month" x="{}" y="91">{}</text></g>'
)
LINE = '<tr><td>{}</td><td>{}</td><td class="num">{}</td><td class="num">{}</td></tr>'


@dataclass(frozen=True)
class Bar:
    """One month: where its bar stands, and what it says."""

    bill: Bill
    x: int
    height: int
    tone: str
    """`paid`, `open` (issued, not due yet), `late` or `unbilled`."""
    word: str
    """Its state, in the reader's language."""

    def drawn(self) -> SafeString:
        """The bar with its month below and its amount as tooltip."""
        month, total = self.bill.month, bs(self.bill.total)
        return format_html(
            DRAWN, month_in_words(month), total, self.word, self.tone, self.x, BASE - self.height, BAR, self.height,
            self.x + BAR // 2, month_short(month),
        )  # fmt: skip

    def line(self) -> SafeString:
        """The same as a line of the table."""
        bill, month = self.bill, f"{month_short(self.bill.month)} {self.bill.month.year}"
        return format_html(LINE, month, state(bill.state, self.word), bs(bill.total), bs(bill.credited))


@dataclass(frozen=True)
class Chart:
    """Bars from the oldest month to the latest, and the highest amount in Bs."""

    bars: list[Bar]
    most: Decimal
    width: int = SLOT * PLACES
    base: int = BASE

    def drawn(self) -> SafeString:
        """The bars, from the oldest month on."""
        return mark_safe("".join(bar.drawn() for bar in self.bars))  # noqa: S308 - each was escaped

    def lines(self) -> SafeString:
        """The lines of the table, the latest month first."""
        return mark_safe("".join(bar.line() for bar in reversed(self.bars)))  # noqa: S308 - each was escaped

    @property
    def tones(self) -> set[str]:
        """The tones that occur: what the legend explains."""
        return {bar.tone for bar in self.bars}


def chart(bills: Sequence[Bill], today: dt.date) -> Chart:
    """The chart of `bills`, the latest first, as of `today`."""
    most = max((bill.total for bill in bills), default=ZERO)
    start, words = PLACES - len(bills), {state: str(label) for state, label in Bill.State.choices}
    bars = [
        Bar(
            bill,
            (start + place) * SLOT + (SLOT - BAR) // 2,
            _height(bill.total, most),
            _tone(bill, today),
            str(_("Overdue")) if billing.is_overdue(bill, today) else words[bill.state],
        )
        for place, bill in enumerate(reversed(bills))
    ]
    return Chart(bars, most)


def _height(amount: Decimal, most: Decimal) -> int:
    return round(TALLEST * amount / most) if most else 0


def _tone(bill: Bill, today: dt.date) -> str:
    if bill.state == Bill.State.UNBILLED:
        return "unbilled"
    if bill.state == Bill.State.PAID or not billing.balance(bill):
        return "paid"
    return "late" if billing.is_overdue(bill, today) else "open"
