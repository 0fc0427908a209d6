"""These records in the admin, read-only."""

from arraigo.people.admin import show
from arraigo.procedure.models import ProcedureVersion

show(ProcedureVersion)
