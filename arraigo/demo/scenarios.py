"""The ways a case can go in the demo: what is answered at which step, and where it is left waiting."""

from dataclasses import dataclass, field
from typing import Any

from arraigo.retention.models import Reason
from arraigo.retention.staying import StayReason


@dataclass(frozen=True)
class Do:
    """What is answered at a step beyond what is usual."""

    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stop:
    """The item is left in its tray."""


@dataclass(frozen=True)
class Insist:
    """While the item is open, the customer insists on leaving."""


@dataclass(frozen=True)
class Stay:
    """While the baja is to be registered, the customer stays after all."""

    why: str
    words: str


@dataclass(frozen=True)
class Elsewhere:
    """While the item is open, something happens elsewhere that ends the case."""

    because: str


Answer = Do | Stop | Insist | Stay | Elsewhere


@dataclass(frozen=True)
class Scenario:
    """One way. Elements that `answers` does not name go well, as usual; lists are used up in order."""

    name: str
    reason: str = Reason.FAULTS
    answers: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    faults: bool = False
    """Two faults on the Internet product in the days before."""
    trait: str = ""
    """`arrears` or `listed`: not eligible."""
    price: str = "cheap"
    """Price of the Internet product: `cheap`, `middle`, `top`."""
    vip: bool = False
    television: bool = False
    recurs: bool = False
    """A new fault comes back between the visit and the control at 30 days."""
    weight: int = 1
    hours: float = 0
    """Opened so long before the demo's moment; 0: some time in the last months."""


def refuse(**data: Any) -> Do:
    return Do({"answer": "refused", **data})


def asks(reason: str, demand: str, **data: Any) -> Do:
    return Do({"reason": reason, "demand": demand, **data})


STOP = Stop()
FIRM = {"firm_no": "on"}
NO = Do({"approved": "no", "reason": "Excede lo que corresponde a los días afectados."})
DENIED = Do({"granted": "no", "reason": "Registro vigente sin plan de pago."})
LEAVES, STAYS = Do({"wish": "termination"}), Do({"wish": "incident"})
UNSOLVED = Do({"solved": "no", "tasks": [], "cause": "plant", "findings": "Caja de distribución sin señal."})
SAYS_NO = "El servicio sigue cortándose por las noches."
FAILED = Do({"verdict": "failed", "reasons": ["goes_on"], "satisfaction": "2", "answer": SAYS_NO})
NOT_REACHED = Do({"verdict": "not_reached", "satisfaction": "", "answer": ""})
COMPETITOR = {"competitor": "Otra operadora", "competitor_offer": "200 Mbps", "competitor_price": "159"}
COMPENSATION = asks(Reason.COMPENSATION, "compensation")
BETTER = asks(Reason.BETTER_OFFER, "courtesy", **COMPETITOR)

HISTORIC = (
    Scenario("saved", faults=True, weight=22),
    Scenario("saved_vip", faults=True, vip=True, weight=3),
    Scenario("saved_with_compensation", faults=True, weight=8, answers={
        "step_03": (Do({"kind": "compensation", "amount": "48.50"}),)}),
    Scenario("saved_above_authority", faults=True, price="middle", weight=7),
    Scenario("saved_by_management", faults=True, price="top", weight=2),
    Scenario("approval_refused", faults=True, price="middle", weight=2, answers={
        "approve_03": (NO,), "step_03": (Do(), Do({"kind": "compensation", "amount": "90.00"}))}),
    Scenario("second_visit", faults=True, weight=4, answers={"step_07": (UNSOLVED,)}),
    Scenario("reopened", faults=True, weight=4, answers={"step_09": (FAILED,)}),
    Scenario("recurrence", faults=True, recurs=True, weight=3, answers={"step_10": (FAILED,)}),
    Scenario("recurrence_leaves", faults=True, recurs=True, weight=2, answers={
        "step_10": (FAILED,), "step_03_recurrence": (refuse(**FIRM),),
        "step_11": (asks(Reason.FAULTS, "termination"),), "step_12": (refuse(),), "step_14": (refuse(),)}),
    Scenario("not_reached", faults=True, weight=3, answers={"step_09": (NOT_REACHED,)}),
    Scenario("signature_refused", faults=True, weight=2, answers={
        "step_08": (Do({"refusal_reason": "No desea firmar documentos."}),)}),
    Scenario("faults_refused", faults=True, weight=4, answers={
        "step_03": (refuse(),), "step_11": (COMPENSATION,), "step_12": (refuse(**FIRM),), "step_14": (refuse(),)}),
    Scenario("compensation", Reason.COMPENSATION, {"step_11": (COMPENSATION,)}, weight=12),
    Scenario("compensation_above_authority", Reason.COMPENSATION, price="middle", weight=3, answers={
        "step_11": (COMPENSATION,), "step_12": (Do({"days": "27"}),)}),
    Scenario("compensation_then_courtesy", Reason.COMPENSATION, television=True, weight=4, answers={
        "step_11": (COMPENSATION,), "step_12": (refuse(),)}),
    Scenario("compensation_refused", Reason.COMPENSATION, weight=6, answers={
        "step_11": (COMPENSATION,), "step_12": (refuse(),), "step_14": (refuse(**FIRM),)}),
    Scenario("courtesy", Reason.BETTER_OFFER, {"step_11": (BETTER,)}, television=True, weight=10),
    Scenario("courtesy_then_compensation", Reason.PRICE, television=True, weight=3, answers={
        "step_11": (asks(Reason.PRICE, "courtesy"),), "step_14": (refuse(),)}),
    Scenario("courtesy_refused", Reason.BETTER_OFFER, weight=7, answers={
        "step_11": (BETTER,), "step_14": (refuse(),), "step_12": (refuse(**FIRM),)}),
    Scenario("transfer", Reason.MOVING, {"step_11": (asks(Reason.MOVING, "transfer"),)}, weight=4),
    Scenario("moves_away", Reason.MOVING, weight=3, answers={
        "step_11": (asks(Reason.MOVING, "transfer"),), "transfer": (refuse(),)}),
    Scenario("death", Reason.DEATH, {"step_11": (asks(Reason.DEATH, "termination"),)}, weight=2),
    Scenario("no_use", Reason.NO_USE, weight=4, answers={
        "step_11": (asks(Reason.NO_USE, "termination"),), "step_14": (refuse(**FIRM),), "step_12": (refuse(),)}),
    Scenario("listed_leaves", Reason.PRICE, {"override": (DENIED,), "inform": (LEAVES,)}, trait="listed", weight=3),
    Scenario("arrears_stays", faults=True, trait="arrears", weight=3, answers={
        "override": (DENIED,), "inform": (STAYS,)}),
    Scenario("listed_authorised", faults=True, trait="listed", weight=3),
    Scenario("insists", faults=True, weight=4, answers={"step_03": (Insist(),)}),
    Scenario("insists_during_visit", faults=True, weight=1, answers={"step_07": (Insist(),)}),
    Scenario("request_withdrawn", Reason.OTHER, weight=2, answers={
        "step_11": (Elsewhere("El cliente retiró su solicitud."),)}),
    Scenario("died_meanwhile", faults=True, weight=1, answers={
        "step_10": (Elsewhere("La familia informó el fallecimiento del titular."),)}),
)  # fmt: skip
"""What happened in the last months; every one that has not ended by the demo's moment waits somewhere."""

WAITING = (
    Scenario("new", faults=True, hours=1.2, answers={"step_01": (STOP,)}),
    Scenario("new_better_offer", Reason.BETTER_OFFER, hours=0.9, television=True, answers={"step_01": (STOP,)}),
    Scenario("verdict", faults=True, hours=2, answers={"step_02": (STOP,)}),
    Scenario("negotiation", faults=True, hours=3, answers={"step_03": (STOP,)}),
    Scenario("negotiation_vip", faults=True, vip=True, hours=3.5, answers={"step_03": (STOP,)}),
    Scenario("to_approve", faults=True, price="middle", hours=4, answers={"approve_03": (STOP,)}),
    Scenario("to_approve_by_management", faults=True, price="top", hours=5, answers={
        "approve_03_management": (STOP,)}),
    Scenario("claim", faults=True, hours=2.5, answers={"step_04": (STOP,)}),
    Scenario("sale", faults=True, hours=2.2, answers={"step_05": (STOP,)}),
    Scenario("to_print", faults=True, hours=4, answers={"step_06": (STOP,)}),
    Scenario("to_print_too", faults=True, price="cheap", television=True, hours=7, answers={"step_06": (STOP,)}),
    Scenario("to_print_late", faults=True, hours=23, answers={"step_06": (STOP,)}),
    Scenario("to_visit", faults=True, hours=9, answers={"step_07": (STOP,)}),
    Scenario("to_visit_too", faults=True, television=True, hours=16, answers={"step_07": (STOP,)}),
    Scenario("visit_late", faults=True, vip=True, hours=30, answers={"step_07": (STOP,)}),
    Scenario("to_sign", faults=True, hours=27, answers={"step_08": (STOP,)}),
    Scenario("unsolved_to_sign", faults=True, hours=27, answers={"step_07": (UNSOLVED,), "step_08_unsolved": (STOP,)}),
    Scenario("unsolved", faults=True, hours=28, answers={"step_07": (UNSOLVED,), "route_to_plant": (STOP,)}),
    Scenario("control_due", faults=True, hours=24 * 4.2, answers={"step_09": (STOP,)}),
    Scenario("control_due_too", faults=True, hours=24 * 5, answers={"step_09": (STOP,)}),
    Scenario("reopened_sale", faults=True, hours=24 * 8, answers={"step_09": (FAILED,), "step_05": (Do(), STOP)}),
    Scenario("late_control_due", faults=True, hours=24 * 31.2, answers={"step_10": (STOP,)}),
    Scenario("late_control_recurred", faults=True, recurs=True, hours=24 * 33, answers={"step_10": (STOP,)}),
    Scenario("back_to_three", faults=True, recurs=True, hours=24 * 37, answers={
        "step_10": (FAILED,), "step_03_recurrence": (STOP,)}),
    Scenario("to_analyse", Reason.PRICE, hours=1.5, television=True, answers={"step_11": (STOP,)}),
    Scenario("to_compensate", Reason.COMPENSATION, hours=1.8, answers={
        "step_11": (COMPENSATION,), "step_12": (STOP,)}),
    Scenario("to_approve_12", Reason.COMPENSATION, price="middle", hours=3, answers={
        "step_11": (COMPENSATION,), "step_12": (Do({"days": "27"}),), "approve_12": (STOP,)}),
    Scenario("to_claim_13", Reason.COMPENSATION, hours=2.6, answers={
        "step_11": (COMPENSATION,), "step_13": (STOP,)}),
    Scenario("to_grant", Reason.BETTER_OFFER, hours=2.4, television=True, answers={
        "step_11": (BETTER,), "step_14": (STOP,)}),
    Scenario("to_transfer", Reason.MOVING, hours=1.7, answers={
        "step_11": (asks(Reason.MOVING, "transfer"),), "transfer": (STOP,)}),
    Scenario("to_override", faults=True, trait="listed", hours=3.2, answers={"override": (STOP,)}),
    Scenario("to_inform", Reason.PRICE, trait="arrears", hours=6, answers={
        "override": (DENIED,), "inform": (STOP,)}),
    Scenario("leaving", faults=True, hours=2.1, answers={"step_03": (Insist(),), "termination": (STOP,)}),
    Scenario("to_confirm", faults=True, price="middle-top", hours=26, answers={"step_07": (STOP,)}),
    Scenario("stays_after_all", faults=True, hours=2.7, answers={
        "step_03": (Insist(), STOP),
        "termination": (Stay(StayReason.OFFER, "Si de verdad vienen mañana, me quedo."),)}),
    Scenario("to_approve_12_by_management", Reason.COMPENSATION, price="top", hours=3.4, answers={
        "step_11": (COMPENSATION,), "step_12": (Do({"days": "28"}),), "approve_12_management": (STOP,)}),
)  # fmt: skip
"""One in every tray today, for the accounts that people sign in with."""
