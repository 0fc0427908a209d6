"""How long the last finished month's evaluation takes to become a PDF, in a process of its own: times in ms.

What the signature does beside judging cases: the figures from the records, then the paper. Nothing is kept.
"""

import json
import sys
import time

import django

django.setup()

from arraigo import clock  # noqa: E402
from arraigo.insight import paper, queries  # noqa: E402
from arraigo.insight.models import Evaluation  # noqa: E402
from arraigo.people.models import Role  # noqa: E402
from arraigo.people.queries import users_with_role  # noqa: E402

WORDS = "El norte mejora desde que las acometidas se cambian en la primera visita.\n" * 4


def unsigned() -> Evaluation:
    month = clock.previous_month(clock.today())
    return Evaluation(
        month=month, figures=queries.month_figures(month).model_dump(mode="json"), findings=WORDS, decisions=WORDS,
        signed_at=clock.now(), signed_by=users_with_role(Role.COMMERCIAL_MANAGEMENT)[0], log_count=1, log_head="0" * 64,
    )  # fmt: skip


def timed(rounds: int) -> list[dict[str, float]]:
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        evaluation = unsigned()
        counted = time.perf_counter()
        paper.evaluation_pdf(evaluation)
        done = time.perf_counter()
        found.append({"whole": 1000 * (done - begun), "paper": 1000 * (done - counted)})
    return found


if __name__ == "__main__":
    print(json.dumps(timed(int(sys.argv[1]))))
