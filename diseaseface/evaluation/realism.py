"""Realism of a set: how far synthetic faces as a group are from real ones, by the kernel distance of features.

The kernel distance is the squared maximum mean discrepancy with a polynomial kernel (Binkowski et al. 2018, ICLR),
which KID applies to features of Inception. It is named here for what it is, and for the features it is taken on:
embeddings of a face recognition network see the person and little of sharpness or light.
"""

from dataclasses import dataclass

import numpy as np

_QUANTILES = (0.025, 0.975)


@dataclass(frozen=True)
class Distance:
    """A kernel distance with the interval that holds it in 95 of 100 draws of the faces.

    Attributes
    ----------
    value, low, high : float
        Squared; about zero for two draws of one group, and below zero by chance.
    n, m : int
        Members of both groups.
    """

    value: float
    low: float
    high: float
    n: int
    m: int


def kernel_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the squared maximum mean discrepancy of two groups of features (n, d) and (m, d).

    Unbiased, with the kernel (x·y/d + 1)³; about zero for two draws of one group, and below zero by chance.
    """
    require_two(len(one), len(other))
    tables = _kernels(one, other)
    return _discrepancy(*tables, np.ones(len(one)), np.ones(len(other)))


def with_interval(one: np.ndarray, other: np.ndarray, *, draws: int = 1000, seed: int = 0) -> Distance:
    """Return the kernel distance of two groups of features with its bootstrapped 95 % interval.

    Both groups are drawn anew with replacement. A pair of one face with itself stays left out however often the face
    is drawn: it would count as likeness within a group. Where the two groups do not differ at all the bootstrap is
    only roughly right, since the statistic is degenerate there.
    """
    require_two(len(one), len(other))
    tables, chance = _kernels(one, other), np.random.default_rng(seed)
    n, m = len(one), len(other)
    value = _discrepancy(*tables, np.ones(n), np.ones(m))
    drawn = [
        _discrepancy(*tables, chance.multinomial(n, [1 / n] * n), chance.multinomial(m, [1 / m] * m))
        for _ in range(draws)
    ]
    low, high = np.quantile(drawn, _QUANTILES)
    return Distance(value, float(low), float(high), n, m)


def chance_of_one_group(one: np.ndarray, other: np.ndarray, *, draws: int = 1000, seed: int = 0) -> float:
    """Return how often a random split of both groups together is as far apart: the permutation test's p, 0 to 1."""
    require_two(len(one), len(other))
    both, n, chance = np.vstack([one, other]), len(one), np.random.default_rng(seed)
    table = _kernel(both, both)
    seen = _split(table, np.arange(len(both)) < n)
    farther = sum(_split(table, chance.permutation(len(both)) < n) >= seen for _ in range(draws))
    return (1 + farther) / (1 + draws)


def scaled_by(features: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Return features (n, d) scaled so that those of real faces have a mean square of one.

    The kernel adds one to the mean product of two features: on smaller ones it would see their means alone.
    """
    return features / max(float(np.sqrt((real**2).mean())), 1e-12)


def require_two(*groups: int) -> None:
    """Raise ValueError where a group is too small for pairs."""
    if min(groups) < 2:
        raise ValueError(f"each group needs two pictures at least, not {' and '.join(map(str, groups))}")


def _kernel(a, b):
    return (a @ b.T / a.shape[1] + 1.0) ** 3


def _kernels(one, other):
    return _kernel(one, one), _kernel(other, other), _kernel(one, other)


def _split(table, first):
    """Distance of the two parts of a group, from the kernel of all."""
    parts = table[np.ix_(first, first)], table[np.ix_(~first, ~first)], table[np.ix_(first, ~first)]
    return _discrepancy(*parts, np.ones(first.sum()), np.ones((~first).sum()))


def _discrepancy(first, second, across, weight, other_weight):
    """Weighted distance: each member counts as often as it was drawn, and never with itself."""
    between = weight @ across @ other_weight / (weight.sum() * other_weight.sum())
    return float(_within(first, weight) + _within(second, other_weight) - 2.0 * between)


def _within(table, weight):
    own = float(weight**2 @ np.diag(table))
    pairs = float(weight.sum() ** 2 - (weight**2).sum())
    return (float(weight @ table @ weight) - own) / max(pairs, 1e-12)
