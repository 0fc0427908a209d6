"""Words of customers' records that no model has."""

from arraigo.tickets.models import TroubleTicket

SYMPTOMS = TroubleTicket.Symptom.choices
_BY_CODE = dict(SYMPTOMS)


def symptom(code: str) -> str:
    """What the customer suffers, in words; the code itself where it is none of ours."""
    return str(_BY_CODE.get(code, code))
