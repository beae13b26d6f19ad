"""How many of how many, with what may be said of it at 95 %."""

from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True)
class Share:
    """``count`` of ``total``; the interval takes them for independent (Clopper and Pearson, 1934), 0..1."""

    count: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 %; all that can be, where nothing was tried."""
        if self.total == 0:
            return 0.0, 1.0
        found = binomtest(self.count, self.total).proportion_ci(0.95, method="exact")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        """``97.3 % (94.3-99.0)``, with two decimals below 1 % and above 99 %; a dash where nothing was tried."""
        if self.total == 0:
            return "-"
        low, high = self.interval
        places = 2 if high < 0.02 or low > 0.98 else 1
        share, lowest, highest = (f"{100 * value:.{places}f}" for value in (self.count / self.total, low, high))
        return f"{share} % ({lowest}-{highest})"


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """95 % interval of a share (E. B. Wilson, JASA 22, 1927)."""
    if not trials:
        return 0.0, 1.0
    found = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)
