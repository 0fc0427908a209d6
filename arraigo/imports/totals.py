"""Rows of totals, which people leave below their tables: they look like records, and are none."""

import re
from collections.abc import Mapping

TOTALS = re.compile(
    r"\W*(?:(?:(?:gran|grand|sub|suma)[ -]?)?total(?:es)?|sumas?|suman)"
    r"(?: (?:general|generales|final|finales|iguales|de|del|por|en|zona|mes|abonados|clientes|socios|registros|filas"
    r"|servicios|reclamos|bajas|facturas|facturado|pagos|pagado|cobrado|recaudado|consumo|bs)\b.*)?\W*(?:[:=].*)?",
    re.IGNORECASE,
)
NAMED_BY = ("external_id", "code", "customer", "product", "name")
"""What a record is known by, the most telling first: a row whose first such field is no word for totals is one."""


def is_meant(cells: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    """Whether a row, of which `fields` are our own, begins with a word for totals and names no record."""
    first = next((text for text in map(str.strip, cells.values()) if text), "")
    return bool(first and TOTALS.fullmatch(first)) and _names_none(fields)


def _names_none(fields: Mapping[str, str]) -> bool:
    told = next((fields[name] for name in NAMED_BY if name in fields), "")
    return not told or bool(TOTALS.fullmatch(told))
