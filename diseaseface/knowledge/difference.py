"""How far two groups of people differ in a reading, and how surely.

Hedges and Olkin 1985, Statistical Methods for Meta-Analysis.
"""

from math import erf, sqrt

import numpy as np

DRAWS = 2000


def pooled_sd(one: np.ndarray, other: np.ndarray) -> float:
    """Return the pooled standard deviation of two samples."""
    free = len(one) + len(other) - 2
    return sqrt(((len(one) - 1) * one.var(ddof=1) + (len(other) - 1) * other.var(ddof=1)) / free)


def hedges_g(healthy: np.ndarray, diseased: np.ndarray) -> float:
    """Return the standardised difference of two samples, freed of the bias of small ones."""
    free = len(healthy) + len(diseased) - 2
    return float((1 - 3 / (4 * free - 1)) * (diseased.mean() - healthy.mean()) / pooled_sd(healthy, diseased))


def variance_of_g(g: float, healthy: int, diseased: int) -> float:
    """Return the sampling variance of Hedges g for normal readings."""
    return (healthy + diseased) / (healthy * diseased) + g * g / (2 * (healthy + diseased))


def posterior(value: float, variance: float, prior: float, prior_variance: float) -> tuple[float, float]:
    """Return mean and standard deviation of a normal reading joined with a normal prior."""
    precision = 1 / variance + 1 / prior_variance
    return (value / variance + prior / prior_variance) / precision, precision**-0.5


def share_beyond(healthy: np.ndarray, diseased: np.ndarray, side: float) -> float:
    """Return how many people with the disease lie an SD beyond the healthy mean because of it, 0 to 1."""
    line = side * healthy.mean() + healthy.std(ddof=1)
    beyond = [float((side * group > line).mean()) for group in (healthy, diseased)]
    usual = max(beyond[0], 0.5 * (1 - erf(1 / sqrt(2))))  # a small healthy group may have nobody there
    return float(np.clip((beyond[1] - usual) / (1 - usual), 0.0, 1.0))


def bootstrapped(groups, seed: int) -> np.ndarray:
    """Return Hedges g of resampled groups, of shape (DRAWS, attributes)."""
    random = np.random.default_rng(seed)
    counts, means, squares = zip(*(_resampled(group, random) for group in groups), strict=True)
    free = np.maximum(counts[0] + counts[1] - 2, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        g = (1 - 3 / (4 * free - 1)) * (means[1] - means[0]) / np.sqrt((squares[0] + squares[1]) / free)
    return np.where(np.isfinite(g), g, np.nan)


def _resampled(group: np.ndarray, random: np.random.Generator):
    """Return counts, means and sums of squared deviations of draws of people, (DRAWS, attributes) each."""
    times = random.multinomial(len(group), np.full(len(group), 1 / len(group)), DRAWS).astype(float)
    seen = np.isfinite(group).astype(float)
    centre = np.nan_to_num(group).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    values = np.nan_to_num(group - centre)
    counts = times @ seen
    with np.errstate(invalid="ignore", divide="ignore"):
        means = times @ values / counts
    return counts, means + centre, times @ values**2 - counts * means**2
