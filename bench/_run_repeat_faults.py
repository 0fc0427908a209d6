"""Our side of `bench repeat-faults`, in a process of its own: prints times in ms and the counts."""

import json
import random
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from arraigo import clock  # noqa: E402
from arraigo.tickets.models import TroubleTicket  # noqa: E402
from arraigo.tickets.queries import fault_history  # noqa: E402
from arraigo.tickets.repetition import Asked, repeat_history  # noqa: E402
from bench._visits import percentile  # noqa: E402
from bench.repeat_faults import ASKED, DAYS, HOURS, best, parser_of  # noqa: E402

options = parser_of("bench._run_repeat_faults").parse_args()

connection.ensure_connection()
history, found = best(lambda: repeat_history(Asked(HOURS)))
days, _ = best(lambda: repeat_history(Asked(HOURS, calendar_days=DAYS)))
given = {name: value for name in ASKED if (value := getattr(options, name)) is not None}
asked, counted = best(lambda: repeat_history(Asked(**{"window_hours": HOURS, **given}))) if given else (None, None)
three, _ = best(lambda: repeat_history(Asked(3 * HOURS, count=3)))
last = TroubleTicket.objects.latest("id").pk
rng, moment = random.Random(1), clock.now()
products = list(
    TroubleTicket.objects.filter(pk__in=[rng.randint(1, last) for _ in range(200)]).values_list("product_id", flat=True)
)
single = []
for product in products:
    begun = time.perf_counter()
    fault_history([product], as_of=moment, window_hours=HOURS, count=2)
    single.append(1000 * (time.perf_counter() - begun))
print(
    json.dumps(
        {
            "history": history, "days": days, "three": three, "one_p50": percentile(single, 0.5),
            "one_p99": percentile(single, 0.99),
            "asked": asked, "asked_counts": counted and [counted.tickets, counted.products],
            "counts": [found.tickets, found.products, found.tickets_earlier_unsolved],
        }
    )
)  # fmt: skip
