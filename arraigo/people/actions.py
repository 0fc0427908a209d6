"""What is done with staff and units."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from arraigo.eventlog.actions import record
from arraigo.people.models import User


@transaction.atomic(savepoint=False)
def remove_second_factor(user: User, *, actor: User | None) -> bool:
    """Take the second step and the recovery codes away from somebody who lost the phone; False where there is none."""
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    if removed:
        record("user.second_factor", user, actor=actor, data={"username": user.username, "done": "taken away"})
    return bool(removed)


@transaction.atomic(savepoint=False)
def set_password(user: User, password: str, *, actor: User) -> None:
    """Give `user` another password, which was found good enough."""
    user.set_password(password)
    user.save(update_fields=["password"])
    record_password(user, actor=actor)


def record_password(user: User, *, actor: User | None) -> None:
    """The event of a password that was set or taken away: who sets that of somebody else may sign in as them."""
    record("user.password", user, actor=actor, data={"username": user.username})
