"""Whether the reading prefers the right description of a face to one that is wrong in a single sign.

Compositional hard negatives after Sahin et al. (2024, WACV), with faces for scenes: a description is a list of signs,
each with its amount and side. Its negative gives one sign's amount to another sign, leaves one out, turns one round,
or exchanges left and right. Descriptions are drawn at random from signs that can be measured, drawn on faces by the
morph engine, and read back from the pixels against the photo before. A description is preferred where it explains the
measured signs better, by the likelihood of what is read given each sign's own noise. Reader and engine share a
catalogue of signs, so this tests whether signs are told apart, not whether a real patient's would be.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diseaseface.benchmarks.photos import add_faces_option, photos, resized
from diseaseface.edits import SIDES, Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import FaceError
from diseaseface.evaluation.gains import gains, measure_names, reading, sign_name
from diseaseface.evaluation.readings import ALIGNED, Readings, read_change
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.training.negatives import KINDS, wrong_signs

SIGNS = (2, 5)
AMOUNTS = (0.4, 0.9)  # shares of a sign's marked change
SIDED_SHARE = 0.5  # of the descriptions that get a sign of one side
SIZE_PX, _QUANTILE, _BOOTSTRAPS = 640, (2.5, 97.5), 2000
_LEAST_NOISE = 1e-6


@dataclass(frozen=True)
class Case:
    """One choice: which kind of negative, on whose face, and whether the right description was preferred: 1 or 0, or
    a half where both explain what is read equally well."""

    kind: str
    face: str
    right: float


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark negatives", description=__doc__)
    add_faces_option(parser, 20)
    parser.add_argument("--draws", type=int, default=5, help="descriptions a face (default 5)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    faces = ((name, look(resized(photo, SIZE_PX))) for name, photo in photos(options.faces, options.most))
    table = measure(list(cases(faces, options.draws, options.seed)))
    print(json.dumps(table, indent=1) if options.json else _text(table))
    return 0


def readable() -> list[Attribute]:
    """Return the attributes that are drawn on the spot and measured on each side that they take, one a measure."""
    known = {name for name, gain in gains().own.get(ALIGNED, {}).items() if not gain.contradicted}
    found: dict[str, Attribute] = {}
    for attribute in attributes().values():
        poles = [sign for sign, pole in ((1, attribute.positive), (-1, attribute.negative)) if pole]
        both = all(sign_name(attribute.name, sign) in known for sign in poles)
        if attribute.engine == "morph" and attribute.measure and both and not attribute.least_iris_px:
            found.setdefault(attribute.measure, attribute)
    return list(found.values())


def cases(faces, draws: int, seed: int) -> Iterator[Case]:
    """Draw descriptions on each (name, face), and yield one case for each kind of negative that changes it."""
    catalogue, engine = readable(), MorphEngine()
    for number, (name, face) in enumerate(faces):
        for draw in range(draws):
            chance = np.random.default_rng((seed, number, draw))
            shares = described(catalogue, chance)
            picture = engine.render(face, changes_of(catalogue, shares), seed=draw).picture
            try:
                after = look(picture)
            except FaceError:
                continue  # nothing is read of a picture without a face, so no description is preferred
            found = read_change(face, after)
            yield from _judged(name, found, catalogue, shares, chance)


def _judged(name: str, found: Readings, catalogue, shares, chance) -> Iterator[Case]:
    right = likelihood(found, catalogue, shares)
    for kind in KINDS:
        wrong = wrong_signs(shares, kind, chance)
        if kind == "mirrored" and np.array_equal(*shares.T):
            continue  # alike on both sides: it would be another kind
        margin = right - likelihood(found, catalogue, wrong)
        yield Case(kind, name, 0.5 * (1.0 + np.sign(margin)))


def described(catalogue: Sequence[Attribute], chance: np.random.Generator) -> np.ndarray:
    """Return a random description: signed shares of each attribute on the left and on the right, float (n, 2)."""
    shares = np.zeros((len(catalogue), 2))
    count = int(chance.integers(SIGNS[0], SIGNS[1] + 1))
    picked = list(chance.choice(len(catalogue), count, replace=False))
    if chance.random() < SIDED_SHARE:  # few signs are read on each side apart: one of them in half of the descriptions
        two_sided = [at for at, attribute in enumerate(catalogue) if sides_of(attribute) == SIDES]
        picked[0] = chance.choice([at for at in two_sided if at not in picked[1:]])
    for at in picked:
        attribute = catalogue[at]
        poles = [sign for sign, pole in ((1, attribute.positive), (-1, attribute.negative)) if pole]
        share = float(chance.choice(poles)) * chance.uniform(*AMOUNTS)
        shares[at, int(chance.integers(2)) if sides_of(attribute) == SIDES else slice(None)] = share
    return shares


def sides_of(attribute: Attribute) -> tuple[str | None, ...]:
    """Return the sides that an attribute is read on apart, or (None,)."""
    apart = attribute.sided and measure_names(attribute, "left") != measure_names(attribute, "right")
    return SIDES if apart else (None,)


def changes_of(catalogue: Sequence[Attribute], shares: np.ndarray) -> list[Change]:
    """Return the changes that a description asks for."""
    found = []
    for attribute, (left, right) in zip(catalogue, shares, strict=True):
        sided = [(left, None)] if left == right else list(zip((left, right), SIDES, strict=True))
        found += [Change(attribute, _amount(attribute, share), side) for share, side in sided if share]
    return found


def _amount(attribute: Attribute, share: float) -> float:
    pole = attribute.toward(share)
    return abs(share) * pole.full if pole else share * abs((attribute.positive or attribute.negative).full)


def likelihood(found: Readings, catalogue: Sequence[Attribute], shares: np.ndarray) -> float:
    """Return the log likelihood of what is read given a description, up to a constant."""
    total = 0.0
    for attribute, on_sides in zip(catalogue, shares, strict=True):
        for side, share in zip(sides_of(attribute), on_sides, strict=False):
            amount = _amount(attribute, float(share)) if share else 0.0
            pole = 1 if attribute.positive and (amount >= 0 or not attribute.negative) else -1
            seen = reading(found, attribute, side, pole)
            if seen.value is not None:
                total -= 0.5 * ((seen.value - amount) / max(seen.noise, _LEAST_NOISE)) ** 2
    return total


def measure(found: Sequence[Case]) -> dict:
    """Return how often the right description is preferred, overall and by kind, with 95 % intervals over faces."""
    kinds = {kind: [case for case in found if case.kind == kind] for kind in KINDS}
    rows = {"overall": _row(found), **{kind: _row(some) for kind, some in kinds.items() if some}}
    return {"faces": len({case.face for case in found}), "signs_in_play": len(readable()), "preferred": rows}


def _row(found: Sequence[Case]) -> dict:
    faces = sorted({case.face for case in found})
    counts = np.array([[sum(c.right for c in found if c.face == f), sum(c.face == f for c in found)] for f in faces])
    picked = np.random.default_rng(0).integers(len(faces), size=(_BOOTSTRAPS, len(faces)))
    drawn = counts[picked].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], _QUANTILE)
    share = counts[:, 0].sum() / counts[:, 1].sum()
    return {"n": len(found), "share": round(float(share), 3), "interval": [round(float(low), 3), round(float(high), 3)]}


def _text(table: dict) -> str:
    head = f"Right description preferred; {table['faces']} faces, {table['signs_in_play']} signs in play; chance 0.5"
    rows = table["preferred"].items()
    return "\n".join([head, *(f"  {name:<10}{row['share']:.3f} {row['interval']}  n={row['n']}" for name, row in rows)])
