"""The sweep that sends: notices that go out by e-mail, messages that are due.

Safe on several nodes at once: a message is claimed in a transaction of its own, sent outside of
any, and its answer is kept in a third. One that was handed over without an answer is sent again
only where the other side honours its key; else a person decides.
"""

import datetime as dt
import functools
import operator
from collections.abc import Collection, Iterable, Mapping
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop, override

from arraigo import clock
from arraigo.bss.interface import NoAnswer, Unreachable
from arraigo.eventlog.actions import record
from arraigo.gathered import Turn, gathered
from arraigo.messages.actions import skip_unsent
from arraigo.messages.models import Message, Notice, NoticeChoice
from arraigo.messages.prepare import Preparation
from arraigo.messages.sentences import group_of
from arraigo.messages.transports import Refused, Transport, transports
from arraigo.orders.models import WorkOrder
from arraigo.people.models import CASE_READERS

FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
ATTEMPTS = 78
"""After so many (about three days: a mail server may be down over a weekend) a message has failed."""
LEASE = dt.timedelta(minutes=5)
"""How long a claim keeps other processes off, and each message of it once more when its turn comes: longer than any
transport waits for an answer."""
LONGEST_SWEEP = 60
"""Seconds after which a sweep takes up no further message: the other sweeps, too, are to run every minute."""
PATIENCE = 10
"""So many messages in a row without an answer, or seconds spent on them, and a channel waits for the next sweep."""
NOTICES = 50
"""Notices that one transaction takes."""
BATCH = 10
"""Messages claimed at once."""
MOST_WORDS = 400
LOST = gettext_noop("It was handed over before, and its answer was lost.")
"""The one answer that is not the other side's."""
FALLS_DUE = "work_order.due"
Status = Message.Status


def forward_notices(now: dt.datetime) -> int:
    """Write the e-mails of the notices that their owners want so; how many notices were looked at."""
    return sum(iter(lambda: _forward_some(now), 0))


@transaction.atomic
def _forward_some(now: dt.datetime) -> int:
    waiting = Notice.objects.filter(forwarded=False).select_related("user__notice_choice").order_by("id")
    waiting = waiting.prefetch_related("user__memberships")
    notices = list(waiting.select_for_update(of=("self",), skip_locked=_skips())[:NOTICES])
    told = {notice.data["order"] for notice in notices if "order" in notice.data}
    orders = WorkOrder.objects.only("number", "technician", "due_at").in_bulk(told, field_name="number")
    with override(settings.LANGUAGE_CODE):
        letters = [letter for notice in notices if (letter := _letter(notice, orders, now))]
    Message.objects.bulk_create(letters, ignore_conflicts=True)
    _overtake(notices)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(forwarded=True)
    return len(notices)


def _overtake(notices: Iterable[Notice]) -> None:
    """Skip what waits for the working hours to tell that less of an order's time is gone than these notices say."""
    last = {notice.data["order"]: notice for notice in notices if notice.kind == FALLS_DUE}
    before = [
        Q(case_number=notice.case_number, given__falls_due=order, created_at__lt=notice.at)
        for order, notice in last.items()
    ]
    if before:
        skip_unsent(Message.objects.filter(functools.reduce(operator.or_, before), kind="notice"))


def _letter(notice: Notice, orders: Mapping[str, WorkOrder], now: dt.datetime) -> Message | None:
    """The e-mail of a notice; None where its owner has none or does not want it. `orders` by number: those told of.

    That an order falls due is not told any more once it is late.
    """
    choice = getattr(notice.user, "notice_choice", None) or NoticeChoice()
    if not notice.user.email or not notice.user.is_active or group_of(notice.kind) in choice.unwanted:
        return None
    order = orders.get(notice.data.get("order", ""))
    falls_due = order.number if order and notice.kind == FALLS_DUE else ""
    place = _place(notice, order)
    lines = [notice.sentence, f"{settings.BASE_URL}{place}"] if place else [notice.sentence]
    return Message(
        idempotency_key=f"notice:{notice.pk}",
        user=notice.user,
        kind="notice",
        given={"any_hour": choice.at_any_hour, "falls_due": falls_due},
        case_number=notice.case_number,
        subject=notice.sentence[:200],
        body="\n\n".join(lines),
        created_at=notice.at,
        next_attempt_at=now,
        until=order.due_at if order and falls_due else None,
    )


def _place(notice: Notice, order: WorkOrder | None) -> str:
    """Where its owner finds what the notice tells of: the technician the own visit, the administrator the
    commands, others the case; "" for nowhere, as where the order is another technician's by now.
    """
    if order and order.technician_id == notice.user_id:
        return f"/visits/{order.number}/"
    if notice.kind == "command.stuck":
        return "/administration/commands/"
    reads_cases = any(membership.role in CASE_READERS for membership in notice.user.memberships.all())
    return f"/cases/{notice.case_number}/" if notice.leads_to_case and reads_cases else ""


def deliver_due(now: dt.datetime, *, through: Mapping[str, Transport] | None = None) -> int:
    """Send what is due at `now`, oldest first, by the transports of the settings or `through` others.

    How many the other side took or refused. Call it outside of a transaction. A message that was claimed by a
    process that died is due again after LEASE; the one that it was just handing over counts as one without an answer.
    A channel that does not answer for PATIENCE is left alone until the next time: what goes by the others does not
    wait for it. Where all takes longer than LONGEST_SWEEP, the rest waits for the next sweep. ExceptionGroup at the end
    tells of messages at which a transport fails.
    """
    with gathered("messages at which a transport fails") as turn:
        return _deliver_due(now, transports() if through is None else through, turn)


def _deliver_due(now: dt.datetime, ways: Mapping[str, Transport], turn: Turn) -> int:
    preparation = Preparation.at(now, ways)
    sent, last, ends = 0, 0, monotonic() + LONGEST_SWEEP
    lost: dict[str, float] = dict.fromkeys(ways, 0)
    while monotonic() < ends:
        silent = {channel for channel, patience in lost.items() if patience >= PATIENCE}
        claimed, ready = _claim(preparation, after=last, silent=silent)
        if not claimed:
            break
        last = claimed[-1].pk
        for message in ready:
            began, channel = monotonic(), message.channel
            if began >= ends or lost[channel] >= PATIENCE:
                _put_back(message, now)
                continue
            answered = None
            with turn(f"message {message.pk}"):
                answered = _deliver(message, ways[channel])
            sent += bool(answered)
            if answered is not None:
                lost[channel] = 0 if answered else lost[channel] + max(1, monotonic() - began)
    return sent


@transaction.atomic
def _claim(preparation: Preparation, *, after: int, silent: Collection[str]) -> tuple[list[Message], list[Message]]:
    """The next due messages, and those of them to send now."""
    now = preparation.now
    due = Message.objects.filter(pk__gt=after, status=Status.PENDING, next_attempt_at__lte=now)
    due = due.exclude(channel__in=silent).order_by("id")
    due = due.select_related("customer", "user").prefetch_related("customer__phones", "enclosures")
    claimed = list(due.select_for_update(of=("self",), skip_locked=_skips())[:BATCH])
    ready = []
    for message in claimed:
        preparation.settle(message)
        if message.next_attempt_at is None or message.next_attempt_at > now:
            continue
        if message.channel not in preparation.channels:
            message.next_attempt_at = now + LONGEST_WAIT
            continue
        if message.channel in silent:  # which channel it takes was not known before
            continue
        ready.append(message)
        message.attempts += 1
        message.next_attempt_at = clock.now() + LEASE
    Message.objects.bulk_update(claimed, KEPT)
    return claimed, ready


KEPT = [
    "channel", "address", "subject", "body", "status", "why", "attempts", "next_attempt_at", "ended_at"
]  # fmt: skip
"""What a claim may change."""


def _put_back(message: Message, now: dt.datetime) -> None:
    """Give up the claim on a message that was not tried: it is due as before."""
    _held(message).update(attempts=message.attempts - 1, next_attempt_at=now)


def _deliver(message: Message, transport: Transport) -> bool | None:
    """Send one message and keep what became of it; whether the other side answered, None where it was not asked."""
    left_before, message.left_at = message.left_at is not None, clock.now()
    if left_before and not transport.honours_keys:
        _end(message, Status.UNCERTAIN, LOST)
        return None
    if not _held(message).update(left_at=message.left_at, next_attempt_at=message.left_at + LEASE):
        return None  # taken back meanwhile, or another process has it
    try:
        answer = transport.send(message)
    except Unreachable as error:
        _retry(message, left_before, str(error))
        return False
    except NoAnswer as error:
        if transport.honours_keys:
            _retry(message, True, str(error))
        else:
            _end(message, Status.UNCERTAIN, str(error))
        return False
    except Refused as error:
        _end(message, Status.FAILED, str(error))
    else:
        _end(message, Status.SENT, answer)
    return True


def _retry(message: Message, left: bool, words: str) -> None:
    """Try again later, each time after twice as long; give up after ATTEMPTS. `left`: it may have arrived."""
    if message.attempts >= ATTEMPTS:
        _end(message, Status.UNCERTAIN if left else Status.FAILED, words)
        return
    wait = min(FIRST_WAIT * 2 ** min(message.attempts - 1, 7), LONGEST_WAIT)
    left_at = message.left_at if left else None
    _held(message).update(next_attempt_at=clock.now() + wait, left_at=left_at, answer=words[:MOST_WORDS])


@transaction.atomic
def _end(message: Message, status: str, words: str) -> None:
    ended = _held(message).update(status=status, ended_at=clock.now(), next_attempt_at=None, answer=words[:MOST_WORDS])
    if ended and message.user_id is None:
        kind = f"plant_message.{status}" if message.is_to_office else f"message.{status}"
        data = {"kind": message.kind, "channel": message.channel, "attempts": message.attempts}
        record(kind, message, actor=None, case_number=message.case_number, data=data)


def _held(message: Message) -> QuerySet[Message]:
    """The row, as long as this process's claim on it holds."""
    return Message.objects.filter(pk=message.pk, status=Status.PENDING, attempts=message.attempts)


def _skips() -> bool:
    return connection.features.has_select_for_update_skip_locked
