"""Step 6: batches of work orders."""

import pytest

from arraigo.eventlog.models import Event
from arraigo.fieldwork import actions, documents
from arraigo.fieldwork.errors import NothingToPrint
from arraigo.orders import progress
from arraigo.orders.errors import WrongState
from tests.fieldwork.records import an_order, text_of
from tests.records import a_user, refused

pytestmark = pytest.mark.django_db


def test_a_batch_is_numbered_and_leaves_an_event() -> None:
    order, supervisor = an_order(), a_user()
    batch = actions.print_batch([order], actor=supervisor)
    assert batch.number.startswith("LOTE-")
    assert batch.operations_center == order.operations_center
    event = Event.objects.get(kind="print_batch.printed")
    assert (event.actor, event.subject_id, event.case_number) == (supervisor, batch.pk, order.case_number)
    assert event.data == {"number": batch.number, "orders": [order.number]}


def test_a_batch_over_two_centers_belongs_to_none() -> None:
    assert actions.print_batch([an_order(), an_order()], actor=a_user()).operations_center is None


def test_nothing_is_not_printed() -> None:
    with refused(NothingToPrint):
        actions.print_batch([], actor=a_user())


def test_a_closed_order_is_not_printed() -> None:
    order = an_order()
    progress.complete_order(order, actor=None)
    with refused(WrongState):
        actions.print_batch([an_order(), order], actor=a_user())


def test_reprints_are_counted() -> None:
    batch = actions.print_batch([an_order()], actor=a_user())
    other = actions.print_batch([an_order()], actor=a_user())
    assert [actions.reprint(batch, actor=a_user()).number for _ in range(2)] == [1, 2]
    assert actions.reprint(other, actor=a_user()).number == 1


def test_a_reprint_names_its_person_as_of_the_print() -> None:
    user = a_user()
    batch = actions.print_batch([an_order()], actor=user)
    made, name = actions.reprint(batch, actor=user), str(user)
    user.first_name = "Otro"
    user.save()
    made = batch.reprints.get(pk=made.pk)
    mark = " ".join(text_of(documents.work_orders_pdf(batch, reprint=made))[0].split())
    assert "REIMPRESIÓN 1" in mark
    assert f"· {name}" in mark
    assert "Otro" not in mark
