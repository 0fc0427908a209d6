"""Messages leave through real servers on loopback: once, later where it must be, never doubled."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from arraigo import clock
from arraigo.bss.interface import Unreachable
from arraigo.messages import actions, outbox
from arraigo.messages.actions import Attachment
from arraigo.messages.models import Message
from arraigo.messages.transports.smtp import Smtp
from tests.messages.servers import Post, Provider, free_port, post, provider
from tests.records import NOON, a_customer, a_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mail() -> Iterator[Post]:
    everything = {"email": "smtp", "sms": "off", "whatsapp": "off"}
    with (
        post() as (server, port),
        override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=3, MESSAGE_TRANSPORTS=everything),
    ):
        yield server


@pytest.fixture
def gateway() -> Iterator[Provider]:
    everything = {"email": "off", "sms": "gateway", "whatsapp": "gateway"}
    with (
        provider() as (server, url),
        override_settings(GATEWAY_URL=url, GATEWAY_TOKEN="secreto", GATEWAY_TIMEOUT=3, MESSAGE_TRANSPORTS=everything),
    ):
        yield server


def written(**fields: Any) -> Message:
    """A message to a customer with mobile and e-mail that says the technician is on the way."""
    customer = a_customer(name="Rosa Mamani", notices_allowed=True, email=fields.pop("email", "rosa@example.org"))
    customer.phones.create(number="+59170000001", is_contact=True)
    with clock.at(NOON):
        data = {"orden": "OT-1", "tecnico": "Juan Flores"}
        key = actions.send_to_customer(customer, "visit.on_the_way", data, **fields)
    return Message.objects.get(idempotency_key=key)


def sweep(minutes: float = 0) -> int:
    moment = NOON + dt.timedelta(minutes=minutes)
    with clock.at(moment):
        return outbox.deliver_due(moment)


def test_the_console_writes_a_file_and_says_so_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(MESSAGES_FOLDER=tmp_path / "messages"):
        message = written(attachments=[Attachment("orden.pdf", "application/pdf", b"%PDF-1.7")])
        assert sweep() == 1
    message.refresh_from_db()
    (kept,) = (tmp_path / "messages").iterdir()
    assert message.body in kept.read_text(encoding="utf-8")
    (line,) = capsys.readouterr().out.splitlines()
    assert message.address in line
    assert line.endswith(str(kept))


def test_an_e_mail_arrives_with_its_file(mail: Post) -> None:
    message = written(attachments=[Attachment("orden.pdf", "application/pdf", b"%PDF-1.7")], reference="OT-1")
    assert sweep() == 1
    (letter,) = mail.letters
    assert letter["To"] == "rosa@example.org"
    assert letter["Subject"] == "El técnico está en camino: orden OT-1"
    body = letter.get_body()
    assert body is not None
    assert "Estimado(a) Rosa Mamani" in body.get_content()
    assert [part.get_filename() for part in letter.iter_attachments()] == ["orden.pdf"]
    message.refresh_from_db()
    assert (message.status, message.channel, message.attempts) == ("sent", "email", 1)
    assert sweep(90) == 0


def test_what_was_written_without_its_file_gets_it_when_it_is_written_again(mail: Post) -> None:
    message = written(reference="OT-1")
    data = {"orden": "OT-1", "tecnico": "Juan Flores"}
    for name in ("orden.pdf", "otra.pdf"):  # one that has its file keeps it
        files = [Attachment(name, "application/pdf", b"%PDF-1.7")]
        with clock.at(NOON):
            actions.send_to_customer(
                message.customer,
                "visit.on_the_way",
                data,
                reference="OT-1",
                attachments=files,  # type: ignore[arg-type]
            )
    assert sweep() == 1
    (letter,) = mail.letters
    assert [part.get_filename() for part in letter.iter_attachments()] == ["orden.pdf"]


def test_a_notice_whose_reason_has_lines_arrives(mail: Post) -> None:
    ana = a_user()
    ana.email = "ana@example.org"
    ana.save()
    with clock.at(NOON):
        data = {"number": "RF-1", "amount": "22.58", "reason": "El mes está cerrado.\r\nHable con cartera."}
        actions.notify(ana, "claim.refused", data, "RET-1")
        outbox.forward_notices(NOON)
    assert sweep() == 1
    (letter,) = mail.letters
    assert letter["Subject"].endswith("(caso RET-1): El mes está cerrado. Hable con cartera.")


def test_an_sms_gateway_gets_key_and_token(gateway: Provider) -> None:
    message = written(reference="OT-1")
    assert sweep() == 1
    assert gateway.taken == {
        "visit.on_the_way:OT-1": {
            "channel": "whatsapp",
            "to": "+59170000001",
            "text": "Rosa Mamani: el técnico Juan Flores está en camino a su domicilio. Orden OT-1.",
            "key": message.idempotency_key,
        }
    }
    assert gateway.tokens == {"Bearer secreto"}


def test_a_server_that_is_down_is_asked_again_later(mail: Post) -> None:
    message = written()
    with override_settings(EMAIL_PORT=free_port()):
        sweep()
    message.refresh_from_db()
    assert (message.status, message.left_at) == ("pending", None)
    assert sweep(0.2) == 0
    assert sweep(1) == 1
    message.refresh_from_db()
    assert (message.status, message.attempts, len(mail.letters)) == ("sent", 2, 1)


def test_a_weekend_without_a_mail_server_loses_nothing(mail: Post) -> None:
    message, monday = written(), NOON + dt.timedelta(hours=63)
    with override_settings(EMAIL_PORT=free_port()):
        while (due := Message.objects.get(pk=message.pk).next_attempt_at) and due < monday:
            with clock.at(due):
                outbox.deliver_due(due)
    assert sweep(64 * 60) == 1
    message.refresh_from_db()
    assert (message.status, len(mail.letters)) == ("sent", 1)


def test_a_busy_server_is_asked_again_and_a_refusal_is_final(mail: Post) -> None:
    mail.says = ["451 later"]
    waiting, refused = written(), written(email="nadie@example.org")
    sweep()
    waiting.refresh_from_db()
    refused.refresh_from_db()
    assert (waiting.status, refused.status) == ("pending", "failed")
    assert "550 no such mailbox" in refused.answer
    sweep(1)
    waiting.refresh_from_db()
    assert waiting.status == "sent"


def test_an_e_mail_without_answer_is_not_sent_twice(mail: Post) -> None:
    message = written()
    Message.objects.filter(pk=message.pk).update(left_at=NOON, address="rosa@example.org", channel="email", body="x")
    sweep(6)
    message.refresh_from_db()
    assert (message.status, mail.letters) == ("uncertain", [])
    with clock.at(NOON):
        actions.resend(message.pk, actor=a_user())
    sweep(7)
    message.refresh_from_db()
    assert (message.status, len(mail.letters)) == ("sent", 1)


def test_a_gateway_that_hangs_up_gets_the_same_key_again(gateway: Provider) -> None:
    gateway.hangs = True
    message = written()
    sweep()
    message.refresh_from_db()
    assert message.status == "pending"
    sweep(1)
    message.refresh_from_db()
    assert (message.status, gateway.asked, len(gateway.taken)) == ("sent", 2, 1)


def test_a_gateway_whose_answer_never_ends_holds_up_no_sweep(gateway: Provider) -> None:
    message, enough = written(), threading.Event()
    gateway.dribbles = enough
    timer = threading.Timer(20, enough.set)
    timer.start()
    try:
        with override_settings(GATEWAY_TIMEOUT=1):
            assert sweep() == 1
        assert not enough.is_set(), "the sweep waited until the gateway had enough"
    finally:
        enough.set()
        timer.cancel()
    message.refresh_from_db()
    assert (message.status, message.answer[:4]) == ("sent", "202 ")


@pytest.mark.parametrize(
    ("answer", "status"), [(409, "sent"), (429, "pending"), (503, "pending"), (400, "failed"), (302, "failed")]
)
def test_what_the_gateway_answers(gateway: Provider, answer: int, status: str) -> None:
    gateway.answers = [answer]
    message = written()
    sweep()
    message.refresh_from_db()
    assert message.status == status


def test_what_is_of_no_use_any_more_is_not_handed_over_again(gateway: Provider) -> None:
    """The gateway may have it; that the technician is on the way is not said once he has been there."""
    gateway.answers = [503] * 60
    message = written(until=NOON + dt.timedelta(hours=2))
    sweep()
    sweep(1)
    asked = gateway.asked
    sweep(121)
    message.refresh_from_db()
    assert (message.status, message.why, gateway.asked) == ("uncertain", "late", asked)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/", "http://nobody.invalid/"], ids=["closed", "no_name"])
def test_what_found_no_gateway_has_not_left_and_is_tried_again(gateway: Provider, address: str) -> None:
    message = written()
    with override_settings(GATEWAY_URL=address.format(port=free_port())):
        sweep()
    message.refresh_from_db()
    assert (message.status, message.left_at, message.attempts) == ("pending", None, 1)
    sweep(1)
    message.refresh_from_db()
    assert (message.status, len(gateway.taken)) == ("sent", 1)


@pytest.mark.parametrize(("reached", "ends"), [(False, "failed"), (True, "uncertain")])
def test_a_message_that_never_arrives_ends_in_the_list(gateway: Provider, reached: bool, ends: str) -> None:
    """Failed where no connection came about; uncertain only where the gateway took it and never answered."""
    gateway.hangs = reached
    message = written()
    Message.objects.filter(pk=message.pk).update(attempts=outbox.ATTEMPTS - 1)
    url = {} if reached else {"GATEWAY_URL": f"http://127.0.0.1:{free_port()}/"}
    with override_settings(**url):
        sweep()
    message.refresh_from_db()
    assert message.status == ends
    assert gateway.asked == (1 if reached else 0)
    with clock.at(NOON):
        actions.resend(message.pk, actor=a_user())
    sweep(1)
    message.refresh_from_db()
    assert message.status == "sent"


def test_while_the_gateway_is_down_a_sweep_does_not_try_them_all(gateway: Provider) -> None:
    for _ in range(outbox.BATCH + 3):
        written()
    gateway.answers = [503] * (outbox.BATCH + 3)
    sweep()
    assert 1 < gateway.asked <= outbox.PATIENCE


def test_e_mails_do_not_wait_behind_a_gateway_that_is_down(mail: Post, gateway: Provider) -> None:
    gateway.answers = [503] * (outbox.BATCH + 3)
    with override_settings(MESSAGE_TRANSPORTS={"email": "smtp", "sms": "gateway", "whatsapp": "gateway"}):
        for _ in range(outbox.BATCH + 3):
            written(email="")
        reachable = a_customer(name="Ana Mamani", notices_allowed=True, email="ana@example.org")
        with clock.at(NOON):
            actions.send_to_customer(reachable, "visit.on_the_way", {"orden": "OT-2", "tecnico": "Juan Flores"})
        sweep()
    assert [letter["To"] for letter in mail.letters] == ["ana@example.org"]
    assert 1 < gateway.asked <= outbox.PATIENCE


def test_two_nodes_send_a_message_once(gateway: Provider) -> None:
    """The second node comes while the first one has claimed and not yet sent."""
    message = written()
    from arraigo.messages.prepare import Preparation

    with clock.at(NOON):
        _, first = outbox._claim(Preparation.at(NOON, {"sms", "whatsapp"}), after=0, silent=())
    assert [claimed.pk for claimed in first] == [message.pk]
    assert sweep() == 0
    assert sweep(1) == 0
    assert gateway.asked == 0


@dataclass
class Meanwhile(Smtp):
    """Hands a letter over, and then lets something happen before the answer is kept."""

    happens: Callable[[], object]

    def send(self, message: Message) -> str:
        answer = super().send(message)
        self.happens()
        return answer


def test_of_what_a_killed_process_had_claimed_only_the_one_on_its_way_is_uncertain(mail: Post) -> None:
    def is_killed() -> None:
        raise KeyboardInterrupt

    messages = [written() for _ in range(3)]
    with pytest.raises(KeyboardInterrupt), clock.at(NOON):
        outbox.deliver_due(NOON, through={"email": Meanwhile(is_killed)})
    assert sweep(1) == 0
    sweep(6)
    for message in messages:
        message.refresh_from_db()
    assert [message.status for message in messages] == ["uncertain", "sent", "sent"]
    assert len(mail.letters) == 3


def test_a_slow_server_does_not_let_two_nodes_send_the_same(mail: Post) -> None:
    """While the first of three letters takes long, another node takes up those that wait behind it."""
    messages = [written() for _ in range(3)]
    slow = Meanwhile(lambda: len(mail.letters) == 1 and sweep(6))
    with clock.at(NOON):
        outbox.deliver_due(NOON, through={"email": slow})
    for message in messages[1:]:
        message.refresh_from_db()
        assert message.status == "sent"
    assert len(mail.letters) == 3


@dataclass
class Hanging:
    """Keeps who calls waiting so many `seconds` on the tests' clock, and takes nothing unless it `answers`."""

    seconds: float
    answers: bool = False
    now: float = 0
    asked: int = 0
    honours_keys = True

    def send(self, message: Message) -> str:
        self.asked += 1
        self.now += self.seconds
        if not self.answers:
            raise Unreachable("timed out")
        return "taken"


def hang(monkeypatch: pytest.MonkeyPatch, server: Hanging) -> int:
    """A sweep of which the e-mails go by `server`; how many messages were sent."""
    monkeypatch.setattr("arraigo.messages.outbox.monotonic", lambda: server.now)
    with clock.at(NOON):
        return outbox.deliver_due(NOON, through={"email": server})


def test_a_sweep_that_takes_long_leaves_the_rest_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [written() for _ in range(5)]
    slow = Hanging(outbox.LONGEST_SWEEP / 3, answers=True)
    assert hang(monkeypatch, slow) == 3
    messages[4].refresh_from_db()
    assert (messages[4].status, messages[4].attempts, messages[4].next_attempt_at) == ("pending", 0, NOON)
    assert hang(monkeypatch, slow) == 2
    assert slow.asked == 5


@pytest.mark.parametrize(("seconds", "asked"), [(15, 1), (4, 3), (0, outbox.PATIENCE)])
def test_a_server_that_hangs_holds_up_a_sweep_once(monkeypatch: pytest.MonkeyPatch, seconds: float, asked: int) -> None:
    messages = [written() for _ in range(outbox.BATCH + 3)]
    dead = Hanging(seconds)
    assert hang(monkeypatch, dead) == 0
    assert dead.asked == asked
    last = Message.objects.get(pk=messages[-1].pk)
    assert (last.attempts, last.next_attempt_at) == (0, NOON)
    assert hang(monkeypatch, Hanging(0, answers=True)) == len(messages) - asked
