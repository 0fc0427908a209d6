"""The morning list as a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from arraigo.procedure import queries as procedures
from arraigo.products.models import Service
from arraigo.retention import proactive
from arraigo.retention.faults import Verdict
from arraigo.tickets.models import RepeatFaultFinding
from arraigo.web.customers.lists import zones
from arraigo.web.filters import Choice, Flag
from arraigo.web.lists import Column, List


@dataclass(frozen=True)
class Row:
    """A customer to call, because of the verdict on the worst product."""

    finding: RepeatFaultFinding
    verdict: Verdict

    @property
    def phones(self) -> list[str]:
        """Telephones, the one to call first on top."""
        known = sorted(self.finding.customer.phones.all(), key=lambda phone: (not phone.is_contact, phone.pk))
        return [phone.number for phone in known]


def rows(findings: Iterable[RepeatFaultFinding]) -> list[Row]:
    """The findings that are still true. Two queries, and the version's."""
    return [Row(*each) for each in proactive.judged(findings, procedures.current_policy())]


def _customer(row: Any) -> Any:
    return row.finding.customer


MORNING = List(
    name="morning",
    label=_("Morning list"),
    row="morning/row.html",
    empty=_("Nobody to call: no customer has a repeated fault, or all were called today."),
    columns=(
        Column("customer", _("Customer"), ("customer__name",), lambda row: _customer(row).name),
        Column("number", _("Contract"), (), lambda row: _customer(row).number, shown=False),
        Column("faults", _("Repeated fault because"), ("fault_count",), lambda row: row.verdict.because),
        Column("last", _("Last fault"), ("last_fault_at",), lambda row: row.finding.last_fault_at),
        Column("vip", _("VIP"), ("vip",), lambda row: row.finding.vip, shown=False),
        Column("value", _("At stake a month"), ("value",), lambda row: row.finding.value, css="num"),
        Column("phone", _("Phone"), (), lambda row: "; ".join(row.phones)),
        Column("call", ""),
    ),
    filters=(
        Choice("service", _("Service"), Service.choices, "product__offering__service"),
        Choice("zone", _("Zone"), zones, "customer__zone"),
        Flag("vip", _("VIP only"), lambda found: found.filter(vip=True)),
    ),
)
