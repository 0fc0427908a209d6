"""Expressions of the diagram: ZEN's over the instance's facts and the policy, never Python's."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

import zen

from arraigo.engine.errors import EngineFault, ExpressionFailed


def first_line(error: Exception) -> str:
    """What ZEN says went wrong, without its backtrace."""
    return str(error).split("\n", 1)[0]


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Any:
    try:
        return zen.compile_expression(expression)
    except RuntimeError as error:
        raise ExpressionFailed(expression, first_line(error)) from error


def evaluate(expression: str, facts: Mapping[str, Any], policy: Mapping[str, Any]) -> Any:
    """The value of `expression`. Names it does not find are null, as ZEN has it.

    Raises ExpressionFailed where it cannot be read or evaluated.
    """
    context: dict[str, Any] = {**facts, "policy": policy} if "policy" in expression else dict(facts)
    try:
        return _compiled(expression).evaluate(context)
    except RuntimeError as error:
        raise ExpressionFailed(expression, first_line(error)) from error


class FactsEnvironment:
    """What SpiffWorkflow asks for values, in place of its Python environment: it can only evaluate.

    `facts` is the run's own dictionary; business rules write their outputs into it.
    """

    def __init__(self, facts: dict[str, Any], policy: Mapping[str, Any]) -> None:
        self.facts, self.policy = facts, policy

    def evaluate(self, expression: str, context: Any = None, external_context: Any = None) -> Any:
        return evaluate(expression, self.facts, self.policy)

    def execute(self, script: str, context: Any = None, external_context: Any = None) -> NoReturn:
        raise EngineFault("A diagram runs no scripts.")

    def call_service(self, context: Any = None, **kwargs: Any) -> NoReturn:
        raise EngineFault("A diagram calls no services.")


class FactsEngine:
    """The script engine of a run, whole: expressions and decisions, and nothing that runs code."""

    def __init__(self, environment: FactsEnvironment) -> None:
        self.environment = environment

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return self.environment.evaluate(expression)

    def execute(self, task: Any, script: str, external_context: Any = None) -> NoReturn:
        self.environment.execute(script)

    def call_service(self, task: Any, **kwargs: Any) -> NoReturn:
        self.environment.call_service()
