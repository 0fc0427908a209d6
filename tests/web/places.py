"""An existing object for every route, so that a 404 can only be about the role."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings

from arraigo import clock
from arraigo.billing.models import BillingClaim, BillingRun
from arraigo.bss.models import Command
from arraigo.desk import actions as desk
from arraigo.engine.models import WorkItem
from arraigo.eventlog import actions as eventlog
from arraigo.fieldwork import actions as fieldwork
from arraigo.fieldwork.models import PrintBatch, SignedPaper, Visit
from arraigo.imports import actions
from arraigo.imports.models import ImportRun
from arraigo.insight.models import Evaluation
from arraigo.messages import actions as messages
from arraigo.messages.models import Message
from arraigo.orders.models import WorkOrder
from arraigo.people.models import Role
from arraigo.quality.models import QualityControl
from arraigo.retention import proactive, sweeps
from arraigo.retention.models import Receipt
from arraigo.terminations import actions as terminations
from arraigo.terminations.models import Termination
from arraigo.tickets.models import TroubleTicket
from arraigo.workdays import actions as workdays
from tests.cast import Walk, moment
from tests.fieldwork.records import a_photo, a_signature
from tests.web.conftest import Desk

IMPORTS = [f"administration_import{name}" for name in ("", "_progress", "_rejects", "_mapping", "_undo")]


class Places:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.case = desk, desk.walk.case
        for user in desk.cast.people.values():
            TOTP.activate(user, "JBSWY3DPEHPK3PXP")
            RecoveryCodes.activate(user)
        today = clock.today()
        workdays.set_holiday(today, "Feriado", actor=None)
        number = {"number": self.case.number}
        customer = {"number": self.case.customer.number}
        ticket = {"number": TroubleTicket.objects.first().number}
        order = {"number": self._order()}
        batch = {"number": PrintBatch.objects.first().number}
        claim = {"number": BillingClaim.objects.first().number}
        leaves = {"number": self._termination()}
        receipt = {"number": Receipt.objects.filter(case=self.case).first().number}
        month = {"month": clock.previous_month(today)}
        self.known: dict[str, dict[str, Any]] = {
            "customer": customer, "customer_change": customer, "product_new": customer, "case_new": customer,
            "case_take_over": customer,
            "ticket_new": customer, "timeline": customer,
            "morning_call": customer, "proactive_call": {"pk": self._call()},
            "solution": {"number": desk.walk.home.internet.number},
            "product": {"number": desk.walk.home.internet.number},
            "ticket": ticket, "ticket_state": ticket, "ticket_follow_up": ticket,
            "case": number, "case_insist": number, "case_stay": number, "case_undo": number,
            "callback_new": number, "case_hand_over": number, "callback_done": {"pk": self._callback()},
            "presence": {"kind": "case", **number}, "case_record": number, "case_meter": number,
            "case_transferred": number,
            "case_firm_no": number, "receipt_issue": number, "step": {**number, "pk": desk.walk.item("step_07").pk},
            "work_order": order, "operations_assign": order, "operations_pause": order,
            "operations_resume": order,
            "visit": order, "visit_set_out": order, "visit_again": order, "visit_arrive": order, "visit_absent": order,
            "visit_papers": order, "photo_add": {**order, "moment": "before"},
            "photo": {"pk": self._photo()}, "photo_remove": {"pk": self._photo()},
            "signed_paper": {**order, "paper": self._paper()},
            "receipt": receipt, "receipt_pdf": receipt, "receipt_send": receipt,
            "procedure_version": {"number": 1}, "procedure_diagram": {"number": 1},
            "tray": {"role": Role.ADVISOR.value},
            "operations_batch": batch, "operations_batch_page": batch, "operations_reprint": batch,
            "evaluation": month, "evaluation_sign": month, "indicator_review": month, "evaluation_tables": month,
            "evaluation_cases": {**month, "figure": "opened"},
            "evaluation_terminations": {**month, "figure": "requested"},
            "evaluation_pdf": {"month": self._signed()},
            "billing_claim_confirm": claim, "billing_claim_refuse": claim, "billing_termination": leaves,
            "billing_termination_returned": {"number": self._left()},
            **{f"billing_month_{verb}": {"month": today.replace(day=1)} for verb in ("open", "leave_out", "issue")},
            "billing_run_stop": {"pk": self._run()},
            "claim_correct": {**number, "claim": claim["number"]},
            "claim_undo": {**number, "claim": claim["number"]},
            "administration_holiday_remove": {"day": today.isoformat()},
            "administration_holidays_fill": {"year": today.year},
            "payment_new": customer, "credit_listing_new": customer,
            "credit_listing_lift": {"pk": self.desk.walk.home.listing().pk},
            **self._imports(),
            "administration_command": {"pk": self._command()},
            "control_attempt": {"pk": self._control()},
            "team_reassign": {"pk": self._team_item()}, "team_decide": {"pk": self._override()},
            "message_template": {"kind": "visit.ordered", "channel": "sms"},
            "message_template_restore": {"kind": "visit.ordered", "channel": "sms"},
            "message_resend": {"pk": self._message()}, "message_settle": {"pk": self._message()},
        }  # fmt: skip

    def of(self, name: str, role: Role) -> dict[str, Any]:
        """The parts of the address of `name`, of an object within reach of somebody."""
        if name == "notice_read":
            return {"pk": messages.notify(self.desk.cast[role], "control.failed", {}).pk}
        return self.known.get(name, {})

    def _call(self) -> int:
        """A call of the advisor to a household that has not asked to leave."""
        return proactive.call(self.desk.cast.household("100009").customer, actor=self.desk.cast[Role.ADVISOR]).pk

    def _termination(self, customer: str = "100008") -> str:
        """A baja that was asked for without a case: its number."""
        product = self.desk.cast.household(customer).internet
        return terminations.request_termination(
            [product], reason="price", case_number="", return_items=["Módem"], actor=None
        )[0].number

    def _left(self) -> str:
        """A baja that was executed, with equipment that has not come back."""
        number = self._termination("100088")
        terminations.execute_termination(Termination.objects.get(number=number), actor=None)
        return number

    def _order(self) -> str:
        return WorkOrder.objects.filter(case_number=self.case.number).latest("pk").number

    def _photo(self) -> int:
        technician = self.desk.cast[Role.TECHNICIAN]
        return fieldwork.add_photo(
            WorkOrder.objects.get(number=self._order()), a_photo(), moment="before", actor=technician
        ).pk

    def _paper(self) -> str:
        """A signed paper of the open order: its number."""
        technician = self.desk.cast[Role.TECHNICIAN]
        order = WorkOrder.objects.get(number=self._order())
        visit = Visit.objects.create(work_order=order, technician=technician, arrived_at=clock.now())
        kept = fieldwork.store_attachment(a_signature(), actor=technician, drawn=True)
        return SignedPaper.objects.create(
            visit=visit, paper="work_order", number="DF-1", signer_name="Socia", signature=kept, at=clock.now()
        ).number

    def _imports(self) -> dict[str, dict[str, Any]]:
        """An import that was brought in, with rejects."""
        path = Path(settings.DATA_DIR) / "places.csv"
        path.write_text("external_id,name\n1,Ana\n2,\n", encoding="utf-8")
        actions.import_file("customers", path)
        pk = ImportRun.objects.latest("pk").pk
        return {name: {"pk": pk} for name in IMPORTS}

    def _command(self) -> int:
        """A command that was refused by the other side."""
        now = clock.now()
        return Command.objects.create(
            kind="work_order.create", payload={}, status=Command.Status.FAILED, created_at=now, ended_at=now
        ).pk

    def _message(self) -> int:
        """A message that could not be delivered."""
        now = clock.now()
        return Message.objects.create(
            kind="visit.ordered",
            customer=self.case.customer,
            status=Message.Status.FAILED,
            created_at=now,
            ended_at=now,
        ).pk

    def _control(self) -> int:
        """A control after the visit that is due, of another household."""
        with moment(days=-5):
            home = self.desk.cast.household("100002")
            home.repeated_faults()
            walk = Walk(home).go(*(f"step_0{n}" for n in range(1, 9)))
        sweeps.wake_due_cases()
        return QualityControl.objects.get(case_number=walk.case.number, kind="post_visit").pk

    def _callback(self) -> int:
        due_at = clock.now() + dt.timedelta(hours=1)
        return desk.note_callback(self.case, due_at=due_at, note="", actor=self.desk.cast[Role.ADVISOR]).pk

    def _run(self) -> int:
        """A run of billing that is over."""
        now, by = clock.now(), self.desk.cast[Role.BILLING]
        return BillingRun.objects.create(kind="open", month=clock.month_of(now), started_at=now, ended_at=now, by=by).pk

    def _override(self) -> int:
        """What the head of team is to authorise."""
        home = self.desk.cast.household("100004")
        home.listing()
        return Walk(home).go("step_01").item("override").pk

    def _team_item(self) -> int:
        """An advisor's open task of the team."""
        home = self.desk.cast.household("100003")
        walk = Walk(home)
        return WorkItem.objects.get(instance=walk.case.instance, status=WorkItem.Status.OPEN).pk

    def _signed(self) -> dt.date:
        """The month of an evaluation that was signed."""
        month = clock.previous_month(clock.previous_month(clock.today()))
        gerencia = self.desk.cast[Role.COMMERCIAL_MANAGEMENT]
        pdf = b"%PDF-1.7"
        signed = Evaluation.objects.create(
            month=month, figures={}, findings="Bien", decisions="Seguir", signed_at=clock.now(),
            signed_by=gerencia, log_count=1, log_head="0" * 64, pdf=pdf,
        )  # fmt: skip
        told = {"pdf_sha256": hashlib.sha256(pdf).hexdigest()}
        eventlog.record("evaluation.signed", signed, actor=gerencia, data=told)
        return month
