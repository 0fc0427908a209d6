"""What Django's admin calls the records that it shows: singular and plural of each, and the groups they stand in.

Set on the models when the admin is made ready, for nothing else shows these words; migrations read none of it.
"""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, Promise] = {
    "axes": _("Sign-ins"),
    "billing": _("Billing"),
    "bss": _("Commercial system"),
    "customers": _("Customers"),
    "desk": _("Advisors' desk"),
    "django_q": _("Background jobs"),
    "engine": _("Runs of the procedure"),
    "eventlog": _("Event log"),
    "fieldwork": _("Visits"),
    "imports": _("Imports"),
    "insight": _("Evaluation"),
    "network": _("Network"),
    "orders": _("Orders"),
    "people": _("Units and people"),
    "procedure": _("Procedure"),
    "products": _("Products"),
    "quality": _("Controls"),
    "retention": _("Retention"),
    "terminations": _("Terminations"),
    "tickets": _("Tickets"),
    "usage": _("Usage"),
    "workdays": _("Business days"),
}
RECORDS: dict[str, tuple[Promise, Promise]] = {
    "axes.AccessAttempt": (_("sign-in attempt"), _("sign-in attempts")),
    "axes.AccessFailureLog": (_("failed sign-in"), _("failed sign-ins")),
    "axes.AccessLog": (_("sign-in"), _("sign-ins")),
    "billing.Adjustment": (_("adjustment"), _("adjustments")),
    "billing.Bill": (_("bill"), _("bills")),
    "billing.BillLine": (_("line of a bill"), _("lines of bills")),
    "billing.BillingClaim": (_("billing claim"), _("billing claims")),
    "billing.BillingCount": (_("count of bills to open"), _("counts of bills to open")),
    "billing.BillingRun": (_("opening or issue of bills"), _("openings and issues of bills")),
    "billing.Credit": (_("credit"), _("credits")),
    "billing.Payment": (_("payment"), _("payments")),
    "bss.Command": (_("command"), _("commands")),
    "customers.CreditLook": (_("look at the Central de Riesgos"), _("looks at the Central de Riesgos")),
    "customers.Customer": (_("customer"), _("customers")),
    "customers.Phone": (_("telephone"), _("telephones")),
    "desk.Callback": (_("agreed call"), _("agreed calls")),
    "django_q.Failure": (_("failed job"), _("failed jobs")),
    "django_q.Schedule": (_("scheduled job"), _("scheduled jobs")),
    "django_q.Success": (_("job that succeeded"), _("jobs that succeeded")),
    "engine.Instance": (_("run"), _("runs")),
    "engine.Wait": (_("wait"), _("waits")),
    "engine.WorkItem": (_("task"), _("tasks")),
    "eventlog.Event": (_("event"), _("events")),
    "fieldwork.Attachment": (_("picture"), _("pictures")),
    "fieldwork.Measurement": (_("measurement"), _("measurements")),
    "fieldwork.Photo": (_("photo"), _("photos")),
    "fieldwork.PrintBatch": (_("print batch"), _("print batches")),
    "fieldwork.Reprint": (_("reprint"), _("reprints")),
    "fieldwork.SignedPaper": (_("signed document"), _("signed documents")),
    "fieldwork.Trip": (_("way to a visit"), _("ways to visits")),
    "fieldwork.Visit": (_("visit"), _("visits")),
    "imports.ImportRun": (_("import"), _("imports")),
    "insight.Evaluation": (_("evaluation"), _("evaluations")),
    "insight.IndicatorReview": (_("review of the indicator"), _("reviews of the indicator")),
    "insight.Judgement": (_("judgement of a retention"), _("judgements of retentions")),
    "insight.LiveBase": (_("count of living products"), _("counts of living products")),
    "network.NetworkPoint": (_("network point"), _("network points")),
    "network.Zone": (_("zone"), _("zones")),
    "orders.Escalation": (_("warning of an order"), _("warnings of orders")),
    "orders.Pause": (_("pause"), _("pauses")),
    "orders.ProductOrder": (_("product order"), _("product orders")),
    "orders.WorkOrder": (_("work order"), _("work orders")),
    "people.Membership": (_("role in a unit"), _("roles in units")),
    "people.Unit": (_("unit"), _("units")),
    "procedure.ProcedureVersion": (_("version of the procedure"), _("versions of the procedure")),
    "products.Courtesy": (_("courtesy"), _("courtesies")),
    "products.Offering": (_("offering"), _("offerings")),
    "products.Product": (_("product"), _("products")),
    "quality.ContactAttempt": (_("call of a control"), _("calls of controls")),
    "quality.QualityControl": (_("quality control"), _("quality controls")),
    "retention.Offer": (_("offer"), _("offers")),
    "retention.Override": (_("authorisation"), _("authorisations")),
    "retention.ProactiveCall": (_("proactive call"), _("proactive calls")),
    "retention.Promise": (_("promise"), _("promises")),
    "retention.Receipt": (_("receipt"), _("receipts")),
    "retention.RepeatFaultVerdict": (_("verdict on repeated faults"), _("verdicts on repeated faults")),
    "retention.RetentionCase": (_("retention case"), _("retention cases")),
    "terminations.Termination": (_("termination"), _("terminations")),
    "tickets.ConfirmedSolution": (_("confirmed solution"), _("confirmed solutions")),
    "tickets.Interaction": (_("interaction"), _("interactions")),
    "tickets.Outage": (_("outage"), _("outages")),
    "tickets.RepeatFaultFinding": (_("finding of repeated faults"), _("findings of repeated faults")),
    "tickets.TicketChange": (_("change of a ticket"), _("changes of tickets")),
    "tickets.TroubleTicket": (_("trouble ticket"), _("trouble tickets")),
    "usage.Usage": (_("usage"), _("usage")),
    "workdays.ClockOffset": (_("move of the clock"), _("moves of the clock")),
    "workdays.Holiday": (_("holiday"), _("holidays")),
}
KEPT_HERE: dict[str, dict[str, Promise]] = {
    "people.Unit": {
        "code": _("code"), "name": _("name"), "kind": _("kind"), "parent": _("belongs to"), "head": _("head"),
    },
    "people.User": {"is_demo": _("of the demo")},
    "people.Membership": {"role": _("role"), "unit": _("unit")},
}  # fmt: skip
"""The fields of what is changed in the admin."""


def give() -> None:
    """Name the records, their groups, and the fields of those that are kept in the admin."""
    for label, group in GROUPS.items():
        apps.get_app_config(label).verbose_name = group  # type: ignore[assignment]
    for label, (one, several) in RECORDS.items():
        named = apps.get_model(label)._meta
        named.verbose_name, named.verbose_name_plural = one, several
    for label, fields in KEPT_HERE.items():
        for field, word in fields.items():
            apps.get_model(label)._meta.get_field(field).verbose_name = word
