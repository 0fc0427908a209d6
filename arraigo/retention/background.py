"""A customer's background as step 1 judges it: the two lights, category, billing, debt."""

from dataclasses import dataclass
from decimal import Decimal

from arraigo import clock
from arraigo.billing import queries as billing
from arraigo.compiled import Question
from arraigo.customers import actions as customer_actions
from arraigo.customers import queries as customers
from arraigo.customers.models import Customer
from arraigo.customers.queries import Standing
from arraigo.people.models import User
from arraigo.procedure.policy import Policy
from arraigo.retention import queries
from arraigo.retention.models import BackgroundReview, RetentionCase


@dataclass(frozen=True)
class Background:
    """What step 1 finds. Amounts in Bs."""

    standing: Standing
    """The two lights with the day and the source of each."""
    withdrawn_for_arrears: bool
    credit_listed: bool
    category: str
    average_billing: Decimal
    debt: Decimal
    eligible: bool
    vip: bool
    because: str
    rule: str
    """Id of the rule of the eligibility table that fired; `rule_text` says it in words."""
    rule_text: str

    def facts(self) -> dict[str, bool | str | float]:
        """The scalars that the diagram needs; the verdict itself comes from the table again."""
        return {
            "withdrawn_for_arrears": self.withdrawn_for_arrears,
            "credit_listed": self.credit_listed,
            "category": self.category,
            "average_billing": float(self.average_billing),
        }


def of(customer: Customer, policy: Policy, *, reader: User, reason: str) -> Background:
    """The background of `customer` now, judged by the policy's table `eligibility` (steps 1.1, 1.2).

    The look at the credit listings is logged under `reader` and `reason`.
    """
    now = clock.now()
    listings = customer_actions.look_at_listings(customer, by=reader, reason=reason)
    standing = customers.standing(customer, as_of=now, listings=listings)
    average = billing.average_billing(customer, months=policy.integer("vip.months"), as_of=now)
    facts = {
        "withdrawn_for_arrears": standing.withdrawn_for_arrears,
        "credit_listed": standing.credit_listed,
        "category": customer.category,
        "average_billing": float(average),
    }
    decision = policy.decide("eligibility", facts)
    return Background(
        standing=standing,
        withdrawn_for_arrears=standing.withdrawn_for_arrears,
        credit_listed=standing.credit_listed,
        category=customer.category,
        average_billing=average,
        debt=billing.debt(customer, as_of=now),
        eligible=bool(decision.outputs["eligible"]),
        vip=bool(decision.outputs["vip"]),
        because=decision.because,
        rule=decision.rule,
        rule_text=decision.rule_text,
    )


def asked(customer: Customer, policy: Policy) -> list[Question]:
    """What `of` asks."""
    now = clock.now()
    bills = billing.billing_asked(customer, policy.integer("vip.months"), now)
    return [*customers.standing_asked(customer, as_of=now), *bills]


def reviews_shown(case: RetentionCase, *, reader: User) -> list[BackgroundReview]:
    """The case's reviews, the latest first, for a page: they tell of the credit listings, and the look is logged."""
    found = queries.reviews(case)
    if found:
        customer_actions.look_at_listings(case.customer, by=reader, reason=case.number)
    return found


def review_shown(case: RetentionCase, *, reader: User) -> BackgroundReview | None:
    """The last of `reviews_shown`."""
    return next(iter(reviews_shown(case, reader=reader)), None)
