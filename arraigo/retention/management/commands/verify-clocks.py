"""`./run manage verify-clocks`: tell every clock of every case again from its events, and name what differs.

Clocks that an earlier version began, whose events did not tell them yet, are counted and are no fault.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arraigo.retention import clocks
from arraigo.retention.models import RetentionCase


class Command(BaseCommand):
    help = "Tell the clocks of every case again from its events; name those that the records have otherwise."

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        count, untold, different = 0, 0, []
        telling = clocks.Telling()
        for case in RetentionCase.objects.order_by("id").iterator():
            count += len(clocks.replay(case.number))
            for by_events, by_records in clocks.differences(case):
                if telling.began_before(by_records):
                    untold += 1
                else:
                    different.append(self._sentence(case, by_events, by_records))
        told = ngettext(
            "%(count)d clock told again from its events.", "%(count)d clocks told again from their events.", count
        )
        self.stdout.write(told % {"count": count})
        if untold:
            self.stdout.write(self._untold(untold))
        if different:
            raise CommandError("\n".join(different), returncode=1)

    def _untold(self, count: int) -> str:
        told = ngettext(
            "%(count)d clock began under an earlier version, which did not tell it in its events: not compared, "
            "no fault.",
            "%(count)d clocks began under an earlier version, which did not tell them in its events: not compared, "
            "no fault.",
            count,
        )
        return told % {"count": count}

    def _sentence(self, case: RetentionCase, by_events: clocks.Clock | None, by_records: clocks.Clock | None) -> str:
        found = by_events or by_records
        assert found is not None
        return _("Case %(case)s, clock %(name)s: the events say %(events)s, the records %(records)s.") % {
            "case": case.number, "name": found.name, "events": self._span(by_events), "records": self._span(by_records),
        }  # fmt: skip

    def _span(self, clock: clocks.Clock | None) -> str:
        if clock is None:
            return str(_("nothing"))
        moments = (clock.began_at, clock.due_at, clock.ended_at)
        return " / ".join(moment.isoformat(timespec="seconds") if moment else "…" for moment in moments)
