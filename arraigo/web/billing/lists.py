"""Billing's two lists: the claims that wait for a decision, and those decided."""

from django.utils.translation import gettext_lazy as _

from arraigo.billing.models import BillingClaim
from arraigo.web import matching
from arraigo.web.customers.lists import zones
from arraigo.web.filters import Choice, Days, Filter, Words
from arraigo.web.lists import Column, List
from arraigo.web.templatetags.show import month

DECIDED = [(value, label) for value, label in BillingClaim.State.choices if value != BillingClaim.State.ENTERED]


def _form(claim: BillingClaim) -> str:
    """How the credit reached the bill, with its number; nothing where there is none."""
    adjustment = getattr(claim, "adjustment", None)
    return f"{adjustment.get_form_display()} {adjustment.number}" if adjustment else ""


def _state(claim: BillingClaim) -> str:
    """The state with billing's reason, where there is one."""
    return f"{claim.get_state_display()}: {claim.reason}" if claim.reason else str(claim.get_state_display())


CLAIM = (
    Column("number", _("Claim"), ("number",), lambda claim: claim.number),
    Column("customer", _("Customer"), ("customer__name",), lambda claim: claim.customer.name),
    Column("product", _("Product and month"), ("month", "product__number"), lambda claim: str(claim.product)),
    Column("month", _("Month"), (), lambda claim: month(claim.month), shown=False),
    Column("zone", _("Zone"), ("customer__zone__name",), lambda claim: str(claim.customer.zone or ""), nullable=True),
    Column("kind", _("Kind"), ("kind",), lambda claim: claim.get_kind_display()),
    Column("amount", _("Amount"), ("amount",), lambda claim: claim.amount, css="num"),
)
ENTERED = Column("entered", _("Entered"), ("entered_at",), lambda claim: claim.entered_at, css="num")
FILTERS: tuple[Filter, ...] = (
    Words("words", _("Customer, claim or case"), matching.by("number", "case_number")),
    Choice("kind", _("Kind"), BillingClaim.Kind.choices),
    Choice("zone", _("Zone"), zones, field="customer__zone"),
)

WAITING_CLAIMS = List(
    name="claims-waiting",
    label=_("Waiting for confirmation"),
    row="billing/waiting_row.html",
    sort="entered",
    empty=_("No claim waits."),
    columns=(*CLAIM, ENTERED, Column("actions", "")),
    filters=(*FILTERS, Days("entered", _("Entered"), "entered_at")),
)
DECIDED_CLAIMS = List(
    name="claims-decided",
    label=_("Decided"),
    row="billing/decided_row.html",
    sort="-decided",
    empty=_("Nothing decided yet."),
    columns=(
        *CLAIM,
        Column("state", _("State"), ("state",), _state),
        Column("adjustment", _("Adjustment"), (), _form, shown=False),
        Column("decided", _("Decided"), ("decided_at",), lambda claim: claim.decided_at, css="num"),
    ),
    filters=(*FILTERS, Choice("state", _("State"), DECIDED), Days("decided", _("Decided"), "decided_at")),
)
