"""Keeping how a person likes a list."""

from django.db.models import QuerySet

from arraigo.compiled import compiled, first
from arraigo.people.models import User
from arraigo.web.models import ListChoice

MOST_LETTERS = 500


def remembered(user: User, name: str) -> str:
    """The query that `user` last chose for the list `name`; the empty text for none. One query."""
    return first(_query(user, name)) or ""


@compiled
def _query(user: User, name: str) -> QuerySet[ListChoice, str]:
    return ListChoice.objects.filter(user=user, name=name).values_list("query", flat=True)


def remember(user: User, name: str, query: str) -> None:
    """Keep the choice; nothing is written where it is the same as before, or longer than is kept."""
    if len(query) > MOST_LETTERS or remembered(user, name) == query:
        return
    ListChoice.objects.update_or_create(user=user, name=name, defaults={"query": query})
