"""What competitors ask beside what we ask, for the customers of the month who named one with a price. In Bs a month."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.db.models import QuerySet, Sum
from pydantic import BaseModel

from arraigo.compiled import compiled
from arraigo.insight import sets
from arraigo.money import MoneyField, bs
from arraigo.retention.models import RetentionCase


class CompetitorPrice(BaseModel, frozen=True):
    """One competitor's offers that came with a price."""

    competitor: str
    cases: int
    theirs: Decimal
    """Mean of the prices that customers told."""
    ours: Decimal
    """Mean of what the affected products of the same cases cost together."""

    @property
    def difference(self) -> Decimal:
        """Theirs less ours: below nought where the competitor is cheaper."""
        return self.theirs - self.ours


def of_month(span: sets.Span) -> list[CompetitorPrice]:
    """Every competitor of whom a price was told, the most often named first. One query."""
    told: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for _case, competitor, price, affected in _priced(span.begin, span.end):
        told[competitor].append((price, affected))
    found = [_means(competitor, pairs) for competitor, pairs in told.items()]
    return sorted(found, key=lambda each: (-each.cases, each.competitor))


@compiled
def _priced(begin: dt.datetime, end: dt.datetime) -> QuerySet[RetentionCase, tuple[int, str, Decimal, Decimal]]:
    rows = sets.priced(sets.Span(begin, end)).values_list("pk", "competitor", "competitor_price")
    return rows.annotate(ours=Sum("products__price", output_field=MoneyField())).order_by()


def _means(competitor: str, pairs: list[tuple[Decimal, Decimal]]) -> CompetitorPrice:
    theirs, ours = (bs(sum(prices, Decimal()) / len(prices)) for prices in zip(*pairs, strict=True))
    return CompetitorPrice(competitor=competitor, cases=len(pairs), theirs=theirs, ours=ours)
