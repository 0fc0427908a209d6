"""Staff: accounts, roles and the organisational units they belong to."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from arraigo.compiled import compiled
from arraigo.records import Record, known_words


class Role(models.TextChoices):
    """The roles of the procedure and those beside it. Lanes of the diagram name them by value."""

    ADVISOR = "advisor", _("Sales advisor")
    TEAM_LEAD = "team_lead", _("Head of retention team")
    OPERATIONS_SUPERVISOR = "operations_supervisor", _("Operations centre supervisor")
    TECHNICIAN = "multi_service_technician", _("Multi-service technician")
    INCIDENT_FOLLOW_UP = "incident_follow_up", _("Incident follow-up team")
    QUALITY_MANAGEMENT = "quality_management", _("Customer relations quality team")
    COMMERCIAL_MANAGEMENT = "commercial_management", _("Commercial management")
    BILLING = "billing", _("Billing division")
    HEAD_CUSTOMER_RELATIONS = "head_customer_relations", _("Head of Customer Relations Division")
    HEAD_RESOURCES = "head_resources", _("Head of Resources Division")
    ADMINISTRATOR = "administrator", _("Administrator")


CASE_READERS = (
    Role.ADVISOR,
    Role.TEAM_LEAD,
    Role.OPERATIONS_SUPERVISOR,
    Role.INCIDENT_FOLLOW_UP,
    Role.QUALITY_MANAGEMENT,
    Role.COMMERCIAL_MANAGEMENT,
    Role.HEAD_CUSTOMER_RELATIONS,
    Role.HEAD_RESOURCES,
)
"""Who may open a case: its page, and what leads to it."""
ANSWERED_FOR = (Role.ADVISOR, Role.INCIDENT_FOLLOW_UP, Role.QUALITY_MANAGEMENT)
"""Who heads a unit where one of these works is told of its overdue controls: those of the cases of a team, those
that a team calls for (steps 9 and 10)."""


def head_of(role: str) -> str:
    """What stands in `User.standings` for who heads a unit in which somebody active has `role`."""
    return f"head_of_{role}"


class Unit(Record):
    """A division, a retention team or an operations centre, with its head."""

    class Kind(models.TextChoices):
        DIVISION = "division", _("Division")
        RETENTION_TEAM = "retention_team", _("Retention team")
        OPERATIONS_CENTER = "operations_center", _("Operations centre")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    head = models.ForeignKey("people.User", models.PROTECT, null=True, blank=True, related_name="headed_units")
    plant_email = models.EmailField(
        _("e-mail of plant"),
        blank=True,
        help_text=_(
            "Of an operations centre: where plant reads of orders that could not be solved on site. Empty: the "
            "supervisor tells plant."
        ),
    )

    @known_words(kind=Kind)
    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A member of staff with an account. What they may do follows from their memberships."""

    is_demo = models.BooleanField(default=False)
    """Made by `./run manage demo`; refused at sign-in in production."""

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles this person has, as values of `Role`; one query per request."""
        return frozenset(membership.role for membership in self.own_memberships)

    @cached_property
    def standings(self) -> frozenset[str]:
        """The roles, and `head_of` those of `ANSWERED_FOR` that somebody has in a unit that this person heads."""
        led = {each.role for each in self.known_memberships if each.unit.head_id == self.pk}
        return self.roles | {head_of(role) for role in led.intersection(ANSWERED_FOR)}

    @cached_property
    def own_memberships(self) -> list["Membership"]:
        return [each for each in self.known_memberships if each.user_id == self.pk]

    @cached_property
    def known_memberships(self) -> list["Membership"]:
        """This person's own, and those of the people whom this one answers for."""
        return memberships(self)

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def unit_as(self, role: str) -> Unit | None:
        """The unit in which this person has `role`; None where they do not have it."""
        return next((m.unit for m in self.own_memberships if m.role == role), None)

    def __str__(self) -> str:
        return self.get_full_name() or self.username


@compiled
def memberships(user: User | int) -> models.QuerySet["Membership"]:
    """Those of `user`, and those of active `ANSWERED_FOR` in units that `user` heads: what every request asks."""
    headed = models.Q(unit__head=user, role__in=ANSWERED_FOR, user__is_active=True)
    return Membership.objects.filter(models.Q(user=user) | headed).select_related("unit")


class Membership(Record):
    """`user` has `role` in `unit`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")

    @known_words(role=Role)
    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "unit"], name="membership_unique")]
        indexes = [models.Index(fields=["role", "unit"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.unit}"
