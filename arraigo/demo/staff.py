"""Units and the people in them: one account per role to sign in with, and colleagues."""

import random
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from arraigo import clock
from arraigo.demo import DEMO_PASSWORD, names
from arraigo.demo.accounts import ROLES
from arraigo.demo.places import CENTERS
from arraigo.people.models import Membership, Role, Unit, User

DIVISIONS = (
    ("div-relacion-cliente", "Div. Gestión de la Relación Cliente"),
    ("div-recursos", "Div. Gestión de Recursos"),
    ("div-experiencia", "Div. Gestión de la Experiencia Cliente"),
    ("div-facturacion", "Div. Gestión de Facturación"),
    ("gerencia-comercial", "Gerencia Comercial"),
)
TEAMS = (("er-cercado", "Equipo de retención Cercado"), ("er-valles", "Equipo de retención Valles"))
PLACES = {
    Role.ADVISOR: "er-cercado",
    Role.TEAM_LEAD: "er-cercado",
    Role.OPERATIONS_SUPERVISOR: "co-norte",
    Role.TECHNICIAN: "co-norte",
    Role.INCIDENT_FOLLOW_UP: "div-experiencia",
    Role.QUALITY_MANAGEMENT: "div-experiencia",
    Role.COMMERCIAL_MANAGEMENT: "gerencia-comercial",
    Role.BILLING: "div-facturacion",
    Role.HEAD_CUSTOMER_RELATIONS: "div-relacion-cliente",
    Role.HEAD_RESOURCES: "div-recursos",
    Role.ADMINISTRATOR: "gerencia-comercial",
}
"""Where the account of each role works."""
HEADS = {
    "er-cercado": "responsable", "er-valles": "responsable2", "co-norte": "supervisor", "co-sur": "supervisor2",
    "co-oeste": "supervisor3", "co-este": "supervisor4", "div-relacion-cliente": "jefe_relacion",
    "div-recursos": "jefe_recursos", "gerencia-comercial": "gerencia", "div-facturacion": "facturacion",
    "div-experiencia": "calidad",
}  # fmt: skip
COLLEAGUES = (
    *((f"asesor{n}", Role.ADVISOR, "er-cercado" if n < 4 else "er-valles") for n in range(2, 7)),
    ("responsable2", Role.TEAM_LEAD, "er-valles"),
    *((f"supervisor{n}", Role.OPERATIONS_SUPERVISOR, CENTERS[n - 1][0]) for n in range(2, 5)),
    *((f"tecnico{n}", Role.TECHNICIAN, CENTERS[(n - 1) // 3][0]) for n in range(2, 13)),
    ("seguimiento2", Role.INCIDENT_FOLLOW_UP, "div-experiencia"),
    ("calidad2", Role.QUALITY_MANAGEMENT, "div-experiencia"),
    ("facturacion2", Role.BILLING, "div-facturacion"),
)


@dataclass
class Staff:
    """Who works where."""

    units: dict[str, Unit]
    people: dict[str, User] = field(default_factory=dict)
    """By user name."""
    places: dict[tuple[str, str], list[User]] = field(default_factory=dict)
    """Role and unit's code → the people there, the account to sign in with first."""

    def having(self, role: str, unit: str = "") -> list[User]:
        """People with `role` in the unit, or anywhere."""
        return [user for (r, u), users in self.places.items() if r == role and unit in ("", u) for user in users]


def make_staff(rng: random.Random) -> Staff:
    """Units with their heads and everybody in them; the password is hashed once."""
    staff = Staff(_units())
    hashed = make_password(DEMO_PASSWORD, salt="arraigodemo")
    wanted = [*((name, role, PLACES[role]) for name, role in ROLES.items()), *COLLEAGUES]
    users = User.objects.bulk_create(_user(name, role, hashed, rng) for name, role, _unit in wanted)
    for user, (name, role, unit) in zip(users, wanted, strict=True):
        staff.people[name] = user
        staff.places.setdefault((role, unit), []).append(user)
    Membership.objects.bulk_create(
        Membership(user=staff.people[name], role=role, unit=staff.units[unit]) for name, role, unit in wanted
    )
    for code, name in HEADS.items():
        staff.units[code].head = staff.people[name]
    Unit.objects.bulk_update(staff.units.values(), ["head"])
    return staff


def _units() -> dict[str, Unit]:
    divisions = Unit.objects.bulk_create(
        Unit(code=code, name=name, kind=Unit.Kind.DIVISION) for code, name in DIVISIONS
    )
    by_code = {unit.code: unit for unit in divisions}
    below = Unit.objects.bulk_create(
        [
            *(_below(code, name, Unit.Kind.RETENTION_TEAM, by_code["div-relacion-cliente"]) for code, name in TEAMS),
            *(_below(code, name, Unit.Kind.OPERATIONS_CENTER, by_code["div-recursos"]) for code, name in CENTERS),
        ]
    )
    return by_code | {unit.code: unit for unit in below}


def _below(code: str, name: str, kind: str, parent: Unit) -> Unit:
    plant = "planta@example.com" if kind == Unit.Kind.OPERATIONS_CENTER else ""
    return Unit(code=code, name=name, kind=kind, parent=parent, plant_email=plant)


def _user(name: str, role: Role, hashed: str, rng: random.Random) -> User:
    admin = role == Role.ADMINISTRATOR
    return User(
        username=name, password=hashed, first_name=rng.choice(names.FIRST), is_demo=True,
        last_name=f"{rng.choice(names.SURNAMES)} {rng.choice(names.SURNAMES)}",
        email=f"{name}@example.org", is_staff=admin, is_superuser=admin,
        date_joined=clock.now(),
    )  # fmt: skip
