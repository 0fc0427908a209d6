"""Which courtesies of the policy a customer's products allow, and why not the others (step 14)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.money import bs
from arraigo.procedure.policy import Policy
from arraigo.products.models import Courtesy, Product, Service, Technology
from arraigo.products.queries import RUNNING


@dataclass(frozen=True)
class Allowed:
    """One courtesy on one product. Amounts in Bs for the whole span."""

    code: str
    name: str
    product: Product
    days: int
    value: Decimal
    """Its list price: what it is worth to the customer."""
    cost: Decimal
    """What it costs the operator."""
    choices: tuple[str, ...]
    """What the customer chooses from, one or more: the channels."""
    asks: str
    """What else has to be written down: `device` or `line`; empty where nothing has."""

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


def allowed(products: Iterable[Product], policy: Policy, *, case_number: str = "") -> list[Allowed]:
    """The courtesies that may be granted now: right service and technology, none running there, none in the case."""
    owned = list(products)
    if granted(case_number):
        return []
    busy = _busy(owned)
    return [
        _allowed(code, terms, product)
        for code, terms in _terms(policy)
        for product in owned
        if product.pk not in busy and _fits(terms, product)
    ]


def refusals(products: Iterable[Product], policy: Policy, *, case_number: str = "") -> list[tuple[str, str]]:
    """Names of the courtesies that cannot be granted on any of the products, each with the reason."""
    owned = list(products)
    if granted(case_number):
        reason = _("A case has one courtesy, and this one has it already.")
        return [(str(terms["name"]), reason) for _code, terms in _terms(policy)]
    busy = _busy(owned)
    return [(str(terms["name"]), why) for _code, terms in _terms(policy) if (why := _why_not(terms, owned, busy))]


def _why_not(terms: Mapping[str, Any], owned: list[Product], busy: Mapping[int, Courtesy]) -> str:
    """Why none of the products may have it; empty where one may."""
    serving = [product for product in owned if product.offering.service in terms["services"]]
    fitting = [product for product in serving if _fits(terms, product)]
    if not serving:
        names = ", ".join(str(Service(each).label) for each in terms["services"])
        return _("Only on %(services)s: none of the affected products is.") % {"services": names}
    if not fitting:
        names = ", ".join(str(Technology(each).label) for each in terms["technologies"])
        return _("Only with %(technologies)s.") % {"technologies": names}
    if any(product.pk not in busy for product in fitting):
        return ""
    running = busy[fitting[0].pk]
    return _("Another courtesy runs on %(product)s until %(day)s.") % {
        "product": fitting[0],
        "day": f"{running.last_day:%d/%m/%Y}",
    }


def _terms(policy: Policy) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from policy.value("courtesy").items()


def granted(case_number: str) -> bool:
    """Whether the case has had its courtesy."""
    mine = Courtesy.objects.filter(case_number=case_number).exclude(status=Courtesy.Status.WITHDRAWN)
    return bool(case_number) and mine.exists()


def _busy(owned: list[Product]) -> dict[int, Courtesy]:
    """The courtesy that runs or waits on each of the products, by their ids."""
    return {each.product_id: each for each in Courtesy.objects.filter(product__in=owned, status__in=RUNNING)}


def _fits(terms: Mapping[str, Any], product: Product) -> bool:
    offering = product.offering
    return offering.service in terms["services"] and (
        not terms.get("technologies") or offering.technology in terms["technologies"]
    )


def _allowed(code: str, terms: Mapping[str, Any], product: Product) -> Allowed:
    return Allowed(
        code=code,
        name=str(terms["name"]),
        product=product,
        days=int(terms["days"]),
        value=bs(str(terms["list_price"])),
        cost=bs(str(terms.get("cost", terms["list_price"]))),
        choices=tuple(str(each) for each in terms.get("choices", [])),
        asks=_asks(terms),
    )


def _asks(terms: Mapping[str, Any]) -> str:
    """What has to be written down beside the choices: the one mobile device, or the line."""
    if not terms.get("detail") or terms.get("choices"):
        return ""
    return "device" if terms.get("devices") else "line"
