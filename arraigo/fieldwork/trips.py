"""On the way, arrived, nobody at home: what the technician tells from the road (step 7).

Each verb locks the order first and may be told twice, since a phone with poor signal repeats itself.
"""

import datetime as dt
from typing import Any

from django.db import transaction

from arraigo import clock
from arraigo.eventlog.actions import record
from arraigo.fieldwork import photos
from arraigo.fieldwork.errors import (
    ArrivalImpossible,
    OrderOfAnother,
    VisitFinished,
    VisitNotFinished,
    VisitOfAnother,
)
from arraigo.fieldwork.models import Trip, Visit
from arraigo.fieldwork.signals import customer_absent, technician_left
from arraigo.orders import progress
from arraigo.orders import queries as orders
from arraigo.orders.errors import NoTechnician, WrongState
from arraigo.orders.models import OrderState, Pause, WorkOrder
from arraigo.people.models import User
from arraigo.records import key_of


@transaction.atomic(savepoint=False)
def set_out(work_order: WorkOrder | int, technician: User) -> Trip:
    """The technician is on the way, since now; the 24 hours of a paused order run on: somebody waits.

    Raises WrongState, NoTechnician, OrderOfAnother, VisitFinished.
    """
    order = _locked_own(work_order, technician)
    begun = open_visit(order)
    trip = _open_trip(order)
    if trip is not None and trip.technician_id == technician.pk:
        return trip
    if begun is not None and _is_there(order, begun, technician):
        return order.trips.filter(technician=technician).latest("id")
    _resume(order, technician)
    trip = trip or Trip(work_order=order)
    trip.technician, trip.left_at = technician, clock.now()
    trip.save()
    _record("trip.begun", trip, order, technician)
    technician_left.send(Trip, trip=trip, actor=technician)
    return trip


@transaction.atomic(savepoint=False)
def begin_visit(work_order: WorkOrder | int, technician: User, at: dt.datetime | None = None) -> Visit:
    """The technician is at the customer's (step 7), since `at` or now; the order is in progress.

    Telling it twice changes nothing. Raises WrongState, NoTechnician, OrderOfAnother,
    ArrivalImpossible, VisitOfAnother.
    """
    order = _locked(work_order)
    visit = Visit.objects.select_related("technician").filter(work_order=order).first()
    if visit is not None:
        _refuse_another(visit, order, technician)
        if visit.finished_at is not None or _is_there(order, visit, technician):
            return visit
    _refuse_foreign(order, technician)
    moment = at or clock.now()
    if not order.created_at <= moment <= clock.now():
        raise ArrivalImpossible(when(moment))
    visit = arrive(order, technician, moment, visit)
    if order.state != OrderState.IN_PROGRESS:
        progress.start(order, actor=technician)
    return visit


@transaction.atomic(savepoint=False)
def reopen_visit(work_order: WorkOrder | int, technician: User) -> Visit:
    """The recorded visit of an open order goes on as if it had only begun; the event tells what was recorded.

    Raises WrongState, NoTechnician, OrderOfAnother, VisitNotFinished.
    """
    order = _locked_own(work_order, technician)
    visit = Visit.objects.filter(work_order=order).exclude(finished_at=None).first()
    if visit is None:
        raise VisitNotFinished(order.number)
    readings = visit.measurements.order_by("pk").values_list("product__number", "name", "before", "after")
    told = {name: getattr(visit, name) for name in ("tasks", "details", "materials", "findings", "not_measured")}
    told |= {"solved": visit.solved, "cause": visit.cause}
    told["measurements"] = [[value if value is None else str(value) for value in each] for each in readings]
    visit.measurements.all().delete()
    visit.finished_at, visit.solved, visit.cause = None, None, ""
    visit.save(update_fields=["finished_at", "solved", "cause"])
    told = {"order": order.number, **told}
    record("visit.reopened", visit, actor=technician, case_number=order.case_number, data=told)
    return visit


@transaction.atomic(savepoint=False)
def find_nobody(work_order: WorkOrder | int, technician: User, *, photo: bytes, note: str = "") -> Trip:
    """Nobody is at home: the photo and the note are the evidence that stops the 24 hours.

    Telling it twice changes nothing. An order that stands still already stays so; where the policy names no absence
    among `visit.pause_reasons`, the absence is kept and the 24 hours run on. Raises WrongState, NoTechnician,
    OrderOfAnother, VisitFinished, EvidenceUsed for a photo that stopped this order before, and the errors of
    `photos.store_attachment`.
    """
    order = _locked_own(work_order, technician)
    open_visit(order)
    kept = photos.store_attachment(photo, actor=technician)
    runs, pauses = orders.open_pause(order) is None, Pause.Reason.ABSENT in orders.pause_reasons(order)
    last = order.trips.order_by("id").last()
    if last is not None and last.photo_id == kept.pk and not (runs and pauses):
        return last
    trip = _open_trip(order) or Trip(work_order=order)
    trip.technician, trip.absent_at, trip.photo, trip.note = technician, clock.now(), kept, note.strip()
    trip.save()
    _record("trip.absent", trip, order, technician, photo=kept.sha256, note=trip.note)
    if runs and pauses:
        evidence = f"{when(trip.absent_at)} · {technician} · foto {kept.sha256[:12]}"
        if trip.note:
            evidence += f" · {trip.note}"
        progress.pause(order, reason=Pause.Reason.ABSENT, evidence=evidence, photo=kept, actor=technician)
    customer_absent.send(Trip, trip=trip, actor=technician)
    return trip


def arrive(order: WorkOrder, technician: User, at: dt.datetime, visit: Visit | None = None) -> Visit:
    """Write the arrival down: the trip's and the visit's. For verbs that hold the order's lock."""
    trip = _open_trip(order) or Trip(work_order=order)
    trip.technician, trip.arrived_at = technician, at
    trip.left_at = min(trip.left_at, at) if trip.left_at else None
    trip.save()
    visit = visit or Visit(work_order=order)
    visit.technician, visit.arrived_at = technician, at
    visit.save()
    told = {"order": order.number, "arrived_at": at.isoformat()}
    record("visit.begun", visit, actor=technician, case_number=order.case_number, data=told)
    return visit


def _is_there(order: WorkOrder, visit: Visit, technician: User) -> bool:
    """Whether `technician` is at the customer's now: arrived, and neither found nobody nor was put off afterwards."""
    last = order.trips.order_by("id").last()
    there = last is not None and last.arrived_at is not None and order.state not in progress.BACK_TO
    return there and visit.technician_id == technician.pk


def _locked(work_order: WorkOrder | int) -> WorkOrder:
    rows = WorkOrder.objects.select_for_update(of=("self",)).select_related("customer", "technician")
    return rows.get(pk=key_of(work_order))


def _locked_own(work_order: WorkOrder | int, technician: User) -> WorkOrder:
    order = _locked(work_order)
    _refuse_foreign(order, technician)
    return order


def _refuse_foreign(order: WorkOrder, technician: User) -> None:
    """Raises WrongState for a closed order, NoTechnician or OrderOfAnother for one that is not theirs."""
    if order.closed_at is not None:
        raise WrongState(order.number, order.get_state_display())
    if order.technician_id is None:
        raise NoTechnician(order.number)
    if order.technician_id != technician.pk:
        raise OrderOfAnother(order.number, str(order.technician))


def _refuse_another(visit: Visit, order: WorkOrder, technician: User) -> None:
    """Raises VisitOfAnother, unless the order was handed to `technician` meanwhile."""
    if technician.pk not in (visit.technician_id, order.technician_id):
        raise VisitOfAnother(order.number, str(visit.technician), when(visit.arrived_at))


def open_visit(order: WorkOrder) -> Visit | None:
    """The visit that was begun. Raises VisitFinished where it is already recorded."""
    visit = Visit.objects.select_related("technician").filter(work_order=order).first()
    if visit is not None and visit.finished_at is not None:
        raise VisitFinished(order.number, str(visit.technician), when(visit.finished_at))
    return visit


def _open_trip(order: WorkOrder) -> Trip | None:
    return order.trips.filter(arrived_at=None, absent_at=None).first()


def _resume(order: WorkOrder, technician: User) -> None:
    if orders.open_pause(order) is not None:
        progress.resume(order, actor=technician, coming=True)


def _record(kind: str, trip: Trip, order: WorkOrder, actor: User, **data: Any) -> None:
    told = {"order": order.number, **data}
    record(kind, trip, actor=actor, case_number=order.case_number, data=told)


def when(moment: dt.datetime) -> str:
    """`moment` in La Paz as sentences write it: 10/03/2026 14:30."""
    return f"{clock.local(moment):%d/%m/%Y %H:%M}"
