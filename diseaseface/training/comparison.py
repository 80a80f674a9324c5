"""All measures of two groups of people together, and what each sign does to them."""

from collections.abc import Iterable, Sequence

import numpy as np

from diseaseface.evaluation.gains import sign_name
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import departure
from diseaseface.evaluation.responses import UNSIDED, responses, size_of, together
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.knowledge.crosstalk import Comparison, Moves
from diseaseface.knowledge.learned import LEAST_PICTURES
from diseaseface.training.groups import Group, absolute_colours

_HALF_NORMAL = 1.0 - 2.0 / np.pi  # variance of a standard normal value without its sign
_LEAST_MOVED = 0.25  # SD of healthy faces; a sign that moves no measure by as much explains nothing


def compared(healthy: Group, diseased: Group, names: Iterable[str], same_light: bool = False) -> Comparison:
    """Return the differences of two groups in all measures that tell a departure, and what attributes do to them.

    Absolute colour is left out unless the light was the same.
    """
    left_out = () if same_light else absolute_colours()
    measures = [name for name in norms().jointly if name not in left_out and _read(name, healthy, diseased)]
    groups = [
        np.stack([_all_in_sd(name, group.values[name]) for name in measures], axis=1) for group in (healthy, diseased)
    ]
    signs = tuple(name for name in names if _moves_any(name, measures))
    return Comparison(
        signs=signs,
        differences=np.nanmean(groups[1], axis=0) - np.nanmean(groups[0], axis=0),
        doubt=_doubt(groups, measures),
        moves=Moves(*(np.stack([_slopes(s, way, measures) for s in signs], axis=1) for way in (1, -1))),
        apart=_apart(measures),
        measures=tuple(measures),
    )


def _read(name: str, *groups: Group) -> bool:
    return all(np.isfinite(group.values.get(name, np.nan)).sum() >= LEAST_PICTURES for group in groups)


def _all_in_sd(name: str, values: np.ndarray) -> np.ndarray:
    return np.array([in_sd(name, value) for value in values])


def in_sd(name: str, value: float) -> float:
    """Return how far a reading lies from that of the mean healthy face, in SD of healthy faces."""
    return size_of(name, departure(name, norms().mean[name], value)) / norms().sd[name]


def _doubt(groups: Sequence[np.ndarray], measures: Sequence[str]) -> np.ndarray:
    """Return the covariance of the differences: of people as the norms and the groups themselves spread."""
    read = [np.isfinite(group) for group in groups]
    apart = np.concatenate([np.nan_to_num(group - np.nanmean(group, axis=0)) for group in groups])
    people = len(apart) - len(groups)
    spread = (norms().n * _usual(measures) + apart.T @ apart) / (norms().n + people)
    error = np.sqrt(sum(1.0 / seen.sum(axis=0) for seen in read))
    return spread * np.outer(error, error)


def _usual(measures: Sequence[str]) -> np.ndarray:
    """Return how measures go together in healthy people, as correlations; of no side, by themselves."""
    at = [norms().jointly.index(name) for name in measures]
    found = norms().correlation[np.ix_(at, at)].copy()
    for row in (row for row, name in enumerate(measures) if name in UNSIDED):
        found[row] = found[:, row] = 0.0
        found[row, row] = _HALF_NORMAL
    return found


def _slopes(name: str, direction: int, measures: Sequence[str]) -> np.ndarray:
    attribute = attributes()[name]
    pole = attribute.toward(direction)
    moved = responses().get(sign_name(name, direction), {}) if pole else {}
    full = pole.full if pole else 0.0
    # A sign that takes no side moves readings without one as often to one side as to the other.
    told = [measure for measure in measures if _sided(attribute) or measure not in UNSIDED]
    values = {measure: size_of(measure, moved.get(measure, 0.0) * full) / norms().sd[measure] for measure in told}
    return direction * np.array([values.get(measure, 0.0) for measure in measures])


def _sided(attribute: Attribute) -> bool:
    return attribute.one_sided or f"{attribute.measure}_left" in UNSIDED


def _moves_any(name: str, measures: Sequence[str]) -> bool:
    return max(np.abs(_slopes(name, direction, measures)).max() for direction in (1, -1)) >= _LEAST_MOVED


def _apart(measures: Sequence[str]) -> np.ndarray:
    names, covariance = together()
    found = np.zeros((len(measures), len(measures)))
    here = [row for row, name in enumerate(measures) if name in names]
    there = [names.index(measures[row]) for row in here]
    found[np.ix_(here, here)] = covariance[np.ix_(there, there)]
    return found
