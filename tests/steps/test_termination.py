"""The baja: number, date, time, receipt, what to return and by when; never obstructed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from arraigo import clock
from arraigo.billing.models import Bill
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.procedure import queries as procedures
from arraigo.retention import actions, queries
from arraigo.retention.errors import CaseClosed
from arraigo.retention.models import Promise, Receipt, RetentionCase
from arraigo.retention.registry import handler
from arraigo.retention.steps.termination import usually_returned
from arraigo.terminations.models import Termination
from tests.cast import Cast, Household, Walk


def to_termination(home: Household, **fields: object) -> Walk:
    walk = Walk(home, products=[home.internet, home.television], reason="price").go("step_01", "step_02")
    walk("step_11", reason="price", demand="termination")
    return walk


def test_the_reason_is_the_cases_until_another_is_chosen(home: Household) -> None:
    walk = Walk(home, reason="compensation").go("step_01", "step_02")
    actions.insist(walk.case.pk, actor=walk.cast[Role.ADVISOR])
    policy, item = procedures.current_policy(), walk.item("termination")
    form = handler("termination").form_class(walk.case, item, policy, walk.cast[Role.ADVISOR])
    assert form["reason"].initial == "compensation"
    walk("termination", reason="compensation")
    assert Termination.objects.get().reason == "compensation"


def test_one_per_product_under_one_receipt(home: Household) -> None:
    walk = to_termination(home)
    both = [str(home.internet.pk), str(home.television.pk)]
    walk("termination", products=both, reason="price", return_items="Módem\n\n Decodificador ")
    first, second = Termination.objects.order_by("id")
    assert first.requested_at == second.requested_at == clock.now()
    assert first.receipt == second.receipt
    assert first.return_items == ["Módem", "Decodificador"]
    assert first.return_by == clock.today() + dt.timedelta(days=10)
    receipt = Receipt.objects.get(case=walk.case, kind="termination")
    assert receipt.data["terminations"] == [first.number, second.number]
    assert first.receipt in receipt.text
    assert "10/03/2026 10:00" in receipt.text
    assert walk.commands == ["termination.request"] * 2
    assert walk.told("termination")["receipt"] == receipt.number
    assert walk.case.outcome == RetentionCase.Outcome.TERMINATION
    assert walk.case.closed_at == clock.now()


def test_only_the_products_that_the_customer_leaves(home: Household) -> None:
    to_termination(home)("termination", products=[str(home.television.pk)])
    assert Termination.objects.get().product == home.television


def test_debt_never_blocks_it(home: Household) -> None:
    Bill.objects.create(
        customer=home.customer, month=dt.date(2025, 12, 1), total=Decimal(5000), state="issued",
        issued_on=dt.date(2025, 12, 1), due_on=dt.date(2025, 12, 20),
    )  # fmt: skip
    walk = to_termination(home)
    walk("termination")
    assert walk.case.outcome == RetentionCase.Outcome.TERMINATION


def test_insisting_leads_here_from_any_step(home: Household, cast: Cast) -> None:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])
    assert walk.open == ["termination"]
    assert WorkOrder.objects.get().state == "cancelled"
    assert Promise.objects.get(kind="visit").state == "cancelled"
    assert Promise.objects.get(kind="bill_waiver").state == "kept"
    walk("termination")
    with pytest.raises(CaseClosed):
        actions.insist(walk.case.pk, actor=cast[Role.ADVISOR])


def test_what_is_returned_follows_the_services_that_are_left(home: Household) -> None:
    walk = to_termination(home)
    policy, form_class = procedures.current_policy(), handler("termination").form_class
    form = form_class(walk.case, walk.item("termination"), policy, home.cast[Role.ADVISOR])
    assert form.fields["return_items"].initial == "Módem u ONT\nFuente de alimentación\nDecodificador\nControl remoto"
    assert usually_returned([home.internet], policy) == ["Módem u ONT", "Fuente de alimentación"]


def test_what_is_leaving_already_is_not_registered_twice_and_holds_nobody_up(home: Household) -> None:
    to_termination(home)("termination", products=[str(home.internet.pk)])
    asked, cast = Termination.objects.get(), home.cast
    number = f"number {asked.number} of 10/03/2026"
    stands = f"The termination of {home.internet} is already registered, with {number}: it stands."
    both, again = [str(home.internet.pk), str(home.television.pk)], to_termination(home)
    form_class, policy = handler("termination").form_class, procedures.current_policy()
    with translation.override("en"):
        form = form_class(again.case, again.item("termination"), policy, cast[Role.ADVISOR])
        assert str(form.fields["products"].help_text).endswith(f" {stands}")
        typed = {"products": both, "reason": "price", "return_items": "Módem"}
        form = form_class(again.case, again.item("termination"), policy, cast[Role.ADVISOR], typed)
        said = form.read_back().sentences
        again("termination", products=both)
    assert (said[0], str(home.internet) in said[1]) == (stands, False)
    new = Termination.objects.get(product=home.television)
    assert (new.case_number, asked.case_number) == (again.case.number, Termination.objects.get(pk=asked.pk).case_number)
    receipt = Receipt.objects.get(case=again.case)
    assert (receipt.number, receipt.data["terminations"]) == (new.receipt, [new.number, asked.number])
    assert stands in receipt.text
    third = to_termination(home)
    third("termination", products=both)
    assert third.case.outcome == RetentionCase.Outcome.TERMINATION
    assert Termination.objects.count() == 2
    assert Receipt.objects.get(case=third.case).data["terminations"] == [asked.number, new.number]
    assert list(queries.terminations(third.case)) == [asked, new]


@pytest.mark.parametrize(
    ("field", "value"), [("products", []), ("products", ["0"]), ("reason", ""), ("reason", "boredom")]
)
def test_products_and_reason_are_of_the_lists(home: Household, field: str, value: object) -> None:
    walk = to_termination(home)
    errors = walk.errors("termination", **{field: value})
    assert list(errors) == [field]
    assert errors[field][0]
    assert not Termination.objects.exists()
