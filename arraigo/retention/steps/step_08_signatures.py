"""Step 8 (técnico multiservicios): leaves every service working and collects the signature (8.1)."""

import base64
import binascii
import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arraigo.documents.values import paper_language
from arraigo.engine.models import WorkItem
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork import copies, pictures
from arraigo.fieldwork import signed as papers_signed
from arraigo.fieldwork.models import Photo, SignedPaper, Task
from arraigo.messages import actions as messages
from arraigo.orders import progress as orders
from arraigo.orders.models import WorkOrder
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.records import RuleBroken
from arraigo.retention import promises, visits
from arraigo.retention.models import Promise, RetentionCase
from arraigo.retention.registry import StepForm, StepResult, StepRun, step
from arraigo.tickets import actions as tickets

PNG = "data:image/png;base64,"


def png(data_url: str) -> bytes:
    """The bytes of a signature drawn on screen; ValidationError where it is no PNG."""
    try:
        if not data_url.startswith(PNG):
            raise ValueError
        return base64.b64decode(data_url.removeprefix(PNG), validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValidationError(_("The signature did not arrive: draw it again.")) from error


class SignatureForm(StepForm):
    sources = {"working": ("8",), "signer_name": ("8.1",)}

    signer_name = forms.CharField(label=_("Who signs"), required=False, max_length=120)
    signer_document = forms.CharField(label=_("Identity document"), required=False, max_length=24)
    signature = forms.CharField(label=_("Signature"), required=False, widget=forms.HiddenInput)
    refusal_reason = forms.CharField(
        label=_("Reason, if the customer refuses to sign"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )
    photo = forms.FileField(
        label=_("Photo, if the customer refuses to sign"),
        required=False,
    )
    copy_email = forms.EmailField(
        label=_("E-mail for the customer's copy"),
        help_text=_("Leave it empty to give the copy by link: its QR code comes on the next page."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )

    def prepare(self) -> None:
        self.order = visits.current_order(self.case)
        self.products = list(self.order.products.select_related("offering"))
        if self.order.customer.notices_allowed:  # who has not agreed to messages says the address on the spot
            self.fields["copy_email"].initial = self.order.customer.email
        for product in self.products:
            self.fields[f"working_{product.pk}"] = forms.BooleanField(
                label=_("%(product)s is working") % {"product": product},
                error_messages={"required": _("Every service is left working: confirm it, or go back to the visit.")},
            )

    def working(self) -> list[forms.BoundField]:
        """The fields that confirm, product by product, that it works."""
        return [self[f"working_{each.pk}"] for each in self.products]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("refusal_reason"):
            self._check_refusal(cleaned)
            return cleaned
        if not cleaned.get("signer_name"):
            self.add_error("signer_name", _("Write who signs."))
        if not cleaned.get("signer_document"):
            self.add_error("signer_document", _("Write the identity document of who signs."))
        if not cleaned.get("signature"):
            self.add_error("signature", _("The signature is missing: draw it, or record the refusal to sign."))
        else:
            try:
                cleaned["signature_png"] = png(cleaned["signature"])
            except ValidationError as error:
                self.add_error("signature", error)
        return cleaned

    def _check_refusal(self, cleaned: dict[str, Any]) -> None:
        """A refusal has a photo: the one sent now, else the last one kept of it."""
        try:
            cleaned["photo"] = pictures.uploaded(cleaned.get("photo")) or self._kept_photo()
        except RuleBroken as refusal:
            self.add_error("photo", str(refusal))
            return
        if not cleaned["photo"]:
            self.add_error("photo", _("A refusal to sign is recorded with a photo."))

    def _kept_photo(self) -> bytes | None:
        kept = self.order.photos.filter(moment=Photo.Moment.REFUSAL).select_related("attachment").last()
        return bytes(kept.attachment.content) if kept else None


def papers(tasks: list[str], policy: Policy) -> list[str]:
    """The documents that the table asks for after these tasks, each once (step 8.1)."""
    wanted = [paper for task in tasks for paper in policy.decide("documents", {"task": task}).outputs["documents"]]
    return list(dict.fromkeys(wanted))


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    found = visits.evidence(case, item, policy, actor)
    return {**found, "papers": papers(found["order"].visit.tasks, policy)}


@step(
    "step_08",
    title=_("8. Leave every service working and collect the signature"),
    sources=("8", "8.1"),
    form=SignatureForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Sign the papers, close the order, resolve the tickets. Fact: `post_visit_at`, the control at 2 days."""
    order: WorkOrder = visits.current_order(run.case)
    faults = visits.held_faults(order)
    form: Any = run.form
    signed = fieldwork.sign_papers(
        order.visit,
        papers(order.visit.tasks, run.policy),
        signer_name=run.data["signer_name"],
        signer_document=run.data["signer_document"],
        signature=run.data.get("signature_png"),
        refusal_reason=run.data["refusal_reason"],
        photo=run.data["photo"] if run.data["refusal_reason"] else None,
        tickets=faults,
        held=order,
        working=[str(product) for product in form.products],
        actor=run.actor,
    )
    if run.data["copy_email"]:
        _send_copy(order, signed, run.data["copy_email"])
    order = run.case.current_order = orders.complete_order(order, actor=run.actor, held=True)
    promises.keep(run.case, Promise.Kind.VISIT, due_at=order.due_at, proof=order.number)
    assert order.closed_at is not None
    solved = tickets.solve(
        faults, at=order.closed_at, note=_solution(order), actor=run.actor, case_number=run.case.number
    )
    control_at = order.closed_at + dt.timedelta(days=run.policy.integer("control.post_visit_days"))
    return StepResult(
        "signed" if not run.data["refusal_reason"] else "signature_refused",
        {"post_visit_at": control_at.isoformat()},
        {
            "work_order": order.number,
            "papers": [paper.number for paper in signed],
            "tickets": [ticket.number for ticket in solved],
        },
    )


def _solution(order: WorkOrder) -> str:
    """How the visit solved the tickets, as they keep it: the order and its tasks."""
    with paper_language():
        return f"{order.number}: {', '.join(str(Task(task).label) for task in order.visit.tasks)}"


def _send_copy(order: WorkOrder, signed: list[SignedPaper], email: str) -> None:
    """The customer's copy by e-mail: the papers as PDF, and the link to them."""
    with paper_language():
        names = ", ".join(str(paper.get_paper_display()) for paper in signed)
    messages.send_to_customer(
        order.customer_id,
        "visit.papers",
        {"orden": order.number, "documentos": names, "enlace": settings.BASE_URL + copies.path(order)},
        attachments=[
            messages.Attachment(f"{paper.number}.pdf", "application/pdf", papers_signed.pdf(paper)) for paper in signed
        ],
        case_number=order.case_number,
        reference=order.number,
        email=email,
    )
