"""A receipt sent to the customer from its page: once, where to, and why not; signed papers and messages beside it."""

import re

from django.test import Client
from django.urls import reverse

from arraigo import clock
from arraigo.customers.models import Customer, Phone
from arraigo.eventlog.models import Event
from arraigo.messages import outbox
from arraigo.messages.models import Message
from arraigo.people.models import Role
from arraigo.retention import receipts
from arraigo.retention.models import Receipt
from arraigo.web.templatetags.show import phone
from tests.cast import Cast, Walk
from tests.web.conftest import signed_in


def a_receipt(cast: Cast) -> Receipt:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04")
    return receipts.issue(walk.case.pk, actor=cast[Role.ADVISOR])


def page(client: Client, receipt: Receipt) -> str:
    return client.get(reverse("receipt", args=[receipt.number])).content.decode()


def take_back(client: Client, walk: Walk) -> None:
    """Take back the step that the page shows."""
    address = reverse("case_undo", args=[walk.case.number])
    shown = client.get(address).context["undone"]
    assert client.post(address, {"item": shown.pk, "reason": "Error"}).status_code == 302


def test_it_goes_by_e_mail_with_the_paper_and_once(cast: Cast) -> None:
    receipt = a_receipt(cast)
    Customer.objects.update(email="rosa@example.org")
    client, send = signed_in(cast[Role.ADVISOR]), reverse("receipt_send", args=[receipt.number])
    assert "rosa@example.org" in page(client, receipt)
    for _again in range(2):
        assert client.post(send)["Location"] == reverse("receipt", args=[receipt.number])
    message = receipts.sent(receipt).get()
    assert (message.kind, message.case_number) == ("promises.receipt", receipt.case.number)
    paper = message.enclosures.get()
    assert (paper.name, bytes(paper.content)[:5]) == (f"{receipt.number}.pdf", b"%PDF-")
    assert Event.objects.filter(kind="receipt.sent", data__number=receipt.number).count() == 1
    outbox.deliver_due(clock.now())
    shown = page(client, receipt)
    assert "rosa@example.org" in shown
    assert send not in shown, "sent: no second button"


def test_without_e_mail_the_number_and_the_words_go_to_the_telephone(cast: Cast) -> None:
    receipt = a_receipt(cast)
    assert "a +591\xa070000001." in page(signed_in(cast[Role.ADVISOR]), receipt), (
        "where it would go, as written anywhere"
    )
    signed_in(cast[Role.TEAM_LEAD]).post(reverse("receipt_send", args=[receipt.number]))
    outbox.deliver_due(clock.now())
    message = receipts.sent(receipt).get()
    assert (message.status, message.channel) == ("sent", "whatsapp")
    assert receipt.number in message.body
    assert receipt.text[:40] in message.body
    timeline = signed_in(cast[Role.ADVISOR]).get(reverse("timeline", args=[receipt.case.customer.number]))
    assert f"WhatsApp · {phone(message.address)}" in timeline.content.decode()


def test_in_the_side_bar_a_receipt_belongs_to_the_cases(cast: Cast) -> None:
    shown = page(signed_in(cast[Role.ADVISOR]), a_receipt(cast))
    (marked,) = re.findall(r'<a class="nav-link" href="([^"]+)"[^>]* aria-current="page"', shown)
    assert marked == reverse("case_list")


def a_baja(cast: Cast) -> Walk:
    home = cast.household()
    walk = Walk(home, reason="other").go("step_01", "step_02")
    walk("step_11", reason="other", demand="termination")
    return walk.go("termination")


def test_the_receipt_of_a_baja_was_sent_when_it_was_registered_and_is_not_sent_twice(cast: Cast) -> None:
    walk = a_baja(cast)
    receipt = Receipt.objects.get()
    client, send = signed_in(cast[Role.ADVISOR]), reverse("receipt_send", args=[receipt.number])
    client.post(send)
    outbox.deliver_due(clock.now())
    message = Message.objects.get(case_number=walk.case.number)
    assert receipt.number in message.body
    shown = page(client, receipt)
    assert phone(message.address) in shown
    assert send not in shown


def test_the_receipt_of_a_baja_taken_back_says_so_and_is_not_sent(cast: Cast) -> None:
    walk = a_baja(cast)
    receipt, client = Receipt.objects.get(), signed_in(cast[Role.ADVISOR])
    take_back(client, walk)
    send = reverse("receipt_send", args=[receipt.number])
    shown = page(client, receipt)
    assert "Anulada el 10/03/2026" in shown
    assert send not in shown
    answer = client.post(send, follow=True)
    assert "no vale" in str(next(iter(answer.context["messages"])))
    assert set(receipts.sent(receipt).values_list("status", flat=True)) == {"skipped"}


def test_a_receipt_of_promises_says_what_was_taken_back_and_which_one_is_valid_now(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05")
    first, client = receipts.issue(walk.case.pk, actor=cast[Role.ADVISOR]), signed_in(cast[Role.ADVISOR])
    paper = receipts.pdf(first)
    take_back(client, walk)
    shown = page(client, first)
    assert "Anulado el 10/03/2026" in shown
    assert "ya no se envía" in shown, "the waiver still stands: a part was taken back"
    assert reverse("receipt_send", args=[first.number]) not in shown
    assert receipts.pdf(first) != paper
    walk.go("step_05")
    second = receipts.issue(walk.case.pk, actor=cast[Role.ADVISOR])
    assert second.number != first.number, "the same words, promised anew"
    assert second.number in page(client, first)
    assert "Anulado" not in page(client, second)


def test_without_an_address_the_page_says_so_and_nothing_is_written(cast: Cast) -> None:
    receipt = a_receipt(cast)
    Phone.objects.all().delete()
    receipt.case.contact_phone = ""
    receipt.case.save(update_fields=["contact_phone"])
    client, send = signed_in(cast[Role.ADVISOR]), reverse("receipt_send", args=[receipt.number])
    shown = page(client, receipt)
    assert send not in shown
    assert reverse("customer_change", args=[receipt.case.customer.number]) in shown
    answer = client.post(send, follow=True)
    assert receipt.number in str(next(iter(answer.context["messages"])))
    assert not receipts.sent(receipt).exists()
    Phone.objects.create(customer=receipt.case.customer, number="+59170000009")
    client.post(send)
    assert receipts.sent(receipt).count() == 1


def test_who_does_not_want_messages_is_not_written_to_unasked(cast: Cast) -> None:
    receipt = a_receipt(cast)
    client = signed_in(cast[Role.ADVISOR])
    words = "no autoriza mensajes"
    Customer.objects.update(notices_allowed=True)
    assert words not in page(client, receipt)
    Customer.objects.update(notices_allowed=False)
    assert words in page(client, receipt)


def test_messages_stand_on_the_case_and_in_the_timeline_receipts_on_the_customers_page(cast: Cast) -> None:
    receipt = a_receipt(cast)
    client = signed_in(cast[Role.ADVISOR])
    client.post(reverse("receipt_send", args=[receipt.number]))
    message = Message.objects.get(kind="promises.receipt")
    case = client.get(reverse("case_record", args=[receipt.case.number]))
    assert message in case.context["messages_sent"]
    customer = receipt.case.customer.number
    timeline = client.get(reverse("timeline", args=[customer]) + "?kind=message")
    assert {entry.kind for entry in timeline.context["page"].entries} == {"message"}
    assert (
        reverse("receipt", args=[receipt.number]) in client.get(reverse("customer", args=[customer])).content.decode()
    )
    assert (
        receipt.number not in signed_in(cast[Role.BILLING]).get(reverse("customer", args=[customer])).content.decode()
    )
