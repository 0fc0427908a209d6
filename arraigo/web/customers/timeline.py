"""Everything that happened with a customer, newest first, from the records themselves.

Each kind is one query for a page of entries, whatever the customer's past; a page begins where the
one before it ended in time. Listings in the Central de Riesgos are no part of it: every look at one
is logged, and only the roles that judge the background see them.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise as Words
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.billing.models import Bill, BillingClaim, Payment
from arraigo.customers.models import Customer
from arraigo.desk import queries as desk
from arraigo.desk.models import Callback
from arraigo.fieldwork.models import Visit
from arraigo.messages.models import Message
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.products.models import Courtesy
from arraigo.quality.models import ContactAttempt
from arraigo.retention.models import Offer, ProactiveCall, Promise, Receipt, RetentionCase
from arraigo.terminations.models import Termination
from arraigo.tickets.models import ConfirmedSolution, Interaction, TroubleTicket
from arraigo.tickets.queries import dispute_reasons
from arraigo.web.access import CASE_READERS
from arraigo.web.cases import access as case_access
from arraigo.web.customers.words import symptom
from arraigo.web.templatetags.show import bs, full_moment, month, phone, until

SIZE = 20


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: dt.datetime
    kind: str
    title: str
    text: str = ""
    url: str = ""
    state: str = ""
    state_label: str = ""
    has_hour: bool = True

    @property
    def icon(self) -> str:
        return KINDS[self.kind].icon


@dataclass(frozen=True)
class Reader:
    """Who reads whose timeline: from the newest, or from before a moment."""

    customer: Customer
    cases: Collection[str]
    """Numbers of the customer's cases that the person may open."""
    before: dt.datetime | None
    reads_receipts: bool

    def page(self, rows: QuerySet, moment: str) -> Iterable:  # type: ignore[type-arg]
        """The newest rows, one more than a page holds; where that one is of the same moment, all of that moment."""
        known = {f"{moment}__lt": self.before} if self.before else {f"{moment}__isnull": False}
        found = rows.filter(**known).order_by(f"-{moment}", "-pk")
        newest = list(found[: SIZE + 1])
        if len(newest) > SIZE and getattr(newest[-1], moment) == (last := getattr(newest[-2], moment)):
            return found.filter(**{f"{moment}__gte": last})
        return newest

    def case_url(self, number: str) -> str:
        return reverse("case", args=[number]) if number in self.cases else ""


def _tickets(reader: Reader) -> Iterator[Entry]:
    rows = TroubleTicket.objects.filter(customer=reader.customer).select_related("product__offering")
    for ticket in reader.page(rows, "opened_at"):
        title = " · ".join(filter(None, [f"{ticket.get_type_display()} {ticket.number}", symptom(ticket.symptom)]))
        text = " · ".join(filter(None, [ticket.product.offering.name, ticket.description[:120]]))
        url = reverse("ticket", args=[ticket.number])
        yield Entry(ticket.opened_at, "ticket", title, text, url, ticket.status, ticket.get_status_display())


def _solutions(reader: Reader) -> Iterator[Entry]:
    """What the customer said of repairs: that they hold, and that they did not."""
    confirmed = ConfirmedSolution.objects.filter(product__customer=reader.customer)
    for said in reader.page(confirmed.select_related("ticket", "product__offering"), "at"):
        title = _("Solution of %(ticket)s confirmed") % {"ticket": said.ticket.number}
        text = f"{said.product.offering.name} · {said.reason[:120]}"
        yield Entry(said.at, "ticket", title, text, reverse("ticket", args=[said.ticket.number]))
    tickets = TroubleTicket.objects.filter(customer=reader.customer).select_related("product__offering")
    disputed = list(reader.page(tickets, "disputed_at"))
    reasons = dispute_reasons(disputed)
    for ticket in disputed:
        title = _("Solution of %(ticket)s disputed: it did not hold") % {"ticket": ticket.number}
        text = " · ".join(filter(None, [ticket.product.offering.name, reasons.get(ticket.pk, "")[:120]]))
        yield Entry(ticket.disputed_at, "ticket", title, text, reverse("ticket", args=[ticket.number]))


def _visits(reader: Reader) -> Iterator[Entry]:
    orders = WorkOrder.objects.filter(customer=reader.customer)
    for order in reader.page(orders, "created_at"):
        title = _("Work order %(number)s") % {"number": order.number}
        url = reader.case_url(order.case_number)
        yield Entry(order.created_at, "visit", title, order.activity_name, url, order.state, order.get_state_display())
    visits = Visit.objects.filter(work_order__customer=reader.customer).select_related("work_order", "technician")
    for visit in reader.page(visits, "arrived_at"):
        title = _("Visit of %(technician)s") % {"technician": visit.technician}
        url = reader.case_url(visit.work_order.case_number)
        solved = {True: ("completed", _("solved")), False: ("failed", _("not solved")), None: ("", "")}[visit.solved]
        yield Entry(visit.arrived_at, "visit", title, visit.findings[:120], url, solved[0], capfirst(solved[1]))


def _bills(reader: Reader) -> Iterator[Entry]:
    rows = Bill.objects.filter(customer=reader.customer)
    # A bill stands at the first moment of its day: one moment before the end of the page counts.
    last = clock.local(reader.before - dt.timedelta(microseconds=1)).date() if reader.before else dt.date.max
    today = clock.today()
    for bill in rows.filter(issued_on__lte=last).order_by("-issued_on", "-pk")[: SIZE + 1]:
        title = _("Bill of %(month)s: %(amount)s") % {"month": month(bill.month), "amount": bs(bill.total)}
        text = _("%(amount)s credited") % {"amount": bs(bill.credited)} if bill.credited else ""
        at = clock.start_of_day(bill.issued_on or bill.month)
        state = (bill.state, bill.get_state_display())
        state = ("failed", _("Overdue")) if billing.is_overdue(bill, today) else state
        yield Entry(at, "bill", title, text, "", *state, has_hour=False)
    payments = Payment.objects.filter(bill__customer=reader.customer).select_related("bill")
    for paid in reader.page(payments, "paid_at"):
        title = _("Payment of %(amount)s") % {"amount": bs(paid.amount)}
        text = " · ".join(filter(None, [_("bill of %(month)s") % {"month": month(paid.bill.month)}, paid.channel]))
        yield Entry(paid.paid_at, "bill", title, text)


def _calls(reader: Reader) -> Iterator[Entry]:
    attempts = ContactAttempt.objects.filter(control__customer=reader.customer).select_related("control", "by")
    for attempt in reader.page(attempts, "at"):
        title = _("Call of the quality control by %(person)s") % {"person": attempt.by}
        reached = ("passed", _("reached")) if attempt.reached else ("not_reached", _("not reached"))
        url = reader.case_url(attempt.control.case_number)
        yield Entry(attempt.at, "call", title, attempt.note[:120], url, *reached)
    ours = ProactiveCall.objects.filter(customer=reader.customer).select_related("by")
    for call in reader.page(ours, "at"):
        title = _("%(person)s called because of repeated faults") % {"person": call.by}
        yield Entry(call.at, "call", title, call.note[:120], "", call.outcome, call.get_outcome_display())
    back = Interaction.objects.filter(ticket__customer=reader.customer).select_related("ticket", "by")
    for said in reader.page(back, "at"):
        title = _("Came back about %(ticket)s") % {"ticket": said.ticket.number}
        yield Entry(said.at, "call", title, said.text[:120], reverse("ticket", args=[said.ticket.number]))
    yield from _callbacks(reader)


def _callbacks(reader: Reader) -> Iterator[Entry]:
    rows = Callback.objects.filter(case__customer=reader.customer).select_related("case", "person")
    for noted in reader.page(rows, "noted_at"):
        title = _("%(person)s is to call back: %(moment)s") % {
            "person": noted.person, "moment": full_moment(noted.due_at),
        }  # fmt: skip
        text = " · ".join(filter(None, [noted.get_cause_display(), noted.note[:120], noted.outcome[:120]]))
        over = noted.case.outcome in desk.OVER
        state = ("cancelled", _("not called any more")) if over else ("waiting", _("to be called"))
        state = ("completed", _("called")) if noted.done_at else state
        yield Entry(noted.noted_at, "call", title, text, reader.case_url(noted.case.number), *state)


def _offers(reader: Reader) -> Iterator[Entry]:
    rows = Offer.objects.filter(case__customer=reader.customer).select_related("case", "product__offering")
    for offer in reader.page(rows, "offered_at"):
        amount = bs(offer.amount) if offer.amount else ""
        title = " · ".join(filter(None, [str(offer.get_kind_display()), amount]))
        text = f"{offer.product.offering.name} · {offer.case.number}"
        url = reader.case_url(offer.case.number)
        yield Entry(offer.offered_at, "offer", title, text, url, offer.answer, offer.get_answer_display())


def _promises(reader: Reader) -> Iterator[Entry]:
    rows = Promise.objects.filter(customer=reader.customer).select_related("case")
    for promise in reader.page(rows, "made_at"):
        title = _("%(promise)s, promised for %(day)s") % {
            "promise": promise.get_kind_display(), "day": until(promise.due_at),
        }  # fmt: skip
        url = reader.case_url(promise.case.number)
        state = (promise.state, promise.get_state_display())
        yield Entry(promise.made_at, "promise", title, promise.case.number, url, *state)
    if reader.reads_receipts:
        receipts = Receipt.objects.filter(case__customer=reader.customer, case__number__in=reader.cases)
        for receipt in reader.page(receipts, "at"):
            title, url = _("Receipt %(number)s") % {"number": receipt.number}, reverse("receipt", args=[receipt.number])
            yield Entry(receipt.at, "promise", title, str(receipt.get_kind_display()), url)


def _claims(reader: Reader) -> Iterator[Entry]:
    rows = BillingClaim.objects.filter(customer=reader.customer).select_related("product__offering")
    for claim in reader.page(rows, "entered_at"):
        title = f"{claim.get_kind_display()} {claim.number} · {bs(claim.amount)}"
        text = f"{claim.product.offering.name} · {month(claim.month)}"
        url = reader.case_url(claim.case_number)
        yield Entry(claim.entered_at, "claim", title, text, url, claim.state, claim.get_state_display())


def _courtesies(reader: Reader) -> Iterator[Entry]:
    rows = Courtesy.objects.filter(product__customer=reader.customer).select_related("product__offering")
    for courtesy in reader.page(rows, "starts_at"):
        until = _("until %(day)s") % {"day": f"{courtesy.last_day:%d/%m/%Y}"}
        text = f"{courtesy.product.offering.name} · {until}"
        url = reader.case_url(courtesy.case_number)
        state = (courtesy.status, courtesy.get_status_display())
        yield Entry(courtesy.starts_at, "courtesy", _("Courtesy without cost"), text, url, *state)


def _cases(reader: Reader) -> Iterator[Entry]:
    for case in reader.page(RetentionCase.objects.filter(customer=reader.customer), "opened_at"):
        said = _("We called: %(reason)s") if case.proactive else _("Asked to leave: %(reason)s")
        text = " · ".join(filter(None, [case.number, case.words[:120]]))
        title = said % {"reason": case.get_reason_display()}
        state = (case.outcome, case.get_outcome_display())
        yield Entry(case.opened_at, "case", title, text, reader.case_url(case.number), *state)


def _terminations(reader: Reader) -> Iterator[Entry]:
    rows = Termination.objects.filter(customer=reader.customer).select_related("product__offering")
    for leaving in reader.page(rows, "requested_at"):
        title = _("Termination %(number)s") % {"number": leaving.number}
        text = f"{leaving.product.offering.name} · {leaving.get_reason_display()}"
        yield Entry(leaving.requested_at, "termination", title, text, reader.case_url(leaving.case_number))


def _messages(reader: Reader) -> Iterator[Entry]:
    for message in reader.page(Message.objects.filter(customer=reader.customer), "created_at"):
        why = message.get_why_display() if message.why else ""
        text = " · ".join(filter(None, [message.get_channel_display(), phone(message.address), str(why)]))
        state = (message.status, message.get_status_display())
        yield Entry(message.created_at, "message", message.name, text, reader.case_url(message.case_number), *state)


@dataclass(frozen=True)
class Kind:
    label: str | Words
    icon: str
    read: Callable[[Reader], Iterator[Entry]]
    of_cases: bool = False
    """Only for those who may look at cases."""


KINDS: dict[str, Kind] = {
    "ticket": Kind(gettext_lazy("Tickets"), "ticket", lambda reader: chain(_tickets(reader), _solutions(reader))),
    "visit": Kind(gettext_lazy("Orders and visits"), "tool", _visits),
    "bill": Kind(gettext_lazy("Bills and payments"), "receipt", _bills),
    "call": Kind(gettext_lazy("Calls"), "phone-call", _calls, of_cases=True),
    "message": Kind(gettext_lazy("Messages"), "mail", _messages),
    "case": Kind(gettext_lazy("Retentions"), "history", _cases, of_cases=True),
    "offer": Kind(gettext_lazy("Offers"), "discount", _offers, of_cases=True),
    "promise": Kind(gettext_lazy("Promises and receipts"), "heart-handshake", _promises, of_cases=True),
    "claim": Kind(gettext_lazy("Billing claims"), "file-invoice", _claims),
    "courtesy": Kind(gettext_lazy("Courtesies"), "gift", _courtesies),
    "termination": Kind(gettext_lazy("Terminations"), "door-exit", _terminations),
}


@dataclass(frozen=True)
class Page:
    """One page of the timeline: its lines, and the moment before which the next page begins."""

    entries: list[Entry]
    next: str


def kinds(user: User) -> dict[str, Kind]:
    """The kinds that `user` may see."""
    sees_cases = user.has_role(*CASE_READERS)
    return {name: kind for name, kind in KINDS.items() if sees_cases or not kind.of_cases}


def page(customer: Customer, user: User, *, kind: str = "", before: dt.datetime | None = None) -> Page:
    """The newest SIZE entries before a moment, of one kind or of all that `user` may see.

    Entries of one moment stay together, so that none is lost between two pages.
    """
    shown = kinds(user)
    seen = case_access.cases(user).filter(customer=customer).values_list("number", flat=True)
    reader = Reader(customer, set(seen), before, user.has_role(*case_access.RECEIPT_READERS))
    chosen = [shown[kind]] if kind in shown else list(shown.values())
    found = sorted((entry for each in chosen for entry in each.read(reader)), key=lambda entry: entry.at, reverse=True)
    if len(found) <= SIZE:
        return Page(found, "")
    last = found[SIZE - 1].at
    return Page([entry for entry in found if entry.at >= last], last.isoformat())
