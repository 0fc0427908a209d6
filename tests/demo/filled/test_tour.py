"""Whom the README's tour names is in every demo of its seed, with what the tour needs of them."""

import re
from pathlib import Path

import pytest

from arraigo.customers.models import Customer
from arraigo.demo.plan import FREE, make_plans
from arraigo.people.models import User
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product
from arraigo.retention import background, courtesies, faults
from arraigo.retention.models import RetentionCase
from arraigo.retention.readback import granted
from arraigo.terminations.models import Termination
from tests.demo.making import AT

README = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")
TOUR = " ".join(README.split("## Ten-minute tour")[1].split("\n## ")[0].split())
NAMED = dict(re.findall(r"\*\*asesor\.\*\*[^`]*?`(\d{6})`[^`]*?[,:] (\w+ \w+ \w+)[.:]", TOUR))
"""Number → name of the customers with whom a point of the tour begins."""
FAULTS, OFFER, BAJA = NAMED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
named = pytest.mark.parametrize("number", NAMED)


def policy() -> Policy:
    return procedures.current_policy()


def customer(number: str) -> Customer:
    return Customer.objects.get(number=number)


def products(number: str) -> list[Product]:
    return list(Product.objects.filter(customer__number=number).select_related("offering"))


def internet(number: str) -> Product:
    return next(product for product in products(number) if product.offering.service == "internet")


def test_the_tour_names_three_customers() -> None:
    assert len(NAMED) == 3
    assert NAMED.keys() | {f"{100_000 + FREE}"} == set(re.findall(r"`(\d{6})`", TOUR))


@named
def test_who_is_named_is_there_in_the_supervisors_operations_centre(number: str) -> None:
    found = customer(number)
    assert found.name == NAMED[number]
    assert found.zone is not None
    centre = found.zone.operations_center
    for username in ("supervisor", "tecnico"):
        assert User.objects.get(username=username).memberships.get().unit == centre, username


@named
def test_who_is_named_has_no_history_that_leads_elsewhere(number: str) -> None:
    """No case, no *baja*, no debt, nothing open, no repeated fault, and every product in service."""
    found = customer(number)
    assert not RetentionCase.objects.filter(customer=found).exists()
    assert not Termination.objects.filter(customer=found).exists()
    assert {product.status for product in products(number)} == {Product.Status.ACTIVE}
    for verdict in faults.verdicts(products(number), policy()):
        assert (verdict.repeat_fault, verdict.history.fault_count, verdict.history.open_faults) == (False, 0, 0)
    standing = background.of(found, policy(), reader=User.objects.get(username="asesor"), reason="tour")
    assert (standing.eligible, standing.vip) == (True, False)
    assert not standing.debt


def test_the_waiver_is_the_advisors_own_to_grant_and_the_meter_reads_light() -> None:
    found = internet(FAULTS)
    assert products(FAULTS) == [found]
    assert found.offering.technology == "fibre"
    assert granted(policy(), vip=False, amount=found.price, product_month=found.price)[0] == "advisor"


@pytest.mark.parametrize("number", [OFFER, BAJA])
def test_more_bandwidth_may_be_offered(number: str) -> None:
    names = [each.name for each in courtesies.allowed([internet(number)], policy())]
    assert any(name.startswith("Incremento de Ancho de Banda") for name in names)


def test_the_technician_is_the_one_whom_the_tour_chooses() -> None:
    (name,) = re.findall(r"choose \*\*([\w ]+)\*\* in \*\*Técnico…", TOUR)
    assert User.objects.get(username="tecnico").get_full_name() == name


def test_who_is_named_stays_the_same_however_many_there_are() -> None:
    """And whenever the demo is made: the first customers are free in every one."""
    few, many = (make_plans(count, 0, 1, at) for count, at in ((198, AT), (900, AT)))
    assert few[:66] == many[:66]
    assert all(int(number) - 100_001 < 66 and few[int(number) - 100_001].free for number in NAMED)
