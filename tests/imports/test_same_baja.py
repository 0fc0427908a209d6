"""A baja registered here and told again by the system that carried it out is one baja; what hangs on it ends."""

import datetime as dt
from decimal import Decimal

import pytest

from arraigo import clock
from arraigo.bss.models import Command
from arraigo.imports import actions, undo
from arraigo.imports.models import ImportRun
from arraigo.products import courtesies
from arraigo.products.models import Product
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from arraigo.terminations.queries import monthly_counts
from tests.imports.conftest import Write
from tests.records import NOON, a_customer, a_product

pytestmark = pytest.mark.django_db
HEADER = "external_id,customer,product,number,reason,requested_at,withdrawn_at,executed_at"
MARCH = dt.date(2026, 3, 1)


@pytest.fixture
def product() -> Product:
    return a_product(a_customer(number="1"), number="P-1")


def asked(product: Product) -> Termination:
    """Registered here at noon of 10 March."""
    with clock.at(NOON):
        return terminations.request_termination([product], reason="price", case_number="RET-1", actor=None)[0]


def bring(write: Write, *rows: str, header: str = HEADER) -> list[int]:
    tally, _rejects = actions.import_file("terminations", write("t.csv", header, *rows))
    assert tally.rejects == []
    return list(tally.counts().values())


def counted() -> tuple[int, int]:
    count = monthly_counts([MARCH])[MARCH]
    return count.requested, count.executed


@pytest.mark.parametrize(
    "row",
    [
        "X1,1,P-1,,other,,,2026-03-14",
        "X1,1,P-1,,other,2026-03-11,,2026-03-14 10:00",
        "X1,1,P-1,B-778,other,2026-03-10,,2026-03-10",  # the days alone: the request was at noon
    ],
)
def test_an_executed_row_settles_the_baja_registered_here(write: Write, product: Product, row: str) -> None:
    own = asked(product)
    assert bring(write, row) == [0, 1, 0, 0]
    assert counted() == (1, 1)
    settled = Termination.objects.get()
    assert (settled.pk, settled.number, settled.reason, settled.case_number) == (own.pk, own.number, "price", "RET-1")
    assert (settled.source, settled.external_id, settled.requested_at) == ("file", "X1", NOON)
    product.refresh_from_db()
    assert (product.status, product.reason) == ("terminated", "request")
    assert bring(write, row) == [0, 0, 1, 0]
    assert Termination.objects.get().number == own.number


@pytest.mark.parametrize(("told", "back"), [("", None), ("Ninguno", []), ("Módem; Control", ["Módem", "Control"])])
def test_the_row_that_settles_tells_what_came_back(
    write: Write, product: Product, told: str, back: list[str] | None
) -> None:
    asked(product)
    assert bring(write, f"X1,1,P-1,,,,,2026-03-14,{told}", header=f"{HEADER},returned_items") == [0, 1, 0, 0]
    assert Termination.objects.get().returned_items == back


@pytest.mark.parametrize("here", [False, True])
def test_what_comes_back_after_the_baja_was_settled_is_added(write: Write, product: Product, here: bool) -> None:
    header, row = f"{HEADER},returned_items", "X1,1,P-1,,,,,2026-03-14"
    own = asked(product)
    if here:
        Termination.objects.update(return_items=["Módem", "Control"])
        with clock.at(NOON + dt.timedelta(days=4)):
            terminations.execute_termination(own, returned=["Módem"], actor=None)
    bring(write, f"{row},Módem", header=header)
    assert Termination.objects.get().returned_items == ["Módem"]
    assert bring(write, f"{row},Módem;Control", header=header) == [0, 1, 0, 0]
    assert bring(write, f"{row},Módem;Control", header=header) == [0, 0, 1, 0]
    assert bring(write, f"{row},Control", header=header) == [0, 0, 1, 0]  # it knows less
    settled = Termination.objects.get()
    assert (settled.returned_items, settled.number) == (["Módem", "Control"], own.number)
    undo.undo(ImportRun.objects.order_by("pk")[1], actor=None)
    assert Termination.objects.get().returned_items == ["Módem"]


@pytest.mark.parametrize(
    ("told", "together"),
    [("Control", [*2 * ["Decodificador"], "Control"]), (3 * "Decodificador;", 3 * ["Decodificador"])],
)
def test_of_two_alike_that_came_back_none_is_lost(
    write: Write, product: Product, told: str, together: list[str]
) -> None:
    asked(product)
    header, row = f"{HEADER},returned_items", "X1,1,P-1,,,,,2026-03-14"
    bring(write, f"{row},Decodificador;Decodificador", header=header)
    bring(write, f"{row},{told}", header=header)
    assert Termination.objects.get().returned_items == together


def test_a_row_with_our_own_number_is_ours(write: Write, product: Product) -> None:
    own = asked(product)
    row = f"X1,1,P-1,{own.number},price,,,2026-03-14"
    assert bring(write, row) == [0, 1, 0, 0]
    assert bring(write, row) == [0, 0, 1, 0]
    assert counted() == (1, 1)


def test_a_withdrawn_row_settles_it_too(write: Write, product: Product) -> None:
    asked(product)
    assert bring(write, "X1,1,P-1,,price,2026-03-10,2026-03-12,") == [0, 1, 0, 0]
    assert counted() == (0, 0)
    assert Product.objects.get().is_alive
    with clock.at(NOON + dt.timedelta(days=5)):  # nothing is open: it can be asked again
        terminations.request_termination([product], reason="price", case_number="", actor=None)


def test_one_that_was_executed_here_already_is_not_counted_again(write: Write, product: Product) -> None:
    own = asked(product)
    with clock.at(NOON + dt.timedelta(days=3)):
        terminations.execute_termination(own, actor=None)
    assert bring(write, "X1,1,P-1,,price,,,2026-03-13") == [0, 1, 0, 0]
    assert counted() == (1, 1)
    assert Termination.objects.get().executed_at == NOON + dt.timedelta(days=3)


def test_the_same_file_may_tell_the_request_and_the_end_apart(write: Write, product: Product) -> None:
    rows = ["X2,1,P-1,,price,,,2026-03-14", "X1,1,P-1,,price,2026-03-10,,"]
    assert bring(write, *rows) == [1, 1, 0, 0]
    assert counted() == (1, 1)


def test_what_ended_before_it_was_asked_here_is_another_one(write: Write, product: Product) -> None:
    own = asked(product)
    assert bring(write, "X1,1,P-1,,price,2026-03-01,2026-03-02,") == [1, 0, 0, 0]
    own.refresh_from_db()
    assert (own.withdrawn_at, Termination.objects.count()) == (None, 2)
    assert counted() == (1, 0)


def test_its_undoing_opens_it_again(write: Write, product: Product) -> None:
    own = asked(product)
    bring(write, "X1,1,P-1,,price,,,2026-03-14")
    undo.undo(ImportRun.objects.get(), actor=None)
    back = Termination.objects.get()
    assert (back.pk, back.source, back.external_id, back.executed_at) == (own.pk, "arraigo", None, None)
    assert counted() == (1, 0)


@pytest.mark.parametrize("kind", ["terminations", "products"])
def test_the_courtesy_of_an_ended_product_is_taken_back(write: Write, product: Product, kind: str) -> None:
    with clock.at(NOON):
        courtesy = courtesies.grant_courtesy(
            product, kind="premium_channels", details={}, starts_at=NOON, ends_at=NOON + dt.timedelta(days=3650),
            cost=Decimal(90), case_number="RET-1", actor=None,
        )  # fmt: skip
    if kind == "terminations":
        bring(write, "X1,1,P-1,,moving,,,2026-03-14")
    else:
        Product.objects.update(source="file", external_id="P-1")
        path = write("p.csv", "external_id,customer,offering,status", "P-1,1,internet-50,terminated")
        assert list(actions.import_file("products", path)[0].counts().values()) == [0, 1, 0, 0]
    courtesy.refresh_from_db()
    assert courtesy.status == "withdrawn"
    assert Command.objects.filter(kind="courtesy.withdraw").count() == 1
