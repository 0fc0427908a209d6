"""The administrator changes what customers are told: places, preview, and clear sentences."""

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.messages import actions, outbox, texts
from arraigo.messages.errors import MessageNotStuck, MessageOver
from arraigo.messages.kinds import all_kinds
from arraigo.messages.models import Channel, Message, MessageTemplate, NoticeChoice
from arraigo.people.models import Role
from tests.cast import Cast
from tests.web.conftest import signed_in


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast[Role.ADMINISTRATOR])


def path(channel: str = "sms", kind: str = "visit.on_the_way") -> str:
    return reverse("message_template", args=[kind, channel])


@pytest.mark.parametrize("kind", all_kinds().values(), ids=list(all_kinds()))
def test_every_shipped_text_is_good(kind: object) -> None:
    known = all_kinds()[kind.code]  # type: ignore[attr-defined]
    for channel, text in known.texts.items():
        texts.check(known, Channel(channel), text)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Ya va {doctor}.", "no es un lugar de este mensaje"),
        ("Ya va {tecnico.", "Falta una llave"),
        ("Ya va tecnico}.", "Falta una llave"),
        ("   ", "Escriba el texto"),
        ("x" * 400, "400 caracteres"),
    ],
)
def test_a_bad_text_gets_a_clear_sentence_and_stays_in_the_form(admin: Client, body: str, sentence: str) -> None:
    page = admin.post(path(), {"body": body, "enabled": "on"})
    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert page.context["form"]["body"].value() == body
    assert not MessageTemplate.objects.exists()


def test_an_e_mail_needs_a_subject_with_good_places(admin: Client) -> None:
    for subject in ("", "Orden {numero}"):
        page = admin.post(path("email"), {"subject": subject, "body": "Ya va {tecnico}.", "enabled": "on"})
        assert list(page.context["form"].errors) == ["subject"]


def test_a_preview_saves_nothing_and_a_save_does(admin: Client) -> None:
    given = {"body": "Ya va {tecnico}.", "enabled": "on"}
    page = admin.post(path(), {**given, "preview": "1"})
    assert "Ya va Juan Flores." in page.content.decode()
    assert not MessageTemplate.objects.exists()
    assert admin.post(path(), given).status_code == 302
    own = MessageTemplate.objects.get()
    assert (own.kind, own.channel, own.body, own.enabled) == ("visit.on_the_way", "sms", "Ya va {tecnico}.", True)
    admin.post(reverse("message_template_restore", args=["visit.on_the_way", "sms"]))
    assert not MessageTemplate.objects.exists()


def test_what_does_not_exist_is_not_there(admin: Client) -> None:
    for wrong in (path("pigeon"), path(kind="visit.forgotten")):
        assert admin.get(wrong).status_code == 404


def test_what_did_not_arrive_goes_out_again(admin: Client, cast: Cast) -> None:
    now = clock.now()
    message = Message.objects.create(
        kind="visit.ordered", customer=cast.household().customer, status="uncertain", created_at=now, ended_at=now
    )
    assert "Visita acordada" in admin.get(reverse("message_templates")).content.decode()
    admin.post(reverse("message_resend", args=[message.pk]))
    message.refresh_from_db()
    assert message.status == "pending"
    assert admin.post(reverse("message_resend", args=[message.pk])).status_code == 404


def test_what_is_of_no_use_any_more_goes_out_no_more(admin: Client, cast: Cast) -> None:
    now = clock.now()
    message = Message.objects.create(
        kind="visit.ordered", customer=cast.household().customer, status="uncertain", created_at=now, ended_at=now,
        until=now + dt.timedelta(hours=1),
    )  # fmt: skip
    again = reverse("message_resend", args=[message.pk])
    assert again in admin.get(reverse("message_templates")).content.decode()
    with clock.at(now + dt.timedelta(hours=2)):
        assert again not in admin.get(reverse("message_templates")).content.decode()
        with pytest.raises(MessageOver, match="ya no sale"), transaction.atomic():
            actions.resend(message.pk, actor=cast[Role.ADMINISTRATOR])
    message.refresh_from_db()
    assert message.status == "uncertain"


def test_a_person_closes_what_arrived_or_is_not_needed_any_more(admin: Client, cast: Cast) -> None:
    now, told = clock.now(), {"kind": "notice", "user": cast[Role.ADVISOR], "address": "a@example.org", "body": "x"}
    uncertain, overtaken, refused = (
        Message.objects.create(status=status, created_at=now, ended_at=now, channel="email", **told)
        for status in ("uncertain", "uncertain", "failed")
    )
    page = admin.get(reverse("message_templates")).content.decode()
    assert (page.count(">Llegó<"), page.count(">Ya no hace falta<")) == (2, 3)
    for message, found in ((uncertain, "arrived"), (overtaken, "")):
        admin.post(reverse("message_settle", args=[message.pk]), {"found": found})
    with pytest.raises(MessageNotStuck), transaction.atomic():
        actions.settle(refused.pk, arrived=True, actor=cast[Role.ADMINISTRATOR])
    states = [Message.objects.get(pk=each.pk).status for each in (uncertain, overtaken, refused)]
    assert states == ["sent", "skipped", "failed"], "what was refused did not arrive"
    told_of = Event.objects.filter(kind="message.settled").order_by("pk")
    assert [event.data["arrived"] for event in told_of] == [True, False]
    assert outbox.deliver_due(now) == 0
    assert admin.post(reverse("message_settle", args=[uncertain.pk])).status_code == 404


def test_what_did_not_arrive_says_for_whom_of_staff_and_why(admin: Client, cast: Cast) -> None:
    now, ana = clock.now(), cast[Role.ADVISOR]
    Message.objects.create(
        kind="notice", user=ana, status="uncertain", answer=outbox.LOST, created_at=now, ended_at=now
    )
    page = admin.get(reverse("message_templates")).content.decode()
    assert f"<td>{ana}</td>" in page
    assert "Ya se había entregado, y la respuesta se perdió." in page


def test_a_server_that_takes_nothing_is_seen_before_its_messages_have_failed(admin: Client, cast: Cast) -> None:
    for name in ("1", "2"):
        Message.objects.create(
            kind="notice", user=cast[Role.ADVISOR], idempotency_key=name, channel="email", attempts=2,
            answer="535 wrong password", created_at=clock.now(), next_attempt_at=clock.now(),
        )  # fmt: skip
    page = strip_tags(admin.get(reverse("message_templates")).content.decode())
    assert "Correo electrónico: 2 mensajes no se pudieron entregar todavía y se intentan otra vez." in page
    assert "Respuesta o error: 535 wrong password" in page


def test_everybody_chooses_their_own_e_mails(cast: Cast) -> None:
    client = signed_in(cast[Role.TECHNICIAN])
    assert "Mis avisos" in client.get(reverse("account")).content.decode()
    client.post(reverse("account_notices"), {"wanted": ["late", "due"], "at_any_hour": "on"})
    choice = NoticeChoice.objects.get(user=cast[Role.TECHNICIAN])
    assert choice.at_any_hour
    assert {"late", "due"}.isdisjoint(choice.unwanted)
    assert "assigned" in choice.unwanted
    page = client.post(reverse("account_notices"), {"wanted": ["everything"]}, follow=True)
    assert "Elija solo entre los avisos" in page.content.decode()
