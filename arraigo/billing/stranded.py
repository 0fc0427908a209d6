"""Credits that wait for a bill which does not come: their product or their customer has left, or it came already.

A waived month that its product did not live to see is charged to nobody: there is nothing to credit, so that the
claim is cancelled. Where another system has applied it, that system gives it, and it is not looked at any more.
Otherwise the money is the customer's: where no product is left that a further bill would charge, it is set off against
what is still owed. What is left then was promised and not given: its promise is broken when its day has passed.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import translation
from django.utils.translation import gettext as _

from arraigo.billing import actions, credits
from arraigo.billing.models import Bill, BillingClaim, Credit
from arraigo.bss import queries as outbox
from arraigo.bss.interface import commercial_system
from arraigo.gathered import gathered
from arraigo.products.models import Product

TERMINATED = Product.Status.TERMINATED
AT_ONCE = 500
"""Customers at one sweep: the other sweeps of the minute wait for it."""
Keys = QuerySet[Credit, int]
Round = tuple[str, Keys, Callable[[int], int]]
"""Of what the keys are, the keys, asked for when their turn comes, and what settles one."""


def settle() -> int:
    """Cancel, or set off, the credits that would wait in vain; how many claims and bills. One transaction each.

    What fails is raised when all the others are through.
    """
    waiting = Credit.objects.filter(bill=None)
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("The product ended before that month: it is not charged.")
    rounds: list[Round] = [("claim", _void(waiting), lambda claim: actions.lapse_claim(claim, reason=reason))]
    if settings.BILLS != "imported":  # there the system that bills says what becomes of them
        rounds += [
            ("customer", _of_leavers(waiting), lambda customer: _set_off(customer, _owed())),
            ("customer", _passed_by(waiting), lambda customer: _set_off(customer, _open(), of_any_month=False)),
        ]
    return _carried_out(rounds)


def _carried_out(rounds: Iterable[Round]) -> int:
    done = 0
    with gathered("credits that cannot be settled") as turn:
        for of, keys, settle_one in rounds:
            for key in list(keys):
                with turn(f"{of} {key}"):
                    done += settle_one(key)
    return done


def _void(waiting: QuerySet[Credit]) -> Keys:
    """The claims of waived months that their products did not live to see, and that no other system gives."""
    placed = Credit.objects.filter(adjustment=OuterRef("adjustment"), bill__isnull=False)
    never = waiting.filter(
        ~Exists(placed),
        adjustment__claim__kind=BillingClaim.Kind.BILL_WAIVER,
        adjustment__claim__product__status=TERMINATED,
        adjustment__claim__product__ended_on__lt=F("adjustment__claim__month"),
    )
    if not commercial_system().immediate:
        number = OuterRef("adjustment__number")
        never = never.exclude(outbox.delivered(Concat(Value(actions.COMMAND_PREFIX), number)))
    return never.order_by("adjustment__claim").values_list("adjustment__claim", flat=True).distinct()


def _of_leavers(waiting: QuerySet[Credit]) -> Keys:
    """The customers of credits that wait who have no product any more, and still owe something."""
    alive = Product.objects.filter(customer=OuterRef("customer")).exclude(status=TERMINATED)
    owing = _owed().filter(customer=OuterRef("customer"))
    gone = waiting.filter(~Exists(alive), Exists(owing)).order_by("customer")
    return gone.values_list("customer", flat=True).distinct()[:AT_ONCE]


def _passed_by(waiting: QuerySet[Credit]) -> Keys:
    """The customers of credits that wait beside an open bill: it was opened while the claim was applied."""
    beside = _open().filter(customer=OuterRef("customer"), month__gte=OuterRef("adjustment__claim__month"))
    found = waiting.filter(Exists(beside)).order_by("customer")
    return found.values_list("customer", flat=True).distinct()[:AT_ONCE]


def _owed() -> QuerySet[Bill]:
    return Bill.objects.filter(total__gt=F("credited") + F("paid"))


def _open() -> QuerySet[Bill]:
    return _owed().filter(state=Bill.State.UNBILLED)


@transaction.atomic
def _set_off(customer: int, owed: QuerySet[Bill], *, of_any_month: bool = True) -> int:
    """Let what of `owed` is the customer's carry the credits that wait, the earliest month first; how many bills."""
    bills = owed.filter(customer=customer).select_for_update().order_by("pk")  # as everybody locks them
    ordered = sorted(bills, key=lambda bill: bill.month)
    return sum(credits.set_off(bill, of_any_month=of_any_month) for bill in ordered)
