"""Whether a message may go, by which channel, to which address and in which words."""

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from arraigo.customers.errors import PhoneUnknown
from arraigo.customers.models import Customer
from arraigo.customers.phones import is_mobile, normal
from arraigo.messages import queries, quiet, texts
from arraigo.messages.kinds import Hours, kind_of
from arraigo.messages.models import Channel, Message, MessageTemplate

Why = Message.Why


@dataclass
class Preparation:
    """What one sweep needs to prepare its messages: read once for all of them."""

    now: dt.datetime
    channels: Collection[str]
    """The channels that this installation uses."""
    own: dict[tuple[str, str], MessageTemplate]
    opens_at: dt.datetime
    """`now` within the working hours, else when they begin."""
    wakes_at: dt.datetime
    """`now` while people are awake, else when they next are."""

    @classmethod
    def at(cls, now: dt.datetime, channels: Collection[str]) -> "Preparation":
        return cls(now, channels, queries.own_texts(), quiet.next_moment(now), quiet.next_waking(now))

    def settle(self, message: Message) -> None:
        """Give the message its channel, address and words; or skip it; or let it wait for its hours.

        A message that was prepared before keeps what it got, but waits or is skipped like any other; one whose time
        is over is sent no more.
        """
        if message.until and message.until <= self.now:
            self._skip(message, Why.LATE)
        elif message.is_to_office:
            self._settle_office(message)
        elif message.customer is None:
            self._settle_staff(message)
        else:
            self._settle_customer(message, message.customer)

    def _settle_staff(self, message: Message) -> None:
        user = message.user
        assert user is not None  # the database holds one recipient
        if Channel.EMAIL not in self.channels and not message.address:
            self._skip(message, Why.SWITCHED_OFF)
        elif not (user.is_active and user.email):
            self._skip(message, Why.NO_ADDRESS)
        elif self._waits(message, Hours.ANY if message.given.get("any_hour") else Hours.WORKING):
            return
        elif not message.address:
            message.channel, message.address = Channel.EMAIL, user.email

    def _settle_office(self, message: Message) -> None:
        """Address and words were given with it; an office reads when it opens."""
        if Channel.EMAIL not in self.channels and message.left_at is None:
            self._skip(message, Why.SWITCHED_OFF)

    def _settle_customer(self, message: Message, customer: Customer) -> None:
        kind = kind_of(message.kind)
        if kind.needs_consent and customer.deceased_on:
            self._skip(message, Why.DECEASED)
        elif kind.needs_consent and not customer.notices_allowed:
            self._skip(message, Why.NO_CONSENT)
        elif not self._waits(message, kind.hours) and not message.address:
            self._address(message, customer)

    def _waits(self, message: Message, hours: Hours) -> bool:
        """Let the message wait for its hours; whether it waits."""
        opens_at = {Hours.WORKING: self.opens_at, Hours.WAKING: self.wakes_at, Hours.ANY: self.now}[hours]
        if opens_at <= self.now:
            return False
        message.next_attempt_at = opens_at
        return True

    def _address(self, message: Message, customer: Customer) -> None:
        written = {
            channel: text
            for channel in kind_of(message.kind).channels
            if channel in self.channels and (text := queries.text_of(message.kind, channel, self.own))
        }
        for channel, text in written.items():
            if address := _address_of(message, channel):
                words = texts.filled(text, {"cliente": customer.name, **texts.whole(message.data)})
                message.channel, message.address = channel, address
                message.subject, message.body = words.subject, words.body
                return
        self._skip(message, Why.NO_ADDRESS if written else Why.SWITCHED_OFF)

    def _skip(self, message: Message, why: Message.Why) -> None:
        """Send it no more; one that was handed over without an answer may have arrived."""
        message.status = Message.Status.UNCERTAIN if message.left_at else Message.Status.SKIPPED
        message.why = why
        message.next_attempt_at, message.ended_at = None, self.now


def unsettle(message: Message, *, on_record: bool) -> None:
    """Take back the address: the next sweep finds one anew, as for a message that was never tried.

    What was given for this matter goes before what is on record, unless a person decides for that (`on_record`).
    """
    if message.is_to_office:
        return
    if on_record and message.customer:
        message.given = {}
    message.channel, message.address = "", ""


def _address_of(message: Message, channel: str) -> str:
    """Where to send it by `channel`: what was given for this matter, else what is on record; empty for nowhere."""
    if channel == Channel.EMAIL:
        return str(message.given.get("email") or message.on_record(channel))
    with suppress(PhoneUnknown):
        given = normal(message.given.get("phone", ""))
        if is_mobile(given):
            return given
    return message.on_record(channel)
