"""The months of a chart, found by the database."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Func, IntegerField

from arraigo import clock


class MonthPlace(Func):
    """The place in sorted `months` of the one that holds the field `moment`; null for none.

    Found by halving with comparisons alone: a database's month function costs several times as much. Written
    as one piece of SQL, since Django takes longer over two dozen `Case` than the database over the answer.
    """

    output_field = IntegerField()

    def __init__(self, moment: str, months: Sequence[dt.date]) -> None:
        super().__init__(F(moment))
        self.months = sorted(months)

    def as_sql(self, compiler: Any, connection: Any, *_given: Any, **_named: Any) -> tuple[str, tuple[Any, ...]]:
        column, given = compiler.compile(self.source_expressions[0])
        if given:
            raise ValueError("MonthPlace reads a field.")
        edges = [clock.start_of_day(month) for month in (*self.months, clock.next_month(self.months[-1]))]
        adapted = [connection.ops.adapt_datetimefield_value(edge) for edge in edges]
        params: list[Any] = [adapted[0], adapted[-1]]
        within = _halves(column, adapted, 0, len(self.months), params)
        return f"CASE WHEN {column} >= %s AND {column} < %s THEN {within} END", tuple(params)


def _halves(column: str, edges: Sequence[Any], first: int, end: int, params: list[Any]) -> str:
    """SQL for the place, from `first` on and before `end`, of the month that holds `column`."""
    if end - first == 1:
        return str(first)
    half = (first + end) // 2
    params.append(edges[half])
    before, after = (_halves(column, edges, *part, params) for part in ((first, half), (half, end)))
    return f"CASE WHEN {column} < %s THEN {before} ELSE {after} END"
