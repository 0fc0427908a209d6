"""Lists: sorting, filters, pages, what is remembered, files, and the part that htmx replaces."""

import datetime as dt
import io
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arraigo.customers.models import Customer
from arraigo.eventlog.models import Event
from arraigo.people.models import Role, User
from arraigo.retention.models import RetentionCase
from arraigo.web import exports, lists
from arraigo.web.filters import Choice, Days, Words
from arraigo.web.models import ListChoice
from tests.cast import Cast, Walk
from tests.records import a_customer, a_user
from tests.web.conftest import signed_in

CUSTOMERS = lists.List(
    name="test-customers",
    label="Clientes",
    row="customers/found_row.html",
    sort="name",
    size=3,
    columns=(
        lists.Column("name", "Nombre", ("name",), lambda customer: customer.name),
        lists.Column("since", "Desde", ("since",), lambda customer: customer.since, nullable=True),
        lists.Column("note", "Nota"),
    ),
    filters=(
        Choice("kind", "Tipo", Customer.Kind.choices),
        Days("since", "Desde", months=True),
        Words("words", "Texto", lambda rows, text: rows.filter(Q(name__icontains=text))),
    ),
)


@pytest.fixture
def ana(db: None) -> User:
    return a_user("ana")


@pytest.fixture
def people(db: None) -> None:
    for number, (name, kind) in enumerate(
        [("Abel", "member"), ("Berta", "member"), ("Carla", "customer"), ("Dora", "customer"), ("Elsa", "customer")]
    ):
        a_customer(name=name, kind=kind, since=dt.date(2020, 1 + number, 1) if name != "Carla" else None)


def shown(user: User | AnonymousUser, query: str = "") -> lists.Shown:
    request = RequestFactory().get(f"/?{query}")
    request.user = user
    return lists.show(request, CUSTOMERS, Customer.objects.all())


def names(user: User, query: str = "") -> list[str]:
    return [customer.name for customer in shown(user, query).rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Abel", "Berta", "Carla"]),
        ("page=2", ["Dora", "Elsa"]),
        ("sort=-name", ["Elsa", "Dora", "Carla"]),
        ("sort=-since&page=2", ["Abel", "Carla"]),  # who has no day comes last either way
        ("sort=since&page=2", ["Elsa", "Carla"]),
        ("kind=member", ["Abel", "Berta"]),
        ("since_from=2020-02&since_until=2020-04", ["Berta", "Dora"]),
        ("since_from=2020-02-11&since_until=2020-04-13", ["Berta", "Dora"]),  # the months of these days
        ("since_until=9999-12-31", ["Abel", "Berta", "Dora"]),
        ("words=el&kind=member", ["Abel"]),
    ],
)
def test_rows(ana: User, people: None, query: str, found: list[str]) -> None:
    assert names(ana, query) == found


@pytest.mark.parametrize(
    "query", ["sort=note", "sort=nothing", "sort=--name", "kind=alien", "page=0", "page=-1", "page=x", "page=²",
              "since_from=2020-13-45", f"page={'9' * 40}"],
)  # fmt: skip
def test_what_is_not_good_narrows_nothing(ana: User, people: None, query: str) -> None:
    assert names(ana, query) == ["Abel", "Berta", "Carla"]


def test_a_bad_month_says_so_at_its_field(ana: User, people: None) -> None:
    assert "2026-03" in str(shown(ana, "since_from=ayer").form.errors["since_from"])


def test_a_month_remembered_with_a_day_is_shown_as_it_narrows(ana: User, people: None) -> None:
    form = shown(ana, "since_from=2020-02-11&since_until=ayer").form
    assert 'value="2020-02"' in str(form["since_from"])
    assert 'value="ayer"' in str(form["since_until"])


def test_the_choice_is_remembered_for_this_person_only(ana: User, people: None) -> None:
    assert names(ana, "kind=customer&sort=-name") == ["Elsa", "Dora", "Carla"]
    assert names(ana) == ["Elsa", "Dora", "Carla"]
    assert names(ana, "page=2") == ["Elsa", "Dora", "Carla"], "there is no second page"
    assert names(a_user("beto")) == ["Abel", "Berta", "Carla"]
    assert names(ana, "clear=1") == names(ana) == ["Abel", "Berta", "Carla"]


def test_words_are_looked_for_once(ana: User, people: None) -> None:
    assert names(ana, "kind=customer&words=dora") == ["Dora"]
    assert names(ana) == ["Carla", "Dora", "Elsa"]
    assert ListChoice.objects.get().query == "kind=customer"


def test_the_same_choice_is_written_once(ana: User, people: None) -> None:
    shown(ana, "kind=customer")
    with CaptureQueriesContext(connection) as queries:
        list(shown(ana, "kind=customer").rows)
    assert len(queries) == 2
    assert ListChoice.objects.get().query == "kind=customer"


def test_every_link_carries_the_choice(ana: User, people: None) -> None:
    page = shown(ana, "kind=customer&sort=-name&words=a")
    assert page.heads[0].query == "kind=customer&words=a&sort=name"
    assert page.heads[0].sorted == "descending"
    assert page.heads[2].query == ""
    assert page.exports["csv"] == "kind=customer&words=a&sort=-name&export=csv"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+59170712345", "+59170712345"), ("+cmd|x", "'+cmd|x"), ("-5", "-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"), (Decimal("-12.50"), "-12.50"), (None, ""), (dt.date(2026, 3, 10), "2026-03-10"),
        (dt.datetime(2026, 3, 10, 2, tzinfo=dt.UTC), "2026-03-09 22:00"),
    ],
)  # fmt: skip
def test_a_cell_of_a_file_is_harmless(value: object, cell: str) -> None:
    assert exports.harmless(exports.plain(value)) == cell


@pytest.fixture
def advisor(cast: Cast) -> Client:
    first, second = cast.household("1"), cast.household("2", category="vip")
    second.customer.name = "=HYPERLINK(1)"
    second.customer.save()
    Walk(first, reason="price")
    Walk(second, reason="moving")
    return signed_in(cast[Role.ADVISOR])


def test_the_filtered_cases_as_files(advisor: Client, cast: Cast) -> None:
    path = reverse("case_list")
    text = advisor.get(path, {"reason": "moving", "export": "csv"}).content.decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 2
    assert RetentionCase.objects.get(reason="moving").number in lines[1]
    assert "'=HYPERLINK(1)" in lines[1]
    book = advisor.get(path, {"reason": "moving", "export": "xlsx"})
    sheet = ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "=HYPERLINK(1)" in sheet
    assert "<f>" not in sheet
    assert book["Content-Disposition"].endswith('.xlsx"')
    event = Event.objects.filter(kind="list.exported").latest("id")
    assert (event.actor, event.data) == (cast[Role.ADVISOR], {"list": "cases", "kind": "xlsx", "rows": 1})


def test_htmx_gets_the_rows_alone(advisor: Client) -> None:
    path = reverse("case_list")
    part = advisor.get(path, headers={"HX-Request": "true", "HX-Target": "list-cases"})
    assert "<html" not in part.content.decode()
    assert 'id="list-cases"' in part.content.decode()
    assert "HX-Target" in part["Vary"]
    again = advisor.get(path, headers={"HX-Request": "true", "HX-Target": "list-cases",
                                       "HX-History-Restore-Request": "true"})  # fmt: skip
    assert "<html" in again.content.decode()


def test_the_tray_is_filtered_by_customer(advisor: Client, cast: Cast) -> None:
    from arraigo.customers.search import reindex

    reindex(Customer.objects.values_list("pk", flat=True))
    path = reverse("tray", args=[Role.ADVISOR])
    assert advisor.get(path).content.decode().count("<tr>") == 3
    page = advisor.get(path, {"words": "socia"}).content.decode()
    assert "Socia 1" in page
    assert "HYPERLINK" not in page
    assert "Socia 1" not in advisor.get(path, {"priority": "2"}).content.decode()
