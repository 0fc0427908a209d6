"""The decision tables: every row fires, and the edges fall on the right side."""

from typing import Any

import pytest

from arraigo.engine.decisions import Decision
from tests.procedure_data.files import decide, tables

CLEAR = {
    "withdrawn_for_arrears": False, "credit_listed": False, "category": "standard", "average_billing": 100.0,
}  # fmt: skip
SOLVED = {
    "fault_count": 2, "open_faults": 0, "recurred": False,
    "confirmed_solution": False, "disputed_solution": False,
}  # fmt: skip
FIRST_REFUSAL = {
    "refusals": 1, "firm_no": False, "offers_after_firm_no": 0, "minutes_after_firm_no": 0,
    "offered_compensation": False, "offered_courtesy": False,
}  # fmt: skip


def eligibility(**facts: Any) -> Decision:
    return decide("eligibility", CLEAR | facts)


@pytest.mark.parametrize(
    ("lights", "eligible", "rule"),
    [
        ({}, True, "clear"),
        ({"withdrawn_for_arrears": True}, False, "arrears"),
        ({"credit_listed": True}, False, "listed"),
        ({"withdrawn_for_arrears": True, "credit_listed": True}, False, "both"),
    ],
)
@pytest.mark.parametrize(
    ("customer", "vip", "reason"),
    [
        ({}, False, "ordinary"),
        ({"category": "business"}, False, "ordinary"),
        ({"category": "vip", "average_billing": 10}, True, "vip_category"),
        ({"average_billing": 499.99}, False, "ordinary"),
        ({"average_billing": 500}, True, "vip_billing"),
    ],
)
def test_eligibility_and_vip_are_judged_apart(
    lights: dict[str, Any], eligible: bool, rule: str, customer: dict[str, Any], vip: bool, reason: str
) -> None:
    found = eligibility(**lights, **customer)
    assert found.outputs == {"eligible": eligible, "vip": vip}
    assert found.rule == f"eligibility_{rule}_{reason}"


def test_the_two_lights_are_named() -> None:
    assert "mora" in eligibility(withdrawn_for_arrears=True).because
    assert "Central de Riesgos" not in eligibility(withdrawn_for_arrears=True).because
    assert "Central de Riesgos" in eligibility(credit_listed=True).because


def test_a_customer_without_bills_is_not_vip() -> None:
    assert not eligibility(average_billing=0).outputs["vip"]


@pytest.mark.parametrize(
    ("facts", "without_solution"),
    [
        ({"fault_count": 1, "open_faults": 1}, {}),
        ({}, {}),
        ({"open_faults": 1}, {"open", "open_or_disputed", "recurred"}),
        ({"open_faults": 1, "confirmed_solution": True}, {"open", "open_or_disputed", "recurred"}),
        ({"disputed_solution": True}, {"open_or_disputed"}),
        ({"disputed_solution": True, "confirmed_solution": True}, {"open_or_disputed"}),
        ({"recurred": True}, {"recurred"}),
        ({"recurred": True, "disputed_solution": True}, {"open_or_disputed", "recurred"}),
        ({"recurred": True, "confirmed_solution": True}, set()),
        ({"fault_count": 5, "recurred": True}, {"recurred"}),
    ],
)
@pytest.mark.parametrize("rule", ["open", "open_or_disputed", "recurred"])
def test_repeat_fault_by_rule(facts: dict[str, Any], without_solution: set[str], rule: str) -> None:
    found = decide("repeat_fault", SOLVED | facts, repeat_fault__rule=rule)
    assert found.outputs["repeat_fault"] is (rule in without_solution)


def test_repeat_fault_takes_count_and_window_from_the_policy() -> None:
    facts = SOLVED | {"fault_count": 2, "open_faults": 2}
    assert decide("repeat_fault", facts).outputs["repeat_fault"]
    found = decide("repeat_fault", facts, repeat_fault__count=3, repeat_fault__window_hours=1440)
    assert not found.outputs["repeat_fault"]
    assert found.because == "En 60 días hay 2 daños; hacen falta 3."


@pytest.mark.parametrize(
    ("amount", "product_month", "vip", "authority"),
    [
        (0, 100, False, "advisor"),
        (100, 100, False, "advisor"),
        (100.01, 100, False, "commercial_management"),  # more than a month: nobody's limit but management's
        (150, 400, False, "advisor"),
        (150.01, 400, False, "team_lead"),
        (400, 400, False, "team_lead"),
        (600, 900, False, "team_lead"),
        (600.01, 900, False, "commercial_management"),
        (120, 60, True, "advisor"),
        (120.01, 60, True, "commercial_management"),
        (150, 75, True, "advisor"),
        (150.01, 80, True, "team_lead"),
        (600, 300, True, "team_lead"),
        (600.01, 900, True, "commercial_management"),
        (120, 60, False, "commercial_management"),
    ],
)
def test_authority_at_its_limits(amount: float, product_month: float, vip: bool, authority: str) -> None:
    facts = {"amount": amount, "product_month": product_month, "vip": vip}
    assert decide("authority", facts).outputs["authority"] == authority


def test_authority_follows_the_policy() -> None:
    facts = {"amount": 200, "product_month": 200, "vip": False}
    assert decide("authority", facts).outputs["authority"] == "team_lead"
    assert decide("authority", facts, authority__advisor_limit=200).outputs["authority"] == "advisor"
    found = decide("authority", facts, authority__team_lead_limit=199.99)
    assert found.outputs["authority"] == "commercial_management"


@pytest.mark.parametrize(
    ("facts", "allowed", "rule"),
    [
        ({}, True, "further_allowed"),
        ({"firm_no": True}, True, "further_allowed"),
        ({"refusals": 2}, False, "further_limit"),
        ({"refusals": 2, "firm_no": True}, False, "further_limit"),
        ({"firm_no": True, "offers_after_firm_no": 1}, False, "further_firm_no"),
        ({"firm_no": True, "minutes_after_firm_no": 9}, True, "further_allowed"),
        ({"firm_no": True, "minutes_after_firm_no": 10}, False, "further_firm_no_minutes"),
        ({"offers_after_firm_no": 1, "minutes_after_firm_no": 10}, True, "further_allowed"),
        ({"offered_compensation": True}, True, "further_allowed"),
        ({"offered_courtesy": True}, True, "further_allowed"),
        ({"offered_compensation": True, "offered_courtesy": True}, False, "further_none_left"),
    ],
)
def test_further_offer(facts: dict[str, Any], allowed: bool, rule: str) -> None:
    found = decide("further_offer", FIRST_REFUSAL | facts)
    assert (found.outputs["further_offer"], found.rule) == (allowed, rule)


def test_no_offer_after_a_firm_no_where_the_policy_says_so() -> None:
    firm = FIRST_REFUSAL | {"firm_no": True}
    assert not decide("further_offer", firm, retention__offers_after_firm_no=0).outputs["further_offer"]
    assert decide("further_offer", FIRST_REFUSAL, retention__offers_after_firm_no=0).outputs["further_offer"]


ANY = ("compensation", "courtesy", "transfer", "")
OFFERS = {
    "compensation": dict.fromkeys(ANY, "compensation"),
    "better_offer": dict.fromkeys(ANY, "courtesy"),
    "price": dict.fromkeys(ANY, "courtesy"),
    "no_use": dict.fromkeys(ANY, "courtesy"),
    "moving": dict.fromkeys(ANY, "transfer"),
    "death": dict.fromkeys(ANY, "termination"),
    "faults": {"compensation": "compensation", "courtesy": "courtesy", "": "termination"},
    "other": {
        "compensation": "compensation",
        "courtesy": "courtesy",
        "transfer": "termination",
        "": "termination",
    },
    "unheard_of": dict.fromkeys(ANY, "termination"),
}


@pytest.mark.parametrize(
    ("reason", "demand", "path"),
    [(reason, demand, path) for reason, ways in OFFERS.items() for demand, path in ways.items()],
)
def test_offers_by_reason(reason: str, demand: str, path: str) -> None:
    assert decide("offers", {"reason": reason, "demand": demand}).outputs == {"path": path}


@pytest.mark.parametrize("reason", OFFERS)
def test_leaving_is_never_obstructed(reason: str) -> None:
    assert decide("offers", {"reason": reason, "demand": "termination"}).outputs == {"path": "termination"}


@pytest.mark.parametrize(
    ("task", "documents"),
    [
        ("wifi_coverage", ["work_order", "service_report"]),
        ("signal_stability", ["work_order", "service_report", "fault_report"]),
        ("tv_wiring", ["work_order", "service_report", "fault_report"]),
        ("drop_cable_replacement", ["work_order", "service_report", "fault_report"]),
        ("phone_extension", ["work_order", "service_report", "fault_report"]),
    ],
)
def test_documents_by_task(task: str, documents: list[str]) -> None:
    assert decide("documents", {"task": task, "solved": True}).outputs == {"documents": documents}


def test_what_could_not_be_solved_leaves_every_document() -> None:
    found = decide("documents", {"task": "", "solved": False})
    assert (found.rule, len(found.outputs["documents"])) == ("documents_unsolved", 3)


def rules(name: str) -> dict[str, str]:
    """Rule id → description."""
    table = next(node for node in tables()[name]["nodes"] if node["type"] == "decisionTableNode")
    return {rule["_id"]: rule["_description"] for rule in table["content"]["rules"]}


def samples(name: str) -> list[dict[str, Any]]:
    """Facts that reach every rule of the table."""
    flags = (False, True)
    if name == "eligibility":
        return [
            {"withdrawn_for_arrears": w, "credit_listed": c, "category": category, "average_billing": billing}
            for w in flags for c in flags for category in ("standard", "vip") for billing in (0, 500)
        ]  # fmt: skip
    if name == "authority":
        return [{"amount": a, "product_month": 700, "vip": v} for a in (1, 200, 601) for v in flags]
    if name == "further_offer":
        return [
            {"refusals": n, "firm_no": f, "offers_after_firm_no": o, "minutes_after_firm_no": m,
             "offered_compensation": both, "offered_courtesy": both}
            for n in (1, 2) for f in flags for o in (0, 1) for m in (0, 10) for both in flags
        ]  # fmt: skip
    if name == "offers":
        return [{"reason": r, "demand": d} for r in OFFERS for d in (*ANY, "termination")]
    return [{"task": task, "solved": solved} for task in ("wifi_coverage", "tv_wiring") for solved in flags]


@pytest.mark.parametrize("name", ["eligibility", "authority", "further_offer", "offers", "documents"])
def test_no_rule_is_dead_and_each_says_why(name: str) -> None:
    found = [decide(name, facts) for facts in samples(name)]
    assert {decision.rule for decision in found} == set(rules(name))
    assert all(decision.because.strip().endswith(".") for decision in found)
    assert all(rules(name).values())


def test_no_rule_of_repeat_fault_is_dead() -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("recurred", {"fault_count": 1}), ("recurred", {"open_faults": 1}), ("open", {}),
        ("open_or_disputed", {"disputed_solution": True}), ("open_or_disputed", {}),
        ("recurred", {"confirmed_solution": True}), ("recurred", {"recurred": True}), ("recurred", {}),
    ]  # fmt: skip
    found = [decide("repeat_fault", SOLVED | facts, repeat_fault__rule=rule) for rule, facts in cases]
    assert [decision.rule for decision in found] == list(rules("repeat_fault"))
    assert all(decision.because.endswith(".") for decision in found)
