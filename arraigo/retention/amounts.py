"""How much a waiver or a compensation is worth, and how high it may go (steps 3 and 12)."""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.money import ZERO, pro_rata
from arraigo.procedure.policy import Policy
from arraigo.products import queries as products
from arraigo.products.models import Product
from arraigo.retention import faults
from arraigo.retention.models import Offer, RetentionCase
from arraigo.tickets.queries import FaultHistory

RECURRENCE = "step_03_recurrence"


def told(amount: Decimal) -> str:
    """An amount in Bs as the person's language writes it: "1.234,50"."""
    return number_format(amount, 2, use_l10n=True, force_grouping=True)


def month_price(product: Product, month: dt.date) -> Decimal:
    """What `month` of the product costs the customer, in Bs: its line on the bill, else its price."""
    return billing.charge(product, month)


def compensable(product: Product, month: dt.date, fellows: Sequence[Product] | None = None) -> Decimal:
    """What `month` of the product is worth for a compensation, in Bs.

    A bundle is apportioned among its products by list price, whatever line of the bill carries it; a product
    of its own is worth what it is charged. `fellows`: the bundle's living products, where they are known.
    """
    if not product.bundle:
        return month_price(product, month)
    fellows = products.bundle_of(product) if fellows is None else fellows
    total = sum(billing.charges(fellows, month).values(), ZERO)
    return products.shares(fellows, total)[product.pk]


def compensables(
    owned: Sequence[Product], month: dt.date, bundles: Mapping[int, Sequence[Product]] | None = None
) -> dict[int, Decimal]:
    """`compensable` of several products of one customer, by their ids. One query, and two for each in a bundle.

    `bundles`: the living products of the bundle of each, by its id, where they are known.
    """
    charged, known = billing.charges(owned, month), bundles or {}
    return {
        each.pk: compensable(each, month, known.get(each.pk)) if each.bundle else charged[each.pk] for each in owned
    }


def credit_month(products: Iterable[Product], case: RetentionCase, element: str) -> dt.date:
    """The month that an offer of `element` in the case credits: the present one.

    Where a fault came back after the controls (`step_03_recurrence`), or the customer had accepted before leaving
    and stays after all, and that month is credited already for one of `products`, the next one that is not: a
    month is credited once, and the customer is still made good. Who stays after all is given one month more and
    no further one, however often.
    """
    month = clock.month_of(clock.now())
    accepted_before = element == "step_03" and case.accepted_at is not None
    if element != RECURRENCE and not accepted_before:
        return month
    credited = billing.credited_months([product.pk for product in products], since=month)
    last = None if element == RECURRENCE else clock.next_month(month)
    while month in credited and month != last:
        month = clock.next_month(month)
    return month


@dataclass(frozen=True)
class DaysAffected:
    """The compensation that the days without good service are worth (steps 3 and 12). Amounts in Bs."""

    days: Sequence[dt.date]
    """The days themselves, in order: of whichever month, but none that was made good before."""
    counted: int
    """How many are compensated: at most the credited month's, for no credit is above its bill."""
    day: Decimal
    """What one day of the credited month is worth."""
    amount: Decimal

    def __str__(self) -> str:
        """How the amount comes about, for the advisor."""
        shown = {"day": told(self.day), "amount": told(self.amount), "count": self.counted}
        if not self.days:
            return _("The tickets show no day that is not made good yet: ask the customer which; one is worth "
                     "Bs %(day)s.") % shown  # fmt: skip
        shown |= {"first": date_format(self.days[0], "d/m"), "last": date_format(self.days[-1], "d/m")}
        said = ngettext(
            "%(count)d day without good service by the tickets (%(first)s) at Bs %(day)s a day: Bs %(amount)s.",
            "%(count)d days without good service by the tickets (%(first)s to %(last)s) at Bs %(day)s a day: "
            "Bs %(amount)s.",
            self.counted,
        )
        if len(self.days) > self.counted:
            more = _("They were %(all)d: no more than the month is compensated.") % {"all": len(self.days)}
            return f"{said % shown} {more}"
        return said % shown


def days_affected(history: FaultHistory, *, after: dt.date | None = None) -> list[dt.date]:
    """The days (La Paz) on which a fault of the history was open until today, in order: those after `after` only."""
    days: set[dt.date] = set()
    for ticket in history.tickets:
        begin = clock.local(ticket.opened_at).date()
        end = clock.local(ticket.resolved_at or clock.now()).date()
        days.update(begin + dt.timedelta(days=n) for n in range((end - begin).days + 1))
    return sorted(day for day in days if after is None or day > after)


def by_days(
    history: FaultHistory, month: dt.date, *, price: Decimal, credited_until: dt.date | None = None
) -> DaysAffected:
    """What the faults of `history` are worth on the bill of `month`, pro rata of the month's `price` in Bs.

    Faults cross the month's end, bills do not: every day counts that no credit made good (`credited_until`).
    """
    length = calendar.monthrange(month.year, month.month)[1]
    days = days_affected(history, after=credited_until)
    counted = min(len(days), length)
    amount = pro_rata(price, counted, length) if counted else ZERO
    return DaysAffected(days, counted, pro_rata(price, 1, length), amount)


def by_days_of(
    products: Sequence[Product], month: dt.date, *, prices: Mapping[int, Decimal], policy: Policy
) -> dict[int, DaysAffected]:
    """`by_days` of each product by its id; `prices`: what the month of each is worth, in Bs. Three queries."""
    histories, until = faults.histories(products, policy), billing.credited_until(products)
    return {
        product.pk: by_days(
            histories[product.pk], month, price=prices[product.pk], credited_until=until.get(product.pk)
        )
        for product in products
    }


def compensation(product: Product, month: dt.date, days: int, *, price: Decimal | None = None) -> Decimal:
    """`days` of `month`, pro rata of the product's price, in Bs (step 12). `price`: the month's, where known."""
    return pro_rata(
        compensable(product, month) if price is None else price, days, calendar.monthrange(month.year, month.month)[1]
    )


def days_worth(product: Product, month: dt.date, days: int, *, price: Decimal | None = None) -> str:
    """The days that a compensation is for, with what they are worth pro rata: what whoever approves it weighs.

    `price`: the month's, where it is known.
    """
    told_as = told(compensation(product, month, days, price=price))
    return ngettext("%(count)d day, pro rata Bs %(amount)s", "%(count)d days, pro rata Bs %(amount)s", days) % {
        "count": days, "amount": told_as,
    }  # fmt: skip


def days_worths(offers: Iterable[Offer]) -> dict[int, str]:
    """`days_worth` of those of `offers`, of any customers, that are for a number of days, by their ids. Two queries."""
    asked = [(each, each.month, each.days) for each in offers if each.month is not None and each.days is not None]
    bundles = products.bundles_of(offer.product for offer, _month, _days in asked)
    charged = billing.charges_by_month(
        (fellow, month) for offer, month, _days in asked for fellow in bundles[offer.product_id]
    )
    worths = {}
    for offer, month, days in asked:
        fellows = bundles[offer.product_id]
        total = sum((charged[fellow.pk, month] for fellow in fellows), ZERO)
        price = products.shares(fellows, total)[offer.product_id]
        worths[offer.pk] = days_worth(offer.product, month, days, price=price)
    return worths


def cap(product: Product, month: dt.date, *, category: str, policy: Policy, price: Decimal | None = None) -> Decimal:
    """The most that may be compensated on `product` and `month`, in Bs: the category's months of it.

    `price`: what the month is worth, where it is known.
    What does not fit on the month's bill goes on the next ones (`billing.credits.share_out`).
    """
    months = policy.integer(f"compensation_cap.{category}", default=policy.integer("compensation_cap.standard"))
    return (compensable(product, month) if price is None else price) * months


def advisor_alone(
    product: Product, month: dt.date, *, vip: bool, policy: Policy, price: Decimal | None = None
) -> Decimal:
    """What the advisor grants on `product` and `month` without approval, in Bs: as the table `authority` says.

    `price`: the month's, where it is known.
    """
    price = month_price(product, month) if price is None else price
    months = policy.integer("authority.vip_months" if vip else "authority.months")
    return min(price * months, policy.money("authority.advisor_limit"))
