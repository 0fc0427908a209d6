"""Which courtesies of the policy a customer's products allow (step 14)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from arraigo import clock
from arraigo.money import bs
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy, Product


@dataclass(frozen=True)
class Allowed:
    """One courtesy on one product. `cost` is what it is worth at list price, in Bs."""

    code: str
    name: str
    product: Product
    days: int
    cost: Decimal
    needs_detail: bool

    @property
    def key(self) -> str:
        return f"{self.code}:{self.product.pk}"

    @property
    def ends_at(self) -> dt.datetime:
        """When it ends if it is granted now."""
        return clock.now() + dt.timedelta(days=self.days)

    @property
    def label(self) -> str:
        return f"{self.name} · {self.product}"


def allowed(products: Iterable[Product], policy: Policy) -> list[Allowed]:
    """The courtesies that may be granted now: right service and technology, none running there."""
    owned = list(products)
    busy = set(
        Courtesy.objects.filter(product__in=owned, status__in=["scheduled", "active"]).values_list(
            "product_id", flat=True
        )
    )
    return [
        _allowed(code, terms, product)
        for code, terms in policy.value("courtesy").items()
        for product in owned
        if product.pk not in busy and _fits(terms, product)
    ]


def _fits(terms: dict[str, list[str]], product: Product) -> bool:
    offering = product.offering
    return offering.service in terms["services"] and (
        not terms.get("technologies") or offering.technology in terms["technologies"]
    )


def _allowed(code: str, terms: dict[str, str | int], product: Product) -> Allowed:
    return Allowed(
        code=code,
        name=str(terms["name"]),
        product=product,
        days=int(terms["days"]),
        cost=bs(str(terms["list_price"])),
        needs_detail=bool(terms.get("detail")),
    )
