"""The demo's customers were told what was theirs to know: kept as sent, nothing leaves."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import F, Q

from arraigo import clock
from arraigo.demo.people import World
from arraigo.demo.plan import CASE_DAYS
from arraigo.messages import outbox, reminders
from arraigo.messages.models import Channel, Message, Notice
from arraigo.messages.sentences import GROUPS

UNREAD_FOR = dt.timedelta(days=2)
"""For how long somebody leaves a notice unread."""
HOURS = (10, 16)
"""Of each day (La Paz), within the working hours."""


class Kept:
    """Takes every message and prints nothing."""

    honours_keys = True

    def send(self, message: Message) -> str:
        return "demo"


def days(world: World) -> Iterator[dt.datetime]:
    """Twice a day, what customers were to be told goes out."""
    day = world.today - dt.timedelta(days=CASE_DAYS)
    kept = Kept()
    while True:
        for hour in HOURS:
            yield clock.start_of_day(day) + dt.timedelta(hours=hour)
            reminders.tell_of_ending_courtesies(clock.now())
            outbox.deliver_due(clock.now(), through={str(channel): kept for channel in Channel})
        day += dt.timedelta(days=1)


def leave_the_past() -> None:
    """What staff were told in the demo's past goes out by e-mail no more; what waited, or is old, was read."""
    Notice.objects.filter(forwarded=False).update(forwarded=True)
    today = clock.start_of_day(clock.today())
    waited = Q(kind__in=GROUPS["waiting"][1], at__lt=today)
    Notice.objects.filter(waited | Q(at__lt=today - UNREAD_FOR)).update(read_at=F("at"))
