"""What other people's codes most likely mean: `Cortado` is a suspended product, `Socio` a member."""

from collections.abc import Iterable, Mapping

from arraigo.customers.tokens import words

TECHNOLOGIES = {
    "fibre": "fibra fo ftth gpon fiber", "hfc": "coaxial cable", "copper": "cobre adsl dsl par",
    "fixed_wireless": "inalambrico wireless radio", "unknown": "desconocida ninguna",
}  # fmt: skip
SERVICES = {
    "television": "television tv cable catv", "telephone": "telefono telefonia voz fijo", "internet": "internet datos",
    "wireless": "inalambrico movil", "streaming": "streaming ott", "add_on": "adicional extra",
}  # fmt: skip
CODES: dict[tuple[str, str], dict[str, str]] = {
    ("customers", "kind"): {"member": "socio asociado", "customer": "abonado cliente usuario"},
    ("customers", "category"): {
        "standard": "residencial normal hogar domiciliario particular estandar",
        "business": "empresa empresarial corporativo comercial negocio", "vip": "vip preferencial",
    },
    ("products", "status"): {
        "active": "activo activa vigente habilitado alta conectado",
        "suspended": "suspendido suspendida cortado corte mora bloqueado",
        "terminated": "retirado retirada baja desconectado terminado anulado inactivo",
        "pendingActive": "pendiente instalar",
    },
    ("products", "reason"): {
        "arrears": "mora deuda", "request": "solicitud voluntaria", "death": "fallecimiento",
        "moving": "traslado mudanza",
    },
    ("products", "technology"): TECHNOLOGIES,
    ("products", "service"): SERVICES,
    ("offerings", "technology"): TECHNOLOGIES,
    ("offerings", "service"): SERVICES,
    ("tickets", "technology"): TECHNOLOGIES,
    ("tickets", "service"): SERVICES,
    ("tickets", "type"): {
        "fault": "dano falla averia tecnico", "complaint": "reclamo queja", "inquiry": "consulta informacion",
    },
    ("tickets", "status"): {
        "closed": "cerrado cerrada concluido finalizado", "resolved": "resuelto resuelta solucionado atendido",
        "inProgress": "proceso curso progreso asignado atencion", "pending": "pendiente espera",
        "acknowledged": "abierto registrado recibido nuevo ingresado", "cancelled": "anulado cancelado",
        "rejected": "rechazado improcedente",
    },
    ("tickets", "symptom"): {
        "unstable": "inestable", "cuts": "corte cortes intermitente intermitencia", "slow": "lento lenta lentitud",
        "wifi": "wifi", "tv": "tv television canales", "phone": "telefono tono", "no_signal": "no sin senal",
    },
    ("bills", "state"): {
        "issued": "no emitida emitido pendiente impaga vencida deuda",
        "paid": "pagada pagado cancelada cancelado cobrada",
        "unbilled": "facturar",
    },
    ("network_points", "kind"): {
        "cabinet": "armario gabinete", "splitter": "splitter divisor nap", "port": "puerto", "drop": "acometida",
    },
    ("terminations", "reason"): {
        "moving": "traslado mudanza viaje", "death": "fallecimiento", "arrears": "mora deuda", "no_use": "no uso",
        "faults": "falla fallas averia averias dano danos", "price": "precio costo economico",
        "better_offer": "competencia oferta", "compensation": "compensacion", "other": "otro otros",
    },
    ("usage", "unit"): {"GB": "gb giga gigas gigabytes", "min": "min minuto minutos", "h": "hora horas"},
}  # fmt: skip
"""Kind and field → our code → words for it."""


def translated(kind: str, field: str, cells: Iterable[str], ours: Iterable[str]) -> dict[str, str]:
    """The codes among `cells` that are none of `ours` and whose words tell which of them is meant."""
    told, known = CODES.get((kind, field), {}), set(ours)
    found: Mapping[str, str | None] = {cell: _code(words(cell), told) for cell in dict.fromkeys(cells) if cell}
    return {cell: code for cell, code in found.items() if code in known and cell not in known}


def _code(said: list[str], told: Mapping[str, str]) -> str | None:
    """The code that one of the words means; where one of them is “no”, only what may be said so."""
    hints = {code: {code.lower(), *words.split()} for code, words in told.items()}
    likely = {code: words for code, words in hints.items() if "no" not in said or "no" in words}
    return next((code for code, words in likely.items() if words & {*said}), None)
