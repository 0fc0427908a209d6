"""Spanish of Bolivia is the default, whatever the browser prefers; English is a person's choice."""

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db
def test_a_browser_set_up_in_english_gets_spanish() -> None:
    page = Client(headers={"accept-language": "en-US,en;q=0.9"}).get(reverse("login"))
    assert page.headers["Content-Language"] == "es-bo"
    assert "Ingresar" in page.content.decode()


@pytest.mark.django_db
def test_english_is_kept_once_chosen() -> None:
    client = Client()
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert "Sign in" in client.get(reverse("login")).content.decode()
