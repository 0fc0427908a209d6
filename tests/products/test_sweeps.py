"""The sweeps of courtesies on several nodes at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from arraigo.bss.models import Command
from arraigo.eventlog.models import Event
from arraigo.products import actions, courtesies
from arraigo.products.models import Courtesy
from tests.products.test_courtesies import MONTH, grant
from tests.records import NOON, a_customer, a_product

NODES, MANY = 4, 24


def sweep(now: dt.datetime) -> int:
    try:
        return actions.end_due_courtesies(now)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_every_courtesy_is_ended_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesies, "BATCH", 3)
    customer = a_customer()
    for number in range(MANY):
        grant(a_product(customer), case_number=f"RET-{number}")
    with ThreadPoolExecutor(NODES) as nodes:
        ended = sum(nodes.map(sweep, [NOON + MONTH] * NODES))
    ended += sweep(NOON + MONTH)
    assert ended == MANY
    assert set(Courtesy.objects.values_list("status", flat=True)) == {"ended"}
    assert Event.objects.filter(kind="courtesy.ended").count() == MANY
    assert Command.objects.filter(kind="courtesy.withdraw").count() == MANY
