"""Receipts: numbered, the same as long as nothing more is promised, and on paper."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.customers.models import Customer
from arraigo.messages.models import Enclosure
from arraigo.people.models import Role
from arraigo.retention import actions, claims, promises, receipts, undo
from arraigo.retention.errors import NothingPromised, ReceiptTakenBack
from arraigo.retention.models import Promise, Receipt
from arraigo.terminations.models import Termination
from tests.cast import Cast, Walk, moment
from tests.records import refused
from tests.web.conftest import signed_in


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


def test_what_billing_refused_is_not_promised_beside_what_was_entered_corrected(cast: Cast) -> None:
    """A paper that promised both would promise the month twice. The one made out before says which is valid."""
    cast.publish(billing__confirmation='"always"')
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    first, claim = issue(walk), BillingClaim.objects.get()
    with moment(hours=1):
        billing.refuse_claim(claim, reason="Ya tiene un descuento", actor=cast[Role.BILLING])
        claims.correct(walk.case.pk, claim.number, amount=Decimal(100), actor=cast[Role.ADVISOR])
        second = issue(walk)
    assert ["140,00" in paper(second), "100,00" in paper(second), "técnico" in paper(second)] == [False, True, True]
    assert [bool(line.taken_back_at) for line in receipts.certified(first).lines] == [True, False]
    assert receipts.certified(first).followed_by == second.number
    assert receipts.certified(second).taken_back_at is None
    page = signed_in(cast[Role.ADVISOR]).get(reverse("case_record", args=[walk.case.number]))
    assert [each.state for each in page.context["standing"]] == ["open", "open"]


def test_of_two_visits_the_last_is_promised(walk: Walk) -> None:
    """The first came too late, and its order was taken back: nobody is promised a visit of days ago."""
    walk.go("step_04", "step_05")
    late = Promise.objects.get(kind="visit")
    with moment(days=2):
        promises.visits_late()
        last = undo.last_step(walk.reload())
        assert last is not None
        undo.undo(last.pk, reason="Otro teléfono", actor=walk.cast[Role.ADVISOR])
        walk("step_05")
        told = issue(walk).data["promises"]
    assert Promise.objects.get(pk=late.pk).state == "broken"
    assert late.text not in told
    assert told == [each.text for each in Promise.objects.order_by("pk") if each != late]


def test_a_promise_that_was_broken_says_so_at_the_top_of_the_case_and_on_a_new_paper(walk: Walk) -> None:
    walk.go("step_04", "step_05")
    before = issue(walk)
    with moment(days=2):
        assert issue(walk) == before
        promises.visits_late()
        client = signed_in(walk.cast[Role.ADVISOR])
        page = client.get(reverse("case_record", args=[walk.case.number])).content.decode()
        assert "Incumplido" in page.partition("Lo que se prometió")[2].partition("</section>")[0]
        assert "11/03/2026 10:00 · Incumplido" in paper(issue(walk))


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
