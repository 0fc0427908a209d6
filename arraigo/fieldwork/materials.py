"""Materials used in a visit, as a technician writes them: "12 m network cable"."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arraigo.fieldwork.errors import MaterialUnreadable

UNITS = {
    "m": "m", "mt": "m", "mts": "m", "metro": "m", "metros": "m", "cm": "cm",
    "u": "u", "un": "u", "unidad": "u", "unidades": "u", "pza": "u", "pzas": "u",
    "par": "par", "pares": "par", "rollo": "rollo", "rollos": "rollo",
}  # fmt: skip
"""What may stand between quantity and name, and how it is kept."""

KNOWN: dict[str, tuple[Promise, str]] = {
    "access_point": (_("Access point"), "u"),
    "network_cable": (_("Network cable"), "m"),
    "rj45": (_("RJ45 connector"), "u"),
    "coaxial_cable": (_("Coaxial cable"), "m"),
    "connector": (_("Connector"), "u"),
    "drop_cable": (_("Drop cable"), "m"),
    "telephone_cable": (_("Telephone cable"), "m"),
    "rj11": (_("RJ11 connector"), "u"),
}
"""Name and unit of the materials that the policy lists for a task (`xpress.*`)."""

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


def named(code: str) -> tuple[str, str]:
    """Name and unit of a material of the policy; the code itself, in pieces, where it is not known."""
    name, unit = KNOWN.get(code, (code, "u"))
    return str(name), unit


def _line(line: str) -> dict[str, Any]:
    found = LINE.fullmatch(line)
    if found is None:
        return _checked(line, 1, "u")
    word, _space, after = found["rest"].partition(" ")
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
