"""Whether two months differ by more than chance: small numbers are said to be small.

Terminations of a month are taken as a Poisson count over the products at risk. Given both months'
sum, the later month's count is then binomial, and test and interval are exact (Przyborowski and
Wilenski 1940; Clopper and Pearson 1934), so that they hold for three terminations as for three hundred.
"""

from pydantic import BaseModel

LEVEL = 0.05
"""Below this a difference is called more than chance; the intervals are the 95 % that go with it."""
SMALL = 20
"""Two months with fewer terminations together are called small: only a very large change would show."""


class Difference(BaseModel, frozen=True):
    """This month's rate against last month's."""

    ratio: float | None
    """This month's rate as a multiple of last month's; None where last month had none."""
    low: float
    """The ratio's interval: from here …"""
    high: float | None
    """… to here; None for no upper end."""
    chance: float
    """How often chance alone would make a difference at least as large, doubled for both directions."""
    small: bool

    @property
    def real(self) -> bool:
        """Whether the difference is more than chance."""
        return self.chance < LEVEL

    @property
    def change(self) -> float | None:
        """The change of the rate in per cent: -12.0 is twelve per cent lower."""
        return None if self.ratio is None else (self.ratio - 1) * 100

    @property
    def between(self) -> tuple[float, float | None]:
        """The interval of `change`, in per cent."""
        return (self.low - 1) * 100, None if self.high is None else (self.high - 1) * 100


def load() -> None:
    """Load what the comparison needs, a second's work: a server does it when it starts, not on the first page."""
    import scipy.special  # noqa: F401


def difference(this: int, last: int, *, at_risk: tuple[float, float] = (1, 1)) -> Difference:
    """Compare `this` month's count with the `last` one's; `at_risk` are product-days of both months."""
    low, high = share_between(this, this + last)
    scale = at_risk[1] / at_risk[0]
    return Difference(
        ratio=this / last * scale if last else None,
        low=low / (1 - low) * scale if low < 1 else 0.0,
        high=high / (1 - high) * scale if high < 1 else None,
        chance=_chance(this, this + last, at_risk[0] / sum(at_risk)),
        small=this + last < SMALL,
    )


def _chance(count: int, of: int, expected: float) -> float:
    """Two-sided probability of a binomial count at least this far out: twice the smaller tail."""
    # Loading scipy takes a second: commands that compare nothing do without (see `load`).
    from scipy.special import bdtr, bdtrc

    if of == 0:
        return 1.0
    below = float(bdtr(count, of, expected))
    above = 1.0 if count == 0 else float(bdtrc(count - 1, of, expected))
    return min(1.0, 2 * min(below, above))


def share_between(count: int, of: int) -> tuple[float, float]:
    """The exact 95 % interval of the share `count` of `of`; 0 to 1 where there is nothing."""
    from scipy.special import betaincinv

    low = float(betaincinv(count, of - count + 1, LEVEL / 2)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - LEVEL / 2)) if count < of else 1.0
    return low, high
