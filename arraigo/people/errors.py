"""What can go wrong with staff. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class UsernameTaken(RuleBroken):
    """There is an account {username} already: choose another user name."""

    def __init__(self, username: str) -> None:
        super().__init__(
            _("There is an account %(username)s already: choose another user name.") % {"username": username}
        )


class NoSuchAccount(RuleBroken):
    """There is no account {username}."""

    def __init__(self, username: str) -> None:
        super().__init__(_("There is no account %(username)s.") % {"username": username})


class RoleUnknown(RuleBroken):
    """{role} is no role of the procedure."""

    def __init__(self, role: str) -> None:
        super().__init__(_("%(role)s is no role of the procedure.") % {"role": role})
