"""Page data of the technician's phone. The number of queries does not grow with the visits."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Count, Prefetch, QuerySet, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.http import QueryDict
from django.utils.formats import localize_input
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arraigo import clock
from arraigo.engine.models import WorkItem
from arraigo.fieldwork import documents
from arraigo.fieldwork.models import Photo, Trip, Visit
from arraigo.network.models import Zone
from arraigo.network.sketch import zone_places
from arraigo.orders import queries as orders
from arraigo.orders.models import OrderState, Pause, WorkOrder
from arraigo.people.models import User
from arraigo.retention import visits
from arraigo.web.technician import access

ASSIGNED, ON_THE_WAY, THERE, STANDS = "assigned", "on_the_way", "there", "stands"
TO_SIGN, CLOSED, CANCELLED = "to_sign", "closed", "cancelled"
STATES: dict[str, tuple[str, Promise]] = {
    ASSIGNED: ("acknowledged", _("Not begun")),
    ON_THE_WAY: ("running", _("On the way")),
    THERE: ("active", _("At the customer's")),
    STANDS: ("held", _("The 24 hours stand still")),
    TO_SIGN: ("active", pgettext_lazy("an order", "Ready to be signed")),
    CLOSED: ("closed", pgettext_lazy("an order", "Closed")),
    CANCELLED: ("failed", pgettext_lazy("an order", "Cancelled")),
}
"""How the technician stands with an order: tone and words."""


@dataclass(frozen=True)
class Stop:
    """One visit of the day."""

    order: WorkOrder
    task: WorkItem | None
    state: str
    due_at: dt.datetime
    """When the 24 hours end, as things stand now."""
    since: dt.datetime | None = None
    """Since when the clock stands still."""
    later: Pause | None = None
    """The pause in which the customer asked for a later hour that still holds."""

    @property
    def tone(self) -> str:
        return STATES[self.state][0]

    @property
    def words(self) -> Promise:
        return STATES[self.state][1]

    @property
    def may_set_out(self) -> bool:
        return self.state in (ASSIGNED, STANDS)

    @property
    def early(self) -> bool:
        """Whoever sets out now is there before the hour for which the customer asked."""
        return self.later is not None and self.later.until is not None and self.later.until > clock.now()

    @property
    def may_arrive(self) -> bool:
        return self.state == ON_THE_WAY

    @property
    def may_find_nobody(self) -> bool:
        return self.state in (ASSIGNED, ON_THE_WAY, THERE)

    @property
    def begun(self) -> bool:
        """What was done can be written down: the technician is there."""
        return self.state in (THERE, TO_SIGN)


def stop(order: WorkOrder, task: WorkItem | None) -> Stop:
    """Where the technician stands with `order`, whose trips and pauses are read."""
    last = orders.last_pause(order)
    pause = last if last is not None and last.ended_at is None else None
    due_at = order.due_at if pause is None else order.due_at + pause.stood(clock.now())
    state = _state(order, pause)
    later = last if last is not None and last.wanted_at and state in (ASSIGNED, STANDS) else None
    return Stop(order, task, state, due_at, pause.began_at if pause else None, later)


def _state(order: WorkOrder, pause: Pause | None) -> str:
    trips = list(order.trips.all())
    visit = getattr(order, "visit", None)
    if order.closed_at is not None:
        return CANCELLED if order.state == OrderState.CANCELLED else CLOSED
    if visit is not None and visit.finished_at is not None:
        return TO_SIGN
    if pause is not None:
        return STANDS
    last: Trip | None = trips[-1] if trips else None
    if last is not None and last.technician_id == order.technician_id and last.absent_at is None:
        return THERE if last.arrived_at else ON_THE_WAY
    return ASSIGNED


AT_ONCE = 20
"""Visits on one page of the list."""


def visit_list(user: User, day: str = "", page: str = "") -> dict[str, Any]:
    """The visits due today or late and those with priority, these first; those of later days by their number.

    One that its customer put off stands under the day asked for, until its hour behind those that can be made.
    Of one later `day` (ISO text) where asked, or where nothing is due today. `page` by page.
    """
    counts, today = visit_days(user), clock.today()
    later = {each: count for each, count in counts.items() if each > today}
    now = sum(counts.values()) - sum(later.values())
    chosen = next((each for each in later if each.isoformat() == day), None)
    if chosen is None and not now and later:
        chosen = next(iter(later))
    pages = Paginator(_due(_by_hour(user), chosen or today, since=chosen), AT_ONCE)
    pages.count = later[chosen] if chosen else now
    shown = pages.get_page(page)
    return {
        "stops": _stops(user, shown.object_list),
        "page": shown,
        "day": chosen,
        "now": now,
        "later": [each for each in later.items() if each[0] != chosen],
        "total": sum(counts.values()),
    }


def visit_days(user: User) -> dict[dt.date, int]:
    """How many open visits of `user` are due, or were asked for, on each day in La Paz, the first day first."""
    days = _by_hour(user).order_by().annotate(day=TruncDate("hour", tzinfo=clock.LA_PAZ))
    return dict(days.values_list("day").annotate(count=Count("pk")).order_by("day"))


def _by_hour(user: User) -> QuerySet[Any]:
    """The open visits of `user` with their `hour`: the one that the customer asked for, else when they are due.

    One with priority does not wait for the day on which it is due: its hour is now.
    """
    now = clock.now()
    found = access.open_orders(user).annotate(wanted=orders.wanted_hour())
    due = Case(When(priority__gt=0, due_at__gt=now, then=Value(now)), default="due_at")
    found = found.annotate(hour=Coalesce("wanted", due), put_off=Case(When(wanted__gt=now, then=1), default=0))
    return found.order_by("put_off", "-priority", "hour", "due_at", "id")


def _due(visits: QuerySet[Any], until: dt.date, *, since: dt.date | None) -> QuerySet[Any]:
    """Those whose hour comes up to the end of the day `until`, from the day `since` on where one is given."""
    due = visits.filter(hour__lt=clock.start_of_day(until + dt.timedelta(days=1)))
    return due.filter(hour__gte=clock.start_of_day(since)) if since else due


def _stops(user: User, visits: Any) -> list[Stop]:
    found = list(
        visits.select_related("customer", "zone", "visit").prefetch_related(
            "products__offering", Prefetch("trips", Trip.objects.order_by("id")), "pauses"
        )
    )
    tasks = access.tasks(user, [order.case_number for order in found])
    return [stop(order, tasks.get(order.case_number)) for order in found]


def visit_page(user: User, order: WorkOrder) -> dict[str, Any]:
    """Everything that the page of one visit shows."""
    return {
        **visits.of_order(order),
        "stop": stop(order, access.task(user, order.case_number)),
        "trips": list(order.trips.select_related("photo")),
        "map": documents.sketch_of(order, zone_places(Zone.objects.all())),
        "photos": photos(order),
    }


PHOTO_LABELS: dict[str, Promise] = {
    Photo.Moment.BEFORE: _("Photos before the work"),
    Photo.Moment.AFTER: _("Photos after the work"),
    Photo.Moment.REFUSAL: _("Photo, if nobody signs"),
}
"""What the photos of each moment are called on the pages of steps 7 and 8."""


def beside_step(order: WorkOrder, task: WorkItem) -> dict[str, Any]:
    """What the pages of steps 7 and 8 show beside their form."""
    return {"stop": stop(order, task), "photos": photos(order), "photo_labels": PHOTO_LABELS}


def recorded(order: WorkOrder) -> str:
    """What the order's visit recorded, as the form of step 7 is typed; the result is asked anew. Empty for none."""
    visit = Visit.objects.filter(work_order=order).exclude(finished_at=None).first()
    if visit is None:
        return ""
    typed = QueryDict(mutable=True)
    typed.setlist("tasks", visit.tasks)
    for task, details in visit.details.items():
        typed.update({f"{task}_{name}": str(value) for name, value in details.items()})
    for reading in visit.measurements.all():
        for moment in ("before", "after"):
            if (value := getattr(reading, moment)) is not None:
                typed[f"{moment}_{reading.product_id}"] = localize_input(value)
    typed["materials"] = "\n".join(
        f"{localize_input(each['quantity'])} {each['unit']} {each['name']}" for each in visit.materials
    )
    typed["findings"], typed["not_measured"] = visit.findings, visit.not_measured
    return typed.urlencode()


def photos(order: WorkOrder) -> dict[str, list[Photo]]:
    """The photos of the order by their moment."""
    found: dict[str, list[Photo]] = {moment: [] for moment in Photo.Moment.values}
    for photo in order.photos.defer("attachment__content").select_related("attachment"):
        found[photo.moment].append(photo)
    return found
