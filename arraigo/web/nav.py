"""The side bar of each role."""

from dataclasses import dataclass, replace
from functools import lru_cache

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo.people.models import Role, User
from arraigo.web import access


@dataclass(frozen=True)
class Entry:
    label: str | Promise
    url: str
    icon: str
    key: str = ""
    """Pressed after `g`, it leads there."""


CONTROL_HEADS = (Role.TEAM_LEAD, *access.HEADS, *access.UNIT_HEADS)
PAGES: tuple[tuple[str, Promise, str, tuple[str, ...]], ...] = (
    ("team", _("My team"), "users", (Role.TEAM_LEAD,)),
    ("morning_list", _("Morning list"), "sun", access.CUSTOMER_WRITERS),
    ("search", _("Customers"), "users", access.CUSTOMER_READERS),
    ("case_list", _("Retentions"), "history", access.CASE_READERS),
    ("operations_orders", _("Work orders"), "tool", (Role.OPERATIONS_SUPERVISOR,)),
    ("visits", _("My visits"), "map-pin", (Role.TECHNICIAN,)),
    ("control_calls", _("Calls of today"), "phone-call", (Role.INCIDENT_FOLLOW_UP, Role.QUALITY_MANAGEMENT)),
    ("control_overdue", _("Overdue controls"), "alert-triangle", CONTROL_HEADS),
    ("billing_claims", _("Billing claims"), "file-invoice", (Role.BILLING,)),
    ("billing_terminations", _("Terminations to execute"), "door-exit", (Role.BILLING,)),
    ("billing_months", _("Bills of the month"), "receipt", (Role.BILLING,)),
    ("evaluations", _("Evaluation"), "chart-bar", access.MANAGEMENT_READERS),
    ("procedure", _("Procedure"), "sitemap", access.EVERYBODY),
    ("administration_units", _("Units and people"), "building", (Role.ADMINISTRATOR,)),
    ("administration_holidays", _("Holidays"), "calendar", (Role.ADMINISTRATOR,)),
    ("administration_imports", _("Imports"), "download", (Role.ADMINISTRATOR,)),
    ("administration_versions", _("Versions"), "hierarchy", (Role.ADMINISTRATOR,)),
    ("administration_commands", _("Undelivered commands"), "alert-triangle", (Role.ADMINISTRATOR,)),
    ("message_templates", _("Messages"), "mail", (Role.ADMINISTRATOR,)),
    ("administration_clock", _("Clock"), "clock", (Role.ADMINISTRATOR,)),
)
"""Route, label, icon and roles of every page in the side bar, beside the trays."""


FIRST = {
    Role.TECHNICIAN: "visits",
    Role.BILLING: "billing_claims",
    Role.HEAD_CUSTOMER_RELATIONS: "evaluations",
    Role.HEAD_RESOURCES: "evaluations",
    Role.ADMINISTRATOR: "administration_units",
}
"""First page of the roles that do not begin with a tray."""


def trays(user: User) -> list[str]:
    """The roles of `user` that have a tray, in the diagram's order."""
    return _trays(user.roles)


def _trays(roles: frozenset[str]) -> list[str]:
    return [role.value for role in access.STEP_ROLES if role in roles]


@lru_cache
def entries(roles: frozenset[str]) -> tuple[Entry, ...]:
    """The side bar of who has `roles`, and other standings."""
    own = _trays(roles)
    found = [
        Entry(_("My tray") if len(own) == 1 else Role(role).label, reverse("tray", args=[role]), "inbox")
        for role in own
    ]
    found += [Entry(label, reverse(name), icon) for name, label, icon, those in PAGES if not roles.isdisjoint(those)]
    return tuple(replace(entry, key=str(place)) if place < 10 else entry for place, entry in enumerate(found, 1))


def active(roles: frozenset[str], path: str) -> frozenset[str]:
    """The address of the entry to which the page at `path` belongs most closely, where there is one."""
    if path.startswith(_receipts()):
        path = reverse("case_list")
    found = [entry.url for entry in entries(roles) if path.startswith(entry.url)]
    return frozenset(sorted(found, key=len)[-1:])


def _receipts() -> str:
    """How the addresses of receipts begin, which belong to cases."""
    return reverse("receipt", args=["-"]).removesuffix("-/")


def home(user: User) -> str:
    """Where `user` begins: the own tray, or what stands in its place. Who has no role begins with the account, or, to
    make the first units and accounts, with the admin."""
    for role, name in FIRST.items():
        if role in user.roles:
            return reverse(name)
    own = trays(user)
    if own:
        return reverse("tray", args=[own[0]])
    if user.is_superuser and not user.roles:
        return reverse("admin:app_list", args=["people"])
    return reverse("account")
