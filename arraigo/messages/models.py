"""Notices to staff, messages to customers and staff, and the texts that an administrator changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo import clock
from arraigo.messages import sentences
from arraigo.messages.names import kind_name
from arraigo.records import Record, known_words, new_key

TAKEN_AWAY = ("case.taken_over", "work_order.taken")


class Notice(Record):
    """Something a member of staff should know. Shown until read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=40)
    """`case.closed_elsewhere`, `claim.refused`, `work_order.failed`, `control.failed` …"""
    data = models.JSONField(default=dict)
    """What the sentence of this kind needs: case number, names, amounts as text."""
    case_number = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    forwarded = models.BooleanField(default=False)
    """The sweep has decided whether it also goes out by e-mail."""

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["id"], name="notice_to_forward", condition=Q(forwarded=False)),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def sentence(self) -> str:
        """What the notice says, in the reader's language."""
        return sentences.sentence(self.kind, self.data, self.case_number)

    @property
    def leads_to_case(self) -> bool:
        """Whether who reads cases is led to this one: not by a notice that it, or its order, is theirs no more."""
        return bool(self.case_number) and self.kind not in TAKEN_AWAY


class Channel(models.TextChoices):
    """How a message travels."""

    WHATSAPP = "whatsapp", _("WhatsApp")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")


class Message(Record):
    """One message to a customer, a member of staff or an office (an address without an account: plant), written in
    the transaction of what it tells of.

    Its facts (`data`) are fixed then. To which address and in which words it goes is settled once,
    when the sweep first takes it; whether and when it may go, before each attempt.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", pgettext_lazy("a message", "Sent")
        SKIPPED = "skipped", pgettext_lazy("a message", "Not sent")
        FAILED = "failed", pgettext_lazy("a message", "Failed")
        UNCERTAIN = "uncertain", pgettext_lazy("a message", "Uncertain")

    class Why(models.TextChoices):
        """Why a message was not sent."""

        NO_CONSENT = "no_consent", _("the customer does not agree to messages")
        NO_ADDRESS = "no_address", _("no telephone or e-mail to send it to")
        SWITCHED_OFF = "switched_off", _("messages of this kind are switched off")
        DECEASED = "deceased", _("the customer has died")
        OVERTAKEN = "overtaken", _("overtaken: what it speaks of ended otherwise")
        LATE = "late", _("its time had passed before it could be sent")

    idempotency_key = models.CharField(max_length=120, unique=True, default=new_key)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, null=True, related_name="messages")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="messages")
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    """The places of its text: place → words."""
    given = models.JSONField(default=dict)
    """`phone` and `email` given for this matter; they go before those on record."""
    case_number = models.CharField(max_length=24, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    """Empty until the sweep first takes it."""
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PENDING)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    """From then on it is of no use and is not sent any more."""
    left_at = models.DateTimeField(null=True)
    """When it was last handed to its transport without an answer yet."""
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=400, blank=True)
    """What the other side said, or the error in words."""

    @known_words(channel=["", *Channel], status=Status, why=["", *Why])
    class Meta:
        verbose_name = _("message")
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], name="message_pending", condition=Q(status="pending")),
            models.Index(fields=["customer", "-id"]),
            models.Index(fields=["case_number", "id"]),
            models.Index(fields=["-id"], name="message_stuck", condition=Q(status__in=["failed", "uncertain"])),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer=None, user__isnull=False)
                | Q(customer__isnull=False, user=None)
                | Q(customer=None, user=None, channel="email") & ~Q(address=""),
                name="message_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False, ended_at=None)
                | ~Q(status="pending") & Q(ended_at__isnull=False),
                name="message_pending_has_time",
            ),
            models.CheckConstraint(condition=~Q(status="skipped") | ~Q(why=""), name="message_skipped_says_why"),
            models.CheckConstraint(
                condition=~Q(status="sent") | ~Q(address="") & ~Q(body=""), name="message_sent_has_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.idempotency_key}"

    @property
    def is_over(self) -> bool:
        """Whether its time has passed: what it says is of no use any more."""
        return self.until is not None and self.until <= clock.now()

    @property
    def is_to_office(self) -> bool:
        """To an address that is neither a customer's nor a member of staff's: it was given with the message."""
        return self.customer_id is None and self.user_id is None

    @property
    def staff(self) -> str:
        """Who of staff, or which office, it is for; empty for a customer, whom the case names."""
        return self.address if self.is_to_office else str(self.user or "")

    @property
    def name(self) -> str:
        """What it tells of, in the reader's language."""
        return kind_name(self.kind)

    def on_record(self, channel: str) -> str:
        """The customer's address for `channel` by now; empty for none."""
        customer = self.customer
        if customer is None:
            return ""
        if channel == Channel.EMAIL:
            return customer.email
        phones = sorted(customer.phones.all(), key=lambda phone: (not phone.is_contact, phone.pk))
        return next((phone.number for phone in phones if phone.is_mobile), "")

    @property
    def may_go_elsewhere(self) -> bool:
        """It failed at an address that was given for its matter, and another one is on record."""
        known = self.on_record(self.channel) if self.status == self.Status.FAILED and self.given else ""
        return bool(known) and known != self.address


class Enclosure(Record):
    """A file that goes with a message by e-mail, as it was when the message was written."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="enclosures")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class MessageTemplate(Record):
    """The operator's own text for a kind of message on a channel, in place of the default one."""

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    enabled = models.BooleanField(default=True)
    """Off: messages of this kind do not use this channel."""
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    @known_words(channel=Channel)
    class Meta:
        verbose_name = _("message template")
        constraints = [
            models.UniqueConstraint(fields=["kind", "channel"], name="message_template_unique"),
            models.CheckConstraint(condition=~Q(body=""), name="message_template_has_body"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}"


class NoticeChoice(Record):
    """What one member of staff wants by e-mail beside the notices in the product."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choice")
    unwanted = models.JSONField(default=list)
    """Groups of notices (`sentences.GROUPS`) that stay in the product."""
    at_any_hour = models.BooleanField(default=False)
    """Outside the working hours too."""

    def __str__(self) -> str:
        return str(self.user)
