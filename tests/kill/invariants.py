"""What holds between any two transactions, whoever died in between. Each check asserts, and names the case."""

from collections import Counter
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from arraigo.billing.models import Adjustment, Bill, BillingClaim, BillLine, Credit
from arraigo.bss.models import Command
from arraigo.engine import state
from arraigo.engine.models import Instance, Wait, WorkItem
from arraigo.engine.program import program_of
from arraigo.eventlog import seal, verify
from arraigo.eventlog.models import Event
from arraigo.fieldwork.models import SignedPaper
from arraigo.insight.models import Evaluation
from arraigo.orders.models import ProductOrder, WorkOrder
from arraigo.products.models import Courtesy
from arraigo.quality.models import QualityControl
from arraigo.retention import actions
from arraigo.retention.models import Offer, Promise, Receipt, RetentionCase
from arraigo.terminations.models import Termination


def reconcile(told: list[int], *, unsaid: int) -> None:
    """Everything; people were told that the items `told` are done, and of at most `unsaid` they were told nothing."""
    cases = list(RetentionCase.objects.select_related("instance__definition", "customer"))
    for case in cases:
        stands_where_its_items_say(case)
        history_is_what_was_done(case)
        closed_means_nothing_open(case)
    what_was_acknowledged_is_there(told, unsaid)
    claims_are_credited_once()
    bills_add_up()
    offers_and_claims_belong_together()
    orders_are_pairs()
    commands_are_one_for_each_effect()
    terminations_have_their_receipt()
    evaluations_are_whole()
    log_is_whole()


def _none(rows: QuerySet[object]) -> None:
    assert list(rows[:3]) == []


def stands_where_its_items_say(case: RetentionCase) -> None:
    """The state can be read, and its points are the open items and waits, by token and element."""
    run = case.instance
    items = WorkItem.objects.filter(instance=run, status=WorkItem.Status.OPEN)
    waits = Wait.objects.filter(instance=run, ended_at=None)
    kept = sorted([*items.values_list("token", "element"), *waits.values_list("token", "element")])
    points: list[tuple[str, str]] = []
    if run.status == Instance.Status.RUNNING:
        program = program_of(run.definition)
        flow = state.restore(program, run.facts, run.state, version=run.state_version, key=run.key)
        points = sorted((point.token, point.element) for point in flow.points())
        assert points, case
    assert kept == points, case


def history_is_what_was_done(case: RetentionCase) -> None:
    """One event for each completed step, one for the opening, one for the evaluation."""
    events = Event.objects.filter(case_number=case.number)
    steps = events.filter(kind="case.step_completed").values_list("data__element", flat=True)
    done = WorkItem.objects.filter(instance=case.instance, status=WorkItem.Status.COMPLETED)
    told = Counter(steps)
    assert told.pop("step_15", 0) == (case.outcome == RetentionCase.Outcome.EVALUATED), case
    assert told == Counter(done.values_list("element", flat=True)), case
    assert events.filter(kind="case.opened").count() == 1, case


def closed_means_nothing_open(case: RetentionCase) -> None:
    assert bool(case.closed_at) == (case.instance.status != Instance.Status.RUNNING), case
    if not case.closed_at:
        return
    assert actions.OUTCOMES[case.instance.outcome] == case.outcome, case
    assert not WorkOrder.objects.filter(case_number=case.number, closed_at=None).exists(), case
    assert not QualityControl.objects.filter(case_number=case.number, verdict="pending").exists(), case
    if case.outcome in ("termination", "closed_elsewhere"):
        assert not Promise.objects.filter(case=case, state="open").exists(), case
        waiting = BillingClaim.objects.filter(case_number=case.number, state="entered")
        assert not waiting.exists(), case


def what_was_acknowledged_is_there(told: list[int], unsaid: int) -> None:
    """Nothing that was confirmed is lost; what was done without a word is what a kill interrupted."""
    assert len(told) == len(set(told))
    done = set(WorkItem.objects.filter(status=WorkItem.Status.COMPLETED).values_list("pk", flat=True))
    assert set(told) <= done
    assert len(done - set(told)) <= unsaid


def claims_are_credited_once() -> None:
    """One live claim for each product and month; one adjustment for each applied one, credited in full."""
    live = BillingClaim.objects.filter(state__in=["entered", "applied"])
    _none(live.values("product", "month").annotate(n=Count("id")).filter(n__gt=1))
    _none(BillingClaim.objects.filter(state="applied", adjustment=None))
    _none(Adjustment.objects.exclude(claim__state="applied"))
    for adjustment in Adjustment.objects.select_related("claim").annotate(shared=Sum("credits__amount")):
        assert adjustment.amount == adjustment.claim.amount == adjustment.shared, adjustment


def bills_add_up() -> None:
    def sums(rows: QuerySet[object], of: str = "amount") -> dict[int, Decimal]:
        return dict(rows.values_list("bill").annotate(sum=Sum(of)))

    lines, credits = sums(BillLine.objects.all()), sums(Credit.objects.exclude(bill=None))
    for bill in Bill.objects.annotate(money=Sum("payments__amount")):
        assert bill.total == lines.get(bill.pk, 0), bill
        assert bill.credited == credits.get(bill.pk, 0), bill
        assert bill.paid == (bill.money or 0), bill


def offers_and_claims_belong_together() -> None:
    _none(BillingClaim.objects.exclude(case_number="").filter(offer=None))
    for offer in Offer.objects.exclude(claim=None).select_related("claim", "case"):
        assert (offer.answer, offer.amount) == ("accepted", offer.claim.amount), offer.claim
        assert offer.approval in ("not_needed", "approved"), offer.claim
        assert offer.case.number == offer.claim.case_number
    _none(Courtesy.objects.exclude(case_number="").filter(offer=None))
    promised = Promise.objects.filter(kind__in=["bill_waiver", "compensation"])
    claims = Counter(BillingClaim.objects.values_list("case_number", flat=True))
    assert Counter(promised.values_list("case__number", flat=True)) == claims
    visits = Counter(Promise.objects.filter(kind="visit").values_list("case__number", flat=True))
    assert visits == Counter(WorkOrder.objects.values_list("case_number", flat=True))


def orders_are_pairs() -> None:
    """Each Engineering Service has its visits in one chain; one open visit at most for a customer."""
    opened = WorkOrder.objects.filter(closed_at=None)
    _none(opened.values("customer").annotate(n=Count("id")).filter(n__gt=1))
    services = ProductOrder.objects.filter(kind="engineering_service")
    _none(services.filter(work_orders=None))
    _none(WorkOrder.objects.exclude(product_order__kind="engineering_service"))
    first = WorkOrder.objects.filter(previous=None).values("product_order").annotate(n=Count("id"))
    _none(first.filter(n__gt=1))
    for order in services.prefetch_related("work_orders"):
        last = max(order.work_orders.all(), key=lambda visit: visit.pk)
        assert (order.state == "completed") == (last.state == "completed"), order
    signed = SignedPaper.objects.values_list("visit__work_order", flat=True)
    completed = WorkOrder.objects.filter(state="completed").values_list("pk", flat=True)
    assert set(completed) <= set(signed)


def commands_are_one_for_each_effect() -> None:
    """The embedded adapter executes in the transaction: nothing waits, and nothing is told twice."""
    _none(Command.objects.exclude(status=Command.Status.DELIVERED))
    _none(Command.objects.values("idempotency_key").annotate(n=Count("id")).filter(n__gt=1))
    sent = Counter(Command.objects.values_list("kind", flat=True))
    assert sent["bill_adjustment.apply"] == Adjustment.objects.count()
    # A courtesy's order is told by its activation.
    assert sent["product_order.create"] == ProductOrder.objects.exclude(kind="courtesy").count()
    running = Courtesy.objects.filter(status="active").count()
    assert sent["courtesy.activate"] - sent["courtesy.withdraw"] == running
    assert sent["work_order.create"] == WorkOrder.objects.count()
    assert sent["termination.request"] == Termination.objects.count()


def terminations_have_their_receipt() -> None:
    """One receipt for each case that ended so, over its own terminations and those that stood already."""
    told = {
        row.case.number: row.data["terminations"]
        for row in Receipt.objects.filter(kind="termination").select_related("case")
    }
    left = RetentionCase.objects.filter(outcome="termination").values_list("number", flat=True)
    assert sorted(told) == sorted(left)
    assert Receipt.objects.filter(kind="termination").count() == len(told)
    registered = dict(Termination.objects.values_list("number", "case_number"))
    for number, case in registered.items():
        assert number in told[case], number
    for case, numbers in told.items():
        assert set() < set(numbers) <= registered.keys(), case


def evaluations_are_whole() -> None:
    """Signed once a month; one that was cut off is gone on with by the next sweep, tested beside this."""
    _none(Evaluation.objects.values("month").annotate(n=Count("id")).filter(n__gt=1))


def log_is_whole() -> None:
    """What is sealed is whole, and the rest can be sealed behind it."""
    assert verify.verify().broken is None
    seal.seal()
    proof = verify.verify()
    assert (proof.broken, proof.unsealed) == (None, 0)
