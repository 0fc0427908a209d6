"""A mapping to begin with, for a file that nobody has described yet."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from arraigo.customers.tokens import words
from arraigo.imports import mapping
from arraigo.imports.actions import check
from arraigo.imports.fields import DAY_FIRST, plain_number
from arraigo.imports.kinds import KINDS, Kind, kind_of
from arraigo.imports.landing import Reason
from arraigo.imports.mapping import ColumnMapping
from arraigo.imports.reading import files
from arraigo.imports.reading.raw import Layout, RawRow

SHOWN = 10
LOOKED_AT = 200
"""Rows that the guess looks at."""
SYNONYMS: dict[str, str] = {
    "external_id": "id identificador codigo clave nro no num folio key code",
    "code": "codigo cod id sigla",
    "name": "nombre nombres razon social titular descripcion denominacion",
    "number": "numero nro contrato no num",
    "customer": "cliente socio abonado titular customerid customer contrato account",
    "product": "producto servicio linea instalacion product",
    "kind": "tipo clase",
    "type": "tipo clase",
    "document": "documento ci cedula nit carnet identidad dni",
    "category": "categoria segmento",
    "email": "email correo mail electronico",
    "phones": "telefono telefonos celular cel fono movil phone contacto",
    "address": "direccion domicilio calle address",
    "zone": "zona barrio distrito",
    "latitude": "latitud lat y",
    "longitude": "longitud lon lng long x",
    "since": "alta desde antiguedad ingreso afiliacion",
    "deceased_on": "fallecimiento fallecido defuncion",
    "offering": "plan oferta paquete tarifa",
    "status": "estado situacion status",
    "state": "estado situacion status",
    "reason": "motivo causa razon",
    "price": "precio mensualidad tarifa cuota",
    "list_price": "precio lista tarifa",
    "started_on": "inicio alta instalacion activacion",
    "ended_on": "fin baja retiro",
    "opened_at": "apertura abierto reportado registro fecha creacion opened",
    "resolved_at": "cierre solucion resuelto cerrado resolved closed",
    "symptom": "sintoma falla",
    "description": "descripcion detalle observacion",
    "resolution": "solucion resolucion trabajo",
    "month": "mes periodo month",
    "issued_on": "emision emitida factura fecha",
    "due_on": "vencimiento vence limite",
    "total": "total importe monto",
    "amount": "monto importe pago amount",
    "paid": "pagado cobrado",
    "paid_at": "fecha pago cobro",
    "channel": "canal caja medio",
    "bureau": "buro central entidad",
    "listed_on": "registro fecha ingreso",
    "lifted_on": "levantamiento baja salida",
    "quantity": "cantidad consumo trafico gb minutos",
    "unit": "unidad medida",
    "requested_at": "solicitud solicitada pedido",
    "executed_at": "ejecucion ejecutada baja",
    "withdrawn_at": "desistimiento retirada",
    "parent": "padre depende superior",
    "network_point": "acometida caja puerto",
    "municipality": "municipio ciudad",
    "began_at": "inicio comienzo desde",
    "ended_at": "fin hasta",
}
"""Our field → words by which other people call it."""


@dataclass
class Guessed:
    """A mapping, and how it understands the first rows."""

    mapping: ColumnMapping
    headers: tuple[str, ...] = ()
    rows: list[tuple[RawRow, list[Reason], Any]] = field(default_factory=list)

    def shown(self) -> list[dict[str, str]]:
        """The first rows as understood: our fields, or why a row would be rejected."""
        return [self._shown(raw, reasons, row) for raw, reasons, row in self.rows]

    def _shown(self, raw: RawRow, reasons: Sequence[Reason], row: Any) -> dict[str, str]:
        if row is None:
            told: dict[str, Any] = self.mapping.fields_of(raw.cells)
            told |= {name or "row": f"⚠ {reason}" for name, _value, reason in reasons}
        else:
            told = row.model_dump(mode="json", exclude_unset=True)
        return {"line": str(raw.line), **{name: _short(value) for name, value in told.items()}}

    def as_toml(self) -> str:
        unused = [name for name in self.headers if name and name not in self.mapping.headers()]
        note = "".join(f"# column of the file that is not used: {name!r}\n" for name in unused)
        head = f"# {self.mapping.kind}: look the columns over, then try it with --dry-run\n"
        return head + note + self.mapping.as_toml()


def _short(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def guess(path: Path, kind_name: str = "") -> Guessed:
    """A mapping for the file at `path`, of the kind that it looks most like where none is said.

    Raises ImportRefused where it cannot be read.
    """
    with files.opened(path) as (layout, _digest):
        first = list(islice(files.rows(layout, path), LOOKED_AT))
    mapped = best(layout, first, kind_name, path)
    return Guessed(mapped, layout.headers, understood(first[:SHOWN], mapped))


def preview(path: Path, mapped: ColumnMapping) -> Guessed:
    """The first ten rows of the file as `mapped` understands them. Raises ImportRefused."""
    with files.opened(path, encoding=mapped.encoding, delimiter=mapped.delimiter, sheet=mapped.sheet) as (layout, _d):
        first = list(islice(files.rows(layout, path), SHOWN))
    return Guessed(mapped, layout.headers, understood(first, mapped))


def understood(rows: Sequence[RawRow], mapped: ColumnMapping) -> list[tuple[RawRow, list[Reason], Any]]:
    kind = kind_of(mapped.kind)
    return [(raw, *check(kind, raw, mapped)) for raw in rows]


def best(layout: Layout, first: Sequence[RawRow], kind_name: str, path: Path) -> ColumnMapping:
    """A ready mapping whose columns are all there, else the mapping of the kind that fits best."""
    for ready in mapping.ready_ones():
        if kind_name in ("", ready.kind) and set(ready.headers()) <= set(layout.headers):
            return ready.model_copy(update={"delimiter": layout.delimiter, "encoding": _encoding(layout)})
    kinds = [kind_of(kind_name)] if kind_name else list(KINDS.values())
    found = max(((kind, columns(kind, layout.headers)) for kind in kinds), key=lambda each: _fit(*each))
    kind, matched = found
    told = {header: [raw.cells.get(header, "") for raw in first if not raw.problem] for header in layout.headers}
    return ColumnMapping(
        kind=kind.name, source=(words(path.name.split(".")[0]) or ["file"])[0][:40], delimiter=layout.delimiter,
        encoding=_encoding(layout), columns=matched,
        decimal=_decimal(told), date_format=_date_format(matched, told),
    )  # fmt: skip


def _encoding(layout: Layout) -> str:
    return "" if layout.encoding == "utf-8-sig" else layout.encoding


def _fit(kind: Kind, matched: Mapping[str, str]) -> float:
    """How well a kind fits: required fields found, then how many headers it explains."""
    required = kind.required
    have = sum(name in matched for name in required)
    return 10 * have / max(len(required), 1) + len(matched) / len(kind.fields) + len(matched) / 10


def columns(kind: Kind, headers: Sequence[str]) -> dict[str, str]:
    """Our fields → the headers that most likely mean them; each header once."""
    scores = sorted(
        ((_likeness(name, header), -position, name, header)
         for name in kind.fields for position, header in enumerate(headers) if header),
        reverse=True,
    )  # fmt: skip
    found: dict[str, str] = {}
    for score, _position, name, header in scores:
        if score > 0 and name not in found and header not in found.values():
            found[name] = header
    return {name: found[name] for name in kind.fields if name in found}


def _likeness(name: str, header: str) -> float:
    said, ours = words(header.replace(".", "")), words(name.replace("_", " "))
    if said == ours:
        return 100
    hints = SYNONYMS.get(name, "").split()
    hits = [1 / (1 + hints.index(word)) for word in said if word in hints]
    return (10 * len(hits) + max(hits, default=0) + 5 * len({*said} & {*ours})) / max(len(said), 1)


def _decimal(told: Mapping[str, Sequence[str]]) -> Any:
    """The decimal sign, where the cells show it: a comma before one or two last digits."""
    for cells in told.values():
        numbers = [cell for cell in cells if cell]
        commas = any("," in cell and len(cell) - cell.rfind(",") <= 3 for cell in numbers)
        if commas and all(_is_number(cell) for cell in numbers):
            return ","
    return ""


def _is_number(text: str) -> bool:
    try:
        float(plain_number(text))
    except ValueError:
        return False
    return True


def _date_format(matched: Mapping[str, str], told: Mapping[str, Sequence[str]]) -> str:
    """How dates are written, where they are neither ISO nor plain day-first ones."""
    for name, header in matched.items():
        cells = [cell for cell in told[header] if cell] if name.endswith(("_at", "_on", "since")) else []
        if cells and not DAY_FIRST.match(cells[0]):
            for pattern in ("%d/%m/%y", "%d-%m-%y", "%d/%m/%y %H:%M", "%Y%m%d", "%d-%b-%Y", "%Y/%m/%d"):
                if all(_fits(cell, pattern) for cell in cells[:20]):
                    return pattern
    return ""


def _fits(text: str, pattern: str) -> bool:
    try:
        dt.datetime.strptime(text, pattern)  # noqa: DTZ007
    except ValueError:
        return False
    return True
