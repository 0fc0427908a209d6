"""At most 20 SQL statements a step for a case with one order and one product; each further product may
cost as many again (its own claim, adjustment and promise)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arraigo.retention import actions, sweeps
from tests.cast import Cast, Household, Walk, moment

MOST = 20
CONTROL = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


def counted(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries.captured_queries if not query["sql"].startswith(CONTROL)]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Element → the statements of its step."""
    seen: dict[str, list[str]] = {}
    real = actions.complete_step

    def watched(item_id: int, **given: object) -> object:
        from arraigo.engine.models import WorkItem

        element = WorkItem.objects.values_list("element", flat=True).get(pk=item_id)
        with CaptureQueriesContext(connection) as queries:
            done = real(item_id, **given)  # type: ignore[arg-type]
        seen[element] = counted(queries)
        return done

    monkeypatch.setattr(actions, "complete_step", watched)
    return seen


def too_many(statements: dict[str, list[str]], products: int = 1) -> dict[str, int]:
    return {element: len(sql) for element, sql in statements.items() if len(sql) > MOST * products}


@pytest.mark.parametrize("products", [1, 2])
def test_fault_branch(home: Household, statements: dict[str, list[str]], products: int) -> None:
    owned = [home.internet, home.television][:products]
    for product in owned:
        home.fault(days_ago=9, product=product, solved=False)
        home.fault(days_ago=2, product=product, solved=False)
    walk = Walk(home, products=owned).go("step_01", "step_02")
    walk("step_03", **{f"kind_{product.pk}": "bill_waiver" for product in owned})
    if products == 2:
        walk("approve_03")
    walk.go("step_04", "step_05", "step_06", "step_07")
    walk("step_08", **{f"working_{product.pk}": "on" for product in owned})
    with moment(days=2, hours=1):
        sweeps.wake_due_cases()
        walk("step_09")
    with moment(days=31):
        sweeps.wake_due_cases()
        walk("step_10")
    assert {"step_04", "step_05", "step_08", "step_10"} <= statements.keys()
    assert too_many(statements, products) == {}


def test_offer_branch(cast: Cast, home: Household, statements: dict[str, list[str]]) -> None:
    walk = Walk(home, reason="compensation").go("step_01", "step_02", "step_11", "step_12", "step_13")
    assert walk.open == []
    walk = Walk(cast.household("100002"), reason="other").go("step_01", "step_02")
    walk("step_11", reason="other", demand="termination")
    walk("termination")
    assert "termination" in statements
    assert too_many(statements) == {}
