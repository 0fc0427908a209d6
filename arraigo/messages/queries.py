"""Reads of notices to staff, of messages and of their texts."""

from django.db.models import Count, F, Max, QuerySet

from arraigo.compiled import compiled
from arraigo.messages.kinds import Text, all_kinds, kind_of
from arraigo.messages.models import Channel, Message, MessageTemplate, Notice
from arraigo.people.models import User

STUCK = (Message.Status.FAILED, Message.Status.UNCERTAIN)


def unread(user: User) -> QuerySet[Notice]:
    """What `user` has not read yet, the latest first."""
    return Notice.objects.filter(user=user, read_at=None).order_by("-at", "-id")


def has(user: User, pk: int) -> bool:
    """Whether the notice is one of `user`'s, read or not."""
    return Notice.objects.filter(user=user, pk=pk).exists()


@compiled
def some_unread(user: User) -> QuerySet[Notice, int]:
    """Keys of what `user` has not read yet, ten at most: enough to show how many."""
    return Notice.objects.filter(user=user, read_at=None).values_list("pk", flat=True)[:10]


def everything(user: User) -> QuerySet[Notice]:
    """All notices of `user`: what is not read yet, the latest first, then what was, the last one read first."""
    return Notice.objects.filter(user=user).order_by(F("read_at").desc(nulls_first=True), "-at", "-id")


@compiled
def all_of_case(case_number: str) -> QuerySet[Message]:
    """What `of_case` reads, as a list."""
    return of_case(case_number)


def of_case(case_number: str) -> QuerySet[Message]:
    """What the customer and plant were told, or are going to be, in a case; oldest first."""
    return Message.objects.filter(case_number=case_number, user=None).order_by("id")


def stuck() -> QuerySet[Message]:
    """Messages that a person must look at: failed and uncertain ones, the latest first."""
    found = (
        Message.objects.filter(status__in=STUCK).select_related("customer", "user").prefetch_related("customer__phones")
    )
    return found.order_by("-id")


def held_up() -> list[tuple[str, int, str]]:
    """Channels with messages that could not be handed over yet: channel, how many, an answer or error of theirs."""
    waiting = Message.objects.filter(status=Message.Status.PENDING, attempts__gt=0).exclude(answer="")
    counted = waiting.values_list("channel").annotate(count=Count("pk"), last=Max("answer"))
    return list(counted.order_by("channel"))


def replies() -> list[str]:
    """Kinds that answer what the customer asked for."""
    return [code for code, kind in all_kinds().items() if not kind.needs_consent]


def own_texts() -> dict[tuple[str, str], MessageTemplate]:
    """The operator's own texts by kind and channel."""
    return {(own.kind, own.channel): own for own in MessageTemplate.objects.all()}


def text_of(kind: str, channel: str, own: dict[tuple[str, str], MessageTemplate]) -> Text | None:
    """The text for `kind` on `channel`: the operator's own, else the shipped one; None where switched off."""
    changed = own.get((kind, channel))
    if changed is None:
        return kind_of(kind).texts[Channel(channel)]
    return Text(changed.subject, changed.body) if changed.enabled else None
