"""Telling people: notices to staff and messages to customers.

Both are rows written in the transaction of what they tell of, with one statement. What leaves the
house is sent by the sweep `messages.outbox.deliver_due`.
"""

import datetime as dt
import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.documents.values import amount, moment
from arraigo.eventlog.actions import record
from arraigo.messages import queries, texts
from arraigo.messages.errors import MessageNotStuck, MessageOver
from arraigo.messages.kinds import Kind, Text, kind_of
from arraigo.messages.models import Channel, Enclosure, Message, MessageTemplate, Notice, NoticeChoice
from arraigo.messages.prepare import unsettle
from arraigo.messages.sentences import GROUPS, SENTENCES
from arraigo.people.models import User
from arraigo.records import key_of, new_key


def notify(user: User, kind: str, data: dict[str, Any], case_number: str = "") -> Notice:
    """Tell `user` of something. `data` (JSON, amounts as text) fills the sentence of `kind`."""
    return notify_all([user], kind, data, case_number)[0]


def notify_all(users: Iterable[User | int], kind: str, data: dict[str, Any], case_number: str = "") -> list[Notice]:
    """As `notify`, for several people (or their keys) with one statement.

    The sweep sends it by e-mail to who wants that.
    """
    if kind not in SENTENCES:
        raise ValueError(f"No sentence for notices of kind {kind!r}: add it to messages.sentences.")
    now = clock.now()
    return Notice.objects.bulk_create(
        Notice(user_id=key_of(user), kind=kind, data=data, case_number=case_number, at=now) for user in users
    )


def mark_read(user: User, notice_ids: Iterable[int] | None = None, *, until: int | None = None) -> int:
    """Mark the notices of `user` as read: those named, those `until` a newest one, or all; how many were unread."""
    notices = queries.unread(user)
    if until is not None:
        notices = notices.filter(pk__lte=until)
    if notice_ids is not None:
        notices = notices.filter(pk__in=list(notice_ids))
    return notices.update(read_at=clock.now())


@transaction.atomic(savepoint=False)
def choose_notices(user: User, *, unwanted: Iterable[str], at_any_hour: bool) -> NoticeChoice:
    """Keep which groups of notices `user` does not want by e-mail, and whether any hour will do."""
    groups = [group for group in GROUPS if group in set(unwanted)]
    choice, _ = NoticeChoice.objects.update_or_create(
        user=user, defaults={"unwanted": groups, "at_any_hour": at_any_hour}
    )
    record("notice_choice.changed", choice, actor=user, data={"unwanted": groups, "at_any_hour": at_any_hour})
    return choice


# --- customers -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attachment:
    """A file for `send_to_customer`; it only travels by e-mail."""

    name: str
    content_type: str
    content: bytes


def send_to_customer(
    customer: Customer | int,
    kind: str,
    data: Mapping[str, Any],
    *,
    attachments: Sequence[Attachment] = (),
    case_number: str = "",
    reference: str = "",
    phone: str = "",
    email: str = "",
    until: dt.datetime | None = None,
) -> str:
    """Write a message of `kind` (`messages.kinds`) to `customer`; its idempotency key.

    `data` fills the places of the kind's text: moments, days and amounts (Decimal, Bs) are written
    out as on paper; the customer's name need not be given. `reference` names what the message tells
    of (a work order, a claim): the same kind is sent once for it. `phone` and `email` were given for
    this matter and go before those on record. From `until` on it is of no use and is skipped. Consent,
    address, words and quiet hours are settled by the sweep. Raises UnknownKind; ValueError for a place that
    the kind does not have.
    """
    message = Message(
        idempotency_key=f"{kind}:{reference}" if reference else new_key(),
        customer_id=key_of(customer),
        kind=kind,
        data=_words(kind_of(kind), data),
        given={name: value for name, value in (("phone", phone), ("email", email)) if value},
        case_number=case_number,
        created_at=clock.now(),
        next_attempt_at=clock.now(),
        until=until,
    )
    _write(message, attachments)
    return message.idempotency_key


def send_to_staff(
    user: User, kind: str, *, subject: str, body: str, reference: str, attachments: Sequence[Attachment] = ()
) -> str:
    """Write an e-mail to `user` in words of its own; its idempotency key. Once for the same `reference`.

    Address and quiet hours are settled by the sweep.
    """
    message = Message(
        idempotency_key=f"{kind}:{reference}",
        user=user,
        kind=kind,
        subject=subject[:200],
        body=body,
        created_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    _write(message, attachments)
    return message.idempotency_key


def send_to_office(address: str, kind: str, *, subject: str, body: str, reference: str, case_number: str = "") -> str:
    """Write an e-mail to an `address` that is nobody's account, in words of its own; its idempotency key.

    Once for the same `reference`; it goes at any hour.
    """
    message = Message(
        idempotency_key=f"{kind}:{reference}",
        kind=kind,
        channel=Channel.EMAIL,
        address=address,
        subject=subject[:200],
        body=body,
        case_number=case_number,
        created_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    _write(message, ())
    return message.idempotency_key


def _words(kind: Kind, data: Mapping[str, Any]) -> dict[str, str]:
    unknown = set(data) - set(kind.places)
    if unknown:
        raise ValueError(f"{kind.code} has no places {sorted(unknown)}: see messages/templates.toml.")
    return {place: _word(value) for place, value in data.items()}


def _word(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return amount(value) if isinstance(value, Decimal) else str(value)


def _write(message: Message, attachments: Sequence[Attachment]) -> None:
    """Insert the message; one that is there already stays as it is, and gets the files where it has none."""
    if not attachments:
        Message.objects.bulk_create([message], ignore_conflicts=True)
        return
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if not Message.objects.filter(idempotency_key=message.idempotency_key).exists():
            raise
        enclose(message.idempotency_key, attachments)
    else:
        _add(message, attachments)


def enclose(idempotency_key: str, attachments: Sequence[Attachment]) -> None:
    """Let files go with a message that has none and was never handed to a transport."""
    untried = Message.objects.filter(idempotency_key=idempotency_key, attempts=0, enclosures=None)
    for kept in untried.only("pk"):
        _add(kept, attachments)


def _add(message: Message, attachments: Sequence[Attachment]) -> None:
    Enclosure.objects.bulk_create(
        Enclosure(message=message, name=each.name, content_type=each.content_type, content=each.content)
        for each in attachments
    )


def overtake(case_number: str) -> int:
    """Skip what customers were to be told of a case and has not left: it ended otherwise. How many.

    What answers the customer (a receipt) is sent all the same.
    """
    told = Message.objects.filter(case_number=case_number).exclude(customer=None)
    return skip_unsent(told.exclude(kind__in=queries.replies()))


def take_back(kinds: Iterable[str], references: Iterable[str]) -> int:
    """Skip the messages of `kinds` about `references` that have not left: what they tell of was taken back. How many.

    One statement. What has its own number within a reference (the trips of an order) goes with it.
    """
    keys = [f"{kind}:{reference}" for reference in references for kind in kinds]
    about = [Q(idempotency_key=key) | Q(idempotency_key__startswith=f"{key}:") for key in keys]
    return skip_unsent(Message.objects.filter(functools.reduce(operator.or_, about))) if about else 0


def skip_unsent(messages: QuerySet[Message]) -> int:
    """Skip those that were never handed to a transport, or found none that could be reached."""
    return messages.filter(status=Message.Status.PENDING, left_at=None).update(
        status=Message.Status.SKIPPED, why=Message.Why.OVERTAKEN, next_attempt_at=None, ended_at=clock.now()
    )


@transaction.atomic(savepoint=False)
def resend(message_id: int, *, actor: User, on_record: bool = False) -> Message:
    """Let the sweep send a failed or uncertain message again: a person decided so. Raises MessageNotStuck, and
    MessageOver where its time has passed.

    A failed one gets its address and words anew: where it was given for the matter that one again, unless the
    person chose what is `on_record`.
    """
    message = _stuck(message_id)
    if message.is_over:
        raise MessageOver(moment(message.until))
    if message.status == Message.Status.FAILED:
        unsettle(message, on_record=on_record)
    message.status, message.ended_at, message.next_attempt_at = Message.Status.PENDING, None, clock.now()
    message.attempts, message.left_at, message.why = 0, None, ""
    message.save()
    told = {"kind": message.kind, "on_record": on_record}
    record("message.resent", message, actor=actor, case_number=message.case_number, data=told)
    return message


@transaction.atomic(savepoint=False)
def settle(message_id: int, *, arrived: bool, actor: User) -> Message:
    """Close a failed or uncertain message as a person found it: it `arrived`, or is not needed any more.

    Raises MessageNotStuck; also where a failed one, which the other side refused, is to have arrived.
    """
    message = _stuck(message_id)
    if arrived and message.status != Message.Status.UNCERTAIN:
        raise MessageNotStuck
    done = (Message.Status.SENT, "") if arrived else (Message.Status.SKIPPED, Message.Why.OVERTAKEN)
    message.status, message.why = done
    message.ended_at = clock.now()
    message.save()
    told = {"kind": message.kind, "arrived": arrived}
    record("message.settled", message, actor=actor, case_number=message.case_number, data=told)
    return message


def _stuck(message_id: int) -> Message:
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.status not in queries.STUCK:
        raise MessageNotStuck
    return message


# --- the operator's own texts ----------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def change_template(
    kind: str, channel: Channel, *, subject: str, body: str, enabled: bool, actor: User | None
) -> MessageTemplate:
    """Use an own text for `kind` on `channel`, or leave the channel out (`enabled` False).

    Raises UnknownKind and the errors of `texts.check`.
    """
    text = Text(subject.strip() if channel == Channel.EMAIL else "", body.replace("\r\n", "\n").strip())
    texts.check(kind_of(kind), channel, text)
    template, _ = MessageTemplate.objects.update_or_create(
        kind=kind,
        channel=channel,
        defaults={
            "subject": text.subject,
            "body": text.body,
            "enabled": enabled,
            "changed_at": clock.now(),
            "changed_by": actor,
        },
    )
    told = {"kind": kind, "channel": channel, "subject": text.subject, "body": text.body, "enabled": enabled}
    record("message_template.changed", template, actor=actor, data=told)
    return template


@transaction.atomic(savepoint=False)
def restore_template(kind: str, channel: Channel, *, actor: User | None) -> bool:
    """Go back to the text that Arraigo ships; whether there was an own one."""
    template = MessageTemplate.objects.select_for_update().filter(kind=kind, channel=channel).first()
    if template is None:
        return False
    record("message_template.restored", template, actor=actor, data={"kind": kind, "channel": channel})
    template.delete()
    return True
