"""How signs that are drawn together are read in single pictures.

Faces are found by a network that has learned how faces look: it reads a long nose above a drooping mouth otherwise than
each alone. Several signs of chance are drawn together, each combination on two faces. A ridge regression draws the
responses of single signs towards what fits them together; what both faces of a combination miss alike is no noise of a
face but how little the responses add up.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from diseaseface.benchmarks.photos import resized
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import departure
from diseaseface.evaluation.responses import size_of
from diseaseface.evaluation.shapes import shape_drawn, shape_of
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

_SIGNS, _SHARES = (5, 10), (0.2, 0.9)  # drawn together, each at a share of its full amount
_FACES = 2  # that each combination is drawn on
_LEAST = 0.3  # SD; signs that move no point by as much are left out
_TRUST = 8.0  # in sums of squared shares: how far the responses of single signs are believed; by cross-validation

Table = Mapping[str, Mapping[str, float]]  # sign, such as "nose_width+", to measure to change for a unit of the sign
Draw = tuple[int, dict[str, float], dict[str, float]]  # combination, shares of signs, changes of measures in SD


def measures() -> list[str]:
    """Return the measures of the face's points that tell whether a face departs from healthy ones."""
    return [name for name in norms().jointly if name in MEASURES]


def full(sign: str) -> float:
    """Return the full amount of a sign such as "nose_width+", with its direction."""
    return attributes()[sign[:-1]].pole(1 if sign[-1] == "+" else -1).full


def movers(table: Table) -> list[str]:
    """Return the signs that move a point's measure."""
    return [sign for sign, row in table.items() if np.abs(in_sd(sign, row)).max() >= _LEAST]


def in_sd(sign: str, row: Mapping[str, float]) -> np.ndarray:
    """Return what a sign at its full amount does to `measures()`, in SD of healthy faces."""
    return np.array([size_of(name, row.get(name, 0.0) * full(sign)) / norms().sd[name] for name in measures()])


def chosen(number: int, signs: Sequence[str], faces: int) -> tuple[dict[str, float], list[int]]:
    """Return the shares of a combination's signs, one an attribute, and the faces that it is drawn on."""
    random = np.random.default_rng(number)
    names = sorted({sign[:-1] for sign in signs})
    picked = random.choice(names, random.integers(*_SIGNS, endpoint=True), replace=False)
    poles = [str(random.choice([sign for sign in signs if sign[:-1] == name])) for name in picked]
    shares = {sign: float(random.uniform(*_SHARES)) for sign in poles}
    return shares, random.choice(faces, min(_FACES, faces), replace=False).tolist()


def draws_on(job: tuple[np.ndarray, int, int, int, list[str], int]) -> list[Draw]:
    """Return the combinations that fall to a photo: (photo, its number, of how many, combinations, signs, size)."""
    photo, at, faces, count, signs, longest_px = job
    try:
        face = look(resized(photo, longest_px))
    except DiseaseFaceError:
        return []
    before, engine = shape_of(face), MorphEngine()
    mine = ((number, *chosen(number, signs, faces)) for number in range(count))
    drawn = ((n, *_read(engine, face, before, shares, n)) for n, shares, on in mine if at in on)
    return [draw for draw in drawn if draw[2]]


def _read(engine, face, before, shares, seed) -> tuple[dict[str, float], dict[str, float]]:
    changes = [_change(sign, share, seed) for sign, share in shares.items()]
    drawn = engine.render(face, changes, seed=seed)
    try:
        after = shape_drawn(face, drawn.picture)
    except DiseaseFaceError:
        return {}, {}
    amounts = {done.change.attribute.name: done.amount or 0.0 for done in drawn.applied}
    applied = {sign: abs(amounts.get(sign[:-1], 0.0) / full(sign)) for sign in shares}  # sides have signs of their own
    return applied, {name: _moved(name, before[name], after[name]) for name in measures()}


def _change(sign: str, share: float, seed: int) -> Change:
    attribute = attributes()[sign[:-1]]
    side = ("left", "right")[seed % 2] if attribute.one_sided else None
    return Change(attribute, share * full(sign), side)


def _moved(name: str, before: float, after: float) -> float:
    usual = norms().mean[name]
    then, now = (size_of(name, departure(name, usual, value)) for value in (before, after))
    return (now - then) / norms().sd[name]


def fitted(table: Table, draws: Sequence[Draw]) -> tuple[dict[str, dict[str, float]], np.ndarray]:
    """Return responses that fit single signs and combinations, and what sums of them miss.

    Returns
    -------
    table : as given, with new values for `measures()`
    covariance : float64 array of shape (measures, measures)
        In SD of healthy faces squared, for a sum of squared shares of 1.
    """
    signs = sorted({sign for _, shares, _ in draws for sign in shares})
    shares = np.array([[row.get(sign, 0.0) for sign in signs] for _, row, _ in draws])
    moved = np.array([[row[name] for name in measures()] for _, _, row in draws])
    single = np.array([in_sd(sign, table.get(sign, {})) for sign in signs])
    more = np.linalg.solve(shares.T @ shares + _TRUST * np.eye(len(signs)), shares.T @ (moved - shares @ single))
    responses = {sign: dict(row) for sign, row in table.items()}
    for sign, values in zip(signs, single + more, strict=True):
        units = (float(value * norms().sd[n] / full(sign)) for n, value in zip(measures(), values, strict=True))
        responses[sign] |= {name: float(f"{unit:.4g}") for name, unit in zip(measures(), units, strict=True)}
    return responses, missed(moved - shares @ (single + more), shares, [number for number, _, _ in draws])


def missed(residuals: np.ndarray, shares: np.ndarray, numbers: Sequence[int]) -> np.ndarray:
    """Return the covariance of what the two faces of each combination miss alike, per sum of squared shares."""
    rows = [[at for at, number in enumerate(numbers) if number == one] for one in sorted(set(numbers))]
    first, second = np.array([pair for pair in rows if len(pair) == _FACES]).T
    product = residuals[first].T @ residuals[second] / (shares[first] ** 2).sum()
    values, vectors = np.linalg.eigh((product + product.T) / 2)
    return (vectors * np.maximum(values, 0.0)) @ vectors.T
