"""These records in the admin, read-only.

Credit listings are not among them: every look at one is logged, so they are seen in a case only.
"""

from arraigo.customers.models import CreditLook, Customer, Phone
from arraigo.people.admin import show

show(CreditLook, Customer, Phone)
