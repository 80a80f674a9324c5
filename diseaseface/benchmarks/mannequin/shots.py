"""The pictures of the benchmark: which person, which signs, in which light; rendered on demand, once, into a folder."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np

from diseaseface.benchmarks.mannequin import pigments, population, sculpting, signs, sitter, truth
from diseaseface.knowledge.catalogue import attributes
from diseaseface.pictures import encode_png, write

SAMPLES = 6
"""Rays for each pixel."""
_STUDIO, _SCULPTURE = 2, 2
"""Of pictures, and of signs of shape; raise them where people, lamps or lids look different, or signs do, so that old
pictures are taken again."""
LEVELS = (0.25, 0.5, 0.75, 1.0)
"""Shares of the full amount at which each sign is shown."""
_LIGHTEST = 0.15  # severity below which a disease is not asked for


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes
    ----------
    name : str
        Of its files.
    kind : "tuning" or "test"
    number : int
        Of the person.
    amounts : dict of attribute to float
        Asked for, in the attribute's unit; empty for the face as it is.
    disease : str
        Id of the profile that the amounts come from; "" for none.
    retaken : bool
        On another day: pose and light differ a little from the face as it is.
    """

    name: str
    kind: str
    number: int
    amounts: dict[str, float] = field(default_factory=dict)
    disease: str = ""
    retaken: bool = False


def plain(kind: str, numbers: Sequence[int]) -> list[Shot]:
    """Return people as they are."""
    return [Shot(f"{kind}-{number:04d}", kind, number) for number in numbers]


def of_signs(kind: str, numbers: Sequence[int], only: Sequence[str] = ()) -> list[Shot]:
    """Return every sign at every level; signs of different parts of the face share a picture, at independent levels.

    Signs that move one point of the face the same way never do: one would be paid for by the other.
    """
    found = []
    for number in numbers:
        rng = np.random.default_rng(population.FIRST_SEED[kind] + number)
        for place, group in enumerate(_groups(only)):
            levels = [rng.permutation(LEVELS) for _ in group]
            for step in range(len(LEVELS)):
                amounts = {name: float(full * at[step]) for (name, full), at in zip(group, levels, strict=True)}
                found.append(Shot(f"{kind}-{number:04d}-signs-{place:02d}-{step}", kind, number, amounts))
    return found


def _groups(only: Sequence[str]) -> list[list[tuple[str, float]]]:
    """Return lists of (attribute, full amount), no two of one part of the face, nor of one coordinate of a point."""
    groups: list[list[tuple[str, float]]] = []
    for name in signs.carried():
        if only and name not in only:
            continue
        attribute = attributes()[name]
        for full in (pole.full for pole in (attribute.positive, attribute.negative) if pole):
            apart = (group for group in groups if not any(signs.meet(name, other) for other, _ in group))
            if (group := next(apart, None)) is None:
                groups.append(group := [])
            group.append((name, full))
    return groups


def of_diseases(kind: str, numbers: Sequence[int], courses: dict[str, list[dict[str, float]]]) -> list[Shot]:
    """Return every person with every disease, each at a severity drawn by chance.

    Parameters
    ----------
    courses : dict of disease id to list
        Amounts of its attributes at even severities from 0 to 1.
    """
    found = []
    for number in numbers:
        rng = np.random.default_rng(population.FIRST_SEED[kind] + number + 50_000)
        for name, course in courses.items():
            at = rng.uniform(_LIGHTEST, 1.0)
            amounts = course[round(at * (len(course) - 1))]
            stem = f"{kind}-{number:04d}-{name.replace(':', '')}"
            found.append(Shot(stem, kind, number, amounts, name, retaken=True))
    return found


def rendered(shots: Sequence[Shot], folder: Path, samples: int = SAMPLES) -> Iterator[tuple[Shot, Path, dict]]:
    """Yield each shot with its picture and its truth; what lies in the folder already is not rendered again."""
    folder.mkdir(parents=True, exist_ok=True)
    for (kind, number), group in groupby(shots, key=lambda shot: (shot.kind, shot.number)):
        person, sat = population.person(kind, number), None
        for shot in group:
            picture, told = folder / f"{shot.name}.png", folder / f"{shot.name}.json"
            plan = {
                "shot": asdict(shot),
                "person": json.loads(json.dumps(asdict(person))),
                "samples": samples,
                "studio": _STUDIO,
            }
            if signs.wanted(shot.amounts)[0]:
                plan["sculpture"] = _SCULPTURE
            known = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
            if _told({key: known.get(key) for key in plan}) != _told(plan):
                sat = sat or sitter.sit(person)
                known = plan | {"truth": _take(sat, shot, picture, samples)}
                # The truth is written last, so that a broken run leaves no half of a pair.
                write(told, json.dumps(known, indent=1).encode())
            yield shot, picture, known["truth"]


def _told(plan: dict) -> str:
    """Return a plan as text, in which threads that add in another order make no difference."""
    return json.dumps(json.loads(json.dumps(plan), parse_float=lambda told: round(float(told), 9)), sort_keys=True)


def _take(sat: sitter.Sitter, shot: Shot, picture: Path, samples: int) -> dict:
    """Render a shot and return its truth."""
    shape, paints = signs.wanted(shot.amounts)
    before = truth.points(sat.head.vertices)
    details = sculpting.sculpt(before, shape) if shape else {}
    moved = sculpting.moved_by(details)
    write(picture, encode_png(sitter.photo(sat, _sitting(shot), moved, paints, samples=samples)))
    return _truth(sat, shot, before, before + truth.points(moved), paints)


def _sitting(shot: Shot) -> population.Sitting:
    seed = population.FIRST_SEED[shot.kind] + shot.number
    first = population.sitting(np.random.default_rng([seed, 1]))
    noise = np.random.default_rng([seed, *shot.name.encode()])
    if shot.retaken:
        return population.again(first, noise)
    return population.Sitting(first.yaw_deg, first.pitch_deg, first.roll_deg, first.light, int(noise.integers(1 << 30)))


def _truth(sat, shot: Shot, before: np.ndarray, after: np.ndarray, paints) -> dict:
    """Return what the mesh and its albedo measure: never what was asked."""
    was, now = truth.measures(before), truth.measures(after)
    albedo, canvas = sat.looks["albedo"], sat.head.canvas
    painted, sclera = pigments.painted(albedo, canvas, paints)
    there = {
        name: pigments.measured(name, painted, albedo, canvas, sclera) if name in paints
        else signs.reached(name, was, now)
        for name in shot.amounts
    }  # fmt: skip
    return {"signs": there, "measures": now, "tone": sat.person.tone, "melanin": sat.person.melanin}
