"""An operator's worth of cases: the demo's cases, which went through the engine, copied onto other customers.

`python -m bench._copies CASES TRAY` in the environment of a demo. Every row that belongs to a case is
copied with keys and numbers of its own; customer and products are the other customer's. A copy's events
are not sealed. What pages read is as much and as mixed as after as many cases; what no case of the demo
did, no copy did either.
"""

import random
import sys
from collections import defaultdict
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

from arraigo.customers.models import Customer  # noqa: E402
from arraigo.demo.bulk import Loader, row_of  # noqa: E402
from arraigo.engine.models import WorkItem  # noqa: E402
from arraigo.people.models import Role  # noqa: E402
from arraigo.products.models import Product  # noqa: E402
from arraigo.records import new_key  # noqa: E402
from arraigo.retention.models import RetentionCase  # noqa: E402

Model = type[models.Model]
Rows = dict[Model, list[dict[str, Any]]]
SHARED = {"customers", "products.product", "products.offering", "network", "people", "procedure", "tickets", "workdays"}
"""Packages and models whose records are nobody's copy."""
BATCH = 200


def is_shared(model: Model) -> bool:
    label = model._meta.label_lower
    return label in SHARED or label.split(".")[0] in SHARED or not model.__module__.startswith("arraigo.")


def foreign(model: Model) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def rows_of(case: RetentionCase) -> Rows:
    """Every row that belongs to the case, found along foreign keys and by its number."""
    every = [model for model in apps.get_models(include_auto_created=True) if not is_shared(model)]
    found: dict[Model, dict[Any, dict[str, Any]]] = defaultdict(dict)
    found[RetentionCase] = {case.pk: RetentionCase.objects.filter(pk=case.pk).values().get()}
    found[type(case.instance)] = {
        case.instance_id: type(case.instance).objects.filter(pk=case.instance_id).values().get()
    }
    while True:
        before = sum(map(len, found.values()))
        for model in every:
            if model not in (RetentionCase, type(case.instance)):
                for row in model._default_manager.filter(_belongs(model, found, case)).values():
                    found[model].setdefault(row[model._meta.pk.attname], row)  # type: ignore[union-attr]
        if sum(map(len, found.values())) == before:
            return {model: list(rows.values()) for model, rows in found.items()}


def _belongs(model: Model, found: dict[Model, dict[Any, Any]], case: RetentionCase) -> models.Q:
    q = models.Q(pk__in=[])
    for field in foreign(model):
        if keys := list(found.get(field.related_model, {})):
            q |= models.Q(**{f"{field.name}__in": keys})
    if any(field.name == "case_number" for field in model._meta.concrete_fields):
        q |= models.Q(case_number=case.number)
    return q


class Copier:
    """Writes copies of one case's rows."""

    def __init__(self, case: RetentionCase, loader: Loader) -> None:
        self.case, self.loader = case, loader
        self.rows = rows_of(case)
        self.own = list(Product.objects.filter(customer=case.customer_id).order_by("id").values_list("pk", flat=True))

    def copy(self, customer: int, products: list[int], into: dict[Model, list[tuple[Any, ...]]]) -> None:
        """Add the rows of one copy to `into`."""
        keys = {
            model: {row[_pk(model)]: next(self.loader.keys(model)) for row in rows}
            for model, rows in self.rows.items() if not model._meta.pk.is_relation  # type: ignore[union-attr]
        }  # fmt: skip
        number = _renumbered(self.case.number, keys[RetentionCase][self.case.pk])
        mapped = dict(zip(self.own, products, strict=False))
        for model, rows in self.rows.items():
            for row in rows:
                made = self._row(model, row, keys, customer, mapped, number)
                if made is not None:
                    into[model].append(row_of(model, made))

    def _row(
        self, model: Model, row: dict[str, Any], keys: dict[Model, dict[Any, int]], customer: int,
        products: dict[int, int], number: str,
    ) -> dict[str, Any] | None:  # fmt: skip
        made = dict(row)
        if model in keys:
            made[_pk(model)] = keys[model][row[_pk(model)]]
        for field in foreign(model):
            value = row[field.attname]
            target = field.related_model
            if value is None:
                continue
            if target is Customer:
                made[field.attname] = customer
            elif target is Product:
                made[field.attname] = products.get(value, next(iter(products.values())))
            elif target in keys and value in keys[target]:
                made[field.attname] = keys[target][value]
            elif target._meta.label_lower in ("tickets.troubleticket", "billing.bill"):
                if not field.null:
                    return None
                made[field.attname] = None
        for field in model._meta.concrete_fields:
            _fresh(field, made, self.case.number, number)
        if model._meta.label_lower == "eventlog.event":
            made |= {"sequence": None, "previous_hash": "", "hash": ""}
        return made


def _pk(model: Model) -> str:
    return str(model._meta.pk.attname)  # type: ignore[union-attr]


def _fresh(field: Any, made: dict[str, Any], old: str, new: str) -> None:
    """A text that names the case, or a record by its key, names the copy."""
    value = made[field.attname]
    if not isinstance(value, str) or not value:
        return
    if value == old:
        made[field.attname] = new
    elif field.unique and not field.is_relation:
        parts = value.split("-")
        numbered = len(parts) == 3 and parts[2].isdigit() and ":" not in value  # a colon: the key of a message
        made[field.attname] = _renumbered(value, made["id"]) if numbered else new_key()


def _renumbered(number: str, key: int) -> str:
    prefix, year, _ = number.split("-")
    return f"{prefix}-{year}-{key:06d}"


class Targets:
    """Customers without a case who have their products still; each is given once."""

    def __init__(self, rng: random.Random) -> None:
        rows = Product.objects.filter(customer__cases=None, status="active").order_by("customer_id", "id")
        products: dict[int, list[int]] = defaultdict(list)
        for customer, product in rows.values_list("customer_id", "id").iterator(5000):
            products[customer].append(product)
        self._by_count: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for each in products.items():
            self._by_count[len(each[1])].append(each)
        for free in self._by_count.values():
            rng.shuffle(free)

    def take(self, products: int) -> tuple[int, list[int]] | None:
        """A customer with at least so many products, where one is left."""
        counts = (count for count in sorted(self._by_count) if count >= products and self._by_count[count])
        count = next(counts, None)
        return None if count is None else self._by_count[count].pop()


def main(cases: int, tray: int) -> None:
    rng, loader = random.Random(3), Loader()
    real = list(RetentionCase.objects.select_related("instance").order_by("id"))
    waiting = set(
        WorkItem.objects.filter(status="open", role=Role.ADVISOR).values_list("instance__case__pk", flat=True)
    )
    copiers = {case.pk: Copier(case, loader) for case in real}
    free = Targets(rng)
    wanted = [(rng.choice(sorted(waiting))) for _ in range(tray)]
    others = [case.pk for case in real if case.pk not in waiting]
    wanted += [rng.choice(others) for _ in range(max(0, cases - tray - len(real)))]
    rng.shuffle(wanted)
    for begin in range(0, len(wanted), BATCH):
        into: dict[Model, list[tuple[Any, ...]]] = defaultdict(list)
        for pk in wanted[begin : begin + BATCH]:
            if target := free.take(len(copiers[pk].own)):
                copiers[pk].copy(*target, into)
        with transaction.atomic():
            _write(into, loader)
        print(f"cases: {begin + BATCH:,} of {len(wanted):,} copied", file=sys.stderr)
    loader.finish()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write(into: dict[Model, list[tuple[Any, ...]]], loader: Loader) -> None:
    """Foreign keys are proved at the commit, so that any order will do."""
    for model, rows in into.items():
        loader.rows(model, [field.attname for field in model._meta.concrete_fields], rows)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
