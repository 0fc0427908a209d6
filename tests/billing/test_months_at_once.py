"""Two people who decide of one missed month at the same moment."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from arraigo import clock
from arraigo.billing import errors, months
from arraigo.billing.models import BillingRun
from tests.at_once import until_somebody_waits
from tests.billing.test_claims import FEBRUARY, MARCH, a_bill
from tests.records import a_customer, a_product, a_user

APRIL_1 = dt.datetime(2026, 4, 1, 12, tzinfo=clock.LA_PAZ)


@pytest.mark.django_db(transaction=True)
def test_a_month_that_is_just_being_left_out_is_not_opened() -> None:
    a_bill(a_product(a_customer(), "150"), FEBRUARY, state="issued")
    billing, decided = a_user(), threading.Event()
    with clock.at(APRIL_1):
        assert months.count().month == MARCH

    def leave_out() -> None:
        try:
            with clock.at(APRIL_1), transaction.atomic():
                months.leave_out(MARCH, actor=billing)
                decided.set()
                until_somebody_waits()  # for what is not committed yet
        finally:
            decided.set()
            connection.close()

    def open_it() -> None:
        try:
            decided.wait(20)
            with clock.at(APRIL_1), pytest.raises(errors.NotNextMonth):
                months.open_bills(MARCH, actor=billing)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(leave_out), pool.submit(open_it)]:
            each.result()
    assert BillingRun.objects.get().left_out
