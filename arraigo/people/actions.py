"""What is done with staff and units."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db import transaction

from arraigo.eventlog.actions import record
from arraigo.people.errors import RoleUnknown, UsernameTaken
from arraigo.people.models import Membership, Role, Unit, User


@transaction.atomic(savepoint=False)
def add_staff(
    username: str,
    *,
    memberships: Iterable[tuple[str, Unit]],
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    password: str | None = None,
    is_demo: bool = False,
    actor: User | None,
) -> User:
    """Make an account with its roles. Without a password nobody can sign in with it yet.

    Raises UsernameTaken, RoleUnknown.
    """
    if User.objects.filter(username=username).exists():
        raise UsernameTaken(username)
    user = User.objects.create_user(
        username, email, password, first_name=first_name, last_name=last_name, is_demo=is_demo
    )
    roles = [join(user, role, unit) for role, unit in memberships]
    told = {"username": username, "roles": [f"{each.role} {each.unit.code}" for each in roles]}
    record("user.added", user, actor=actor, data=told)
    return user


def join(user: User, role: str, unit: Unit) -> Membership:
    """Give `user` a role in a unit; the caller writes the event. Raises RoleUnknown."""
    if role not in Role.values:
        raise RoleUnknown(role)
    return Membership.objects.get_or_create(user=user, role=role, unit=unit)[0]


@transaction.atomic(savepoint=False)
def set_head(unit: Unit, head: User | None, *, actor: User | None) -> Unit:
    """Say who heads the unit."""
    before, unit.head = unit.head, head
    unit.save(update_fields=["head"])
    told = {
        "unit": unit.code,
        "before": before.username if before else None,
        "after": head.username if head else None,
    }
    record("unit.head_set", unit, actor=actor, data=told)
    return unit


@transaction.atomic(savepoint=False)
def remove_second_factor(user: User, *, actor: User | None) -> bool:
    """Take the second step and the recovery codes away from somebody who lost the phone; False where there is none."""
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    if removed:
        record("user.second_factor", user, actor=actor, data={"username": user.username, "done": "taken away"})
    return bool(removed)
