"""What a visit leaves signed (8.1): the fields and the papers that both ways of step 8 share.

Who signs for a solved visit confirms that every service works; for one that could not solve it, what was found.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo.compiled import prefetched
from arraigo.documents.values import paper_language
from arraigo.engine.models import WorkItem
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork import copies, pictures, signed
from arraigo.fieldwork.errors import SignedAndRefused
from arraigo.fieldwork.models import Attachment, Photo, SignedPaper, Visit
from arraigo.messages import actions as messages
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.records import RuleBroken
from arraigo.retention import visits
from arraigo.retention.models import RetentionCase
from arraigo.retention.registry import StepForm, StepRun
from arraigo.tickets.models import TroubleTicket

PNG = "data:image/png;base64,"


def png(data_url: str) -> bytes:
    """The bytes of a signature drawn on screen; ValidationError where it is no PNG."""
    try:
        if not data_url.startswith(PNG):
            raise ValueError
        return base64.b64decode(data_url.removeprefix(PNG), validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValidationError(_("The signature did not arrive: draw it again.")) from error


class SignedForm(StepForm):
    """A step that ends with the customer's signature, or with the reason and a photo where nobody signs."""

    signer_name = forms.CharField(label=_("Who signs"), required=False, max_length=120)
    signer_document = forms.CharField(label=_("Identity document"), required=False, max_length=24)
    signature = forms.CharField(label=_("Signature"), required=False, widget=forms.HiddenInput)
    absent = forms.BooleanField(
        label=_("Nobody is there to sign"),
        help_text=_("Not marked, the documents say that the customer refused."),
        required=False,
    )
    refusal_reason = forms.CharField(
        label=_("Reason why nobody signs"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    photo = forms.FileField(
        label=_("Photo, if nobody signs"),
        required=False,
    )
    copy_email = forms.EmailField(
        label=_("E-mail for the customer's copy"),
        help_text=_("Leave it empty to give the copy by link: its QR code comes on the next page."),
        required=False,
        max_length=254,  # as long as a message's address is kept
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )

    def prepare(self) -> None:
        self.order = visits.current_order(self.case)
        products = self.order.products.select_related("offering").order_by("id")
        self.products = list(products)
        prefetched(self.order, "products", products)  # the papers name them, too
        if self.order.customer.notices_allowed:  # who has not agreed to messages says the address on the spot
            self.fields["copy_email"].initial = self.order.customer.email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_signed(cleaned)
        return cleaned

    def _check_signed(self, cleaned: dict[str, Any]) -> None:
        """Somebody signed, or it says why nobody did, with a photo; the signature as PNG is in `signature_png`."""
        if cleaned.get("signature") and (cleaned.get("refusal_reason") or cleaned.get("absent")):
            if cleaned.get("refusal_reason"):
                self.add_error("refusal_reason", str(SignedAndRefused()))
            if cleaned.get("absent"):
                self.add_error("absent", _("There is a signature: untick this, or clear the signature."))
            return
        if cleaned.get("refusal_reason"):
            self._check_refusal(cleaned)
            return
        if cleaned.get("absent"):
            self.add_error("refusal_reason", _("Write why nobody signs: where the customer is, when they left."))
            return
        if not cleaned.get("signer_name"):
            self.add_error("signer_name", _("Write who signs."))
        if not cleaned.get("signer_document"):
            self.add_error("signer_document", _("Write the identity document of who signs."))
        if not cleaned.get("signature"):
            self.add_error("signature", _("The signature is missing: draw it, or record why nobody signs."))
        else:
            try:
                cleaned["signature_png"] = png(cleaned["signature"])
            except ValidationError as error:
                self.add_error("signature", error)

    def _check_refusal(self, cleaned: dict[str, Any]) -> None:
        """Where nobody signs there is a photo: the one sent now, else the last one kept of it."""
        try:
            cleaned["photo"] = pictures.uploaded(cleaned.get("photo")) or self._kept_photo()
        except RuleBroken as refusal:
            self.add_error("photo", str(refusal))
            return
        if not cleaned["photo"]:
            self.add_error("photo", _("That nobody signs is recorded with a photo."))

    def _kept_photo(self) -> Attachment | None:
        kept = self.order.photos.filter(moment=Photo.Moment.REFUSAL).select_related("attachment").last()
        return kept.attachment if kept else None


def papers(visit: Visit, policy: Policy) -> list[str]:
    """The documents that the table asks for after the visit's tasks and result, each once (step 8.1)."""
    asked: list[dict[str, Any]] = [{"task": task, "solved": True} for task in visit.tasks]
    if not visit.solved:
        asked.append({"task": "", "solved": False})
    wanted = [paper for facts in asked for paper in policy.decide("documents", facts).outputs["documents"]]
    return list(dict.fromkeys(wanted))


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    found = visits.evidence(case, item, policy, actor)
    return {**found, "papers": papers(found["order"].visit, policy)}


def unsolved_is_signed(policy: Policy) -> bool:
    """Whether the version has the step in which an unsolved visit is signed; in earlier ones it ends with step 7."""
    return "unsolved" in policy.value("papers")


def sign(
    run: StepRun,
    visit: Visit,
    order: WorkOrder,
    *,
    tickets: Sequence[TroubleTicket] | None = None,
    working: Sequence[str] = (),
) -> list[SignedPaper]:
    """Sign the papers of `visit` as the form says, and send the customer's copy where an address was given.

    `order` is the visit's, held by the step; `tickets` and `working` as `fieldwork.actions.sign_papers` takes them.
    """
    data = run.data
    made = fieldwork.sign_papers(
        visit,
        papers(visit, run.policy),
        signer_name=data["signer_name"],
        signer_document=data["signer_document"],
        signature=data.get("signature_png"),
        refusal_reason=data["refusal_reason"],
        absent=data["absent"],
        photo=data["photo"] if data["refusal_reason"] else None,
        tickets=tickets,
        held=order,
        working=working,
        actor=run.actor,
    )
    if data["copy_email"]:
        _send_copy(order, made, data["copy_email"])
    return made


def _send_copy(order: WorkOrder, made: list[SignedPaper], email: str) -> None:
    """The customer's copy by e-mail: the papers as PDF, and the link to them."""
    proof = made[0].signature or made[0].photo
    with paper_language():
        names = ", ".join(str(paper.get_paper_display()) for paper in made)
    messages.send_to_customer(
        order.customer_id,
        "visit.papers",
        {"orden": order.number, "documentos": names, "enlace": settings.BASE_URL + copies.path(order)},
        attachments=[
            messages.Attachment(f"{paper.number}.pdf", "application/pdf", content)
            for paper, content in zip(made, signed.pdfs(made, [proof] if proof else []), strict=True)
        ],
        case_number=order.case_number,
        reference=order.number,
        email=email,
    )
