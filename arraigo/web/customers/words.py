"""Words of customers' records that no model has."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SYMPTOMS: list[tuple[str, Promise]] = [
    ("no_signal", _("No signal")),
    ("cuts", _("Frequent cuts")),
    ("unstable", _("Unstable signal")),
    ("slow", _("Slow")),
    ("wifi", _("Wi-Fi coverage")),
    ("tv", _("Television")),
    ("phone", _("Telephone")),
    ("other", _("Other")),
]
_BY_CODE = dict(SYMPTOMS)


def symptom(code: str) -> str:
    """What the customer suffers, in words; the code itself where it is none of ours."""
    return str(_BY_CODE.get(code, code))
