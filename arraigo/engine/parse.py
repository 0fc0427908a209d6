"""From the diagram's XML to what SpiffWorkflow runs: only the elements that Arraigo allows."""

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import EndEventParser, ReceiveTaskParser, StartEventParser
from SpiffWorkflow.bpmn.parser.task_parsers import CallActivityParser, ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin

from arraigo.engine.errors import DefinitionUnreadable
from arraigo.engine.timers import BoundaryParser, CatchParser

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DECISION = "decisionRef"
"""Local name of the attribute by which modelers tie a business rule task to its table."""


class UnsafeXml(DefinitionUnreadable):
    """The diagram cannot be run: {reason}."""


def safe_xml(text: str) -> Any:
    """The root element of `text`, read without entities, doctype or network.

    Raises UnsafeXml for a doctype, DefinitionUnreadable for anything that is not well-formed XML.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise DefinitionUnreadable(f"it is not well-formed XML ({error.msg})") from error
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise UnsafeXml("it has a doctype")
    return root


def decision_ref(node: Any) -> str:
    """The table that a business rule task names: `decisionRef` in any namespace."""
    return next((value for name, value in node.attrib.items() if etree.QName(name).localname == DECISION), "")


class RuleTask(BpmnSpecMixin):
    """A business rule task: asks its decision table and keeps the outputs as facts."""

    def __init__(self, wf_spec: Any, bpmn_id: str, decision: str = "", **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.decision = decision

    def _run_hook(self, my_task: Any) -> bool:
        my_task.workflow.top_workflow.decide(self.bpmn_id, self.decision)
        return True


class RuleTaskParser(TaskParser):
    def create_task(self) -> RuleTask:
        return RuleTask(self.spec, self.bpmn_id, decision_ref(self.node), **self.bpmn_attributes)


class GuardJoin(BoundaryEventJoin):
    """The join behind an activity with boundary events, without SpiffWorkflow's clearing of other joins.

    There it also cancels the join that the next round needs, where a boundary event leads back to its
    own activity. Nothing else is lost: what the boundary ends is cancelled by the threshold check.
    """

    def _do_join(self, my_task: Any) -> None:
        pass


class DiagramParser(BpmnParser):
    """SpiffWorkflow's parser with the elements of ours alone: nothing that could run code is known to it."""

    PARSER_CLASSES = {
        full_tag("startEvent"): (StartEventParser, defaults.StartEvent),
        full_tag("endEvent"): (EndEventParser, defaults.EndEvent),
        full_tag("userTask"): (TaskParser, defaults.UserTask),
        full_tag("businessRuleTask"): (RuleTaskParser, RuleTask),
        full_tag("receiveTask"): (ReceiveTaskParser, defaults.ReceiveTask),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, defaults.ExclusiveGateway),
        full_tag("parallelGateway"): (GatewayParser, defaults.ParallelGateway),
        full_tag("callActivity"): (CallActivityParser, defaults.CallActivity),
        full_tag("boundaryEvent"): (BoundaryParser, defaults.BoundaryEvent),
        full_tag("intermediateCatchEvent"): (CatchParser, defaults.IntermediateCatchEvent),
    }
    OVERRIDE_PARSER_CLASSES: dict[str, Any] = {}

    def specs(self) -> dict[str, Any]:
        """Process id → specification, for all processes. Raises ValidationException."""
        found: dict[str, Any] = self.find_all_specs()
        for process in found.values():
            for task in process.task_specs.values():
                if isinstance(task, BoundaryEventJoin):
                    task.__class__ = GuardJoin
        return found


def tag(node: Any) -> str:
    """The local name of a BPMN element; empty for anything of another namespace."""
    name = etree.QName(node)
    return name.localname if name.namespace == BPMN else ""


def called_processes(root: Any) -> set[str]:
    """Ids of the processes that some call activity calls."""
    return {node.get("calledElement", "") for node in root.iter(f"{{{BPMN}}}callActivity")}


def process_ids(root: Any) -> list[str]:
    """Ids of all processes, in the file's order."""
    return [node.get("id", "") for node in root.iter(f"{{{BPMN}}}process")]


def role_of_lane(lane_id: str) -> str:
    """The role that a lane stands for: `advisor` of `advisor__case`."""
    return lane_id.split("__", 1)[0]


def roles_by_element(root: Any) -> dict[str, str]:
    """Element id → role of the lane it lies in."""
    return {
        (reference.text or "").strip(): role_of_lane(lane.get("id", ""))
        for lane in root.iter(f"{{{BPMN}}}lane")
        for reference in lane.iter(f"{{{BPMN}}}flowNodeRef")
    }
