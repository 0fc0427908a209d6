"""Signing in with the organisation's own provider, against a real one on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.test import Client
from django.urls import reverse

from arraigo.env import oidc_apps
from arraigo.eventlog.models import Event
from arraigo.people.models import Role, User
from tests.cast import Cast
from tests.web.provider import CLIENT, SECRET, Provider, provider
from tests.web.test_second_factor import code_of, turned_on

pytestmark = pytest.mark.django_db
START = "/sign-in/with/sso/"


@pytest.fixture
def ana(cast: Cast) -> User:
    user = cast[Role.ADVISOR]
    user.email = "ana@cooperativa.example"
    user.save()
    return user


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Provider]:
    with provider(sub="u-1", email="Ana@cooperativa.example", email_verified=True, name="Ana") as answering:
        values = {"URL": answering.issuer, "CLIENT": CLIENT, "SECRET": SECRET, "NAME": "la cooperativa"}
        for name, value in values.items():
            monkeypatch.setenv(f"ARRAIGO_OIDC_{name}", value)
        apps = oidc_apps(production=False)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}
        yield answering


def through(client: Client, start: str = START) -> str:
    """Go to the provider and back, as a browser does; where it ends."""
    leave = client.get(start)
    assert leave.status_code == 302
    at_provider = requests.get(leave["Location"], allow_redirects=False, timeout=5)
    back = at_provider.headers["Location"].removeprefix("http://testserver")
    return str(client.get(back)["Location"])


def said(client: Client) -> str:
    return client.get(reverse("login")).content.decode()


def test_without_a_provider_there_is_neither_button_nor_way(cast: Cast) -> None:
    assert "sign-in/with" not in said(Client())
    assert Client().get(START).status_code == 404


def test_the_first_time_the_verified_address_finds_the_account(ana: User, known: Provider) -> None:
    client = Client()
    assert "la cooperativa" in said(client)
    assert through(client, f"{START}?next=/account/") == "/account/"
    assert client.session["_auth_user_id"] == str(ana.pk)
    assert Event.objects.filter(kind="user.provider_joined").count() == 1


def test_afterwards_the_provider_s_own_key_counts(ana: User, known: Provider) -> None:
    through(Client())
    ana.email = "otra@cooperativa.example"
    ana.save()
    client = Client()
    through(client)
    assert client.session["_auth_user_id"] == str(ana.pk)
    assert Event.objects.filter(kind="user.provider_joined").count() == 1


@pytest.mark.parametrize("claims", [{"email": "nadie@cooperativa.example"}, {"email_verified": False}, {"email": None}])
def test_nobody_gets_an_account_by_coming(ana: User, known: Provider, claims: dict[str, Any]) -> None:
    known.claims.update(claims)
    people, client = User.objects.count(), Client()
    assert through(client) == reverse("login")
    assert "Ninguna cuenta tiene su correo" in said(client)
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == people


def test_an_address_that_two_accounts_have_decides_nothing(ana: User, known: Provider, cast: Cast) -> None:
    other = cast[Role.BILLING]
    other.email = ana.email.upper()
    other.save()
    assert through(Client()) == reverse("login")


@pytest.mark.parametrize("closed", [{"is_active": False}, {"is_demo": True}])
def test_closed_and_demo_accounts_are_refused_here_too(
    ana: User, known: Provider, settings: Any, closed: dict[str, bool]
) -> None:
    through(Client())
    settings.PRODUCTION, settings.SECURE_SSL_REDIRECT = True, False
    User.objects.filter(pk=ana.pk).update(**closed)
    client = Client()
    assert through(client) == reverse("login")
    assert "_auth_user_id" not in client.session


def test_the_second_step_is_asked_here_too(ana: User, known: Provider) -> None:
    secret = turned_on(ana)
    client = Client()
    assert through(client) == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.session["_auth_user_id"] == str(ana.pk)


def test_a_provider_that_fails_leads_back_with_a_sentence(ana: User, known: Provider) -> None:
    known.broken = True
    client = Client()
    assert client.get(START)["Location"] == reverse("login")
    assert "El proveedor no responde" in said(client)


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=falso&state=falso"])
def test_an_answer_that_nobody_asked_for_is_refused(ana: User, known: Provider, query: str) -> None:
    client = Client()
    assert client.get(f"{START}back/{query}")["Location"] == reverse("login")
    assert "_auth_user_id" not in client.session
