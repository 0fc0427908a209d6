"""What happens elsewhere and ends a case: its products are gone, the customer died, the request withdrawn.

Whoever changes those records holds their rows, and a step locks its case first: so a case is closed in
a transaction of its own after theirs. What an import changes, and what a process that died between the
two left behind, the sweep finds (`close_overtaken`).
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext_noop

from arraigo import clock
from arraigo.customers.models import Customer
from arraigo.engine.errors import NotWaiting
from arraigo.gathered import gathered
from arraigo.people.models import User
from arraigo.products.models import Product
from arraigo.retention import actions
from arraigo.retention.errors import CaseClosed
from arraigo.retention.models import Reason, RetentionCase
from arraigo.retention.staying import WITHDRAWN
from arraigo.terminations import queries as terminations
from arraigo.terminations.models import Termination

GONE = gettext_noop("the products that it was about ended elsewhere")
DEATH = gettext_noop("the customer died")


def after_commit(close: Callable[[], object]) -> None:
    """Run `close` after the transaction of the change. Where it fails, the sweep does it again."""
    transaction.on_commit(close, robust=True)


def products_ended(product: Product, case_number: str, *, actor: User | None) -> int:
    """Close the case of `product` whose products are all gone, unless it ended them itself."""
    cases = _without_products().filter(products=product).exclude(number=case_number)
    return _close_all([(cases, GONE)], actor)


def died(customer: Customer, *, actor: User | None) -> int:
    """Close the customer's case, unless it was opened for that very reason."""
    return _close_all([(_of_the_living().filter(customer=customer), DEATH)], actor)


def request_withdrawn(termination: Termination, *, actor: User | None) -> int:
    """Close the case that asked the same as a termination withdrawn elsewhere.

    Not one in which an offer was accepted (there the customer stays because of it), and not while
    another of its products is still asked to be terminated.
    """
    cases = _undecided().filter(products=termination.product_id)
    return _close_all([(cases.exclude(number=termination.case_number), WITHDRAWN)], actor)


def close_overtaken() -> int:
    """Close what records that were changed in bulk have overtaken; how many cases.

    A customer who had died before the case was opened does not count: somebody else speaks then.
    """
    today = clock.today()
    recent = _of_the_living().filter(customer__deceased_on__isnull=False, customer__deceased_on__lte=today)
    dead = [case.pk for case in recent.select_related("customer") if _died_since(case)]
    died = _open().filter(pk__in=dead)
    return _close_all([(died, DEATH), (_without_products(), GONE), (_of_the_withdrawn(), WITHDRAWN)], None)


def _died_since(case: RetentionCase) -> bool:
    day = case.customer.deceased_on
    return day is not None and day >= clock.local(case.opened_at).date()


def _open() -> QuerySet[RetentionCase]:
    return RetentionCase.objects.filter(closed_at=None)


def _of_the_living() -> QuerySet[RetentionCase]:
    """Open cases that were not opened because of a death."""
    return _open().exclude(reason=Reason.DEATH)


def _undecided() -> QuerySet[RetentionCase]:
    """Open cases in which no offer was accepted, and none of whose products is asked to be terminated."""
    asked = terminations.waiting().filter(product__cases=OuterRef("pk"))
    return _open().filter(~Exists(asked), accepted_at=None)


def _of_the_withdrawn() -> QuerySet[RetentionCase]:
    """Open cases that asked the same as a termination that was withdrawn since, elsewhere."""
    withdrawn = Termination.objects.filter(product__cases=OuterRef("pk"), withdrawn_at__gte=OuterRef("opened_at"))
    return _undecided().filter(Exists(withdrawn.exclude(case_number=OuterRef("number"))))


def _without_products() -> QuerySet[RetentionCase]:
    """Open cases all of whose products are gone."""
    mine = Product.objects.filter(cases=OuterRef("pk"))
    alive = mine.filter(~Q(status=Product.Status.TERMINATED))
    return _open().filter(Exists(mine), ~Exists(alive))


def _close_all(overtaken: Iterable[tuple[QuerySet[RetentionCase], str]], actor: User | None) -> int:
    """Close the cases, each for its reason and in a transaction of its own; those that end meanwhile are left to
    whoever ends them. ExceptionGroup at the end tells of cases that cannot be closed."""
    closed = 0
    with gathered("cases that cannot be closed") as turn:
        for cases, because in overtaken:
            with translation.override(settings.LANGUAGE_CODE):
                reason = translation.gettext(because)
            for case_id in list(cases.order_by("pk").values_list("pk", flat=True)):
                with turn(f"case {case_id}"), suppress(CaseClosed, NotWaiting):
                    actions.close_elsewhere(case_id, actor=actor, because=reason)
                    closed += 1
    return closed
