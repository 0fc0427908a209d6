"""Months in bills and readings: one however it is written, and at most one ahead of the present one."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing import months, queries
from arraigo.billing.models import Bill, Credit
from arraigo.eventlog.models import Event
from arraigo.imports import actions, undo
from arraigo.imports.errors import TouchedSince
from arraigo.imports.models import ImportRun
from arraigo.products.models import Product
from arraigo.usage.models import Usage
from tests.imports.conftest import Write
from tests.records import a_customer, a_product, a_user

pytestmark = pytest.mark.django_db
BILL = "customer;month;state;issued_on;due_on;lines"
EVENING = dt.datetime(2026, 6, 1, 3, 59, tzinfo=dt.UTC)
"""23:59 of 31 May in Cochabamba."""


@pytest.fixture
def product() -> Product:
    return a_product(a_customer(number="1", source="file", external_id="C-1"), "100", number="P-1")


def bring(write: Write, kind: str, *lines: str) -> tuple[list[int], list[str]]:
    with translation.override("es-bo"):
        tally, _rejects = actions.import_file(kind, write("x.csv", *lines))
    return [*tally.counts().values()], [each.reason for each in tally.rejects]


@pytest.mark.parametrize("kind", ["bills", "usage"])
def test_a_month_is_one_however_it_is_written(write: Write, product: Product, kind: str) -> None:
    header, row = {
        "bills": ("customer;month;issued_on;due_on;total", "1;{};2025-06-01;2025-06-20;100"),
        "usage": ("product;month;quantity", "P-1;{};12"),
    }[kind]
    for number, month in enumerate(("2025-05", "05/2025", "mayo 2025", "may-25", "2025/5", "15/05/2025")):
        assert bring(write, kind, header, row.format(month))[0] == [not number, 0, bool(number), 0], month
    twice = bring(write, kind, header, row.format("2025-05"), row.format("05/2025"))
    assert twice == ([0, 0, 1, 1], ["ya está en la línea 2"])


def test_what_was_known_by_another_derived_id_is_known_again(write: Write, product: Product) -> None:
    header, row = "customer;month;issued_on;due_on;total", "1;05/2025;2025-06-01;2025-06-20;100"
    bring(write, "bills", header, row)
    Bill.objects.update(external_id="1/05/2025")  # as it was derived formerly
    assert bring(write, "bills", header, row)[0] == [0, 0, 1, 0]
    assert bring(write, "bills", header, row.replace("1;", "C-1;", 1))[0] == [0, 0, 1, 0]
    assert bring(write, "bills", header, row, row.replace("1;", "C-1;", 1))[0] == [0, 0, 1, 1]
    bring(write, "usage", "product;month;quantity", "P-1;05/2025;12")
    Usage.objects.update(external_id="P-1/05/2025/GB")
    assert bring(write, "usage", "product;month;quantity", "P-1;05/2025;12")[0] == [0, 0, 1, 0]


def test_the_next_month_may_be_billed_and_no_later_one(write: Write, product: Product) -> None:
    issued = "issued;2026-05-20;2026-06-10;P-1=100"
    with clock.at(EVENING):
        counts, reasons = bring(write, "bills", BILL, f"1;2026-06;{issued}", f"1;2026-07;{issued}")
        assert counts == [1, 0, 0, 1]
        assert reasons == [
            "07/2026 está demasiado adelante: se admiten facturas hasta 06/2026, el mes siguiente al actual"
        ]
        assert bring(write, "usage", "product;month;quantity", "P-1;2026-06;1")[0] == [0, 0, 0, 1]
    with clock.at(EVENING + dt.timedelta(minutes=1)):
        assert bring(write, "bills", BILL, f"1;2026-07;{issued}")[0] == [1, 0, 0, 0]


def test_a_bill_in_advance_is_neither_debt_nor_average_and_is_no_month_to_credit(
    write: Write, product: Product
) -> None:
    """The present month is credited: on its own bill, and what does not fit on the one in advance."""
    with clock.at(EVENING):
        bring(write, "bills", BILL, "1;2026-05;paid;2026-05-01;2026-05-20;P-1=80", "1;2026-06;unbilled;;;P-1=100")
        now = clock.now()
        assert queries.debt(product.customer, now) == 0
        assert queries.average_billing(product.customer, 6, now) == Decimal(80)
        claim = billing.enter_claim(
            "bill_waiver", claim_type="Retiro", product=product, month=clock.month_of(now), amount=Decimal(80),
            actor=a_user(),
        )  # fmt: skip
        assert claim.adjustment.form == "next_bill"
        assert [bill.credited for bill in Bill.objects.order_by("month")] == [0, Decimal(80)]
        assert bring(write, "bills", BILL, "1;2026-06;issued;2026-05-31;2026-06-10;P-1=100")[0] == [0, 1, 0, 0]
        assert queries.debt(product.customer, now) == 0
    assert queries.debt(product.customer, dt.datetime(2026, 6, 12, tzinfo=dt.UTC)) == Decimal(20)


def test_a_bill_whose_month_is_corrected_keeps_what_is_paid_and_credited(write: Write, product: Product) -> None:
    a_customer(number="2")
    header = "external_id;customer;month;state;issued_on;due_on;total;credited"
    dates = "2025-06-01;2025-06-20"
    bring(write, "bills", header, f"B1;1;2025-05;issued;{dates};200;50")
    billing.pay(Bill.objects.get(), amount=Decimal(150), paid_at=EVENING)
    counts, reasons = bring(
        write, "bills", header, f"B1;2;2025-05;issued;{dates};200;", f"B2;1;2025-05;issued;{dates};80;"
    )
    assert (counts, reasons[0]) == (
        [0, 0, 0, 2], "la factura es de otro cliente y tiene algo pagado o acreditado",
    )  # fmt: skip
    assert bring(write, "bills", header, f"B1;1;2025-04;issued;{dates};199;")[0] == [0, 0, 0, 1]
    assert bring(write, "bills", header, "B1;1;2025-04;unbilled;;;200;")[0] == [0, 1, 0, 0]
    bill = Bill.objects.get()
    assert (f"{bill.month:%m}", bill.state, bill.credited, bill.paid) == ("04", "paid", Decimal(50), Decimal(150))


def test_credits_that_wait_go_on_the_earliest_of_the_months_that_come_together(write: Write, product: Product) -> None:
    with clock.at(EVENING):
        billing.enter_claim(
            "compensation", claim_type="Compensación", product=product, month=dt.date(2026, 5, 1),
            amount=Decimal(130), actor=a_user(),
        )  # fmt: skip
        bring(write, "bills", BILL, "1;2026-06;unbilled;;;P-1=100", "1;2026-05;unbilled;;;P-1=100")
    assert [(f"{bill.month:%m}", bill.credited) for bill in Bill.objects.order_by("month")] == [
        ("05", Decimal(100)), ("06", Decimal(30)),
    ]  # fmt: skip
    assert not Credit.objects.filter(bill=None).exists()


@pytest.mark.parametrize(("told", "state"), [("", "issued"), ("60", "issued"), ("60", "paid")])
def test_a_credit_that_waits_goes_on_the_next_bill_that_comes_issued(
    write: Write, product: Product, told: str, state: str
) -> None:
    """As a credit note, once: also where the operator's own system has credited it, and the rest is paid, already."""
    head = "customer;month;state;issued_on;due_on;credited;lines"
    with clock.at(EVENING):
        bring(write, "bills", BILL, "1;2026-05;paid;2026-05-01;2026-05-20;P-1=80")
        claim = billing.enter_claim(
            "compensation", claim_type="Compensación", product=product, month=dt.date(2026, 5, 1),
            amount=Decimal(60), actor=a_user(),
        )  # fmt: skip
        old, new = "1;2026-03;issued;2026-03-31;2026-04-10;;P-1=100", f"1;2026-06;{state};2026-05-31;2026-06-10"
        rows = (old, f"{new};{told};P-1=100")
        bring(write, "bills", head, *rows)
        assert [bill.credited for bill in Bill.objects.order_by("month")] == [0, 0, Decimal(60)]
        assert bring(write, "bills", head, *rows)[0] == [0, 0, 2, 0]
    claim.adjustment.refresh_from_db()
    assert claim.adjustment.form == "credit_note"
    assert Credit.objects.get().bill == Bill.objects.get(month=dt.date(2026, 6, 1))


def test_a_credit_that_waits_is_the_one_that_a_known_bill_is_told_to_carry(write: Write, product: Product) -> None:
    """The bill was there when the credit began to wait; its system credits it, and says so in two parts."""
    head = "customer;month;state;issued_on;due_on;paid;credited;lines"
    bill = "1;2026-06;issued;2026-05-31;2026-06-10;90"
    with clock.at(EVENING):
        bring(write, "bills", head, "1;2026-05;paid;2026-05-01;2026-05-20;;;P-1=80", f"{bill};20;P-1=150")
        claim = billing.enter_claim(
            "compensation", claim_type="Compensación", product=product, month=dt.date(2026, 5, 1),
            amount=Decimal(30), actor=a_user(),
        )  # fmt: skip
        assert Credit.objects.get().bill is None
        for credited in ("45", "50", "55"):
            assert bring(write, "bills", head, f"{bill};{credited};P-1=150")[0] == [0, 1, 0, 0]
        assert bring(write, "bills", head, f"{bill};55;P-1=150")[0] == [0, 0, 1, 0]
        for run in ImportRun.objects.order_by("-pk")[2:4]:  # 50 and 45
            with pytest.raises(TouchedSince):
                undo.undo(run, actor=None)
        undo.undo(ImportRun.objects.order_by("-pk")[1], actor=None)  # 55: nothing that waited was part of it
        with pytest.raises(TouchedSince):
            undo.undo(ImportRun.objects.order_by("-pk")[2], actor=None)
    held = Bill.objects.get(month=dt.date(2026, 6, 1))
    assert held.credited == Decimal(50)
    told = Event.objects.filter(kind="credit.placed", subject_id=claim.pk).order_by("pk")
    assert [(each.data["amount"], each.data["bill"]) for each in told] == [
        ("25.00", "2026-06-01"), ("5.00", "2026-06-01"),
    ]  # fmt: skip
    assert list(Credit.objects.order_by("pk").values_list("bill", "amount")) == [
        (held.pk, Decimal(25)), (held.pk, Decimal(5)),
    ]  # fmt: skip


def test_a_credit_of_a_month_to_come_is_not_what_an_earlier_bill_is_told_to_carry(
    write: Write, product: Product
) -> None:
    """Whatever else its system credits on the bill that is open now."""
    head, bill = "customer;month;state;credited;lines", "1;2026-05;unbilled"
    with clock.at(EVENING):
        bring(write, "bills", head, f"{bill};;P-1=100")
        billing.enter_claim(
            "bill_waiver", claim_type="Retiro", product=product, month=dt.date(2026, 6, 1),
            amount=product.price, actor=a_user(),
        )  # fmt: skip
        assert bring(write, "bills", head, f"{bill};40;P-1=100")[0] == [0, 1, 0, 0]
        assert Credit.objects.get().bill is None
        bring(write, "bills", head, "1;2026-06;unbilled;;P-1=100")
    assert Credit.objects.get().bill == Bill.objects.get(month=dt.date(2026, 6, 1))


def test_an_import_whose_bills_were_issued_since_is_not_undone(write: Write, product: Product) -> None:
    with clock.at(EVENING):
        bring(write, "bills", BILL, "1;2026-05;unbilled;;;P-1=100")
    with clock.at(EVENING + dt.timedelta(minutes=1)):
        month, today = dt.date(2026, 5, 1), clock.today()
        months.issue_bills(month, issued_on=today, due_on=today, actor=a_user())
        months.go_on()
        with pytest.raises(TouchedSince):
            undo.undo(ImportRun.objects.latest("pk"), actor=None)
    assert Bill.objects.get(month=month).state == "issued"
