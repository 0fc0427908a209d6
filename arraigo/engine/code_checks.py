"""Checking that a diagram holds nothing that could run code, and nothing that is not run here."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from lxml import etree

from arraigo.engine import parse
from arraigo.engine.problems import FLOW_NODES, Diagram, Problem, name_of, problem

DRAWING = {
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
}
XSI = "http://www.w3.org/2001/XMLSchema-instance"
RUNS_CODE = {
    "scriptTask": gettext_noop("a script task"),
    "script": gettext_noop("a script"),
    "serviceTask": gettext_noop("a service task"),
    "sendTask": gettext_noop("a send task"),
    "conditionalEventDefinition": gettext_noop("a conditional event"),
    "multiInstanceLoopCharacteristics": gettext_noop("a multi-instance loop"),
    "standardLoopCharacteristics": gettext_noop("a loop"),
    "adHocSubProcess": gettext_noop("an ad-hoc subprocess"),
    "complexGateway": gettext_noop("a complex gateway"),
    "dataStore": gettext_noop("a data store"),
    "dataStoreReference": gettext_noop("a data store"),
    "ioSpecification": gettext_noop("an input and output specification"),
    "dataInputAssociation": gettext_noop("a data association"),
    "dataOutputAssociation": gettext_noop("a data association"),
    "correlationProperty": gettext_noop("a correlation expression"),
    "correlationKey": gettext_noop("a correlation expression"),
}
PLAIN = {
    "definitions",
    "collaboration",
    "participant",
    "process",
    "laneSet",
    "lane",
    "childLaneSet",
    "flowNodeRef",
    "incoming",
    "outgoing",
    "sequenceFlow",
    "conditionExpression",
    "documentation",
    "message",
    "error",
    "messageEventDefinition",
    "errorEventDefinition",
    "timerEventDefinition",
    "timeDate",
    "timeDuration",
    "timeCycle",
    "textAnnotation",
    "text",
    "association",
    "group",
    "category",
    "categoryValue",
    "messageFlow",
    "extensionElements",
}


def check_elements(diagram: Diagram) -> Iterator[Problem]:
    """Elements and attributes that a diagram may not have."""
    inside: Any = None
    for node in diagram.root.iter():
        if inside is not None and inside in node.iterancestors():
            continue
        found = _element(node)
        if found:
            inside = node
            yield found
        else:
            yield from _attributes(node)


def _element(node: Any) -> Problem | None:
    kind, name = parse.tag(node), name_of(node)
    if kind in RUNS_CODE:
        return problem(name, _("“%(element)s”: %(kind)s could run code, take it out."), kind=_(RUNS_CODE[kind]))
    if kind == "extensionElements" or (not kind and etree.QName(node).namespace not in DRAWING):
        return problem(name, _("“%(element)s” has extension elements, which could run code: take them out."))
    if kind and kind not in PLAIN and kind not in FLOW_NODES:
        return problem(name, _("“%(element)s” is a “%(kind)s”, which is not run here: draw it otherwise."), kind=kind)
    return None


def _attributes(node: Any) -> Iterator[Problem]:
    if not parse.tag(node):
        return
    for attribute in node.attrib:
        name = etree.QName(attribute)
        is_ours = name.localname == parse.DECISION and parse.tag(node) == "businessRuleTask"
        if name.namespace and name.namespace != XSI and not is_ours:
            yield problem(
                name_of(node),
                _("“%(element)s” has the foreign attribute “%(attribute)s”, which could run code: take it out."),
                attribute=name.localname,
            )
