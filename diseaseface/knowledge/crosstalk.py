"""From what was measured to the signs behind it, where every sign moves more than its own measure.

A narrow mouth also reads as a smaller jaw, and a short nose as a longer lip. Differences of two groups are therefore
explained by all signs at once: generalised least squares with a normal prior (Aitken 1936; Hoerl and Kennard 1970),
where readings that go together in healthy people count as less than so many, and where the responses of several signs
are known not to add up. Where signs near the true ones were drawn together, only steps from there are taken to add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_ROUNDS = 10
# Chosen on the known profiles of the learning benchmark that are not held out: which share of what a sign does to a
# measure is in doubt, since faces answer differently; what no measure can be known better than, in SD; and the sum of
# squared shares of a usual face, and of one with hardly a sign.
_MISFIT, FLOOR = 0.2, 0.05
_USUAL_SIZE, _LEAST_SIZE = 2.0, 0.3


@dataclass(frozen=True, eq=False)
class Moves:
    """By how much each sign moves every measure, in SD of healthy faces for its full amount.

    Attributes
    ----------
    up, down : float arrays of shape (measures, signs)
        For signs in their positive direction, and the opposite of what those in their negative one do, so that
        both are the slope of a measure. A column of zeros is a direction that there is not, or that pictures do
        not show.
    """

    up: np.ndarray
    down: np.ndarray

    def toward(self, positive: np.ndarray) -> np.ndarray:
        """Return the slopes of each sign in the direction that it takes, of shape (measures, signs)."""
        return np.where(positive, self.up, self.down)

    def either(self) -> np.ndarray:
        """Return the mean slopes of the directions that there are, of shape (measures, signs)."""
        there = [np.abs(slopes).sum(axis=0) > 0 for slopes in (self.up, self.down)]
        return (self.up + self.down) / np.maximum(np.sum(there, axis=0), 1)

    def of(self, columns: Sequence[int]) -> "Moves":
        """Return the moves of some of the signs."""
        return Moves(self.up[:, columns], self.down[:, columns])


@dataclass(frozen=True, eq=False)
class Drawn:
    """What several signs together did to faces on which they were drawn.

    Attributes
    ----------
    shares : mapping of attribute to float
        Of the full amounts, negative in the negative direction.
    differences : float array of shape (measures,)
        Mean of the faces with them from the same faces without, in SD of healthy faces.
    read : bool array of shape (measures,)
        Which of them were read; the others were added up.
    doubt : float array of shape (measures,)
        Variance of those means, since faces answer differently and few were drawn on.
    """

    shares: Mapping[str, float]
    differences: np.ndarray
    read: np.ndarray
    doubt: np.ndarray | float = 0.0


@dataclass(frozen=True, eq=False)
class Comparison:
    """How two groups differ in all measures, and what could make them.

    Attributes
    ----------
    signs : tuple of str
        Attributes.
    differences : float array of shape (measures,)
        In SD of healthy faces.
    doubt : float array of shape (measures, measures)
        Covariance of the differences by the sampling of people.
    moves : Moves
    apart : float array of shape (measures, measures)
        Covariance of what the sum of signs misses, for squared shares that add up to 1.
    measures : tuple of str
    drawn : Drawn or None
        Signs near those that made the differences, whose sum is known.
    """

    signs: tuple[str, ...]
    differences: np.ndarray
    doubt: np.ndarray
    moves: Moves
    apart: np.ndarray
    measures: tuple[str, ...] = ()
    drawn: Drawn | None = None

    def explained(self, signs: Sequence[str], prior: np.ndarray, prior_sd: np.ndarray):
        """Return the shares of some signs' full amounts that explain the differences, see `explained`."""
        moves = self.moves.of([self.signs.index(name) for name in signs])
        if self.drawn is None:
            return explained(self.differences, self.doubt, moves, prior, prior_sd, self.apart)
        around = np.array([self.drawn.shares.get(name, 0.0) for name in signs])
        freed = self.differences - (self.drawn.differences - moves.toward(around > 0) @ around)
        doubt = self.doubt + np.diag(np.broadcast_to(self.drawn.doubt, len(freed)))
        return explained(freed, doubt, moves, prior, prior_sd, self.apart, around, self.drawn.read)

    def summed(self, shares: Mapping[str, float]) -> np.ndarray:
        """Return what signs would do to the measures if single ones added up, for shares by attribute."""
        moves = self.moves.of([self.signs.index(name) for name in shares])
        values = np.array([*shares.values()], float)
        return moves.toward(values > 0) @ values


def explained(
    differences: np.ndarray,
    doubt: np.ndarray,
    moves: Moves,
    prior: np.ndarray,
    prior_sd: np.ndarray,
    apart: np.ndarray,
    around: np.ndarray | float = 0.0,
    freed: np.ndarray | bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the signs that explain differences, mean and standard deviation of each, (signs,) both.

    Parameters
    ----------
    differences, doubt, moves, apart
        As in Comparison.
    prior, prior_sd : float arrays of shape (signs,)
        What is expected of each sign, in shares of its full amount, negative in its negative direction.
    around : float array of shape (signs,)
        The shares at which what sums of signs miss has been taken from the differences: steps from there are in doubt.
    freed : bool array of shape (measures,)
        The measures of which it has been taken.
    """
    known = np.outer(freed, around)
    mean, slopes, size = prior, moves.either(), _USUAL_SIZE
    for _ in range(_ROUNDS):
        unsure = _MISFIT**2 * ((slopes * (mean - known)) ** 2).sum(axis=1) + FLOOR**2
        trust = np.linalg.inv(doubt + size * apart + np.diag(unsure))
        spread = np.linalg.inv(slopes.T @ trust @ slopes + np.diag(prior_sd**-2.0))
        mean = spread @ (slopes.T @ trust @ differences + prior * prior_sd**-2.0)
        slopes, size = moves.toward(mean > 0), ((mean - around) ** 2).sum() + _LEAST_SIZE
    return mean, np.sqrt(np.diag(spread))
