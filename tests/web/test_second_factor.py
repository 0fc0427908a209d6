"""The second step of signing in: turned on by its owner, asked after the password, under the same lock-out."""

import base64
import hashlib
import hmac
import re
import struct
import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from arraigo.eventlog.models import Event
from arraigo.people.models import Role, User
from tests.cast import PASSWORD, Cast
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str, steps: int = 0) -> str:
    """The code that an application shows (RFC 6238), reckoned here anew. `steps` of 30 s from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)  # noqa: TID251
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def turned_on(user: User) -> str:
    """The second step of `user` is on; its key."""
    cache.clear()
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return SECRET


def codes_of(user: User) -> list[str]:
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    codes: list[str] = RecoveryCodes(kept).get_unused_codes()
    return codes


@pytest.fixture
def ana(cast: Cast) -> User:
    return cast[Role.ADVISOR]


def with_password(client: Client, path: str = "") -> str:
    answer = client.post(reverse("login") + path, {"username": "advisor", "password": PASSWORD})
    return str(answer.headers.get("Location", answer.status_code))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_who_has_none_is_in_with_the_password_alone(ana: User) -> None:
    client = Client()
    assert (with_password(client, "?next=/account/"), is_in(client)) == ("/account/", True)


def test_turning_it_on_asks_for_the_password_and_for_a_first_code(ana: User) -> None:
    cache.clear()
    client = Client()
    with_password(client)
    turn_on = reverse("mfa_activate_totp")
    again = client.get(turn_on)["Location"]
    assert again.startswith(reverse("account_reauthenticate"))
    wrong = client.post(again, {"password": "otra"})
    assert "Esta no es su contraseña" in wrong.content.decode()
    assert client.post(again, {"password": PASSWORD, "next": turn_on})["Location"] == turn_on
    page = client.get(turn_on).content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", page)
    assert secret
    assert "data:image/svg+xml;base64," in page
    assert "Este código no es correcto" in client.post(turn_on, {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()
    answer = client.post(turn_on, {"code": code_of(secret[1])})
    shown = client.get(answer["Location"]).content.decode()
    assert all(code in shown for code in codes_of(ana))
    codes = client.get(reverse("mfa_download_recovery_codes"))
    assert codes.content.decode().split() == codes_of(ana)


@pytest.mark.django_db(transaction=True)
def test_who_turns_it_on_is_in_the_log(ana: User) -> None:
    cache.clear()
    client = Client()
    with_password(client)
    turn_on = reverse("mfa_activate_totp")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": turn_on})
    client.get(turn_on)
    client.post(turn_on, {"code": code_of(client.session["mfa.totp.secret"])})
    told = Event.objects.filter(kind="user.second_factor").values_list("data__type", "data__done", "actor__username")
    assert sorted(told) == [("recovery_codes", "added", "advisor"), ("totp", "added", "advisor")]


def test_the_code_is_asked_after_the_password_and_leads_on(ana: User) -> None:
    secret, client = turned_on(ana), Client()
    assert with_password(client, "?next=/account/") == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.get("/account/")["Location"].startswith(reverse("login"))
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Este código no es correcto" in wrong.content.decode()
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})["Location"] == "/account/"
    assert is_in(client)


def test_a_code_serves_once(ana: User) -> None:
    secret, first, second = turned_on(ana), Client(), Client()
    code = code_of(secret)
    for client, lets_in in ((first, True), (second, False)):
        with_password(client)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(client) is lets_in


def test_a_recovery_code_serves_once(ana: User) -> None:
    turned_on(ana)
    code = codes_of(ana)[0]
    for lets_in in (True, False):
        client = Client()
        with_password(client)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(client) is lets_in


def test_an_old_code_does_not_serve(ana: User) -> None:
    secret, client = turned_on(ana), Client()
    with_password(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=-4)})
    assert not is_in(client)


def test_five_wrong_codes_lock_the_account_as_wrong_passwords_do(ana: User) -> None:
    secret, client = turned_on(ana), Client()
    with_password(client)
    statuses = [client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code for _attempt in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    right = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "accounts/locked_out.html" in [template.name for template in right.templates]
    assert (right.status_code, is_in(client), with_password(Client())) == (429, False, "429")


def test_the_code_s_page_is_not_there_without_the_password(ana: User) -> None:
    turned_on(ana)
    client = Client()
    assert client.get(reverse("mfa_authenticate"))["Location"] == reverse("login")
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert not is_in(client)


def test_django_s_admin_has_no_way_around_it(cast: Cast) -> None:
    """Neither for nobody, nor for its own staff with the name and the password of somebody else."""
    ana, chief = cast[Role.ADVISOR], User.objects.create_superuser("chief")
    for client in (Client(), signed_in(chief)):
        before = client.session.get("_auth_user_id")
        answer = client.post("/admin/login/", {"username": ana.username, "password": PASSWORD})
        assert (answer.status_code, client.session.get("_auth_user_id")) == (302, before)
    assert Client().get("/admin/login/")["Location"].startswith(reverse("login"))
    assert signed_in(ana).get("/admin/").status_code == 404


def test_an_administrator_takes_it_away_from_who_lost_the_phone(ana: User) -> None:
    turned_on(ana)
    chief = User.objects.create_superuser("chief")
    choice = {"action": "take_second_factor", "_selected_action": [ana.pk]}
    signed_in(chief).post(reverse("admin:people_user_changelist"), choice)
    assert not Authenticator.objects.exists()
    assert Event.objects.get(kind="user.second_factor").actor == chief
    client = Client()
    with_password(client)
    assert is_in(client)


def test_the_command_does_the_same(ana: User) -> None:
    turned_on(ana)
    out = StringIO()
    call_command("remove-second-factor", "advisor", stdout=out)
    call_command("remove-second-factor", "advisor", stdout=out)
    assert out.getvalue().split("\n")[:2] == ["removed", "there was none"]
    with pytest.raises(CommandError, match="nadie"):
        call_command("remove-second-factor", "nadie")


def test_turning_it_off_asks_for_the_password_and_ends_the_codes(ana: User) -> None:
    secret, client = turned_on(ana), Client()
    with_password(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    off = reverse("mfa_deactivate_totp")
    assert client.post(off)["Location"].startswith(reverse("account_reauthenticate"))
    again = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": off})
    assert again["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.exists()
