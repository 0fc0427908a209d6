"""Who is told while the 24 hours run out: at half, at three quarters and at the end (step 7.1).

The parts are the policy's (`visit.escalation_fractions`) of the version that the case obeys. A
paused order's clock stands; each part is noted once, however many nodes look.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from arraigo.engine.models import Instance
from arraigo.eventlog.actions import record
from arraigo.orders.models import Escalation, Pause, WorkOrder
from arraigo.orders.signals import order_escalated
from arraigo.procedure import queries as procedures
from arraigo.procedure.policy import Policy

PATH = "visit.escalation_fractions"


def part_gone(order: WorkOrder, now: dt.datetime) -> float:
    """The part of the order's hours that has run at `now`, pauses left out; more than 1: late."""
    whole = dt.timedelta(hours=order.hours)
    return 1 - (order.due_at - now) / whole


def escalate_due(now: dt.datetime) -> int:
    """Note what the open orders reached at `now` and tell who must know, one transaction an order; how many."""
    orders = list(_running().annotate(told=Max("escalations__percent")))
    policies = _policies(order.case_number for order in orders)
    done = 0
    for order in orders:
        percents = _percents(policies.get(order.case_number))
        reached = [percent for percent in percents if part_gone(order, now) * 100 >= percent]
        if reached and reached[-1] > (order.told or 0):
            done += _escalate(order.pk, percents, now)
    return done


def _running() -> QuerySet[WorkOrder]:
    paused = Pause.objects.filter(work_order=OuterRef("pk"), ended_at=None)
    return WorkOrder.objects.filter(~Exists(paused), closed_at=None).order_by("pk")


def _policies(case_numbers: Iterable[str]) -> dict[str, Policy]:
    """The policy that each case obeys, by its number."""
    found = Instance.objects.filter(key__in=set(case_numbers)).values_list("key", "definition_id")
    return {key: procedures.policy_of(definition) for key, definition in found}


def _percents(policy: Policy | None) -> list[int]:
    policy = policy or procedures.current_policy()
    return sorted(int(fraction * 100) for fraction in policy.value(PATH))


@transaction.atomic
def _escalate(pk: int, percents: Sequence[int], now: dt.datetime) -> int:
    """Note the parts that the order reached and was not told of yet; 1 where there was one."""
    skip = connection.features.has_select_for_update_skip_locked
    order = _running().select_for_update(of=("self",), skip_locked=skip).filter(pk=pk).first()
    if order is None:
        return 0
    known = set(order.escalations.values_list("percent", flat=True))
    new = [percent for percent in percents if percent not in known and part_gone(order, now) * 100 >= percent]
    if not new:
        return 0
    Escalation.objects.bulk_create(Escalation(work_order=order, percent=percent, at=now) for percent in new)
    told = {"number": order.number, "percent": new[-1]}
    record("work_order.escalated", order, actor=None, case_number=order.case_number, data=told)
    order_escalated.send(WorkOrder, order=order, percent=new[-1], level=percents.index(new[-1]))
    return 1
