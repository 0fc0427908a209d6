"""`python -m bench._samples`: what the benches ask for in a filled database, as one JSON object."""

import json
import random

import django

django.setup()

from arraigo.customers.models import Customer, Phone  # noqa: E402
from arraigo.engine.models import WorkItem  # noqa: E402
from arraigo.people.models import Role, User  # noqa: E402
from arraigo.products.models import Product  # noqa: E402
from arraigo.retention import queries  # noqa: E402
from arraigo.retention.models import RetentionCase  # noqa: E402
from arraigo.web.cases import access  # noqa: E402
from bench._desk import ADVISOR, FIRST_STEP  # noqa: E402

rng = random.Random(5)


def some(found: list[str], count: int = 60) -> list[str]:
    return rng.sample(found, min(count, len(found)))


def slip(word: str) -> str:
    """The word with two letters in the wrong order."""
    place = rng.randrange(1, max(2, len(word) - 1))
    return word[: place - 1] + word[place : place + 1] + word[place - 1 : place] + word[place + 1 :]


def questions(people: list[tuple[str, str, str, str]]) -> list[str]:
    """Names, in either order, with a slip in either word, documents, phones, product numbers, addresses, and a surname
    with its street."""
    found = []
    for position, (name, document, number, address) in enumerate(people):
        words = name.split()
        phone = Phone.objects.filter(customer__number=number).values_list("number", flat=True).first() or ""
        product = Product.objects.filter(customer__number=number).values_list("number", flat=True).first() or ""
        kinds = (
            name, " ".join(words[1:]), f"{words[-1]} {words[0]}", f"{words[0]} {slip(words[-1])}",
            f"{slip(words[0])} {words[-1]}", document, phone[4:], product, number, address,
            f"{words[-1]} {address.split()[1]}",
        )  # fmt: skip
        found.append(kinds[position % len(kinds)])
    return found


keys = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
people = list(
    Customer.objects.filter(pk__in=rng.sample(keys, 220)).values_list("name", "document", "number", "address")
)
advisor = User.objects.get(username=ADVISOR)
with_cases = list(RetentionCase.objects.order_by("id").values_list("customer__number", flat=True)[:5000])
tray = queries.tray(advisor, Role.ADVISOR).order_by("id")
steps = tray.filter(element=FIRST_STEP).values_list("instance__case__number", "id")
print(
    json.dumps(
        {
            "customers": [number for _, _, number, _ in people],
            "with_cases": some(
                list(RetentionCase.objects.order_by("id").values_list("customer__number", flat=True)[:5000])
            ),
            "questions": questions(people),
            "cases": some(list(access.cases(advisor).order_by("id").values_list("number", flat=True))),
            "steps": [list(each) for each in steps[:3000]],
            "in_tray": tray.count(),
            "open_items": WorkItem.objects.filter(status="open").count(),
        }
    )
)
