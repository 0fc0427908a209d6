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

LINE = re.compile(r"(?P<quantity>[-+]?\d+(?:[.,]\d+)?)\s*(?P<rest>.*)", re.DOTALL)
LONGEST_NAME = 120
MOST = 100_000
"""More than this of anything in one visit is a slip of the finger."""


def material(written: str | Mapping[str, Any]) -> dict[str, Any]:
    """`written` as {"name", "quantity" (number above zero), "unit"}.

    A line or mapping without quantity is one piece. Raises MaterialUnreadable.
    """
    if isinstance(written, str):
        return _line(written.strip())
    return _checked(str(written.get("name", "")), written.get("quantity", 1), str(written.get("unit", "u")))


def _line(line: str) -> dict[str, Any]:
    found = LINE.fullmatch(line)
    if found is None:
        return _checked(line, 1, "u")
    word, _, after = found["rest"].partition(" ")
    unit = UNITS.get(word.lower().rstrip("."))
    return _checked(after if unit else found["rest"], found["quantity"], unit or "u")


def _checked(name: str, quantity: Any, unit: str) -> dict[str, Any]:
    try:
        number = float(str(quantity).replace(",", "."))
    except ValueError:
        number = 0.0
    if not name.strip() or len(name.strip()) > LONGEST_NAME or not 0 < number <= MOST:
        raise MaterialUnreadable(f"{quantity} {unit} {name}"[:LONGEST_NAME])
    return {
        "name": name.strip(),
        "quantity": int(number) if number.is_integer() else number,
        "unit": unit[:12],
    }
