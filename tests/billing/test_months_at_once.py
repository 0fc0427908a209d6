"""Two people who decide of one missed month at the same moment."""

import datetime as dt

import pytest

from arraigo import clock
from arraigo.billing import errors, months
from arraigo.billing.models import BillingRun
from tests.at_once import beside
from tests.billing.test_claims import FEBRUARY, MARCH, a_bill
from tests.records import a_customer, a_product, a_user

APRIL_1 = dt.datetime(2026, 4, 1, 12, tzinfo=clock.LA_PAZ)


@pytest.mark.django_db(transaction=True)
def test_a_month_that_is_just_being_left_out_is_not_opened() -> None:
    a_bill(a_product(a_customer(), "150"), FEBRUARY, state="issued")
    billing = a_user()
    with clock.at(APRIL_1):
        assert months.count().month == MARCH
        refusal = beside(
            lambda: months.leave_out(MARCH, actor=billing),
            second=lambda: months.open_bills(MARCH, actor=billing),
        )
    assert isinstance(refusal, errors.NotNextMonth)
    assert BillingRun.objects.get().left_out
