"""A customer of the public file, from the import through both branches to the signed month (README)."""

from pathlib import Path

import pytest
from django.urls import reverse

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.customers.models import Customer
from arraigo.imports import actions as imports
from arraigo.insight import actions as insight
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.retention import sweeps
from arraigo.retention.models import RetentionCase
from tests.cast import Cast, Household, Walk, moment
from tests.imports.test_ibm_telco import HEADER, line
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


class Brought(Household):
    """Who came with the file: without name, phone, address and dates."""

    def __init__(self, cast: Cast, key: str) -> None:
        self.cast, self.customer = cast, Customer.objects.get(external_id=key)
        self.internet = self.customer.products.get(offering__service="internet")
        self.television = self.customer.products.exclude(pk=self.internet.pk).order_by("pk")[0]


class Opened(Walk):
    """A case opened on the page, where what is missing is asked."""

    def __init__(self, home: Brought, reason: str) -> None:
        self.cast, self.home = home.cast, home
        advisor, page = signed_in(self.cast[Role.ADVISOR]), reverse("case_new", args=[home.customer.number])
        known = {"channel": "phone", "reason": reason, "products": [home.internet.pk]}
        refused = advisor.post(page, known)
        assert set(refused.context["form"].errors) == {"contact_phone", "address", "zone"}
        missing = {"contact_phone": "70712345", "address": "Calle Tres 3", "zone": self.cast.zone.pk}
        assert advisor.post(page, {**known, **missing}).status_code == 302
        self.case = RetentionCase.objects.get(customer=home.customer)

    @property
    def readings(self) -> dict[str, str]:
        """The line's attenuation before and after the work, which is what is measured on copper."""
        return {f"before_{self.home.internet.pk}": "55", f"after_{self.home.internet.pk}": "30"}


@pytest.fixture
def brought(tmp_path: Path) -> tuple[Brought, Brought]:
    with moment():
        cast = Cast()
        file = tmp_path / "telco.csv"
        rows = [line(key, "Yes", "DSL", "56.95", "1889.5", "No") for key in ("AAAA-1", "BBBB-2")]
        file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        imports.import_file("customers", file, mapping_name="ibm-telco")
        return Brought(cast, "AAAA-1"), Brought(cast, "BBBB-2")


def test_both_branches_to_the_signed_month(brought: tuple[Brought, Brought]) -> None:
    first, second = brought
    with moment():
        first.repeated_faults()
        faults = Opened(first, "faults").go(*(f"step_{number:02}" for number in range(1, 9)))
        offer = Opened(second, "compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")
    assert WorkOrder.objects.get(case_number=faults.case.number).customer == first.customer
    assert BillingClaim.objects.filter(customer__in=[first.customer, second.customer], state="applied").count() == 2
    assert offer.open == []
    for days, control in ((2.1, "step_09"), (30.1, "step_10")):
        with moment(days):
            sweeps.run_all()
            faults(control)
    with moment(62):
        month = clock.previous_month(clock.month_of(clock.now()))
        insight.sign_evaluation(
            month, findings="—", decisions="—", reformulate=False, actor=first.cast[Role.COMMERCIAL_MANAGEMENT]
        )
    assert (faults.reload().outcome, offer.reload().outcome) == ("evaluated", "evaluated")
