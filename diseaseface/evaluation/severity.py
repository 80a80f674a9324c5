"""How well a measured change fits a disease, and how far along its course it is.

The course is a line through all readings, and how unsure those are grows with the amount that is there: a severity is
as likely as what is read lies near to what it would show, by how unsure that is there. How narrow the readings of one
severity would be is no evidence of it, since spreads are known by a few faces: counted once for each sign, as a normal
likelihood does, it drew estimates towards none, by 3 of 100 on rendered tuning heads and by 2 on drawn pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from diseaseface import edits
from diseaseface.edits import Change
from diseaseface.knowledge.profiles import Profile

STAGES = 51
_INSIDE = 0.9  # of the likelihood, in an interval
_FINEST = 0.01
_RIDGE = 1e-9


@dataclass(frozen=True, eq=False)
class Course:
    """The signs of a profile's typical presentation over severity.

    Attributes
    ----------
    changes : tuple of Change
        At severity 1, strongest weight first.
    amounts : float array of shape (STAGES, signs)
        At even severities from 0 to 1.
    """

    changes: tuple[Change, ...]
    amounts: np.ndarray

    @property
    def severities(self) -> np.ndarray:
        """Severity of each row of `amounts`."""
        return np.linspace(0.0, 1.0, len(self.amounts))


@dataclass(frozen=True)
class Estimate:
    """A severity, the interval that holds it in 90 of 100 cases, and its standard error, all 0 to 1."""

    value: float
    low: float
    high: float
    error: float


@lru_cache(maxsize=128)
def course_of(profile: Profile, side: str | None = None) -> Course:
    """Return the course of a profile, for signs of one side on the side given."""
    full = sorted(edits.plan(profile, 1.0, side=side), key=lambda change: -(change.sign.weight if change.sign else 0))
    grid = np.linspace(0.0, 1.0, STAGES)
    return Course(tuple(full), edits.amounts([change.sign for change in full], grid))


def match(profile_sd: Sequence[float], measured_sd: Sequence[float], weights: Sequence[float]) -> float | None:
    """Return the weighted cosine of two changes in standard deviations, -1 to 1; None for no change.

    Parameters
    ----------
    profile_sd : sequence of float
        What the profile asks at severity 1.
    measured_sd : sequence of float
        What is measured.
    weights : sequence of float
        Prevalence of each sign.
    """
    asked, seen, weight = (np.asarray(values, float) for values in (profile_sd, measured_sd, weights))
    product = float((weight * asked * seen).sum())
    norm = float(np.sqrt((weight * asked**2).sum() * (weight * seen**2).sum()))
    return float(np.clip(product / norm, -1.0, 1.0)) if norm > _RIDGE else None


def estimate(
    course: np.ndarray,
    measured: Sequence[float],
    noise: Sequence[float],
    weights: Sequence[float],
    spread: Sequence[float] | float = 0.0,
    shared: float = 0.0,
) -> Estimate:
    """Return the severity whose amounts are nearest to what is measured.

    Parameters
    ----------
    course : float array of shape (stages, signs)
        Amounts at even severities from 0 to 1, in the signs' units.
    measured, noise : sequences of length signs
        Change read for each sign, and its standard deviation where there is none of it.
    weights : sequence of length signs
        Prevalence: what few people have says less about how far the disease is.
    spread : sequence of length signs, or float
        Standard deviation that grows with the amount that is there, as a share of it. Not with what is read: a sign
        that is overlooked would then be the surest of all, and draw every estimate to none.
    shared : float
        The same, of all signs of a picture together.

    Notes
    -----
    Generalised least squares along the course, with the covariance of each severity, which is inverted after Sherman
    and Morrison. Value and interval are as `likeliest` has them, widened where the signs contradict each other; what
    is nearest to none of the disease is none.
    """
    at, stages = _severities(), np.linspace(0.0, 1.0, len(course))
    fine = np.stack([np.interp(at, stages, column) for column in np.asarray(course, float).T], axis=1)
    weight = np.asarray(weights, float) / max(float(np.max(weights)), _RIDGE)
    variance = np.maximum(np.asarray(noise, float) ** 2 + (np.asarray(spread) * fine) ** 2, _RIDGE**2) / weight
    missed = fine - np.asarray(measured, float)
    own, along = (fine**2 / variance).sum(axis=1), (fine * missed / variance).sum(axis=1)
    distance = (missed**2 / variance).sum(axis=1) - shared**2 * along**2 / (1.0 + shared**2 * own)
    misfit = max(1.0, float(distance.min()) / max(weight.sum() - 1.0, 1.0))
    found = likeliest(-0.5 * distance / misfit)
    return found if distance.argmin() else replace(found, value=0.0, low=0.0)


def likeliest(log_odds: Sequence[float]) -> Estimate:
    """Return the severity by its log-odds at even severities from 0 to 1, (stages,).

    The value is the median and the interval the shortest that holds 90 %, every severity being as likely as others
    beforehand. The middle 90 % would never hold a severity of none or of all, which are asked for more than any other.
    """
    at = _severities()
    odds = np.interp(at, np.linspace(0.0, 1.0, len(log_odds)), log_odds)
    likely = np.exp(odds - odds.max())
    likely[[0, -1]] *= 0.5  # the ends stand for half a step
    likely /= likely.sum()
    value = np.interp(0.5, np.cumsum(likely) - 0.5 * likely, at)
    surest = np.argsort(-odds, kind="stable")
    inside = at[surest[: np.searchsorted(np.cumsum(likely[surest]), _INSIDE) + 1]]
    return Estimate(float(value), float(inside.min()), float(inside.max()), _spread(at, likely))


def _severities():
    return np.linspace(0.0, 1.0, round(1 / _FINEST) + 1)


def _spread(at, likely):
    likely = likely / likely.sum()
    return float(np.sqrt(max(likely @ (at - likely @ at) ** 2, 0.0)))
