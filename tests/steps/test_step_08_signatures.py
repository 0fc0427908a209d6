"""Step 8: every service working, the papers of the table signed, or the refusal with reason and photo."""

import base64
import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import SignedPaper
from arraigo.messages.models import Message
from arraigo.messages.outbox import deliver_due
from arraigo.orders.models import WorkOrder
from arraigo.records import RuleBroken
from arraigo.retention.models import Promise
from tests.cast import NOW, Household, Walk


def to_step_08(home: Household, *tasks: str) -> Walk:
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04", "step_05", "step_06")
    walk("step_07", tasks=list(tasks) or ["wifi_coverage"])
    return walk


def photo() -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (90, 120, 30)).save(buffer, "JPEG")
    return SimpleUploadedFile("puerta.jpg", buffer.getvalue(), "image/jpeg")


def test_an_address_is_at_most_as_long_as_a_message_keeps_it(home: Household) -> None:
    """PostgreSQL would refuse a longer one where the messages are sent, and with it all that are due."""
    walk = to_step_08(home)
    longest = f"socia@{'.'.join(['a' * 60] * 4)}.bo"
    assert len(longest) == 252
    assert list(walk.errors("step_08", copy_email=f"tal{longest}")) == ["copy_email"]
    walk("step_08", copy_email=f"la{longest}")
    deliver_due(clock.now())
    assert Message.objects.get(kind="visit.papers").address == f"la{longest}"


def test_the_order_closes_and_the_control_is_set(home: Household) -> None:
    walk = to_step_08(home).go("step_08")
    order = WorkOrder.objects.get()
    assert (order.state, order.closed_at, order.product_order.state) == ("completed", NOW, "completed")
    assert walk.facts["post_visit_at"] == (NOW + dt.timedelta(days=2)).isoformat()
    assert Promise.objects.get(kind="visit").state == "kept"
    assert walk.told("step_08")["outcome"] == "signed"
    assert walk.open == []


@pytest.mark.parametrize(
    ("tasks", "papers"),
    [
        (["wifi_coverage"], {"work_order", "service_report"}),
        (["drop_cable_replacement"], {"work_order", "service_report", "fault_report"}),
        (["wifi_coverage", "tv_wiring"], {"work_order", "service_report", "fault_report"}),
        (["phone_extension"], {"work_order", "service_report", "fault_report"}),
    ],
)
def test_which_papers_are_signed(home: Household, tasks: list[str], papers: set[str]) -> None:
    to_step_08(home, *tasks).go("step_08")
    signed = SignedPaper.objects.all()
    assert {paper.paper for paper in signed} == papers
    assert len(signed) == len(papers)
    assert all(paper.signature and paper.signer_name == "Socia" for paper in signed)


def test_a_refusal_to_sign_has_reason_and_photo(home: Household) -> None:
    walk = to_step_08(home)
    walk("step_08", signature="", signer_name="", refusal_reason="No quiere firmar", photo=photo())
    paper = SignedPaper.objects.first()
    assert paper
    assert (paper.signature, paper.refusal_reason) == (None, "No quiere firmar")
    assert paper.photo
    assert walk.told("step_08")["outcome"] == "signature_refused"
    assert WorkOrder.objects.get().state == "completed"


def test_nobody_there_to_sign_is_no_refusal(home: Household) -> None:
    walk = to_step_08(home)
    said = "Write why nobody signs: where the customer is, when they left."
    assert walk.errors("step_08", absent="on", signature="") == {"refusal_reason": [said]}
    walk("step_08", absent="on", signature="", signer_name="", refusal_reason="Salió a las 15:00", photo=photo())
    paper, event = SignedPaper.objects.latest("id"), Event.objects.get(kind="papers.absent")
    assert paper.contents is not None
    assert paper.contents["proof"]["title"] == "No había nadie para firmar"
    assert (paper.signer_absent, event.data["reason"]) == (True, "Salió a las 15:00")


def test_a_refusal_without_photo_is_none(home: Household) -> None:
    errors = to_step_08(home).errors("step_08", signature="", refusal_reason="No quiere")
    assert errors == {"photo": ["That nobody signs is recorded with a photo."]}
    assert not SignedPaper.objects.exists()


@pytest.mark.parametrize(
    ("refusing", "said"),
    [
        (
            {"refusal_reason": "No quiere", "photo": photo()},
            {"refusal_reason": ["There is a signature and a reason why nobody signs: keep one of the two."]},
        ),
        ({"absent": "on"}, {"absent": ["There is a signature: untick this, or clear the signature."]}),
    ],
)
def test_who_signs_after_all_does_not_stand_as_refusing(
    home: Household, refusing: dict[str, Any], said: dict[str, list[str]]
) -> None:
    walk = to_step_08(home)
    assert walk.errors("step_08", **refusing) == said
    assert not SignedPaper.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("signer_name", "", "Write who signs."),
        ("signer_document", "", "Write the identity document of who signs."),
        ("signature", "", "The signature is missing: draw it, or record why nobody signs."),
        ("signature", "data:image/png;base64,***", "The signature did not arrive: draw it again."),
        ("signature", "a scribble", "The signature did not arrive: draw it again."),
    ],
)
def test_a_signature_and_its_signer(home: Household, field: str, value: str, said: str) -> None:
    walk = to_step_08(home)
    assert walk.errors("step_08", **{field: value}) == {field: [said]}
    assert walk.open == ["step_08"]


def test_every_service_is_left_working(home: Household) -> None:
    name = f"working_{home.internet.pk}"
    errors = to_step_08(home).errors("step_08", **{name: ""})
    assert errors == {name: ["Every service is left working: confirm it, or go back to the visit."]}


def test_what_was_confirmed_as_working_is_signed(home: Household) -> None:
    to_step_08(home)("step_08")
    paper, event = SignedPaper.objects.first(), Event.objects.get(kind="papers.signed")
    assert paper
    assert paper.contents
    assert ["Queda funcionando", str(home.internet)] in paper.contents["fields"]
    assert event.data["working"] == [str(home.internet)]


def test_bytes_that_are_no_picture_are_refused(home: Household) -> None:
    walk = to_step_08(home)
    with pytest.raises(RuleBroken):
        walk("step_08", signature="data:image/png;base64," + base64.b64encode(b"no picture").decode())
    assert walk.open == ["step_08"]
