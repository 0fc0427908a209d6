"""The administrator: people, calendar, clock and the commands that did not arrive."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from arraigo import clock
from arraigo.bss.models import Command
from arraigo.people.models import Role
from arraigo.workdays import offset
from arraigo.workdays.models import ClockOffset, Holiday
from tests.cast import Cast
from tests.e2e.person import Person

SignIn = Callable[[Role], Person]


@pytest.fixture
def own_clock() -> Iterator[None]:
    """The process looks at the clock anew, before the test and after it."""
    offset.forget()
    yield
    ClockOffset.objects.all().delete()
    offset.forget()


def test_people_and_calendar(sign_in: SignIn, cast: Cast) -> None:
    elsa = sign_in(Role.ADMINISTRATOR)
    assert all(user.username in elsa.text for user in cast.people.values())
    day = dt.date(clock.today().year, 9, 14)
    elsa.go("/administration/holidays/")
    elsa.sends(day=day.isoformat(), name="Aniversario de Cochabamba")
    assert Holiday.objects.get().name == "Aniversario de Cochabamba"
    elsa.click(f"main form[action='/administration/holidays/{day.isoformat()}/remove/'] button")
    assert not Holiday.objects.exists()
    elsa.click("main form[action$='/fill/'] button")
    assert Holiday.objects.filter(day__month=8, day__day=6).exists()
    elsa.go("/administration/versions/")
    assert str(cast.version.definition) in elsa.text


def test_settles_a_command_that_did_not_arrive(sign_in: SignIn, cast: Cast) -> None:
    now = clock.now()
    refused = Command.objects.create(
        kind="work_order.create", payload={"work_order": "OT-1"}, status="failed", created_at=now, ended_at=now
    )
    elsa = sign_in(Role.ADMINISTRATOR)
    elsa.go("/administration/commands/")
    elsa.click(f"main a[href='/administration/commands/{refused.pk}/']")
    elsa.sends(decision="applied")
    assert elsa.status == 400
    assert elsa.error_at("note")
    elsa.sends(note="Vista en Smartflex")
    refused.refresh_from_db()
    assert (refused.status, refused.answer["note"]) == ("delivered", "Vista en Smartflex")


def test_moves_the_clock_of_a_demo(sign_in: SignIn, own_clock: None) -> None:
    before = clock.now()
    elsa = sign_in(Role.ADMINISTRATOR)
    elsa.go("/administration/clock/")
    elsa.sends(days="2", hours="3")
    assert ClockOffset.objects.get().ahead == dt.timedelta(days=2, hours=3)
    assert clock.now() - before >= dt.timedelta(days=2, hours=3)
