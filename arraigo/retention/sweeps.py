"""What falls due by itself. Each sweep claims rows, so that any number of workers may run it."""

from collections.abc import Callable

from arraigo import clock
from arraigo.billing import months, stranded
from arraigo.bss import actions as bss
from arraigo.eventlog import seal
from arraigo.gathered import gathered
from arraigo.messages import outbox
from arraigo.messages import reminders as customer_reminders
from arraigo.orders import escalation, progress
from arraigo.products import actions as products
from arraigo.retention import (
    actions,
    controls,
    dispatch,
    elsewhere,
    incidents,
    proactive,
    promises,
    reminders,
    visits,
)
from arraigo.retention.errors import CannotGoOn


def wake_due_cases() -> int:
    """Open the controls whose time has come, one transaction each; how many runs went on."""
    woken, last, broken = 0, 0, []
    while True:
        try:
            advance = actions.wake_next(after=last)
        except CannotGoOn as error:
            last = error.instance_id
            broken.append(error)
            continue
        if advance is None:
            break
        last = advance.instance.pk
        woken += bool(advance.opened)
    if broken:
        raise ExceptionGroup("cases that cannot go on", broken)
    return woken


def finish_printing() -> int:
    """Complete step 6 where a process died between printing or assigning an order and that."""
    return dispatch.finish_printing()


def start_courtesies() -> int:
    return products.start_due_courtesies(clock.now())


def end_courtesies() -> int:
    """End the courtesies that are over, and the promises that they were."""
    return products.end_due_courtesies(clock.now()) + promises.courtesies_over()


def deliver_commands() -> int:
    return bss.deliver_due(clock.now())


def bill_months() -> int:
    """Go on opening or issuing the bills of a month."""
    return months.go_on()


def count_bills() -> int:
    """Keep in mind how many bills the present month still has to open."""
    return months.count_again()


def settle_credits() -> int:
    """End what waits for a bill that does not come: the product, or the customer, has left."""
    return stranded.settle()


def close_overtaken() -> int:
    """Close the cases that imported records have overtaken."""
    return elsewhere.close_overtaken()


def follow_clocks() -> int:
    """Let the tasks of visits be due as their orders are, where a pause's own process could not."""
    return visits.follow_clocks()


def end_repairs() -> int:
    """End the promised ordinary repairs that are late, or whose ticket an import has decided."""
    return incidents.settle()


def resume_orders() -> int:
    """Let the 24 hours run on where the time has come for which the customer asked."""
    return progress.resume_due(clock.now())


def escalate_orders() -> int:
    """Tell who must know that half, three quarters or all of the 24 hours of an order are gone."""
    return escalation.escalate_due(clock.now())


def remind_of_promises() -> int:
    """Tell the owners of cases of promises that fall due or are late."""
    return reminders.remind_of_promises(clock.now())


def break_late_promises() -> int:
    """Break the promises of credits, transfers and visits that are late."""
    return promises.overdue() + promises.visits_late()


def tell_of_overdue_controls() -> int:
    """Tell the heads of the controls that nobody decided in time."""
    return controls.tell_of_overdue()


def tell_of_ending_courtesies() -> int:
    """Tell customers that their courtesy is about to end."""
    return customer_reminders.tell_of_ending_courtesies(clock.now())


def forward_notices() -> int:
    """Write the e-mails of notices that staff want so."""
    return outbox.forward_notices(clock.now())


def send_messages() -> int:
    """Send to customers and staff what is due."""
    return outbox.deliver_due(clock.now())


def seal_events() -> int:
    return seal.seal()


def find_repeat_faults() -> int:
    """Look for customers with a repeated fault, for the morning list; every quarter of an hour."""
    return proactive.refresh_due(clock.now())


SWEEPS: list[Callable[[], int]] = [
    wake_due_cases,
    finish_printing,
    start_courtesies,
    end_courtesies,
    deliver_commands,
    bill_months,
    count_bills,
    settle_credits,
    close_overtaken,
    end_repairs,
    resume_orders,
    escalate_orders,
    remind_of_promises,
    break_late_promises,
    tell_of_overdue_controls,
    tell_of_ending_courtesies,
    forward_notices,
    send_messages,
    follow_clocks,
    find_repeat_faults,
    seal_events,
]


def add(sweep: Callable[[], int]) -> None:
    """Let a package above this one have `sweep` run with the others, before the events are sealed."""
    if sweep not in SWEEPS:
        SWEEPS.insert(-1, sweep)


def run_all() -> dict[str, int]:
    """Run every sweep once; what each did, by name. Scheduled every minute in the worker.

    One that fails does not keep the others from running; ExceptionGroup at the end tells of it.
    """
    done = {}
    with gathered("sweeps that failed") as turn:
        for sweep in SWEEPS:
            with turn(f"in the sweep {sweep.__name__}"):
                done[sweep.__name__] = sweep()
    return done
