"""One baja, told twice: registered here, and told again under another id by the system that carried it out.

A row that says how a termination ended, and names none that is known, settles the one of its product:
the indicator counts it once, and it does not stay open. What the desk registered stays as it is
(number, receipt, reason, the moment of the request); the row only says how it ended.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from arraigo import clock
from arraigo.imports.kinds.termination_row import TerminationRow
from arraigo.imports.landing import HOME, Parsed, Setting, Tally
from arraigo.terminations.actions import PREFIX
from arraigo.terminations.models import Termination

FIELDS = ["source", "external_id", "withdrawn_at", "executed_at", "returned_items"]
Told = tuple[Parsed[TerminationRow], int]
"""A row, and the key of its product."""


def held_here(
    batch: Sequence[Parsed[TerminationRow]], numbers: Sequence[str], setting: Setting, tally: Tally
) -> set[str]:
    """External ids of rows that settled a termination of the desk before: what it says stays, but for what came back
    since. Counts these rows."""
    told = {each.row.external_id: number for each, number in zip(batch, numbers, strict=True)}
    rows = Termination.objects.filter(source=setting.source, external_id__in=told, requested_at__isnull=False)
    ended = rows.exclude(withdrawn_at=None, executed_at=None).select_for_update()
    held = {str(each.external_id): each for each in ended.order_by("pk")}
    ours = {key: each for key, each in held.items() if each.registered_by_id or _is_ours(each.number, told[key])}
    changed = []
    for each in batch:
        if settled := ours.get(each.row.external_id):
            if fresh := _came_back(each.row, settled):
                setting.ledger.change(settled, fresh)
                changed.append(settled)
            tally.count(each.raw.line, "updated" if fresh else "unchanged")
    Termination.objects.bulk_update(changed, ["returned_items"], batch_size=200)
    return set(ours)


def _is_ours(number: str, told: str) -> bool:
    return number != told and number.startswith(f"{PREFIX}-")


def settle(
    told: Sequence[Told], setting: Setting, tally: Tally
) -> tuple[list[Termination], list[Parsed[TerminationRow]]]:
    """The terminations that the rows settle, and the rows that are records of their own.

    Our own exports name every record, so they settle none.
    """
    ending = [each for each in told if _end(each[0].row) is not None and setting.source != HOME]
    rows = Termination.objects.filter(source=setting.source, external_id__in=[p.row.external_id for p, _key in ending])
    known = set(rows.values_list("external_id", flat=True))
    held = _held({key for each, key in ending if each.row.external_id not in known})
    settled: dict[int, Termination] = {}
    others = []
    for each, product in told:
        own = each.row.external_id in known or setting.source == HOME or _end(each.row) is None
        found = None if own else _same(each.row, held.get(product, ()), setting.source)
        if found is None:
            others.append(each)
        elif fresh := _fresh(each.row, found, setting.source):
            setting.ledger.change(found, fresh)
            settled[found.pk] = found
            tally.count(each.raw.line, "updated")
        else:
            tally.count(each.raw.line, "unchanged")
    Termination.objects.bulk_update(settled.values(), FIELDS, batch_size=200)
    return list(settled.values()), others


def _end(row: TerminationRow | Termination) -> dt.datetime | None:
    """When a row, or a record, was executed or withdrawn."""
    return row.executed_at or row.withdrawn_at


def _held(products: Iterable[int]) -> dict[int, list[Termination]]:
    """The requested terminations of the products, locked, the latest first."""
    found: dict[int, list[Termination]] = {}
    rows = Termination.objects.select_for_update().filter(product__in=products, requested_at__isnull=False)
    for each in rows.order_by("-requested_at", "pk") if products else ():
        found.setdefault(each.product_id, []).append(each)
    return found


def _same(row: TerminationRow, held: Iterable[Termination], source: str) -> Termination | None:
    return next((each for each in held if _is_same(row, each, source)), None)


def _is_same(row: TerminationRow, held: Termination, source: str) -> bool:
    """Whether a row tells of the termination `held`."""
    end, requested_at = _end(row), held.requested_at
    assert end is not None
    assert requested_at is not None
    if _end(held) is None:
        # A system that tells two records apart by their requests means two.
        another = held.source == source and row.requested_at not in (None, requested_at)
        return not another and _day(requested_at) <= _day(end)
    alike = bool(held.executed_at) == bool(row.executed_at) and held.source != source
    asked = row.requested_at is not None and _day(row.requested_at) == _day(requested_at)
    return alike and (asked or _day(_end(held)) == _day(end))


def _day(moment: dt.datetime | None) -> dt.date:
    assert moment is not None
    return clock.local(moment).date()


def _fresh(row: TerminationRow, held: Termination, source: str) -> dict[str, Any]:
    """What a row adds to the termination that it settles; its end does not lie before the request."""
    fresh: dict[str, Any] = {}
    if held.external_id is None:
        fresh |= {"source": source, "external_id": row.external_id}
    if _end(held) is None:
        name = "executed_at" if row.executed_at else "withdrawn_at"
        fresh[name] = max(getattr(row, name), held.requested_at)
    return fresh | _came_back(row, held)


def _came_back(row: TerminationRow, held: Termination) -> dict[str, Any]:
    """The equipment that came back as row and record say together: a file that knows less takes none of it away."""
    if row.returned_items is None or held.withdrawn_at:
        return {}
    known = held.returned_items or []
    together = [*known, *(Counter(row.returned_items) - Counter(known)).elements()]
    return {} if together == held.returned_items else {"returned_items": together}
