"""The procedure's files agree with one another and with the document."""

import re

import pytest

from arraigo.fieldwork.models import Paper, Task
from arraigo.people.models import Role
from arraigo.procedure import policy
from arraigo.products.models import Service, Technology
from arraigo.retention.models import Reason
from tests.procedure_data.files import (
    BPMN,
    DECISION_REF,
    DI,
    conditions,
    diagram,
    elements,
    names,
    policy_text,
    tables,
    toml,
)

NOTE = (
    "CLIENTE CON DAÑOS REITERADOS, CON INTENSION DE BAJA, SE OFERTA NO COBRO EL MES DE MARZO POR EL "
    "SERVICIO DEFICIENTE, Y SE OFERTA SOLUCION DEFINITIVA, SE COMPROMETE A REALIZAR LA VISITA TÉCNICA "
    "EN 24 HORAS. FAVOR COORDINAR CON EL CLIENTE AL CEL XXXXXX"
)
ENTRIES = list(policy.entries(policy_text()))
VALUES = policy.plain(policy_text())
KEYWORDS = {"true", "false", "null", "in", "and", "or", "not", "string", "min", "max"}


def value(path: str) -> object:
    found: object = VALUES
    for name in path.split("."):
        assert isinstance(found, dict), path
        assert name in found, path
        found = found[name]
    return found


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.path))
def test_every_value_says_where_it_comes_from_and_why(entry: policy.Entry) -> None:
    assert re.fullmatch(r"I\.[df]|III\.2|\d{1,2}(\.\d)?", entry.step), entry.step
    assert entry.reason.endswith(".")
    assert len(entry.reason) > 15


def test_every_table_of_the_policy_is_a_value() -> None:
    headings = re.findall(r"^\[(.+)\]$", policy_text(), re.MULTILINE)
    assert headings == [entry.path for entry in ENTRIES]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("repeat_fault.window_hours", 30 * 24), ("repeat_fault.count", 2), ("visit.hours", 24),
        ("control.post_visit_days", 2), ("control.post_service_days", 30),
        ("work_order.activity_code", "40530"), ("work_order.activity_name", "PEX/Adecuación por Retención"),
        ("work_order.payment_terms", "Crédito"), ("work_order.price", 0), ("note.bill_waiver", NOTE),
        ("claim.bill_waiver", "Retiro por Retención con Servicio de Ingeniería"), ("indicator.target", ""),
    ],
)  # fmt: skip
def test_what_the_document_gives_is_not_supposed(path: str, expected: object) -> None:
    assert value(path) == expected
    assert not next(entry for entry in ENTRIES if entry.path == path).supposed


def test_the_compensation_s_note_promises_no_waiver() -> None:
    note = str(value("note.compensation"))
    assert "NO COBRO" not in note
    assert "MES DE MARZO" in note
    assert note.endswith("CEL XXXXXX")
    assert note.split("DEFICIENTE, ")[1] == NOTE.split("DEFICIENTE, ")[1]


def test_the_policy_speaks_of_what_the_records_know() -> None:
    assert set(VALUES["xpress"]) == set(Task.values)
    assert set(VALUES["papers"]["wiring_tasks"]) <= set(Task.values)
    assert set(VALUES["papers"]["wiring"]) == set(VALUES["papers"]["unsolved"]) == set(Paper.values)
    assert set(VALUES["reason"]) == set(Reason.values)
    assert set(VALUES["reading"]) <= {*Technology.values, "default"}
    for terms in VALUES["courtesy"].values():
        assert set(terms["services"]) <= set(Service.values)
        assert set(terms["technologies"]) <= set(Technology.values)


def test_only_fibre_gets_more_bandwidth_and_a_courtesy_never_outlasts_a_month() -> None:
    assert len(VALUES["courtesy"]) == 5
    assert VALUES["courtesy"]["bandwidth"]["technologies"] == ["fibre"]
    assert all(0 < terms["days"] <= 30 for terms in VALUES["courtesy"].values())


def cells(name: str) -> list[str]:
    """Fields and cells of a table: everything that is evaluated."""
    table = next(node["content"] for node in tables()[name]["nodes"] if node["type"] == "decisionTableNode")
    columns = [*table["inputs"], *table["outputs"]]
    found = [rule[column["id"]] for rule in table["rules"] for column in columns]
    return [*found, *(column["field"] for column in table["inputs"])]


@pytest.mark.parametrize("name", tables())
def test_tables_name_declared_facts_and_existing_values(name: str) -> None:
    for found in set().union(*map(names, cells(name))) - KEYWORDS:
        if found.startswith("policy."):
            value(found.removeprefix("policy."))
        else:
            assert found in toml("facts.toml"), found


@pytest.mark.parametrize("name", tables())
def test_tables_hold_tables_only_and_no_thresholds(name: str) -> None:
    assert {node["type"] for node in tables()[name]["nodes"]} == {
        "inputNode",
        "decisionTableNode",
        "outputNode",
    }
    numbers = {n for cell in cells(name) for n in re.findall(r"(?<![\w.])\d+", re.sub(r"'[^']*'", "", cell))}
    assert numbers <= {"0", "1", "24"}, "a threshold belongs into the policy"


def test_expressions_of_the_diagram_name_declared_facts() -> None:
    assert set().union(*map(names, conditions())) - KEYWORDS <= set(toml("facts.toml"))


def test_facts_are_written_by_an_element_of_the_diagram() -> None:
    known = {element.get("id") for element in elements("userTask", "businessRuleTask")}
    facts = toml("facts.toml").values()
    assert {fact["written_by"] for fact in facts} <= known
    assert {fact["type"] for fact in facts} == {"bool", "int", "number", "str"}
    assert all(fact["meaning"].endswith(".") for fact in facts)


def test_lanes_are_roles() -> None:
    for process in elements("process"):
        for lane in process.iter(f"{BPMN}lane"):
            role, _, of = str(lane.get("id")).partition("__")
            assert role in Role.values
            assert of == process.get("id")


def test_the_fifteen_steps_stand_in_their_lanes() -> None:
    lane_of = {ref.text: str(lane.get("id")).partition("__")[0] for lane in elements("lane") for ref in lane}
    advisor = {1, 2, 3, 4, 5, 11, 12, 13, 14}
    others = {
        6: "operations_supervisor", 7: "multi_service_technician", 8: "multi_service_technician",
        9: "incident_follow_up", 10: "quality_management", 15: "commercial_management",
    }  # fmt: skip
    for number in range(1, 16):
        expected = "advisor" if number in advisor else others[number]
        assert lane_of[f"step_{number:02}"] == expected


def test_business_rules_name_a_table() -> None:
    asked = {str(element.get(DECISION_REF)) for element in elements("businessRuleTask")}
    assert asked == set(tables()) - {"documents"}


def test_exclusive_gateways_have_a_default_and_conditions_elsewhere() -> None:
    flows = {flow.get("id"): flow for flow in elements("sequenceFlow")}
    for gateway in elements("exclusiveGateway"):
        default = gateway.get("default")
        ways = [str(out.text) for out in gateway.iter(f"{BPMN}outgoing")]
        assert default in ways, gateway.get("id")
        assert len(ways) > 1, gateway.get("id")
        for way in ways:
            condition = flows[way].find(f"{BPMN}conditionExpression")
            assert (condition is None) is (way == default), way


def test_everything_is_drawn_once() -> None:
    drawn = [str(each.get("bpmnElement")) for tag in ("BPMNShape", "BPMNEdge") for each in diagram().iter(DI + tag)]
    model = {
        str(each.get("id"))
        for process in elements("process")
        for each in process.iter()
        if each.tag.removeprefix(BPMN) in {"sequenceFlow", "lane"} or each.find(f"{BPMN}incoming") is not None
        or each.find(f"{BPMN}outgoing") is not None
    }  # fmt: skip
    pools = {str(each.get("id")) for each in elements("participant")}
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == model | pools


def test_document_control() -> None:
    document = toml("document.toml")
    assert (document["code"], document["version"], document["date"]) == ("OPE-ASE-FID-P01", 1, "Marzo 2021")
    assert len(document["prepared_by"]) == 3
    assert document["entry"][0]["code"] == "OPE-ASE-GIR-P02"
    assert document["exit"][0]["code"] == "OPE-SUM-ARS-P02"
    assert document["indicator"]["parameter"] == ""
