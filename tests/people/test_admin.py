"""The admin shows every business record and changes none."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from django_q.models import Schedule

from arraigo import clock
from arraigo.customers import actions as customers
from arraigo.engine.models import Instance
from arraigo.eventlog.models import Event
from arraigo.people import admin_names
from arraigo.people.models import Role, Unit, User
from arraigo.retention import schedule
from tests.cast import Cast, Walk
from tests.records import a_customer, a_product

PACKAGES = (
    "network customers products tickets billing orders fieldwork quality terminations retention".split()  # noqa: SIM905
)
NOT_SHOWN = {"SearchToken", "CreditListing", "BackgroundReview"}
"""An index; and what may only be looked at with a reason that is logged."""
pytestmark = pytest.mark.django_db
RECORDS = [
    model for name in PACKAGES for model in apps.get_app_config(name).get_models() if model.__name__ not in NOT_SHOWN
]


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"), backend="arraigo.people.sessions.StaffBackend")
    return client


def page(model: type[models.Model], name: str, *args: int) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_every_record_can_be_seen_and_none_added(browser: Client, model: type[models.Model]) -> None:
    assert browser.get(page(model, "changelist")).status_code == 200
    assert browser.get(page(model, "add")).status_code == 404


def test_a_record_can_be_read_not_changed_nor_deleted(browser: Client) -> None:
    product = a_product(a_customer(name="Rosa Siles"))
    assert "Rosa Siles" in browser.get(page(type(product), "change", product.pk)).content.decode()
    answer = browser.post(page(type(product), "change", product.pk), {"number": "X"})
    assert answer.status_code == 404
    assert browser.post(page(type(product), "delete", product.pk), {"post": "yes"}).status_code == 404
    product.refresh_from_db()
    assert product.number != "X"


def test_listings_and_the_search_index_are_not_there() -> None:
    assert not {model.__name__ for model in admin.site._registry} & NOT_SHOWN


def test_every_kind_of_record_and_its_group_have_a_name_of_their_own(browser: Client) -> None:
    shown = {model._meta.label for model in admin.site._registry} - {"people.User"}
    assert shown <= set(admin_names.RECORDS)
    assert {label.split(".")[0] for label in shown} <= set(admin_names.GROUPS)
    page = browser.get(reverse("admin:index")).content.decode()
    assert all(name in page for name in ("Unidades", "Reclamos de facturación", "Lotes de impresión"))


def test_what_the_worker_runs_is_shown_and_written_by_nobody(browser: Client) -> None:
    schedule.ensure()
    sweeps = Schedule.objects.get()
    assert "run_all" in browser.get(page(Schedule, "change", sweeps.pk)).content.decode()
    for address in (page(Schedule, "add"), page(Schedule, "change", sweeps.pk), page(Schedule, "delete", sweeps.pk)):
        assert browser.post(address, {"func": "os.getcwd", "post": "yes"}).status_code == 404, address
    assert Schedule.objects.get().func == sweeps.func


def test_nothing_tells_of_a_listing_without_a_logged_look(browser: Client) -> None:
    """Neither the event log nor the facts of a run; what else happened is there."""
    home = Cast().household()
    customers.add_listing(home.customer, bureau="Infocred", listed_on=clock.today(), actor=None)
    walk = Walk(home).go("step_01")
    shown = Event.objects.exclude(kind="credit_listing.added")
    listing = Event.objects.get(kind="credit_listing.added")
    assert browser.get(page(Event, "change", listing.pk)).status_code == 302
    pages = [page(Event, "changelist"), page(Instance, "change", walk.case.instance_id)]
    pages += [page(Event, "change", event.pk) for event in shown]
    texts = [browser.get(address).content.decode() for address in pages]
    for hidden in ("credit_listing.", "credit_listed", "Infocred"):
        assert not any(hidden in text for text in texts), hidden
    assert any(walk.case.number in text and "step_01" in text for text in texts)
    assert "Central de Riesgos" in texts[0]


def test_an_account_is_made_with_its_roles_and_an_event(browser: Client) -> None:
    unit = Unit.objects.create(code="team-1", name="Equipo 1", kind=Unit.Kind.RETENTION_TEAM)
    browser.post(
        reverse("admin:people_user_add"),
        {
            "username": "rosa",
            "usable_password": "true",
            "password1": "una-clave-larga-1",
            "password2": "una-clave-larga-1",
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "0",
            "memberships-0-role": Role.ADVISOR,
            "memberships-0-unit": unit.pk,
        },
    )
    rosa = User.objects.get(username="rosa")
    event = Event.objects.get(kind="user.added")
    assert (event.subject_id, event.actor) == (rosa.pk, User.objects.get(username="admin"))
    assert browser.post(reverse("admin:people_user_delete", args=[rosa.pk])).status_code == 404


def test_a_password_that_is_set_leaves_an_event_whoever_sets_it(browser: Client) -> None:
    """Who sets that of somebody else may sign in as them."""
    rosa = User.objects.create_user("rosa", password="una-clave-larga-1")
    path, words = reverse("admin:auth_user_password_change", args=[rosa.pk]), "otra-clave-larga-2"
    for typed in ("corta", words):
        browser.post(path, {"password1": typed, "password2": typed, "usable_password": "true"})
    rosa.refresh_from_db()
    own = Client()
    own.force_login(rosa, backend="arraigo.people.sessions.StaffBackend")
    for old in ("mala", words):
        own.post(reverse("account"), {"old_password": old, "new_password1": words + "3", "new_password2": words + "3"})
    rosa.refresh_from_db()
    assert rosa.check_password(words + "3")
    told = list(Event.objects.filter(kind="user.password").order_by("pk"))
    assert [(event.subject_id, str(event.actor)) for event in told] == [(rosa.pk, "admin"), (rosa.pk, "rosa")]
    assert words not in str([event.data for event in told])
    assert browser.get(reverse("admin:password_change"))["Location"] == reverse("account")


def test_the_first_units_and_accounts_are_made_from_nothing(browser: Client) -> None:
    """What `createsuperuser` leaves: nobody has a role, and there is no unit."""
    assert browser.get("/")["Location"] == reverse("admin:app_list", args=["people"])
    add = reverse("admin:people_unit_add")
    below = {"name": "Equipo 1", "code": "equipo-1", "kind": Unit.Kind.RETENTION_TEAM}
    browser.post(add, {"name": "Relación cliente", "code": "div-1", "kind": Unit.Kind.DIVISION})
    browser.post(add, {**below, "parent": Unit.objects.get().pk})
    team = Unit.objects.get(code="equipo-1")
    assert team.parent == Unit.objects.get(code="div-1")
    assert Event.objects.filter(kind="unit.added").count() == 2
    account = {
        "username": "rosa", "usable_password": "true", "password1": "una-clave-larga-1",
        "password2": "una-clave-larga-1", "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
        "memberships-0-role": Role.ADVISOR, "memberships-0-unit": team.pk,
    }  # fmt: skip
    browser.post(reverse("admin:people_user_add"), account)
    browser.post(page(Unit, "change", team.pk), {"name": "Equipo uno", "head": User.objects.get(username="rosa").pk})
    team.refresh_from_db()
    assert (team.name, team.head, team.code) == ("Equipo uno", User.objects.get(username="rosa"), "equipo-1")
    assert Event.objects.get(kind="unit.changed").data["head"] == "rosa"
    rosa = Client()
    rosa.post("/sign-in/", {"username": "rosa", "password": "una-clave-larga-1"})
    assert rosa.get("/", follow=True).redirect_chain[-1][0] == reverse("tray", args=[Role.ADVISOR])


def test_a_unit_that_cannot_be_is_refused_with_a_sentence(browser: Client) -> None:
    division = Unit.objects.create(code="div-1", name="División", kind=Unit.Kind.DIVISION)
    team = Unit.objects.create(code="team-1", name="Equipo 1", kind=Unit.Kind.RETENTION_TEAM, parent=division)
    gone = User.objects.create_user("ida", is_active=False)
    answers = {
        "parent": ({"name": "División", "parent": team.pk}, "no puede estar debajo de sí misma"),
        "head": ({"name": "División", "head": gone.pk}, "Esta cuenta está cerrada"),
        "plant_email": ({"name": "División", "plant_email": "planta@example.org"}, "centro de operaciones"),
    }
    for field, (typed, said) in answers.items():
        form = browser.post(page(Unit, "change", division.pk), typed).context["adminform"].form
        assert said in form.errors[field][0]
    assert browser.post(page(Unit, "delete", team.pk)).status_code == 404
    division.refresh_from_db()
    assert (division.parent, division.head, division.plant_email) == (None, None, "")
