"""The monthly report to both heads of division: once a month, with the workbook."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.management import call_command
from django.utils.translation import override

from arraigo.eventlog.models import Event
from arraigo.insight import queries, report
from arraigo.insight.models import MonthlyReport
from arraigo.insight.tables import tables
from arraigo.insight.workbook import workbook
from arraigo.messages.models import Message, Notice
from arraigo.people.models import Role, User
from arraigo.retention import sweeps
from tests.cast import Cast, moment
from tests.insight import ways

FEBRUARY, MARCH = dt.date(2026, 2, 1), dt.date(2026, 3, 1)


def test_both_heads_get_last_months_report_once(cast: Cast) -> None:
    User.objects.filter(memberships__role__in=report.READERS).update(email="jefatura@example.org")
    ways.compensated(cast.household("1"))
    with moment(days=25):
        assert report.send_due_report() == 2
        assert report.send_due_report() == 0
        assert sweeps.run_all()["send_due_report"] == 0
    letters = Message.objects.filter(kind=report.KIND)
    assert {letter.user for letter in letters} == {cast[Role.HEAD_CUSTOMER_RELATIONS], cast[Role.HEAD_RESOURCES]}
    for letter in letters:
        assert "marzo 2026" in letter.subject
        assert "Casos abiertos: 1; aceptados: 1; perdidos: 0." in letter.body
        assert letter.enclosures.get().name == "evaluacion-2026-03.xlsx"


def test_a_head_without_an_address_gets_a_notice_and_the_report_once_there_is_one(cast: Cast) -> None:
    relations, resources = cast[Role.HEAD_CUSTOMER_RELATIONS], cast[Role.HEAD_RESOURCES]
    User.objects.filter(pk=resources.pk).update(email="recursos@example.org")
    User.objects.filter(pk=relations.pk).update(email="")
    with moment(days=25):
        assert [report.send_due_report() for _time in range(3)] == [1, 0, 0]
    with moment(days=40):
        assert report.send_due_report() == 0
        notice = Notice.objects.get(kind=report.NO_ADDRESS)
        assert (notice.user, "03/2026" in notice.sentence) == (relations, True)
        User.objects.filter(pk=relations.pk).update(email="relacion@example.org")
        assert [report.send_due_report() for _time in range(2)] == [1, 0]
    letters = Message.objects.filter(kind=report.KIND).order_by("pk")
    assert [letter.user for letter in letters] == [resources, relations]
    assert [letter.enclosures.count() for letter in letters] == [1, 1]
    told = Event.objects.filter(kind="monthly_report.sent").order_by("pk")
    assert [event.data["to"] for event in told] == [[resources.username], [relations.username]]
    assert MonthlyReport.objects.count() == 1
    with moment(days=55):
        assert report.send_due_report() == 2, "the next month's"


def test_the_command_shows_it_and_sends_nothing(cast: Cast) -> None:
    out = io.StringIO()
    call_command("monthly-report", "--month", "2026-03", "--show", stdout=out)
    assert out.getvalue().strip()
    assert not Message.objects.exists()


@pytest.mark.parametrize("language", ["es-bo", "en"])
def test_the_workbook_carries_every_table(cast: Cast, language: str) -> None:
    """Each on a sheet of its own, under its whole name: a spreadsheet takes 31 letters."""
    ways.compensated(cast.household("1"))
    figures = queries.month_figures(MARCH)
    with override(language):
        book, kept = openpyxl.load_workbook(io.BytesIO(workbook(figures))), tables(figures)
    assert book.sheetnames[:-1] == [table.name for table in kept]
    for table in kept:
        rows = list(book[table.name].values)
        assert [cell for cell in rows[0] if cell is not None] == [str(each) for each in table.header]
        assert [row[0] for row in rows[1 : len(table.rows) + 1]] == [row[0] for row in table.rows]


def test_the_table_of_costs_says_how_they_are_counted(cast: Cast) -> None:
    with override("es-bo"):
        told = {table.name: table.note for table in tables(queries.month_figures(MARCH))}
    assert told["Costo de las retenciones"].startswith("Cada visita se cuenta a Bs 60,00")
