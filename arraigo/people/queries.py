"""Reads of staff and organisational units."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from arraigo.people.models import Unit, User


def users_with_role(role: str) -> QuerySet[User]:
    """Active members of staff who have `role` in any unit, by name."""
    return User.objects.filter(is_active=True, memberships__role=role).distinct().order_by("last_name", "username")


def staff_of(unit: Unit | int, role: str | None = None) -> QuerySet[User]:
    """Active members of staff of `unit` (with `role`, where given), by name."""
    pk = unit.pk if isinstance(unit, Unit) else unit
    wanted = {"memberships__unit_id": pk} | ({"memberships__role": role} if role else {})
    return User.objects.filter(is_active=True, **wanted).distinct().order_by("last_name", "username")


def everybody_with(role: str) -> QuerySet[User]:
    """Active people with `role`, in whichever unit."""
    return User.objects.filter(is_active=True, memberships__role=role).distinct()


def units_with_role(role: str) -> QuerySet[Unit]:
    """Units in which somebody active has `role`, by name."""
    return Unit.objects.filter(memberships__role=role, memberships__user__is_active=True).distinct()


def units(kind: str) -> QuerySet[Unit]:
    """Units of one kind (`Unit.Kind`), by name."""
    return Unit.objects.filter(kind=kind)


def only_one_with(addresses: Sequence[str]) -> User | None:
    """The one active member of staff with one of the e-mail addresses; None where there is none or more."""
    wanted = reduce(or_, (Q(email__iexact=address) for address in addresses), Q(pk=None))
    found = list(User.objects.filter(wanted, is_active=True)[:2])
    return found[0] if len(found) == 1 else None
