"""Zones of the metropolitan area, each with its operations centre and a point to draw."""

from arraigo.network.models import NetworkPoint, Zone
from arraigo.people.models import Unit

CENTERS = (
    ("co-norte", "Centro de operaciones Norte"),
    ("co-sur", "Centro de operaciones Sur"),
    ("co-oeste", "Centro de operaciones Valle Bajo"),
    ("co-este", "Centro de operaciones Sacaba"),
)
ZONES = (
    ("queru-queru", "Queru Queru", "Cercado", "co-norte", -17.3735, -66.1530),
    ("cala-cala", "Cala Cala", "Cercado", "co-norte", -17.3700, -66.1640),
    ("recoleta", "La Recoleta", "Cercado", "co-norte", -17.3770, -66.1475),
    ("sarco", "Sarco", "Cercado", "co-norte", -17.3790, -66.1790),
    ("temporal", "Temporal", "Cercado", "co-norte", -17.3560, -66.1560),
    ("centro", "Centro", "Cercado", "co-sur", -17.3935, -66.1570),
    ("muyurina", "Muyurina", "Cercado", "co-sur", -17.3905, -66.1380),
    ("jaihuayco", "Jaihuayco", "Cercado", "co-sur", -17.4190, -66.1560),
    ("hipodromo", "Hipódromo", "Cercado", "co-sur", -17.3890, -66.1850),
    ("quillacollo-centro", "Quillacollo Centro", "Quillacollo", "co-oeste", -17.3970, -66.2790),
    ("el-paso", "El Paso", "Quillacollo", "co-oeste", -17.3430, -66.2560),
    ("colcapirhua-centro", "Colcapirhua Centro", "Colcapirhua", "co-oeste", -17.3860, -66.2360),
    ("sumumpaya", "Sumumpaya", "Colcapirhua", "co-oeste", -17.4030, -66.2160),
    ("vinto-centro", "Vinto Centro", "Vinto", "co-oeste", -17.3960, -66.3160),
    ("tiquipaya-centro", "Tiquipaya Centro", "Tiquipaya", "co-norte", -17.3380, -66.2150),
    ("trojes", "Trojes", "Tiquipaya", "co-norte", -17.3520, -66.2010),
    ("sacaba-centro", "Sacaba Centro", "Sacaba", "co-este", -17.4040, -66.0400),
    ("huayllani", "Huayllani", "Sacaba", "co-este", -17.3970, -66.0790),
    ("quintanilla", "Quintanilla", "Sacaba", "co-este", -17.3880, -66.1020),
)


def make_zones(centers: dict[str, Unit]) -> list[Zone]:
    """The zones, each under the centre of its code."""
    return Zone.objects.bulk_create(
        Zone(
            code=code, name=name, municipality=municipality, operations_center=centers[center],
            latitude=latitude, longitude=longitude,
        )
        for code, name, municipality, center, latitude, longitude in ZONES
    )  # fmt: skip


CORNERS = ((0.003, 0.003), (0.003, -0.003), (-0.003, 0.003), (-0.003, -0.003))
"""Where the cabinets of a zone stand around its middle, in degrees north and east."""
BRANCHES = ((0.0012, 0.0004), (-0.0009, 0.0013), (0.0003, -0.0014))
"""Where the splitters of a cabinet hang around it."""


def make_points(zones: list[Zone]) -> dict[int, list[NetworkPoint]]:
    """Cabinets and their splitters in each zone; the splitters by the zone's key."""
    splitters: dict[int, list[NetworkPoint]] = {}
    for zone in zones:
        for number, corner in enumerate(CORNERS, 1):
            cabinet = _point(zone, NetworkPoint.Kind.CABINET, f"AR-{zone.code}-{number}", zone, corner)
            cabinet.save()
            hanging = [
                _point(zone, NetworkPoint.Kind.SPLITTER, f"CTO-{zone.code}-{number}{letter}", cabinet, branch)
                for letter, branch in zip("ABC", BRANCHES, strict=True)
            ]
            splitters.setdefault(zone.pk, []).extend(NetworkPoint.objects.bulk_create(hanging))
    return splitters


def _point(zone: Zone, kind: str, code: str, at: Zone | NetworkPoint, off: tuple[float, float]) -> NetworkPoint:
    return NetworkPoint(
        code=code, kind=kind, zone=zone, parent=at if isinstance(at, NetworkPoint) else None,
        latitude=round((at.latitude or 0) + off[0], 6), longitude=round((at.longitude or 0) + off[1], 6),
    )  # fmt: skip


def nearest(points: list[NetworkPoint], latitude: float, longitude: float) -> NetworkPoint:
    """The point that lies nearest to a place of its zone."""
    return min(points, key=lambda p: abs((p.latitude or 0) - latitude) + abs((p.longitude or 0) - longitude))
