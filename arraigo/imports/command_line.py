"""How the commands of files read what is typed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class InAnyOrder(BaseCommand):
    """A command whose options may also stand before FILE.

    By itself Python 3.11 takes an optional argument for left out once an option follows the one before it.
    """

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        parser = super().create_parser(*args, **options)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser
