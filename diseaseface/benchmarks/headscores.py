"""Statistics of readings against known truth: pure functions on numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import spearmanr

_Z = 1.959964  # 95 %
_DRAWS = 2000


def dose(true: Sequence[float], read: Sequence[float]) -> dict[str, float] | None:
    """Compare the levels of a sign within one head with what is read.

    Returns
    -------
    dict or None
        `spearman`, -1 to 1; `slope`, reading for each unit that is there, by least squares with a free intercept;
        `monotone`, share of the steps from level to level that are read in the right direction. None where
        fewer than three levels were read, or all are the same.
    """
    x, y = np.asarray(true, float), np.asarray(read, float)
    if len(x) < 3 or np.ptp(x) == 0:
        return None
    order = np.argsort(x)
    steps = np.diff(y[order]) > 0
    rho = 0.0 if np.ptp(y) == 0 else float(spearmanr(x, y).statistic)
    return {"spearman": rho, "slope": float(np.polyfit(x, y, 1)[0]), "monotone": float(steps.mean())}


def through_none(people: Sequence[Sequence[tuple[float, float]]]) -> tuple[float, float]:
    """Return the slope through no sign and no reading, mean over heads, and its standard deviation over pictures.

    Parameters
    ----------
    people : sequence of sequences of (true, read)
        For each head.
    """
    pairs = [np.asarray(one, float).T for one in people]
    slope = float(np.mean([(true * read).sum() / (true * true).sum() for true, read in pairs]))
    true, read = np.concatenate(pairs, axis=1)
    return slope, float(np.sqrt(((read - slope * true) ** 2).sum() / (true * true).sum()))


def mean_interval(values: Sequence[float], seed: int = 0) -> tuple[float, float, float]:
    """Return the mean with its 95 % interval, by drawing the cases again (bootstrap)."""
    values = np.asarray(values, float)
    drawn = np.random.default_rng(seed).choice(values, (_DRAWS, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def share_interval(hits: int, n: int) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson 1927)."""
    share, z2 = hits / n, _Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return share, float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def difference_interval(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float, float]:
    """Return the difference of two shares (hits, n) with its 95 % interval (Newcombe 1998, method 10)."""
    (a, low_a, high_a), (b, low_b, high_b) = share_interval(*first), share_interval(*second)
    below, above = np.hypot(a - low_a, high_b - b), np.hypot(high_a - a, b - low_b)
    return a - b, float(a - b - below), float(a - b + above)


def true_severity(amounts: np.ndarray, weights: Sequence[float], reached: Sequence[float]) -> float:
    """Return the severity at which a disease's course has as much of its signs as a head has.

    Parameters
    ----------
    amounts : float array of shape (stages, signs)
        The course at even severities from 0 to 1, in the signs' units.
    weights : sequence of length signs
        Prevalence.
    reached : sequence of length signs
        What the head has of each sign, measured on the mesh.

    Notes
    -----
    Weighted mean of the shares of each sign's full amount, brought through the onset curves to a severity; a head
    beyond the course has more than 1 and a head on its other side less than 0.
    """
    full, weight = amounts[-1], np.asarray(weights, float) / np.sum(weights)
    share = float((weight * np.asarray(reached, float) / full).sum())
    course = (amounts / full) @ weight
    if not 0.0 <= share <= course[-1]:
        return share
    return float(np.interp(share, course, np.linspace(0.0, 1.0, len(course))))


def tone_difference(slopes: Mapping[str, Sequence[float]]) -> float | None:
    """Return by how much the darkest third's mean slope differs from the lightest's, as a share of the latter."""
    light, dark = slopes.get("light"), slopes.get("dark")
    if not light or not dark or np.mean(light) == 0:
        return None
    return float(np.mean(dark) / np.mean(light) - 1.0)


def pooled(rows: Sequence[Mapping[str, float]]) -> dict:
    """Return means over heads of what `dose` found, Spearman with its interval."""
    rho = mean_interval([row["spearman"] for row in rows])
    return {
        "spearman": [round(v, 3) for v in rho],
        "slope": round(float(np.mean([row["slope"] for row in rows])), 3),
        "monotone": round(float(np.mean([row["monotone"] for row in rows])), 3),
        "n": len(rows),
    }
