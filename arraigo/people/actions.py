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
