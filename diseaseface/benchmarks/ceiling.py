"""How near learning could come at best: if every response were known, and only chance stood between.

Readings of two groups are made from the shipped responses alone, which then hold exactly, with nothing added but who
happens to be in the groups. What is missed then, no way to learn from these readings could find.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from diseaseface.knowledge.crosstalk import Comparison, explained
from diseaseface.knowledge.learned import USUAL_SHARE, full_amount

DRAWS = 40
RANKED = 0.8
_EDGE = 1e-9  # keeps a covariance of measures that are one reading definite

Score = Callable[[np.ndarray], tuple[int, int, float]]


def at_best(
    comparison: Comparison, names: Sequence[str], drawn: Mapping[str, float], score: Score, seed: int = 0
) -> dict[str, float]:
    """Return how near the amounts that were drawn one would come on average.

    Parameters
    ----------
    comparison : Comparison
        Of the groups: how surely their readings differ, and what signs do to them.
    names : sequence of str
        Attributes that may explain the readings.
    drawn : mapping of attribute to float
        Mean amounts, in the attribute's unit.
    score : callable
        From learned amounts (signs,) to how many directions of large effects are right, of how many, and Spearman's
        rho.

    Returns
    -------
    dict
        "right", mean number of right directions; "spearman", mean rho; "both_held", share of draws in which all
        directions are right and rho is at least RANKED.
    """
    random, moves = np.random.default_rng(seed), comparison.moves.of([comparison.signs.index(name) for name in names])
    shares = np.array([drawn.get(name, 0.0) / full_amount(name, drawn.get(name, 0.0)) for name in names])
    people = np.linalg.cholesky(comparison.doubt + _EDGE * np.eye(len(comparison.doubt)))
    prior, prior_sd = np.zeros(len(names)), np.full(len(names), USUAL_SHARE)
    found = []
    for _ in range(DRAWS):
        read = moves.toward(shares > 0) @ shares + people @ random.standard_normal(len(people))
        learned, _ = explained(read, comparison.doubt, moves, prior, prior_sd, np.zeros_like(people))
        amounts = (share * full_amount(name, share) for name, share in zip(names, learned, strict=True))
        found.append(score(np.fromiter(amounts, float)))
    right, large, ranks = np.array(found).T
    held = (right == large) & (ranks >= RANKED)
    return {"right": float(right.mean()), "spearman": float(ranks.mean()), "both_held": float(held.mean())}
