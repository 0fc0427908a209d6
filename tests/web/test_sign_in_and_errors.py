"""Signing in, being locked out, and the pages for what cannot be served."""

import pytest
from django.test import Client
from django.urls import reverse

from arraigo.people.models import Role
from tests.cast import PASSWORD, Cast, Walk
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def sign_in(client: Client, password: str, name: str = "advisor") -> int:
    return client.post(reverse("login"), {"username": name, "password": password}).status_code


def test_a_role_begins_at_its_own_page(cast: Cast) -> None:
    begins = {role: signed_in(cast[role]).get("/")["Location"] for role in Role}
    assert begins[Role.ADVISOR] == "/tray/advisor/"
    assert begins[Role.TECHNICIAN] == reverse("visits")
    assert begins[Role.BILLING] == reverse("billing_claims")
    assert begins[Role.HEAD_RESOURCES] == reverse("evaluations")
    assert begins[Role.ADMINISTRATOR] == reverse("administration_units")


def test_the_own_account_begins_at_its_top(cast: Cast) -> None:
    """The cursor does not jump to the change of password, past the notices, which a phone would show first."""
    page = signed_in(cast[Role.TECHNICIAN]).get(reverse("account"))
    assert b"autofocus" not in page.content.split(b"<main")[1].split(b"</main>")[0]
    assert "La contraseña nueva otra vez" in page.content.decode(), "not the former one"


def test_five_failures_lock_the_account_out_even_for_the_right_password(cast: Cast) -> None:
    client = Client()
    for _attempt in range(5):
        sign_in(client, "otra clave")
    answer = client.post(reverse("login"), {"username": "advisor", "password": PASSWORD})
    assert answer.status_code == 429
    assert "accounts/locked_out.html" in [template.name for template in answer.templates]


def test_a_demo_account_is_refused_in_production(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    user = cast[Role.ADVISOR]
    user.is_demo = True
    user.save()
    client, before = Client(), signed_in(user)
    assert before.get(reverse("search")).status_code == 200
    settings.PRODUCTION = True
    settings.SECURE_SSL_REDIRECT = False
    assert sign_in(client, PASSWORD) == 200
    assert "_auth_user_id" not in client.session
    assert before.get(reverse("search")).status_code == 302  # a session that came along from the demo


def test_an_unknown_address_and_a_forbidden_one_look_alike(cast: Cast) -> None:
    client = signed_in(cast[Role.BILLING])
    unknown, forbidden = client.get("/nada/"), client.get(reverse("visits"))
    assert unknown.status_code == forbidden.status_code == 404
    assert unknown.content == forbidden.content


def test_a_form_without_its_proof_of_origin_saves_nothing_and_keeps_what_was_typed(cast: Cast) -> None:
    walk = Walk(cast.household())
    path = reverse("step", args=[walk.case.number, walk.item("step_01").pk])
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast[Role.ADVISOR])
    typed = {"note": "Muy <molesta>"}
    own = client.post(path, typed, headers={"origin": "http://testserver"})
    assert own.status_code == 403
    assert 'name="note" value="Muy &lt;molesta&gt;"' in own.content.decode()
    foreign = client.post(path, typed, headers={"origin": "http://elsewhere.example"})
    assert foreign.status_code == 403
    assert 'name="note"' not in foreign.content.decode()
    assert walk.open == ["step_01"]


def test_a_draft_never_leads_to_another_site(cast: Cast) -> None:
    answer = Client().post(reverse("operations_print"), {"page": "//elsewhere.example/"})
    assert "elsewhere" not in answer["Location"]


def test_the_case_of_another_team_does_not_exist(cast: Cast) -> None:
    walk = Walk(cast.household())
    other = cast[Role.ADVISOR].memberships.get()
    other.unit = cast.division
    other.save()
    client = signed_in(cast[Role.ADVISOR])
    assert client.get(reverse("case", args=[walk.case.number])).status_code == 404
    item = walk.item("step_01")
    assert client.get(reverse("step", args=[walk.case.number, item.pk])).status_code == 404
    assert client.post(reverse("case_insist", args=[walk.case.number])).status_code == 404
    typed = {"notes": "Dice que <vuelve> el lunes", "reason": "price", "password1": "una clave larga"}
    kept = client.post(reverse("step", args=[walk.case.number, item.pk]), typed)
    page = kept.content.decode()
    assert "Dice que &lt;vuelve&gt; el lunes" in page
    assert "una clave" not in page
    assert (kept.status_code, "<li>price" in page, "No se guardó nada" in page) == (404, False, True)


def test_a_step_is_not_reached_through_another_case(cast: Cast) -> None:
    first, second = Walk(cast.household("1")), Walk(cast.household("2"))
    path = reverse("step", args=[first.case.number, second.item("step_01").pk])
    assert signed_in(cast[Role.ADVISOR]).get(path).status_code == 404
