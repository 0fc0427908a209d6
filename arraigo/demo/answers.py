"""What people fill in at each step of a demo case."""

import base64
import io
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from arraigo.engine.models import WorkItem
from arraigo.fieldwork.models import Task
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.products.models import Product
from arraigo.retention import courtesies
from arraigo.retention.models import Reason, RetentionCase
from arraigo.retention.queries import alive_products
from arraigo.retention.steps.step_03_negotiation import affected
from arraigo.retention.visits import current_order

Data = dict[str, Any]
Given = Data
"""What the scenario says; it goes before what is usual."""
PLEASED = ("Todo funciona bien.", "Ya no se corta.", "Conforme con la atención.", "Mejoró bastante.")
RADIO, SPEED = (-92.0, -68.0), (12.0, 94.0)
READINGS = {
    "fibre": (-29.4, -19.8), "hfc": (-12.0, 2.5), "copper": (58.0, 31.0),
    "fixed_wireless": RADIO, "fijacom": RADIO, "linea_max": RADIO,
}  # fmt: skip
"""Technology → what is measured before and after the work; the speed elsewhere."""
DROPS = {"fibre": "fibre", "hfc": "coaxial"}
"""Technology → the drop that is replaced; twisted pair elsewhere."""


@cache
def drawing(seed: int) -> bytes:
    """A drawn scribble as PNG."""
    rng = random.Random(seed)
    image = Image.new("RGB", (320, 120), "white")
    points = [(20 + 28 * n, rng.randint(20, 100)) for n in range(10)]
    ImageDraw.Draw(image).line(points, fill="black", width=4)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("puerta.png", drawing(0), "image/png")


def usual(case: RetentionCase, item: WorkItem, given: Given, technician: int, rng: random.Random) -> Data:
    """The form's data of `item`: what the scenario gives over what usually happens."""
    element = item.element
    known = [name for name in _USUAL if element.startswith(name)]
    data = _USUAL[max(known, key=len)](case, given, rng) if known else {}
    if element == "step_06":
        data["technician"] = str(technician)
    return {**data, **given}


def _negotiation(case: RetentionCase, given: Given, rng: random.Random) -> Data:
    kind, amount = given.get("kind", "bill_waiver"), given.get("amount", "")
    data: Data = {"answer": "accepted"}
    for product in affected(case):
        data |= {f"kind_{product.pk}": kind, f"amount_{product.pk}": amount}
    return data


def _visit(case: RetentionCase, given: Given, rng: random.Random) -> Data:
    tasks = rng.sample([Task.WIFI_COVERAGE, Task.SIGNAL_STABILITY, Task.DROP_CABLE_REPLACEMENT], rng.choice((1, 1, 2)))
    data: Data = {
        "solved": "yes", "tasks": [str(task) for task in tasks], **_details(case, rng),
        "findings": rng.choice(("Conector oxidado.", "Acometida deteriorada.", "Equipo lejos de los dormitorios.")),
    }  # fmt: skip
    for product in _ordered(case):
        before, after = READINGS.get(product.offering.technology, SPEED)
        data[f"before_{product.pk}"] = str(round(before + rng.uniform(-1, 1), 1))
        data[f"after_{product.pk}"] = str(round(after + rng.uniform(-1, 1), 1))
    return data


def _details(case: RetentionCase, rng: random.Random) -> Data:
    """What each task was; the form asks only for those of the tasks carried out."""
    technologies = {product.offering.technology for product in _ordered(case)}
    drop = next((drop for technology, drop in DROPS.items() if technology in technologies), "twisted_pair")
    return {
        "wifi_coverage_moved": rng.choice(("access_point", "outlet")),
        "signal_stability_devices": str(rng.randint(1, 2)),
        "drop_cable_replacement_drop": drop, "drop_cable_replacement_metres": str(rng.randint(25, 80)),
        "material_network_cable": str(rng.randint(4, 30)), "material_rj45": "2",
    }  # fmt: skip


def _signature(case: RetentionCase, given: Given, rng: random.Random) -> Data:
    working = {f"working_{product.pk}": "on" for product in _ordered(case)}
    if given.get("refusal_reason"):
        return {**working, "photo": photo()}
    return {**working, **_signed(case, rng.randint(1, 12))}


def _signed(case: RetentionCase, hand: int) -> Data:
    """The customer's signature, drawn as the page sends it."""
    drawn = "data:image/png;base64," + base64.b64encode(drawing(hand)).decode()
    return {"signer_name": case.customer.name, "signer_document": case.customer.document, "signature": drawn}


def _ordered(case: RetentionCase) -> list[Product]:
    return list(current_order(case).products.select_related("offering"))


def _compensation(case: RetentionCase, given: Given, rng: random.Random) -> Data:
    days = given.get("days", str(rng.randint(3, 11)))
    return {f"days_{alive_products(case)[0].pk}": days, "answer": "accepted"}


def _courtesy(case: RetentionCase, given: Given, rng: random.Random) -> Data:
    policy = procedures.current_policy()
    allowed = courtesies.allowed(alive_products(case), policy)
    chosen = rng.choice(allowed)
    detail = {"device": "Teléfono móvil del titular", "line": "La línea de la casa"}.get(chosen.asks, "")
    return {"courtesy": chosen.key, "channels": list(chosen.choices)[:1], "detail": detail, "answer": "accepted"}


def _analysis(case: RetentionCase, given: Given, rng: random.Random) -> Data:
    rival = {"competitor": "Otra operadora", "competitor_offer": "Más velocidad por menos"}
    told = rival if given.get("reason", case.reason) == Reason.BETTER_OFFER else {}
    return {"reason": case.reason, "demand": "compensation", **told}


def _leaving(case: RetentionCase, given: Given, rng: random.Random) -> Data:
    reason = {"compensation": "other"}.get(case.reason, case.reason)
    products = [str(product.pk) for product in alive_products(case)]
    return {"products": products, "reason": reason, "return_items": "Módem\nControl remoto"}


def _fixed(**data: Any) -> Callable[[RetentionCase, Given, random.Random], Data]:
    return lambda case, given, rng: dict(data)


_USUAL: dict[str, Callable[[RetentionCase, Given, random.Random], Data]] = {
    "step_03": _negotiation,
    "step_05": lambda case, given, rng: {"contact_phone": case.contact_phone},
    "step_07": _visit,
    "step_08": _signature,
    "step_09": lambda case, given, rng: _control(rng),
    "step_10": lambda case, given, rng: _control(rng),
    "step_11": _analysis,
    "step_12": _compensation,
    "step_14": _courtesy,
    "transfer": lambda case, given, rng: {"address": "Avenida Los Ceibos N.º 210, Tiquipaya", "answer": "accepted"},
    "termination": _leaving,
    "approve": _fixed(approved="yes", reason="Corresponde por los días sin servicio."),
    "override": _fixed(granted="yes", reason="Deuda regularizada; cliente de muchos años."),
    "inform": _fixed(wish="incident"),
    "route_to_plant": _fixed(plant_note="Revisar la caja de distribución antes de la segunda visita."),
}


def _control(rng: random.Random) -> Data:
    return {"verdict": "passed", "satisfaction": str(rng.choice((3, 4, 4, 5, 5))), "answer": rng.choice(PLEASED)}


ROLES_OF_UNIT = (Role.ADVISOR, Role.TEAM_LEAD, Role.OPERATIONS_SUPERVISOR, Role.TECHNICIAN)
"""Roles whose items belong to a unit; the others' are everybody's with the role."""
