"""Everything that can be brought in and given back: one module a kind, with its row and how it lands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_args

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo.imports.errors import KindUnknown
from arraigo.imports.fields import Row
from arraigo.imports.kinds import (
    bill_row,
    bills,
    credit_listings,
    customers,
    network_points,
    offerings,
    outages,
    payments,
    products,
    termination_row,
    terminations,
    tickets,
    usage,
    zones,
)
from arraigo.imports.landing import Parsed, Setting, Tally
from arraigo.imports.mapping import KindName


@dataclass(frozen=True)
class Kind:
    """One kind of record: what a row of it is, how a batch lands, and how it goes out again."""

    name: KindName
    label: Promise
    row: type[Row]
    land: Callable[[Sequence[Parsed[Any]], Setting], Tally]
    out: Callable[[int, int], Iterator[tuple[int, dict[str, Any]]]]

    @property
    def fields(self) -> list[str]:
        """The columns of a file of this kind, as we call them."""
        return [_column(name, field) for name, field in self.row.model_fields.items()]

    @property
    def required(self) -> list[str]:
        """The columns that no row can do without."""
        told = [_column(name, field) for name, field in self.row.model_fields.items() if field.is_required()]
        return [name for name in told if name != "external_id" or not hasattr(self.row, "_named")]

    def choices(self, column: str) -> list[Enum]:
        """The values that a column may have; empty where it is free."""
        field = next(field for name, field in self.row.model_fields.items() if _column(name, field) == column)
        kinds = [field.annotation, *get_args(field.annotation)]
        return [each for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum) for each in kind]


def _column(name: str, field: Any) -> str:
    return str(field.validation_alias or name)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("zones", _("Zones"), zones.ZoneRow, zones.land, zones.out),
        Kind("network_points", _("Network points"), network_points.NetworkPointRow, network_points.land,
             network_points.out),
        Kind("offerings", _("Catalogue"), offerings.OfferingRow, offerings.land, offerings.out),
        Kind("customers", _("Customers"), customers.CustomerRow, customers.land, customers.out),
        Kind("products", _("Products"), products.ProductRow, products.land, products.out),
        Kind("outages", _("Mass outages"), outages.OutageRow, outages.land, outages.out),
        Kind("tickets", _("Trouble tickets"), tickets.TicketRow, tickets.land, tickets.out),
        Kind("bills", _("Bills"), bill_row.BillRow, bills.land, bills.out),
        Kind("payments", _("Payments"), payments.PaymentRow, payments.land, payments.out),
        Kind("credit_listings", _("Listings in the Central de Riesgos"), credit_listings.CreditListingRow,
             credit_listings.land, credit_listings.out),
        Kind("usage", _("Usage"), usage.UsageRow, usage.land, usage.out),
        Kind("terminations", _("Terminations"), termination_row.TerminationRow, terminations.land, terminations.out),
    )
}  # fmt: skip
"""In the order in which they can be brought into an empty database."""


def label_of(name: str) -> str:
    """What a kind is called; of a folder that is none of them, its name."""
    return str(KINDS[name].label) if name in KINDS else name


def kind_of(name: str) -> Kind:
    """The kind called `name`; hyphens and underscores are one. Raises KindUnknown."""
    found = KINDS.get(name.replace("-", "_"))
    if found is None:
        raise KindUnknown(name, KINDS)
    return found
