"""Take the second step of signing in away from somebody who lost phone and recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from arraigo.people import actions
from arraigo.people.errors import NoSuchAccount
from arraigo.people.models import User


class Command(BaseCommand):
    help = "Let somebody who lost phone and recovery codes sign in with the password alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(str(NoSuchAccount(options["username"])))
        removed = actions.remove_second_factor(user, actor=None)
        self.stdout.write("removed" if removed else "there was none")
