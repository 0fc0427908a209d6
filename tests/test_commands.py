"""What is typed wrongly at a command ends in one clear sentence, never in a traceback, and nothing is changed."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from arraigo import clock
from arraigo.eventlog.models import Event
from arraigo.people.models import Role
from tests.cast import NOW, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

WRONG: dict[str, str] = {
    "indicator --month 2026-13": "'2026-13' is no month",
    "indicator --month 0001-01": "'0001-01' lies before any record",
    "indicator --month 9999-12": "too far ahead",
    "indicator --month mayo": "'mayo' is no month",
    "monthly-report --month 2026-00": "'2026-00' is no month",
    "monthly-report --month 0001-01": "'0001-01' lies before any record",
    "clock --advance nonsense": "'nonsense' is no span of time",
    "clock --advance=-2d": "'-2d' is no span of time",
    "repeat-faults --as-of nonsense": "'nonsense' is no moment",
    "repeat-faults --as-of 2026-02-30": "'2026-02-30' is no moment",
    "repeat-faults --as-of 0001-01-01": "'0001-01-01' lies before any record",
    "repeat-faults --window-hours -1": "window from 0 to",
    "repeat-faults --window-hours 99999999999": "window from 0 to",
    "repeat-faults --calendar-days 99999999999": "window from 0 to",
    "repeat-faults --count 1": "at least 2 claims",
    "import customers /nowhere/x.csv": "/nowhere/x.csv",
    "import customers /": "/",
    "import birds x.csv": "birds",
    "import customers": "Say what and which file",
    "import customers README.md --map nowhere": "nowhere",
    "import --guess /nowhere/x.csv": "/nowhere/x.csv",
    "export birds": "birds",
    "export customers /nowhere/x.csv": "x.csv",
    "export customers x.docx": "docx",
    "check-procedure /nowhere": "/nowhere",
    "load-procedure /nowhere": "/nowhere",
    "backup /proc/x.tar": "/proc/x.tar",
    "restore /nowhere/x.tar": "/nowhere/x.tar",
    "move-to nonsense": "postgres://",
    "demo --customers 0": "at least one customer",
    "demo --customers=-5": "at least one customer",
    "demo --as-of nonsense": "nonsense",
    "demo --as-of=": "'' is no moment",
    "repeat-faults --as-of=": "'' is no moment",
    "fill-holidays --year 99999": "99999",
    "fill-holidays --year 0": "known for 0",
    "remove-second-factor nobody": "nobody",
}
"""Command line → what its sentence must name."""


@pytest.fixture
def cast() -> Cast:
    with clock.at(NOW):
        return Cast()


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_says_what_is_wrong(cast: Cast, line: str) -> None:
    assert Role.ADVISOR in cast.people
    events = Event.objects.count()
    with pytest.raises(CommandError) as refused, transaction.atomic():
        call_command(*line.split())
    said = str(refused.value)
    assert WRONG[line] in said
    assert "Traceback" not in said
    assert Event.objects.count() == events
