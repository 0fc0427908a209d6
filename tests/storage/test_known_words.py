"""The database itself refuses a word that is none of its field's, a bill or a baja that cannot be."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from arraigo import clock
from arraigo.billing.models import Bill
from arraigo.terminations.models import Termination
from tests.records import NOON, a_customer, a_product

pytestmark = pytest.mark.django_db


def choices_of(model: type[models.Model]) -> dict[str, set[str]]:
    """Field of the model with choices → the words that it may hold."""
    found = {}
    for field in model._meta.local_concrete_fields:
        if field.choices and isinstance(field, models.CharField):
            found[field.name] = {word for word, _label in field.flatchoices} | ({""} if field.blank else set())
    return found


HELD = [model for model in apps.get_models() if model.__module__.startswith("arraigo.") and choices_of(model)]


def rule_of(model: type[models.Model]) -> str:
    """The rule on the model's words as the database holds it."""
    name = f"{model._meta.app_label}_{model._meta.model_name}_known_words"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
            return str(cursor.fetchone()[0])
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [model._meta.db_table])
        return _check(cursor.fetchone()[0].split(f'CONSTRAINT "{name}" ')[1])


def _check(text: str) -> str:
    """The CHECK at the beginning of `text`, up to its last parenthesis."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return text[: place + 1]
    raise ValueError(text)


@pytest.fixture(params=HELD, ids=lambda model: model._meta.label)
def model(request: pytest.FixtureRequest) -> Iterator[type[models.Model]]:
    """A model with choices; the table `probe` obeys the rule on its words and no other."""
    held: type[models.Model] = request.param
    columns = ", ".join(f"{name} varchar(60)" for name in choices_of(held))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE probe ({columns}, {rule_of(held)})")
        yield held
        cursor.execute("DROP TABLE probe")


def test_every_word_of_its_field_and_no_other(model: type[models.Model]) -> None:
    for field, words in choices_of(model).items():
        statement = f"INSERT INTO probe ({field}) VALUES (%s)"  # noqa: S608
        with connection.cursor() as cursor:
            for word in words:
                cursor.execute(statement, [word])
            for wrong in {"nonsense", next(iter(words)).upper(), ""} - words:
                with pytest.raises(IntegrityError), transaction.atomic():
                    cursor.execute(statement, [wrong])


def test_a_baja_is_withdrawn_after_it_was_requested() -> None:
    product = a_product(a_customer())
    given = {"customer": product.customer, "product": product, "reason": "price", "number": "B1"}
    for moments in ({"requested_at": NOON}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Termination.objects.create(**given, **moments, withdrawn_at=NOON - dt.timedelta(seconds=1))
    Termination.objects.create(**given, requested_at=NOON, withdrawn_at=NOON)


def test_a_bill_is_due_after_its_issue_and_owes_nothing_once_it_is_paid() -> None:
    day = clock.local(NOON).date()
    given = {"customer": a_customer(), "month": day.replace(day=1), "total": Decimal(100), "issued_on": day}
    owed = {"state": "paid", "due_on": day, "credited": Decimal(40), "paid": Decimal("59.99")}
    for wrong in ({"state": "issued", "due_on": day - dt.timedelta(days=1)}, owed):
        with pytest.raises(IntegrityError), transaction.atomic():
            Bill.objects.create(**given, **wrong)
    Bill.objects.create(**given, **{**owed, "paid": Decimal(60)})
