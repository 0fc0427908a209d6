"""What other people call the columns that we know: which header most likely means which of our fields."""

import re
from collections.abc import Mapping, Sequence

from arraigo.customers.tokens import words
from arraigo.imports.kinds import Kind

NOUNS: dict[str, str] = {
    "zones": "zona barrio distrito zone",
    "network_points": "red punto nodo acometida elemento network point",
    "offerings": "plan oferta paquete catalogo tarifa tarifario offering",
    "customers": "abonado cliente socio titular customer contrato padron",
    "products": "servicio producto instalacion product",
    "outages": "corte masiva evento interrupcion outage averia",
    "tickets": "reclamo ticket boleta reporte averia caso dano falla",
    "bills": "factura aviso cobranza bill facturacion",
    "payments": "pago recibo cobro transaccion payment",
    "credit_listings": "riesgo listado central buro moroso credit listing",
    "usage": "consumo trafico uso usage",
    "terminations": "baja retiro desconexion termination",
}
"""What a record of the kind is called: in the name of its file, and in the header of its id."""
IDS = "id identificador codigo cod clave nro no num numero folio key code external"
DATE = "f fecha fec dia hora"
MONEY = "monto importe bs bolivianos valor"
SYNONYMS: dict[str, str] = {
    "external_id": IDS,
    "source": "origen fuente",
    "code": f"sigla {IDS}",
    "name": "nombre razon social completo apellido descripcion denominacion nombres",
    "number": "numero nro no num contrato linea telefono",
    "customer": f"cliente abonado socio titular customerid customer contrato account {IDS}",
    "product": f"producto servicio linea instalacion product telefono {IDS}",
    "bill": f"factura aviso bill {IDS}",
    "outage": f"corte masiva evento outage {IDS}",
    "kind": "tipo clase abonado socio cliente elemento",
    "type": "tipo clase reclamo",
    "document": "documento ci cedula nit carnet identidad dni numero nro",
    "category": "categoria segmento",
    "email": "email correo mail electronico e",
    "phones": "telefono celular cel fono movil phone contacto telf tel nro numero",
    "address": "direccion domicilio calle address instalacion",
    "zone": "zona barrio distrito",
    "center": "centro operacion co",
    "latitude": "latitud lat y",
    "longitude": "longitud lon lng long x",
    "since": f"ingreso alta desde antiguedad afiliacion inscripcion registro {DATE}",
    "deceased_on": f"fallecimiento fallecido defuncion {DATE}",
    "notices_allowed": "acepta mensajes avisos consentimiento",
    "offering": f"plan oferta paquete tarifa {IDS}",
    "offering_name": "plan oferta paquete nombre descripcion",
    "service": "tipo servicio",
    "technology": "tecnologia red acceso",
    "speed_mbps": "velocidad mbps megas",
    "is_sold": "vigente venta activo disponible",
    "status": "estado situacion status",
    "state": "estado situacion status",
    "reason": "motivo causa razon",
    "price": f"cargo mensual precio mensualidad cuota tarifa {MONEY}",
    "list_price": f"lista tarifa precio mensual {MONEY}",
    "started_on": f"alta inicio instalacion activacion {DATE}",
    "ended_on": f"baja fin retiro {DATE}",
    "opened_at": f"registro apertura abierto reportado reporte reclamo creacion opened ingreso {DATE}",
    "resolved_at": f"solucion cierre resuelto cerrado atencion resolved closed {DATE}",
    "disputed_at": f"disputa desacuerdo {DATE}",
    "symptom": "falla sintoma problema averia reportada",
    "description": "descripcion detalle observacion comentario",
    "resolution": "solucion resolucion trabajo realizado",
    "month": "mes periodo month gestion",
    "issued_on": f"emision emitida factura facturacion {DATE}",
    "due_on": f"vencimiento vence limite pago {DATE}",
    "total": f"total facturado factura {MONEY}",
    "credited": "credito nota abonado",
    "paid": "pagado cobrado",
    "amount": f"pagado pago cobrado amount {MONEY}",
    "paid_at": f"pago cobro {DATE}",
    "channel": "canal caja medio forma banco lugar pago",
    "bureau": "entidad buro central",
    "listed_on": f"registro ingreso reporte {DATE}",
    "lifted_on": f"levantamiento baja salida {DATE}",
    "quantity": "consumo cantidad trafico gb minuto",
    "unit": "unidad medida",
    "receipt": "comprobante recibo constancia",
    "case_number": f"caso {IDS}",
    "requested_at": f"solicitud solicitada pedido {DATE}",
    "executed_at": f"ejecucion ejecutada baja retiro {DATE}",
    "withdrawn_at": f"desistimiento retirada {DATE}",
    "return_items": "equipo devolver",
    "returned_items": "equipo devuelto",
    "return_by": f"devolucion limite {DATE}",
    "parent": "padre depende superior",
    "capacity": "capacidad puertos",
    "network_point": "acometida caja puerto",
    "municipality": "municipio ciudad",
    "began_at": f"inicio comienzo desde {DATE}",
    "ended_at": f"fin hasta {DATE}",
}
"""Our field → words by which other people call it, the most telling ones in front."""
COMMON = frozenset(f"{IDS} {DATE} {MONEY}".split())
"""Words that say nothing by themselves about which of our fields is meant."""
SMALL = frozenset(["o", "u", "de", "del", "la", "el", "los", "las", "y", "e", "en", "a", "al", "por", "para"])
LEAST = 0.4
"""A header of which less is understood is left alone."""


def columns(kind: Kind, headers: Sequence[str]) -> dict[str, str]:
    """Our fields → the headers that most likely mean them; each header once."""
    scores = sorted(
        ((likeness(kind, name, header) + (0.05 if name in kind.required else 0), -position, name, header)
         for name in kind.fields for position, header in enumerate(headers) if header),
        reverse=True,
    )  # fmt: skip
    found: dict[str, str] = {}
    for score, _position, name, header in scores:
        if score > LEAST and name not in found and header not in found.values():
            found[name] = header
    return {name: found[name] for name in kind.fields if name in found}


def likeness(kind: Kind, name: str, header: str) -> float:
    """How much of `header` the field `name` of `kind` explains: 0 to 1, and 2 where they are the same."""
    if words(header) == words(name.replace("_", " ")):
        return 2
    said = [word for word in _said(header) if word not in SMALL]
    hints = SYNONYMS.get(name, "").split()
    if name in ("external_id", "code"):
        hints = NOUNS[kind.name].split() + hints
    found = {word: hint for word in said if (hint := _hint(word, hints)) is not None}
    telling = [word for word in found if word not in COMMON]
    if not found or (not telling and any(word not in COMMON for word in said)):
        return 0
    return sum(1 - 0.02 * place for place in found.values()) / len(said)


def _said(header: str) -> list[str]:
    """The words of a header: “F. Emisión” is `f emision`, and what stands in brackets is a unit."""
    return words(re.sub(r"[(\[].*?[)\]]", " ", header).replace(".", "" if re.search(r"\b\w\.\w\.", header) else " "))


def _hint(word: str, hints: Sequence[str]) -> int | None:
    """The place of `word`, or of its singular, among the hints."""
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        if form in hints:
            return hints.index(form)
    return None


def fit(kind: Kind, matched: Mapping[str, str], headers: Sequence[str], name: str) -> tuple[float, int]:
    """How well a kind fits: required fields found, headers explained, and what the file called `name` says."""
    required, filled = kind.required, [header for header in headers if header]
    have = sum(field in matched for field in required) / max(len(required), 1)
    explained = sum(min(likeness(kind, *pair), 1) for pair in matched.items()) / max(len(filled), 1)
    same = sum(likeness(kind, *pair) == 2 for pair in matched.items()) / max(len(filled), 1)
    nouns = [*NOUNS[kind.name].split(), *words(kind.name.replace("_", " "))]
    named = any(_hint(word, nouns) is not None for word in words(name.replace("_", " ")))
    return 2 * have + 2 * explained + 0.5 * same + (1 if named else 0), len(kind.fields)
