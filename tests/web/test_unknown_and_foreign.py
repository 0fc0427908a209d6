"""Every address with a key: what is unknown, or of another unit's, does not exist; never an error page."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from arraigo.people.models import Membership, Role, Unit, User
from tests.web.conftest import Desk, signed_in
from tests.web.places import Places
from tests.web.test_access_matrix import WHO, routes

pytestmark = pytest.mark.one_database
UNKNOWN: dict[str, list[Any]] = {
    "number": ["NADA-1", "1' OR '1'='1", "ñ" * 300, 987_654_321],
    "pk": [987_654_321, 2**63 - 1],
    "claim": ["NADA-1"],
    "paper": ["NADA-1"],
    "month": [dt.date(1000, 1, 1), dt.date(9999, 12, 1)],
    "figure": ["nada"],
    "kind": ["nada"],
    "channel": ["nada"],
    "role": ["nada", Role.BILLING.value],
    "day": ["nada", "1999-01-01", "9999-99-99"],
}
"""Part of an address → what no record has. A photo's `moment` is one of three words, a calendar has any `year`."""
KEYED = [route.name or "" for route in routes() if route.name in WHO and route.pattern.regex.groupindex]
OF_UNITS = {Role.ADVISOR, Role.TEAM_LEAD, Role.OPERATIONS_SUPERVISOR, Role.TECHNICIAN}
"""Who sees what is their unit's; the others serve or judge the whole cooperative."""
EVERYBODYS = {
    "customer", "customer_change", "timeline", "product_new", "product", "solution", "payment_new", "case_new",
    "credit_listing_new", "credit_listing_lift", "ticket_new", "ticket", "ticket_state", "ticket_follow_up",
    "morning_call", "procedure_version", "procedure_diagram", "tray", "case_take_over",
}  # fmt: skip
"""Of no unit: customers with their products and tickets, and the procedure. A tray is always the own one."""


def answers(client: Client, name: str, kwargs: dict[str, Any]) -> set[int]:
    """The statuses of looking and of sending an empty form, whose effects are undone."""
    path, statuses = reverse(name, kwargs=kwargs), set()
    for ask in (client.get, client.post):
        with transaction.atomic():
            statuses.add(ask(path).status_code)
            transaction.set_rollback(True)
    return statuses


def test_what_nobody_has_does_not_exist(desk: Desk) -> None:
    places, clients = Places(desk), {role: signed_in(user) for role, user in desk.cast.people.items()}
    wrong = {}
    for name in KEYED:
        role = min(WHO[name])
        known = places.of(name, role)
        for part in known.keys() & UNKNOWN.keys():
            for unknown in UNKNOWN[part]:
                if isinstance(known[part], str) or not isinstance(unknown, str):
                    found = answers(clients[role], name, {**known, part: unknown})
                    wrong |= {} if found <= {404, 405} else {(name, part, str(unknown)): found}
    assert wrong == {}


def test_what_is_of_another_unit_does_not_exist(desk: Desk) -> None:
    """Asked for by people of the same roles in a team and a centre of their own."""
    places, kinds = Places(desk), {desk.cast.team: "team", desk.cast.center: "center"}
    south = {unit: Unit.objects.create(code=f"sur-{name}", name="Sur", kind=unit.kind) for unit, name in kinds.items()}
    strangers = {}
    for role in OF_UNITS:
        user = User.objects.create_user(f"{role}-sur")
        Membership.objects.create(user=user, role=role, unit=south[desk.cast[role].memberships.get().unit])
        strangers[role] = signed_in(user)
    seen = {}
    for name in KEYED:
        known = places.of(name, min(WHO[name]))
        for role in WHO[name] & OF_UNITS:
            found = answers(strangers[role], name, known)
            seen |= {} if found <= {404, 405} else {(name, role.value): found}
    assert {name for name, _role in seen} == EVERYBODYS, seen
    assert {status for found in seen.values() for status in found} <= {200, 302, 400, 404, 405}
