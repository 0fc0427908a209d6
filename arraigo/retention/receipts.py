"""Numbered receipts (constancias) for the customer: of what was promised, and of a baja."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.documents import sheets
from arraigo.documents.values import moment, paper_language
from arraigo.engine import actions as engine
from arraigo.eventlog import actions as eventlog
from arraigo.messages import actions as messages
from arraigo.messages.models import Message
from arraigo.messages.reach import Reach, reach
from arraigo.messages.texts import to_return
from arraigo.numbering import numbered
from arraigo.people.models import Role, User
from arraigo.retention import promises
from arraigo.retention.errors import NothingPromised, OutOfReach, ReceiptTakenBack
from arraigo.retention.models import Promise, Receipt, RetentionCase
from arraigo.terminations.models import Termination


def registered_before(termination: Termination) -> str:
    """That the customer leaves a product already: what the step, and the receipt, say of it."""
    return _("The termination of %(product)s is already registered, with number %(number)s of %(day)s: it stands.") % {
        "product": termination.product,
        "number": termination.number,
        "day": date_format(clock.local(termination.requested_at or clock.now()), "d/m/Y"),
    }


def for_termination(
    case: RetentionCase, rows: Sequence[Termination], known: Sequence[Termination] = (), *, actor: User
) -> Receipt:
    """The receipt of a registered termination: products, moment, what to return and by when.

    It bears the number under which the products leave, which the message to the customer says too; where all
    of them were registered before (`known`), a number of its own.
    """
    now, every = clock.now(), [*rows, *known]
    first = every[0]
    data = {
        "terminations": [row.number for row in every],
        "products": [str(row.product) for row in every],
        "return_items": first.return_items,
        "return_by": first.return_by.isoformat() if first.return_by else "",
    }
    number = {"number": first.receipt} if rows else numbered(Receipt, "CON", now)
    text = " ".join([*([_registered(rows, now)] if rows else []), *map(registered_before, known)])
    receipt = Receipt.objects.create(
        **number, case=case, kind=Receipt.Kind.TERMINATION, text=text, data=data, at=now, by=actor
    )
    if case.customer.email:  # the message was written when the terminations were registered; paper goes by e-mail only
        messages.enclose(f"{_message_kind(receipt)}:{receipt.number}", [_enclosed(receipt)])
    return receipt


def _registered(rows: Sequence[Termination], now: dt.datetime) -> str:
    return _("On %(moment)s the termination of %(products)s was registered, with the receipt %(number)s.") % {
        "moment": date_format(clock.local(now), "d/m/Y H:i"),
        "products": ", ".join(str(row.product) for row in rows),
        "number": rows[0].receipt,
    }


@transaction.atomic
@eventlog.together()
def issue(case_id: int, *, actor: User) -> Receipt:
    """The receipt of everything promised in the case so far, as read back to the customer, but for what was taken
    back, what billing refused, and visits in whose place another was promised.

    Asked again before anything of it changed, it is the same receipt. Raises NothingPromised.
    """
    engine.lock(RetentionCase.objects.only("instance_id").get(pk=case_id).instance_id)
    case = RetentionCase.objects.select_related("customer").get(pk=case_id)
    promised = promises.standing(case.promises.order_by("id"), _claims(case))
    if not promised:
        raise NothingPromised(case.number)
    texts, keys = [promise.text for promise in promised], [promise.pk for promise in promised]
    rows = [[promise.text, str(Role(promise.role).label), _due(promise)] for promise in promised]
    data = {"promises": texts, "keys": keys, "rows": rows}
    last = case.receipts.filter(kind=Receipt.Kind.PROMISE).order_by("-id").first()
    if last is not None and data | last.data == data:
        return last
    receipt = Receipt.objects.create(
        **numbered(Receipt, "CON", clock.now()), case=case, kind=Receipt.Kind.PROMISE, text=" ".join(texts), data=data,
        at=clock.now(), by=actor,
    )  # fmt: skip
    eventlog.record("receipt.issued", case, actor=actor, case_number=case.number, data={"number": receipt.number})
    return receipt


def _due(promise: Promise) -> str:
    """By when, and that it was not kept: who comes back after a broken promise is given no paper that denies it."""
    due = promises.until(promise.due_at)
    return f"{due} · {promise.get_state_display()}" if promise.state == Promise.State.BROKEN else due


@transaction.atomic
@eventlog.together()
def send(receipt_id: int, *, actor: User) -> Message:
    """Send the receipt to the customer: by e-mail with the PDF enclosed, else its number and words as a short message.

    Asked again it is the same message, as long as that one was not skipped; so is what the customer was
    told of a baja when it was registered. Raises ReceiptTakenBack, OutOfReach.
    """
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("case__customer", "by").get(pk=receipt_id)
    case = receipt.case
    if (taken_back := certified(receipt).taken_back_at) is not None:
        raise ReceiptTakenBack(receipt.number, moment(taken_back))
    last = sent(receipt).last()
    if last is not None and last.status != Message.Status.SKIPPED:
        return last
    where = reach_of(receipt)
    if where.why:
        raise OutOfReach(receipt.number, where.why)
    key = messages.send_to_customer(
        case.customer,
        _message_kind(receipt),
        _message_places(receipt),
        attachments=[_enclosed(receipt)],
        case_number=case.number,
        reference=f"{receipt.number}:{sent(receipt).count() + 1}",
        phone=case.contact_phone,
    )
    eventlog.record("receipt.sent", case, actor=actor, case_number=case.number, data={"number": receipt.number})
    return Message.objects.get(idempotency_key=key)


@dataclass(frozen=True)
class Line:
    """One promise that a receipt certifies, as it stands now."""

    text: str
    who: str
    due: str
    taken_back_at: dt.datetime | None = None


@dataclass(frozen=True)
class Certified:
    """What a receipt certifies, and what of it was taken back since."""

    lines: list[Line]
    taken_back_at: dt.datetime | None = None
    """Since when it is not valid, wholly or in part."""
    followed_by: str = ""
    """The number of the receipt that is valid in its stead."""

    @property
    def in_part(self) -> bool:
        return any(line.taken_back_at is None for line in self.lines)


def certified(receipt: Receipt) -> Certified:
    """What the receipt certifies as the promise ledger has it now. Five queries at most."""
    if receipt.kind == Receipt.Kind.TERMINATION:
        return Certified([], receipt.undone_at)
    ended = _ended(receipt)
    rows = receipt.data.get("rows") or [[text, "", ""] for text in receipt.data.get("promises", [])]
    lines = [Line(text, who, due, at) for (text, who, due), at in zip(rows, ended, strict=True)]
    taken_back_at = max(filter(None, ended), default=None)
    if taken_back_at is None:
        return Certified(lines)
    later = Receipt.objects.filter(case_id=receipt.case_id, kind=receipt.kind, pk__gt=receipt.pk).order_by("pk").last()
    valid = later is not None and not any(_ended(later))
    return Certified(lines, taken_back_at, later.number if later and valid else "")


def _ended(receipt: Receipt) -> list[dt.datetime | None]:
    """When each promise of the receipt was taken back, or what it promised refused; None for one that stands.

    Receipts made out before the keys were kept are read by the words of the promise.
    """
    promised = list(Promise.objects.filter(case_id=receipt.case_id).order_by("pk"))
    field = "pk" if "keys" in receipt.data else "text"
    latest = {getattr(promise, field): promise for promise in promised}
    found = [latest.get(key) for key in receipt.data.get("keys", receipt.data.get("promises", []))]
    ended = promises.not_given(_claims(receipt.case))
    return [promises.taken_back_at(each, ended) if each else None for each in found]


def _claims(case: RetentionCase) -> QuerySet[BillingClaim]:
    return BillingClaim.objects.filter(case_number=case.number)


def sent(receipt: Receipt) -> QuerySet[Message]:
    """The messages by which the receipt was sent, by itself (a baja) or by hand, oldest first."""
    key = f"{_message_kind(receipt)}:{receipt.number}"
    return Message.objects.filter(Q(idempotency_key=key) | Q(idempotency_key__startswith=f"{key}:")).order_by("id")


def reach_of(receipt: Receipt) -> Reach:
    """Where the receipt would go now, or why it cannot."""
    case = receipt.case
    return reach(case.customer, _message_kind(receipt), phone=case.contact_phone)


def _enclosed(receipt: Receipt) -> messages.Attachment:
    return messages.Attachment(f"{receipt.number}.pdf", "application/pdf", pdf(receipt))


def _message_kind(receipt: Receipt) -> str:
    return "termination.receipt" if receipt.kind == Receipt.Kind.TERMINATION else "promises.receipt"


def _message_places(receipt: Receipt) -> dict[str, Any]:
    """What the text of the message says of the receipt."""
    data = receipt.data
    if receipt.kind == Receipt.Kind.PROMISE:
        return {"constancia": receipt.number, "promesas": receipt.text}
    day = data["return_by"]
    return {
        "constancia": receipt.number,
        "momento": receipt.at,
        "productos": ", ".join(data.get("products", [])),
        **to_return(data["return_items"], dt.date.fromisoformat(day) if day else None),
    }


def pdf(receipt: Receipt) -> bytes:
    """The receipt on paper, PDF/A-2b; the same receipt gives the same bytes until something of it is taken back."""
    case, data, known_now = receipt.case, receipt.data, certified(receipt)
    with paper_language():
        known = {
            str(case.customer.get_kind_display()): f"{case.customer.name} · {case.customer.number}",
            _("Case"): case.number,
            _("Attended by"): str(receipt.by),
        }
        if receipt.kind == Receipt.Kind.TERMINATION:
            title, sections, note = _("Receipt of the termination"), _returns(data), _leaving_is_free()
        else:
            title, sections, note = _("Receipt of what was promised"), _promised(known_now), ""
        if known_now.taken_back_at and not known_now.in_part:
            note = _taken_back(known_now.taken_back_at)
        text = "\n".join(filter(None, [receipt.text if receipt.kind == Receipt.Kind.TERMINATION else "", note]))
        return sheets.receipt_pdf(text, receipt.number, known, at=receipt.at, title=title, sections=sections)


def _taken_back(at: dt.datetime) -> str:
    return _("TAKEN BACK on %(moment)s: this receipt is not valid.") % {"moment": moment(at)}


def _leaving_is_free() -> str:
    return _("A pending debt does not hold up the termination.")


def _promised(found: Certified) -> list[sheets.Section]:
    """Each promise with who owes it and by when, or since when it is taken back."""
    header = [_("What was promised"), _("Who owes it"), _("By when")]
    rows = [
        [line.text, _("TAKEN BACK"), moment(line.taken_back_at)]
        if line.taken_back_at
        else [line.text, line.who, line.due]
        for line in found.lines
    ]
    return [{"title": _("Promises"), "header": header, "rows": rows}]


def _returns(data: dict[str, Any]) -> list[sheets.Section]:
    """The numbers of the terminations, and what is given back by when."""
    numbers = list(zip(data["terminations"], data.get("products", data["terminations"]), strict=False))
    found: list[sheets.Section] = [
        {
            "title": _("Termination"),
            "header": [_("Number of the termination"), _("Product")],
            "rows": [list(row) for row in numbers],
        }
    ]
    if data["return_items"]:
        day = str(data["return_by"])
        until = _("Until %(day)s:") % {"day": "/".join(reversed(day.split("-")))} if day else ""
        found.append(
            {"title": _("To be returned"), "lines": [until, *data["return_items"]] if until else data["return_items"]}
        )
    return found


def lines(text: str) -> list[str]:
    """The lines of `text` that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]
