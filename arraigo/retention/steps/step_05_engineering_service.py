"""Step 5 (asesor comercial): sells the Engineering Service and generates the work order (5.1–5.3)."""

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arraigo import clock
from arraigo.billing.models import BillingClaim
from arraigo.customers import phones
from arraigo.customers.errors import PhoneUnknown
from arraigo.engine.models import WorkItem
from arraigo.orders import actions as orders
from arraigo.orders import note as order_note
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role, User
from arraigo.procedure.policy import Policy
from arraigo.products.models import Product, Service
from arraigo.retention import promises, queries
from arraigo.retention.models import Offer, Promise, RetentionCase
from arraigo.retention.readback import ReadBack
from arraigo.retention.registry import StepForm, StepResult, StepRun, step
from arraigo.retention.steps.step_03_negotiation import affected


class EngineeringServiceForm(StepForm):
    refreshes = "steps/evidence/note.html"
    sources = {"contact_phone": ("5.3:5",)}
    contact_phone = forms.CharField(
        label=_("Contact phone"),
        help_text=_("The technician coordinates the visit with this number; it goes into the note."),
        max_length=20,
    )

    def prepare(self) -> None:
        self.fields["contact_phone"].initial = self.case.contact_phone

    def clean_contact_phone(self) -> str:
        """As it is written, which the note repeats; a number at which somebody can be called."""
        phone: str = self.cleaned_data["contact_phone"]
        try:
            phones.normal(phone)
        except PhoneUnknown as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return phone

    @cached_property
    def panel(self) -> str:
        """The note as the form stands: with the telephone that is written, once somebody can be called at it."""
        typed = self.cleaned_data.get("contact_phone") if self.is_bound and self.is_valid() else None
        return note_for(self.case, typed or self.case.contact_phone, self.policy)

    def read_back(self) -> ReadBack:
        if self.is_bound and self.errors:
            return ReadBack()
        due = clock.now() + dt.timedelta(hours=self.policy.integer("visit.hours"))
        return ReadBack((promises.sentence(Promise.Kind.VISIT, promised(due, affected(self.case))),))


def promised(due: dt.datetime, products: list[Product]) -> dict[str, Any]:
    """What the sentence of the promise is filled with."""
    return {"due": due, "product": ", ".join(map(str, products))}


def sold_on(case: RetentionCase, products: list[Product]) -> Product:
    """The product that carries the service: the customer's Internet, else the affected one (5.2)."""
    affected_internet = next((p for p in products if p.offering.service == Service.INTERNET), None)
    if affected_internet:
        return affected_internet
    internet = (
        Product.objects.filter(customer_id=case.customer_id, offering__service=Service.INTERNET)
        .exclude(status=Product.Status.TERMINATED)
        .order_by("id")
    )
    return internet.first() or products[0]


def note_for(case: RetentionCase, phone: str, policy: Policy) -> str:
    """The note verbatim, with month and phone, in the variant of what was given; one for each where it differs (5.3).

    One product waived and another compensated are two notes, one below the other: neither promises what was
    not given.
    """
    given = case.offers.filter(answer=Offer.Answer.ACCEPTED, month__isnull=False).exclude(
        approval=Offer.Approval.REFUSED
    )
    # What billing refused, or was taken back, was not given: the note is silent about it.
    offers = list(given.select_related("claim").order_by("id"))
    stand = [each for each in offers if not each.claim or each.claim.state not in BillingClaim.NOT_GIVEN]
    if offers and not stand and (silent := policy.value("note.without_credit", "")):  # younger than some versions
        return order_note.fill_note(silent, month=None, phone=phone)
    credits = {offer.product_id: (offer.kind, offer.month) for offer in stand or offers}
    variants = sorted(set(credits.values())) or [(Offer.Kind.COMPENSATION, clock.today())]
    return "\n".join(
        order_note.fill_note(policy.text(f"note.{kind}"), month=month, phone=phone) for kind, month in variants
    )


def evidence(case: RetentionCase, item: WorkItem, policy: Policy, actor: User) -> dict[str, Any]:
    products = affected(case)
    return {
        "products": products,
        "sold_on": sold_on(case, products),
        "activity_code": policy.text("work_order.activity_code"),
        "activity_name": policy.text("work_order.activity_name"),
        "payment_terms": policy.text("work_order.payment_terms"),
        "price": policy.money("work_order.price"),
    }


@step(
    "step_05",
    title=_("5. Generate the work order for attention in 24 hours"),
    sources=("5", "5.1", "5.2"),
    form=EngineeringServiceForm,
    evidence=evidence,
)
def carry_out(run: StepRun) -> StepResult:
    """Product order, work order and the 24 hours. Fact: `post_service_at`.

    A telephone that the customer corrects here is the case's from now on: controls and receipts reach it there.
    """
    verdicts = queries.verdicts_by_ticket(run.case)
    products = affected(run.case, verdicts)
    tickets = {verdict.ticket for verdict in verdicts if verdict.ticket}  # type: ignore[attr-defined]
    order = run.case.current_order = _order(run, products, sorted(tickets))
    if phones.as_kept(order.contact_phone) != phones.as_kept(run.case.contact_phone):
        run.case.contact_phone = phones.as_kept(order.contact_phone)
        run.case.save(update_fields=["contact_phone"])
    control_at = order.created_at + dt.timedelta(days=run.policy.integer("control.post_service_days"))
    promises.promise(
        run.case,
        Promise.Kind.VISIT,
        values=promised(order.due_at, products),
        role=Role.TECHNICIAN,
        due_at=order.due_at,
    )
    return StepResult(
        "ordered",
        {"post_service_at": control_at.isoformat()},
        {"work_order": order.number, "due_at": order.due_at.isoformat()},
    )


def _order(run: StepRun, products: list[Product], tickets: list[int]) -> WorkOrder:
    policy, phone = run.policy, run.data["contact_phone"]
    return orders.order_engineering_service(
        customer=run.case.customer,
        product=sold_on(run.case, products),
        affected_products=products,
        tickets=tickets,
        activity_code=policy.text("work_order.activity_code"),
        activity_name=policy.text("work_order.activity_name"),
        payment_terms=policy.text("work_order.payment_terms"),
        note=note_for(run.case, phone, policy),
        contact_phone=phone,
        hours=policy.integer("visit.hours"),
        case_number=run.case.number,
        priority=run.item.priority,
        actor=run.actor,
    )
