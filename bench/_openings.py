"""`python -m bench._openings COUNT`: customers ask to leave, until COUNT cases wait for step 1, or nobody is left.

Each run of the benches completes some of them; what it completed does not come back.
"""

import random
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402

from arraigo.engine.models import WorkItem  # noqa: E402
from arraigo.people.models import Role, User  # noqa: E402
from arraigo.products.models import Product  # noqa: E402
from arraigo.retention import actions  # noqa: E402
from bench._desk import ADVISOR, FIRST_STEP  # noqa: E402

AT_ONCE = 100
"""Cases of one transaction."""
REASONS = ("faults", "compensation", "better_offer", "price")


def main(count: int) -> None:
    rng, advisor = random.Random(), User.objects.get(username=ADVISOR)
    missing = count - WorkItem.objects.filter(status="open", element=FIRST_STEP, role=Role.ADVISOR).count()
    free = Product.objects.filter(customer__cases=None, status="active").order_by("pk").select_related("customer")
    first = rng.randrange(max(1, free.count() - 6 * missing)) if missing > 0 else 0
    chosen = {product.customer_id: product for product in free[first : first + 6 * missing]} if missing > 0 else {}
    products = list(chosen.values())[:missing]
    for begin in range(0, len(products), AT_ONCE):
        with transaction.atomic():
            for product in products[begin : begin + AT_ONCE]:
                actions.open_case(
                    product.customer, [product], actor=advisor, channel="phone", reason=rng.choice(REASONS)
                )
    if products:
        print(f"cases: {len(products):,} opened", file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]))
