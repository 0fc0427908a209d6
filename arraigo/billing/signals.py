"""What billing lets the layers above know, inside the transaction of the change."""

from django.dispatch import Signal

claim_decided = Signal()
"""A claim was applied or refused. Sent with `claim` (BillingClaim, its state set; `adjustment` where
applied) and `actor` (User or None). Receivers write in the same transaction and must not raise."""

credits_placed = Signal()
"""Credits that waited stand on a bill. Sent with `claims`: the numbers of the claims of which nothing waits any
more. Receivers write in the same transaction and must not raise."""

claim_lapsed = Signal()
"""An applied claim was cancelled, since its month is not charged. Sent with `claim`. Receivers write in the same
transaction and must not raise."""
