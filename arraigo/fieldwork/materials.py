"""Materials used in a visit, as a technician writes them: "12 m network cable"."""

import re
from collections.abc import Mapping
from typing import Any

from arraigo.fieldwork.errors import MaterialUnreadable

UNITS = {
    "m": "m", "mt": "m", "mts": "m", "metro": "m", "metros": "m", "cm": "cm",
    "u": "u", "un": "u", "unidad": "u", "unidades": "u", "pza": "u", "pzas": "u",
    "par": "par", "pares": "par", "rollo": "rollo", "rollos": "rollo",
}  # fmt: skip
"""What may stand between quantity and name, and how it is kept."""

LINE = re.compile(r"(?P<quantity>\d{1,6}(?:[.,]\d{1,2})?)\s*(?P<rest>.*)", re.DOTALL)
LONGEST_NAME = 120


def material(written: str | Mapping[str, Any]) -> dict[str, Any]:
    """`written` as {"name", "quantity" (number above zero), "unit"}.

    A line without quantity is one piece. Raises MaterialUnreadable.
    """
    line = written if isinstance(written, str) else "{quantity} {unit} {name}".format(**_whole(written))
    found = LINE.fullmatch(line.strip())
    number, rest = (found["quantity"], found["rest"]) if found else ("1", line.strip())
    word, _, after = rest.partition(" ")
    unit = UNITS.get(word.lower().rstrip("."))
    name = (after if unit else rest).strip()
    quantity = float(number.replace(",", "."))
    if not name or quantity <= 0 or len(name) > LONGEST_NAME:
        raise MaterialUnreadable(line.strip()[:LONGEST_NAME])
    return {
        "name": name,
        "quantity": int(quantity) if quantity.is_integer() else quantity,
        "unit": unit or "u",
    }


def _whole(written: Mapping[str, Any]) -> dict[str, Any]:
    return {"quantity": 1, "unit": "u", "name": "", **written}
