"""The cast of the tests: one person per role, one household, and a walk through the procedure.

`Walk` carries out the open step of an element as the person whose lane it is, with what the test
says and sensible answers for the rest, so that a test reads like the document.
"""

import base64
import datetime as dt
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.utils import translation
from PIL import Image, ImageDraw

from arraigo import clock
from arraigo.billing.models import Bill, BillLine
from arraigo.bss.models import Command
from arraigo.customers.models import CreditListing, Customer, Phone
from arraigo.engine.models import WorkItem
from arraigo.eventlog.models import Event
from arraigo.network.models import Zone
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.procedure import actions as procedures
from arraigo.products.models import Offering, Product
from arraigo.retention import actions, registry
from arraigo.retention.errors import StepInvalid
from arraigo.retention.models import RetentionCase
from arraigo.tickets.models import TroubleTicket

NOW = dt.datetime(2026, 3, 10, 14, 0, tzinfo=dt.UTC)
"""A Tuesday, 10:00 in Cochabamba."""
PASSWORD = "una clave de prueba"

TASK_DETAILS = {
    "wifi_coverage_moved": "access_point",
    "signal_stability_devices": "2",
    "tv_wiring_changed": "connectors",
    "drop_cable_replacement_drop": "fibre",
    "drop_cable_replacement_metres": "45",
    "phone_extension_extensions": "1",
}
"""What each Xpress task was, where it was carried out."""


@cache
def signature(hand: int = 0) -> str:
    """A drawn signature as the page sends it, one for each `hand`."""
    image = Image.new("RGBA", (320, 120), (255, 255, 255, 0))
    ImageDraw.Draw(image).line(
        [(20, 90), (20 + hand % 60, 30 + hand // 60 % 80), (80, 30), (150, 95), (300, 40)], fill=(0, 0, 0, 255), width=4
    )
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache
def the_procedure() -> procedures.ProcedureFiles:
    """The files of the real procedure, read once."""
    return procedures.read(settings.PROCEDURES_DIR / "OPE-ASE-FID-P01")


@dataclass
class Cast:
    """Units, one person per role, a zone, a catalogue and the published procedure."""

    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.division = Unit.objects.create(code="dgrc", name="Relación Cliente", kind=Unit.Kind.DIVISION)
        self.team = Unit.objects.create(code="er-norte", name="Equipo Norte", kind=Unit.Kind.RETENTION_TEAM)
        self.center = Unit.objects.create(code="co-norte", name="Centro Norte", kind=Unit.Kind.OPERATIONS_CENTER)
        units = {
            Role.ADVISOR: self.team,
            Role.TEAM_LEAD: self.team,
            Role.OPERATIONS_SUPERVISOR: self.center,
            Role.TECHNICIAN: self.center,
        }
        for role in Role:
            user = User(username=role.value, first_name=role.name.title(), last_name="Prueba")
            user.set_password(PASSWORD)
            user.save()
            Membership.objects.create(user=user, role=role, unit=units.get(role, self.division))
            self.people[role] = user
        self.zone = Zone.objects.create(
            code="norte", name="Zona Norte", municipality="Cercado", operations_center=self.center
        )
        self.fibre = self._offering("fo-100", "Internet FO 100 Mb", "internet", "fibre", "140.00")
        self.television = self._offering("tv-hd", "TV HD", "television", "hfc", "160.00")
        self.version = procedures.publish(the_procedure(), steps=registry.elements(), by=None)

    def _offering(self, code: str, name: str, service: str, technology: str, price: str) -> Offering:
        return Offering.objects.create(
            code=code, name=name, service=service, technology=technology, list_price=Decimal(price)
        )

    def __getitem__(self, role: str) -> User:
        return self.people[role]

    def publish(self, **values: str) -> None:
        """Publish the next version, with other policy values: path with `__` for the dot → TOML text."""
        files = the_procedure()
        text = files.policy
        for path, value in values.items():
            text, changed = re.subn(
                rf"^(\[{re.escape(path.replace('__', '.'))}\]\nvalue = ).*$", rf"\g<1>{value}", text, flags=re.MULTILINE
            )
            assert changed == 1, path
        self.version = procedures.publish(replace(files, policy=text), steps=registry.elements(), by=None)

    def household(self, number: str = "100001", **fields: Any) -> "Household":
        """A member with fibre and television, and the unbilled bill of the present month."""
        return Household(self, number, fields)


class Household:
    def __init__(self, cast: Cast, number: str, fields: dict[str, Any]) -> None:
        self.cast = cast
        self.customer = Customer.objects.create(
            number=number, name=f"Socia {number}", kind="member", zone=cast.zone, address="Calle Uno 1", **fields
        )
        Phone.objects.create(customer=self.customer, number="+59170000001", is_contact=True)
        self.internet = self._product(f"I-{number}", cast.fibre)
        self.television = self._product(f"T-{number}", cast.television)
        self.bill()

    def _product(self, number: str, offering: Offering) -> Product:
        return Product.objects.create(
            number=number, customer=self.customer, offering=offering, price=offering.list_price
        )

    def bill(self, month: dt.date | None = None) -> Bill:
        """The unbilled bill of `month`, one line per product."""
        products = [self.internet, self.television]
        bill = Bill.objects.create(
            customer=self.customer,
            month=month or clock.month_of(clock.now()),
            total=sum((product.price for product in products), Decimal()),
        )
        for product in products:
            BillLine.objects.create(bill=bill, product=product, description=str(product), amount=product.price)
        return bill

    def priced(self, product: Product, price: str) -> None:
        """Let `product` and its line on the bills cost `price` Bs."""
        product.price = Decimal(price)
        product.save(update_fields=["price"])
        BillLine.objects.filter(product=product).update(amount=product.price)
        for bill in Bill.objects.filter(customer=self.customer):
            bill.total = sum(bill.lines.values_list("amount", flat=True), Decimal())
            bill.save(update_fields=["total"])

    def fault(self, *, days_ago: float, solved: bool = True, product: Product | None = None) -> TroubleTicket:
        """A fault opened `days_ago`, solved after some hours unless told otherwise."""
        opened = clock.now() - dt.timedelta(days=days_ago)
        count = TroubleTicket.objects.count()
        return TroubleTicket.objects.create(
            number=f"R-{count + 1:05}",
            customer=self.customer,
            product=product or self.internet,
            status="closed" if solved else "inProgress",
            symptom="cuts",
            opened_at=opened,
            resolved_at=opened + dt.timedelta(hours=5) if solved else None,
        )

    def repeated_faults(self) -> list[TroubleTicket]:
        """Two faults in 30 days: the second came after the first was solved."""
        return [self.fault(days_ago=12), self.fault(days_ago=3)]

    def listing(self) -> CreditListing:
        return CreditListing.objects.create(
            customer=self.customer, bureau="Central de Riesgos", listed_on=dt.date(2025, 6, 1)
        )


class Walk:
    """One case on its way. `walk("step_03", answer="refused")` does that step now."""

    def __init__(
        self, home: Household, *, products: list[Product] | None = None, reason: str = "faults", proactive: bool = False
    ) -> None:
        self.cast, self.home = home.cast, home
        self.case = actions.open_case(
            home.customer, products or [home.internet], actor=self.cast[Role.ADVISOR], channel="office",
            reason=reason, words="Me quiero ir", contact_phone="70000001", proactive=proactive,
        )  # fmt: skip

    @property
    def open(self) -> list[str]:
        """The elements that are open now, sorted."""
        items = WorkItem.objects.filter(instance=self.case.instance, status=WorkItem.Status.OPEN)
        return sorted(items.values_list("element", flat=True))

    def item(self, element: str) -> WorkItem:
        return WorkItem.objects.get(instance=self.case.instance, element=element, status=WorkItem.Status.OPEN)

    def __call__(self, element: str, *, by: str = "", **data: Any) -> Any:
        """Carry out the open `element` as its lane's person (or as role `by`)."""
        item = self.item(element)
        files = {"photo": data.pop("photo")} if "photo" in data else {}
        answers = {**self.usual(element), **data}
        done = actions.complete_step(item.pk, actor=self.cast[by or item.role], data=answers, files=files)
        self.case.refresh_from_db()
        return done

    def errors(self, element: str, **data: Any) -> dict[str, list[str]]:
        """The sentences, in English, of each field that keeps `element` from being carried out."""
        with translation.override("en"):
            try:
                self(element, **data)
            except StepInvalid as refused:
                return {name: [str(each) for each in found] for name, found in refused.form.errors.items()}
        raise AssertionError(f"{element} took what it should have refused.")

    @property
    def facts(self) -> dict[str, Any]:
        """The facts that the engine knows of the case now."""
        facts: dict[str, Any] = self.reload().instance.facts
        return facts

    def told(self, element: str) -> dict[str, Any]:
        """What the history keeps of the last carrying out of `element`."""
        steps = Event.objects.filter(case_number=self.case.number, kind="case.step_completed")
        data: dict[str, Any] = steps.filter(data__element=element).latest("id").data
        return data

    @property
    def commands(self) -> list[str]:
        """Kinds of the commands to the commercial system, in the order in which they leave."""
        mine = Command.objects.filter(subject=self.case.number)
        return list(mine.order_by("id").values_list("kind", flat=True))

    def usual(self, element: str) -> dict[str, Any]:
        """What a test need not say: the answers of a case that goes well."""
        pk = self.home.internet.pk
        usual: dict[str, dict[str, Any]] = {
            "override": {"granted": "yes", "reason": "Socia de muchos años"},
            "inform": {"wish": "incident"},
            "step_03": {f"kind_{pk}": "bill_waiver", "answer": "accepted"},
            "approve": {"approved": "yes", "reason": "Corresponde"},
            "step_05": {"contact_phone": "70000001"},
            "step_06": {"technician": str(self.cast[Role.TECHNICIAN].pk)},
            "step_07": {**TASK_DETAILS, **self.readings, "solved": "yes", "tasks": ["drop_cable_replacement"]},
            "step_08": {
                "signer_name": "Socia",
                "signer_document": "4567890",
                "signature": signature(self.case.pk),
                f"working_{pk}": "on",
            },
            "step_09": {"verdict": "passed", "satisfaction": "5"},
            "step_10": {"verdict": "passed", "satisfaction": "4"},
            "step_11": {"reason": "compensation", "demand": "compensation"},
            "step_12": {f"days_{pk}": "5", "answer": "accepted"},
            "step_14": {"answer": "accepted", "channels": ["STAR"], "detail": "Teléfono de la socia"},
            "transfer": {"address": "Calle Dos 2", "answer": "accepted"},
            "termination": {"products": [str(pk)], "reason": "faults", "return_items": "Módem"},
            "route_to_plant": {"plant_note": "Revisar caja de distribución"},
        }
        known = (name for name in usual if element.startswith(name))
        return usual[max(known, key=len)] if any(element.startswith(name) for name in usual) else {}

    @property
    def readings(self) -> dict[str, str]:
        """What the meter says of each product before and after the work."""
        internet, television = self.home.internet.pk, self.home.television.pk
        return {
            f"before_{internet}": "-28", f"after_{internet}": "-19",
            f"before_{television}": "-12", f"after_{television}": "-5",
        }  # fmt: skip

    def go(self, *elements: str) -> "Walk":
        """Carry out the elements one after the other, as they usually go."""
        for element in elements:
            self(element)
        return self

    @cached_property
    def customer(self) -> Customer:
        return self.case.customer

    def reload(self) -> RetentionCase:
        return RetentionCase.objects.get(pk=self.case.pk)


def credit(product: Product, **fields: str) -> dict[str, str]:
    """What a form of credits is given on `product`: `days`, `amount`, `kind`."""
    return {f"{name}_{product.pk}": value for name, value in fields.items()}


@contextmanager
def moment(days: float = 0, hours: float = 0) -> Iterator[dt.datetime]:
    """Let the clock stand `days` and `hours` after NOW inside the block."""
    at = NOW + dt.timedelta(days=days, hours=hours)
    with clock.at(at):
        yield at
