"""Who will be in the demo and what will happen to them, settled before anything is written."""

import datetime as dt
import random
from dataclasses import dataclass, field

from arraigo import clock
from arraigo.demo import catalogue, scenarios
from arraigo.demo.chance import chance
from arraigo.demo.scenarios import Scenario

MONTHS = 24
"""How far back bills, payments and tickets go."""
LEFT_DAYS = 31 * (MONTHS + 1)
"""How far back customers left: to the first month of the evaluation's chart."""
CASE_DAYS = 95
"""How far back cases go."""
FREE = 100
"""The first customers (of a small demo a third) have no case, and no fault in the days that cases go back: they
are for whoever tries the desk out."""


@dataclass(frozen=True)
class CasePlan:
    scenario: Scenario
    opened_at: dt.datetime

    @property
    def for_accounts(self) -> bool:
        """Whether the accounts that people sign in with carry it out."""
        return self.scenario.hours > 0


@dataclass(slots=True)
class Plan:
    """What one customer will have. `index` counts the customers from 0."""

    seed: int
    index: int
    free: bool = False
    """One of the FREE ones."""
    case: CasePlan | None = None
    trait: str = ""
    """`debtor`, `arrears`, `listed`, `late` or nothing."""
    vip: bool = False
    internet: str = ""
    television: str = ""
    others: list[str] = field(default_factory=list)
    started_on: dt.date = dt.date(2000, 1, 1)
    ended_on: dt.date | None = None
    """When all products ended, by request or for arrears."""
    end_reason: str = ""

    def chance(self, part: str) -> random.Random:
        """What `part` draws for this customer."""
        return chance(self.seed, self.index, part)


def make_plans(count: int, cases: int, seed: int, at: dt.datetime) -> list[Plan]:
    """The plans of `count` customers, of whom some have one of `cases` cases (at most two thirds) up to `at`."""
    free = min(FREE, count // 3)
    plans = [_plan(Plan(seed, index, free=index < free), at) for index in range(count)]
    rng = chance(seed, "cases")
    cased = case_plans(cases, rng, at)
    for plan, case in zip(rng.sample(plans[free:], len(cased)), cased, strict=True):
        _fit(plan, case, at)
    return plans


def case_plans(count: int, rng: random.Random, at: dt.datetime) -> list[CasePlan]:
    """`count` cases: first one waiting in every tray, the others spread over the last months."""
    waiting = [CasePlan(each, at - dt.timedelta(hours=each.hours)) for each in scenarios.WAITING[:count]]
    left = count - len(waiting)
    once = rng.sample(scenarios.HISTORIC, min(left, len(scenarios.HISTORIC)))
    weights = [each.weight for each in scenarios.HISTORIC]
    drawn = rng.choices(scenarios.HISTORIC, weights, k=left - len(once))
    return waiting + [CasePlan(each, _office_moment(rng, at)) for each in [*once, *drawn]]


def _office_moment(rng: random.Random, at: dt.datetime) -> dt.datetime:
    """Some moment of an office day in the last CASE_DAYS days, at least three days ago."""
    day = clock.local(at).date() - dt.timedelta(days=rng.randint(4, CASE_DAYS))
    if day.weekday() == 6:
        day -= dt.timedelta(days=1)
    return clock.start_of_day(day) + dt.timedelta(minutes=rng.randint(9 * 60, 17 * 60))


def _plan(plan: Plan, at: dt.datetime) -> Plan:
    today, rng = clock.local(at).date(), plan.chance("plan")
    plan.vip = rng.random() < 0.03
    plan.trait = rng.choices(("", "late", "debtor", "arrears", "listed"), (80, 12, 4, 2, 2))[0]
    if rng.random() < 0.86:
        plan.internet = rng.choices(catalogue.INTERNET, catalogue.WEIGHTS)[0]
    if rng.random() < 0.48 or not plan.internet:
        plan.television = rng.choice(("tv-basica", "tv-hd"))
    plan.others = [code for code, share in (("telefono", 0.4), ("fijacom", 0.08), ("linea-max", 0.05))
                   if rng.random() < share]  # fmt: skip
    oldest = 15 * 365 if rng.random() < 0.85 else MONTHS * 30
    plan.started_on = today - dt.timedelta(days=rng.randint(120, oldest))
    _maybe_leave(plan, rng, today)
    return plan


def _maybe_leave(plan: Plan, rng: random.Random, today: dt.date) -> None:
    """About one in eight left in these two years, those withdrawn for arrears besides."""
    leaves = rng.random() < 0.12
    if not leaves and plan.trait != "arrears":
        return
    ago = rng.randint(12, LEFT_DAYS)
    if ago < CASE_DAYS:  # Most of the last months' bajas are those that the cases led to.
        ago = rng.choice((ago, rng.randint(CASE_DAYS, LEFT_DAYS)))
    day = today - dt.timedelta(days=ago)
    plan.ended_on = max(day, plan.started_on + dt.timedelta(days=60))
    reasons = ("faults", "better_offer", "price", "no_use", "other", "moving", "death")
    plan.end_reason = "arrears" if plan.trait == "arrears" else rng.choices(reasons, (20, 26, 20, 9, 5, 14, 6))[0]


def _fit(plan: Plan, case: CasePlan, at: dt.datetime) -> None:
    """Make the customer one to whom this case can happen."""
    scenario = case.scenario
    prices = {"cheap": catalogue.CHEAP, "middle": ("fo-200",), "middle-top": ("fo-400",), "top": catalogue.TOP}
    plan.case, plan.trait, plan.vip = case, scenario.trait, scenario.vip
    plan.internet = plan.chance("case").choice(prices[scenario.price])
    if scenario.television:
        plan.television = "tv-hd"
    plan.ended_on, plan.end_reason = None, ""
    plan.started_on = min(plan.started_on, clock.local(at).date() - dt.timedelta(days=400))
