"""What business records have in common."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet

Meta = TypeVar("Meta", bound=type)

LARGEST_KEY = 2**63 - 1
"""What a primary key can be at most; SQLite cannot even be asked about a larger one."""


class Record(models.Model):
    """A record of Arraigo's own."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> str:
        """The word for a choice. Django hashes all choices of the field first, each of them translated."""
        value = getattr(self, field.attname)
        return str(_words(field).get(value, value))


@cache
def _words(field: "models.Field[Any, Any]") -> dict[Any, Any]:
    return dict(field.flatchoices)


class ExternalRecord(Record):
    """A record that may have come from another system, known there as `external_id`.

    `source` names that system ("arraigo" for what was entered here). The pair is unique where an
    external id is given, so that loading the same file twice finds the same rows.
    """

    source = models.CharField(max_length=40, default="arraigo")
    external_id = models.CharField(max_length=80, null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint] | tuple[models.BaseConstraint, ...]] = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="%(app_label)s_%(class)s_external_id_unique",
            ),
        ]


def known_words(**words: Iterable[str]) -> Callable[[Meta], Meta]:
    """Let the database itself refuse any word of a state that is none of its field's: a decorator of `Meta`.

    Field → its words (a `TextChoices`, or a list where it may stay empty too). One constraint for the whole
    model, since each one added to a table of SQLite copies that table.
    """
    known = Q(**{f"{field}__in": [str(word) for word in those] for field, those in words.items()})

    def hold(meta: Meta) -> Meta:
        rule = models.CheckConstraint(condition=known, name="%(app_label)s_%(class)s_known_words")
        meta.constraints = [*getattr(meta, "constraints", ()), rule]  # type: ignore[attr-defined]
        return meta

    return hold


class RuleBroken(Exception):
    """{sentence}: the action was not carried out. Base of every refusal that a person is told of.

    Its text is one translated sentence that names what is missing and what to do.
    """


@contextmanager
def unless_taken(taken: QuerySet[Any], refusal: RuleBroken) -> Iterator[None]:
    """Insert in the block what may be there once; raises `refusal` where a row of `taken` is there already.

    Also where somebody else inserts it at the same moment. To be used within a transaction.
    """
    if taken.exists():
        raise refusal
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if taken.exists():
            raise refusal from error
        raise


def key_of(record: models.Model | int) -> int:
    """The primary key of a record, or of a record given by its key.

    Verbs lock and read their record anew, so that they take either.
    """
    return record if isinstance(record, int) else record.pk


def new_key() -> str:
    """An opaque key of 22 characters that cannot be guessed (idempotency keys, links)."""
    return secrets.token_urlsafe(16)
