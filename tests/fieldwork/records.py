"""Pictures and work orders of the tests of field work."""

import io
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfReader

from arraigo.customers.models import Phone
from arraigo.orders.models import WorkOrder
from arraigo.products.models import Offering
from arraigo.tickets import actions as tickets
from tests.records import a_customer, a_product, a_visit, a_zone

NOTE = (
    "CLIENTE CON DAÑOS REITERADOS, CON INTENSION DE BAJA, SE OFERTA NO COBRO EL MES DE MARZO POR EL SERVICIO "
    "DEFICIENTE, Y SE OFERTA SOLUCION DEFINITIVA, SE COMPROMETE A REALIZAR LA VISITA TÉCNICA EN 24 HORAS. "
    "FAVOR COORDINAR CON EL CLIENTE AL CEL 70000001"
)


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def a_signature() -> bytes:
    """Drawn on a transparent pad."""
    image = Image.new("RGBA", (320, 120), (255, 255, 255, 0))
    ImageDraw.Draw(image).line([(20, 90), (80, 30), (150, 95), (300, 40)], fill=(20, 20, 60, 255), width=4)
    return encoded(image)


def a_photo(detail: int = 60) -> bytes:
    """A photo, another one for each `detail`."""
    return encoded(Image.effect_mandelbrot((320, 240), (-3, -2.5, 2, 2.5), detail), "JPEG")


def an_order(**fields: Any) -> WorkOrder:
    """A work order of a member with fibre and television, two faults, and the note of step 5.3."""
    customer = a_customer(
        name="María Núñez Quiroga", kind="member", address="Av. América Este 1240, piso 2", zone=a_zone()
    )
    Phone.objects.create(customer=customer, number="+59170000001", is_contact=True)
    Phone.objects.create(customer=customer, number="+59144250000", is_mobile=False)
    television, _ = Offering.objects.get_or_create(
        code="tv-hd",
        defaults={"name": "TV HD", "service": "television", "technology": "hfc", "list_price": Decimal(120)},
    )
    internet, second = a_product(customer), a_product(customer, offering=television)
    faults = [tickets.open_ticket(customer, internet, actor=None, symptom="cuts") for _ in range(2)]
    given = {"affected_products": [internet, second], "tickets": faults, "note": NOTE, **fields}
    return a_visit(customer, internet, **given)


def text_of(pdf: bytes) -> list[str]:
    """The text of each page, its white space folded."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
