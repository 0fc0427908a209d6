"""The accounts of the demo, one person per role; refused at sign-in in production."""

from arraigo.people.models import Role, User

ROLES = {
    "asesor": Role.ADVISOR,
    "responsable": Role.TEAM_LEAD,
    "supervisor": Role.OPERATIONS_SUPERVISOR,
    "tecnico": Role.TECHNICIAN,
    "seguimiento": Role.INCIDENT_FOLLOW_UP,
    "calidad": Role.QUALITY_MANAGEMENT,
    "gerencia": Role.COMMERCIAL_MANAGEMENT,
    "facturacion": Role.BILLING,
    "jefe_relacion": Role.HEAD_CUSTOMER_RELATIONS,
    "jefe_recursos": Role.HEAD_RESOURCES,
    "admin": Role.ADMINISTRATOR,
}
"""User name of the account that signs in for each role."""


def logins() -> list[dict[str, str]]:
    """The demo accounts of this database, as `{username, does}` in the procedure's order."""
    there = set(User.objects.filter(is_demo=True, is_active=True).values_list("username", flat=True))
    return [{"username": name, "does": str(role.label)} for name, role in ROLES.items() if name in there]
