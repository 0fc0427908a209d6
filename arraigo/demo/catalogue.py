"""What the operator sells: codes, names and list prices in Bs a month."""

from typing import Any

from arraigo.products import actions
from arraigo.products.models import Offering

_ROWS = (
    ("fo-60", "Internet fibra 60 Mbps", "internet", "fibre", "119.00", 60),
    ("fo-100", "Internet fibra 100 Mbps", "internet", "fibre", "145.00", 100),
    ("fo-200", "Internet fibra 200 Mbps", "internet", "fibre", "199.00", 200),
    ("fo-400", "Internet fibra 400 Mbps", "internet", "fibre", "345.00", 400),
    ("fo-1000", "Internet fibra 1 Gbps Empresas", "internet", "fibre", "690.00", 1000),
    ("hfc-30", "Internet HFC 30 Mbps", "internet", "hfc", "129.00", 30),
    ("adsl-8", "Internet ADSL 8 Mbps", "internet", "copper", "99.00", 8),
    ("tv-basica", "TV Cable Básica", "television", "hfc", "95.00", None),
    ("tv-hd", "TV Cable HD", "television", "hfc", "139.00", None),
    ("telefono", "Telefonía fija", "telephone", "copper", "45.00", None),
    ("fijacom", "Fijacom", "wireless", "fijacom", "60.00", None),
    ("linea-max", "Línea Max", "wireless", "linea_max", "40.00", None),
)
CHEAP, MIDDLE, TOP = ("fo-60", "fo-100", "hfc-30", "adsl-8"), ("fo-200", "fo-400"), ("fo-1000",)
"""Internet offerings by price: within the asesor's authority, the responsable's, above both."""
INTERNET = (*CHEAP, *MIDDLE)
WEIGHTS = (30, 24, 14, 12, 14, 6)
"""How often each of INTERNET is met."""


def make_catalogue() -> dict[str, Offering]:
    """Fill the catalogue; offerings by code."""
    fields = ("code", "name", "service", "technology", "list_price", "speed_mbps")
    rows: list[dict[str, Any]] = [dict(zip(fields, row, strict=True)) for row in _ROWS]
    actions.fill_catalogue(rows)
    return {offering.code: offering for offering in Offering.objects.all()}
