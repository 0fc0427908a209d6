"""What can go wrong with staff. Each docstring is the sentence's pattern."""

from django.utils.translation import gettext as _

from arraigo.records import RuleBroken


class NoSuchAccount(RuleBroken):
    """There is no account {username}."""

    def __init__(self, username: str) -> None:
        super().__init__(_("There is no account %(username)s.") % {"username": username})
