"""Who is signed in, asked at every request: session and account by compiled queries."""

import datetime as dt
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from arraigo.compiled import at_once, compiled, first
from arraigo.people.accounts import refusal
from arraigo.people.models import User, memberships


class SessionStore(db.SessionStore):
    """Django's session in the database."""

    def _get_session_from_db(self) -> Session | None:
        # Sessions end by the real time, as Django writes it, also where Arraigo's clock was moved.
        now = timezone.now()  # noqa: TID251
        found = first(_session(self.session_key, now)) if self.session_key else None
        if found is None:
            self._session_key = None
        return found


class StaffBackend(ModelBackend):
    """Django's accounts with passwords."""

    def get_user(self, user_id: Any) -> User | None:
        """The account, with what it is a member of."""
        with at_once(_account.of(user_id), memberships.of(user_id)):
            user = first(_account(user_id))
            # Not asked at the sign-in alone: a session of the demo may have come along into production.
            if user is None or refusal(user):
                return None
            user.known_memberships = memberships(user_id)
        return user


@compiled
def _session(key: str, now: dt.datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


@compiled
def _account(key: int) -> QuerySet[User]:
    return User.objects.filter(pk=key)
