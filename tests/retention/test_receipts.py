"""Receipts: numbered, the same as long as nothing more is promised, and on paper."""

import io

import pytest
from pypdf import PdfReader

from arraigo.customers.models import Customer
from arraigo.messages.models import Enclosure
from arraigo.people.models import Role
from arraigo.retention import actions, receipts, undo
from arraigo.retention.errors import NothingPromised, ReceiptTakenBack
from arraigo.retention.models import Receipt
from arraigo.terminations.models import Termination
from tests.cast import Cast, Walk
from tests.records import refused


@pytest.fixture
def walk(cast: Cast) -> Walk:
    home = cast.household()
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02", "step_03")


def issue(walk: Walk) -> Receipt:
    return receipts.issue(walk.case.pk, actor=walk.cast[Role.ADVISOR])


def paper(receipt: Receipt) -> str:
    pages = PdfReader(io.BytesIO(receipts.pdf(receipt))).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_nothing_promised_nothing_certified(walk: Walk) -> None:
    with pytest.raises(NothingPromised):
        issue(walk)


def test_the_same_receipt_until_more_is_promised(walk: Walk) -> None:
    walk("step_04")
    first = issue(walk)
    assert issue(walk) == first
    walk("step_05")
    second = issue(walk)
    assert second.number != first.number
    assert [len(each.data["promises"]) for each in (first, second)] == [1, 2]


def test_the_paper_says_what_who_and_by_when(walk: Walk) -> None:
    walk.go("step_04", "step_05")
    text = paper(issue(walk))
    for wanted in (walk.case.number, "Socia 100001", "Bs 140,00", "Técnico multiservicios", "11/03/2026 10:00"):
        assert wanted in text, wanted


def test_the_paper_of_a_baja_says_what_to_return_and_that_a_debt_does_not_matter(walk: Walk) -> None:
    Customer.objects.update(email="socia@example.org")
    actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    walk("termination")
    receipt = Receipt.objects.get(kind="termination")
    enclosed = Enclosure.objects.get(message__kind="termination.receipt")
    assert (enclosed.name, bytes(enclosed.content)) == (f"{receipt.number}.pdf", receipts.pdf(receipt))
    assert receipt.number == Termination.objects.get().receipt
    text = paper(receipt)
    for wanted in (
        receipt.number,
        Termination.objects.get().number,
        "20/03/2026",
        "Módem",
        "deuda",
        "10/03/2026 10:00",
    ):
        assert wanted in text, wanted


def test_the_paper_of_a_baja_taken_back_says_so_and_the_next_one_has_its_own_number(walk: Walk) -> None:
    advisor = walk.cast[Role.ADVISOR]
    actions.insist(walk.case.pk, actor=advisor)
    walk("termination")
    first = Receipt.objects.get()
    assert "ANULADA" not in paper(first)
    item = undo.last_step(walk.reload())
    assert item is not None
    undo.undo(item.pk, reason="Era otro producto", actor=advisor)
    first.refresh_from_db()
    assert "ANULADA el 10/03/2026 10:00" in paper(first)
    with refused(ReceiptTakenBack):
        receipts.send(first.pk, actor=advisor)
    walk("termination")
    second = Receipt.objects.latest("id")
    assert second.number != first.number
    assert "ANULADA" not in paper(second)
