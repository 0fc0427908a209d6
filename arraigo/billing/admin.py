"""These records in the admin, read-only."""

from arraigo.billing.models import Adjustment, Bill, BillingClaim, BillingCount, BillingRun, BillLine, Credit, Payment
from arraigo.people.admin import show

show(Adjustment, Bill, BillingClaim, BillLine, Credit, Payment, BillingRun, BillingCount)
