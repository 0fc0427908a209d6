"""Expressions, tables, timers and the XML reader: only what is meant, and nothing that runs code."""

import copy
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arraigo import clock
from arraigo.engine import expressions, names, parse
from arraigo.engine.decisions import Decisions
from arraigo.engine.errors import DecisionFailed, DefinitionUnreadable, EngineFault, ExpressionFailed
from arraigo.engine.flow import Flow
from arraigo.engine.program import build
from arraigo.engine.timers import moment
from tests.engine.runs import NOON, program_from, small

POLICY = {"limits": {"big": 100.1}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("accepted == true", True),
        ("amount > policy.limits.big", False),
        ("unheard == null", True),
        ("1 + 1", 2),
    ],
)
def test_expressions_see_facts_and_policy(expression: str, value: object) -> None:
    assert expressions.evaluate(expression, {"accepted": True, "amount": 100}, POLICY) == value


@pytest.mark.parametrize("expression", ["__import__('os')", "a ==", "lambda: 1", "len(unheard) > 1"])
def test_what_cannot_be_evaluated_says_so(expression: str) -> None:
    with pytest.raises(ExpressionFailed):
        expressions.evaluate(expression, {}, POLICY)


def test_nothing_runs_scripts_or_services() -> None:
    engine = expressions.FactsEngine(expressions.FactsEnvironment({}, {}))
    with pytest.raises(EngineFault):
        engine.execute(None, "import os")
    with pytest.raises(EngineFault):
        engine.call_service(None, operation="rm")
    with pytest.raises(EngineFault):
        engine.environment.execute("import os")


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("accepted == true and not (path in ['a', \"b.c\"])", ["accepted", "path"]),
        ("amount > policy.limits.big", ["amount", "policy.limits.big"]),
        ("$ > amount and $.x == 1", ["amount"]),
        ("'Bs ' + string(amount) + (refusals == 1 ? ' x' : other)", ["amount", "refusals", "other"]),
        ("{key: value, other: 2}", ["value"]),
        ("`about ${reason} and ${policy.limits.big}`", ["reason", "policy.limits.big"]),
        ("map([1, 2], # * factor)", ["factor"]),
        ("d(post_visit_at).add('2d')", ["post_visit_at"]),
    ],
)
def test_names_of_an_expression(expression: str, found: list[str]) -> None:
    assert list(names.names(expression)) == found


def test_unknown_names() -> None:
    known = {"amount"}
    assert names.unknown("amount > policy.limits.big", known, POLICY) == []
    assert names.unknown("policy == 1 or policy.limits.huge > amount.x", known, POLICY) == [
        "policy", "policy.limits.huge", "amount.x",
    ]  # fmt: skip


@given(st.text("abc_.$#'\"`{}()[] \n01+-=<>&|!?:,", max_size=30))
def test_checking_an_expression_never_fails(expression: str) -> None:
    assert isinstance(names.fault(expression), str)
    assert isinstance(names.unknown(expression, {"a"}, POLICY), list)


def test_a_table_without_a_rule_that_fits_says_so() -> None:
    table = {**small().decisions["size"]}
    content = {**table["nodes"][1]["content"]}
    content["rules"] = content["rules"][:1]
    table["nodes"] = [table["nodes"][0], {**table["nodes"][1], "content": content}, table["nodes"][2]]
    decisions = Decisions({"size": table}, POLICY)
    assert decisions.evaluate("size", {"amount": 101}).outputs == {"size": "big"}
    with pytest.raises(DecisionFailed, match="no rule fits"):
        decisions.evaluate("size", {"amount": 1})
    with pytest.raises(DecisionFailed, match="no such table"):
        decisions.evaluate("weight", {})


def test_a_table_that_collects_answers_with_lists() -> None:
    table = copy.deepcopy(small().decisions["size"])
    table["nodes"][1]["content"]["hitPolicy"] = "collect"
    decision = Decisions({"size": table}, POLICY).evaluate("size", {"amount": 101})
    assert decision.outputs == {"size": ["big", "small"]}
    assert (decision.because, decision.rule) == ("Bs 101 is a lot. It is little.", "size_big,size_small")


@pytest.mark.parametrize("value", ["2026-03-10T12:00:00", "tomorrow", None, 3])
def test_a_timer_takes_moments_with_an_offset_only(value: object) -> None:
    with pytest.raises(EngineFault):
        moment(value)


def test_a_timer_fires_at_its_moment_by_our_clock() -> None:
    at = NOON + dt.timedelta(days=30)
    program = program_from(small())
    flow = Flow(program, {"amount": 1, "check_at": at.isoformat()})
    flow.settle()
    with clock.at(NOON):
        flow.complete(next(point.token for point in flow.points() if point.element == "measure"))
    assert [point.moment for point in flow.points() if point.element == "wait_check"] == [at.isoformat()]
    for now, there in ((at - dt.timedelta(microseconds=1), False), (at, True)):
        with clock.at(now):
            flow.tick()
        assert any(point.element == "check" for point in flow.points()) is there


def test_the_xml_reader_opens_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do not read")
    doctype = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(parse.UnsafeXml):
        parse.safe_xml(f"{doctype}<a>&x;</a>")
    with pytest.raises(DefinitionUnreadable):
        parse.safe_xml("<a>&x;</a>")
    with pytest.raises(DefinitionUnreadable):
        parse.safe_xml("")


def test_an_error_nobody_catches_is_a_fault_of_the_diagram() -> None:
    files = small()
    spoiled = files.bpmn.replace(
        '<bpmn:errorEventDefinition id="again__error" errorRef="err_again" />',
        '<bpmn:messageEventDefinition id="again__message" messageRef="msg_signed" />',
    )
    program = build(spoiled, files.decisions, POLICY)
    flow = Flow(program, {"amount": 1, "check_at": NOON.isoformat(), "failed": True})
    flow.settle()
    with clock.at(NOON):
        flow.complete(next(point.token for point in flow.points() if point.element == "measure"))
        with pytest.raises(EngineFault, match="nowhere"):
            flow.complete(next(point.token for point in flow.points() if point.element == "check"))
