"""Which calls a person may see: the own ones, and those of the own team for its head."""

from django.db.models import Q, QuerySet
from django.http import Http404

from arraigo import clock
from arraigo.people.models import Role, User
from arraigo.retention.models import ProactiveCall
from arraigo.web.cases.access import units_as


def begun(user: User) -> QuerySet[ProactiveCall]:
    """The person's own calls of today of which nobody has noted yet what came of them, the earliest first."""
    mine = ProactiveCall.objects.filter(by=user, day=clock.today(), ended_at=None)
    return mine.select_related("customer").order_by("at")


def call(user: User, pk: int) -> ProactiveCall:
    """The call with its customer; 404 where it is another person's."""
    seen = Q(by=user) | Q(team_id__in=units_as(user, Role.TEAM_LEAD))
    rows = ProactiveCall.objects.select_related("customer__zone", "by").prefetch_related("customer__phones")
    found = rows.filter(seen, pk=pk).first()
    if found is None:
        raise Http404
    return found
