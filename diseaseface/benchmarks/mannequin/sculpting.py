"""From millimetres to morph targets: which of the mesh's own sliders give a head the measures asked for.

A slider is no severity: at one it moves a slant by 2 mm and a jaw by 26, and most move more than one measure. So a
sign is asked for in the unit of its measure, and a least-squares problem over all sliders of the face finds amounts
that change this measure and hold the others, and that stretch the skin as little as may be: else the two points of a
measure slide over skin that stays where it is, which no picture shows. A whole is not held where a part of it is asked
for, nor a part where the whole is: a taller chin lengthens the face. What was reached is measured on the mesh
afterwards.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from scipy.optimize import lsq_linear

from diseaseface.benchmarks.mannequin import lids, shape, truth
from diseaseface.faces.mesh import canonical_mesh

_FOLDERS = ("cheek", "chin", "eyebrows", "eyes", "forehead", "mouth", "nose")
_OF_THE_HEAD = ("fat", "round", "square", "rectangular", "oval", "diamond", "scale-horiz", "scale-vert", "scale-depth")
_MOST = 1.3  # of a slider; beyond it the mesh folds
_FIRM, _HELD = 12.0, 1.0  # how much an asked and a held measure count, in SDs of healthy faces
_EFFORT = 0.25  # what a slider costs
_STILL_CM, _FEW = 0.3, 40  # so many landmarks that move so far without need cost as much as a slider at four
_SIGN_FEW = 130  # with a sign, which may carry a large part of the face along
_SHORTEST_CM = 0.3  # of the distances over which skin is told to stretch
_PARTS = {
    "face_height": ("nose_length", "lower_face_height"),
    "lower_face_height": ("philtrum_length", "upper_vermilion_height", "lower_vermilion_height", "chin_height"),
}
"""What a measure is the sum of, but for what lies between."""
_SPREAD_MM = {"globe_height": 0.5}  # set by eye: lids and canthi move, the globe stays
_DEPTH_SD_MM = 2.0  # no norm tells how far healthy faces differ in depth; set by eye


@dataclass(frozen=True, eq=False)
class Sliders:
    """The sliders of a face.

    Attributes
    ----------
    names : tuple of str
        As `Person.details` has them.
    moves : float array of shape (sliders, 478, 3)
        Of the landmarks, for a slider at one.
    """

    names: tuple[str, ...]
    moves: np.ndarray


def slider_names() -> tuple[str, ...]:
    """Return the symmetrical targets of the face, with "?" for the side where there are two."""
    folder = shape.data_folder() / "targets"
    found = []
    for area in _FOLDERS:
        stems = sorted(path.name.removesuffix(".target.gz") for path in (folder / area).glob("*.target.gz"))
        found += [f"{area}/{'?' + stem[1:] if stem.startswith('l-') else stem}" for stem in stems if stem[:2] != "r-"]
    kinds = [f"head/head-{part}{end}" for part in _OF_THE_HEAD for end in ("", "-incr", "-decr")]
    found += [name for name in kinds if (folder / f"{name}.target.gz").exists()]
    # One half of these only: they shift a symmetrical face to one side.
    return tuple(name for name in found if not name.endswith(("trans-in", "trans-out")) or "?" in name)


@cache
def sliders(names: tuple[str, ...]) -> Sliders:
    """Return sliders with what each does to the landmarks."""
    return Sliders(names, np.array([truth.points(moved_by({name: 1.0})) for name in names]))


def moved_by(details: Mapping[str, float]) -> np.ndarray:
    """Return the displacement of every base vertex by slider amounts, centimetres, shape (V, 3)."""
    moved = np.zeros_like(shape.base().points)
    for name, amount in details.items():
        for side in ("l", "r") if "?" in name else ("",):
            one = name.replace("?", side)
            moved += amount * (lids.target(one) if name in lids.NAMES else shape.target(one))
    return moved * shape.CM_PER_UNIT


@cache
def usual() -> dict[str, dict[str, float]]:
    """Return means and standard deviations of healthy faces by measure, as they were when these heads were first made.

    A copy of the norms, so that heads stay who they are, and pictures of them good, when norms are computed anew.
    """
    return json.loads(files(__package__).joinpath("usual.json").read_text(encoding="utf-8"))


def spread(name: str) -> float:
    """Return the standard deviation of a measure in healthy faces, its unit."""
    return float(usual()["sd"].get(name, _SPREAD_MM.get(name, _DEPTH_SD_MM)))


def sculpt(
    points: np.ndarray,
    wanted: Mapping[str, float],
    firm: float = _FIRM,
    rounds: int = 2,
    people: bool = False,
) -> dict[str, float]:
    """Find sliders that change measures by what is wanted and hold all others.

    Parameters
    ----------
    points : float array of shape (478, 3)
        The head's landmarks, see `truth.points`.
    wanted : mapping of measure to change, in its unit
    firm : float
        How much what is wanted counts against sliders and skin that move.
    rounds : int
        Angles are not linear in the sliders; a second round mends what the first left.
    people : bool
        Whether it is people who differ: by MakeHuman's own sliders, globes and all, each measure held. With a sign,
        lids move one by one, globes stay, and skin stretches as little as may be.

    Returns
    -------
    dict of slider to amount, those above 0.01.
    """
    known, tell = (sliders(slider_names()), truth.measures) if people else (_with_lids(), _with_globes)
    start = tell(points)
    measured = tuple(start)
    free = set() if people else _loose(wanted)
    weight = np.array([(firm if name in wanted else _HELD * (name not in free)) / spread(name) for name in measured])
    slope = np.array([_changes(tell(points + move), start, measured) for move in known.moves])
    rows = np.vstack([slope.T * weight[:, None], _effort(known.names) if people else _stretch(known.names)])
    goal = np.array([wanted.get(name, 0.0) for name in measured])
    aim, amounts = goal.copy(), np.zeros(len(known.names))
    for _ in range(rounds):
        target = np.concatenate([aim * weight, np.zeros(len(amounts))])
        amounts = lsq_linear(rows, target, (0.0, _MOST), method="bvls", tol=1e-6, max_iter=400).x
        reached = _changes(tell(points + np.tensordot(amounts, known.moves, 1)), start, measured)
        aim = aim + np.where([name in wanted for name in measured], goal - reached, 0.0)
    return {name: float(amount) for name, amount in zip(known.names, amounts, strict=True) if amount > 0.01}


def _with_lids() -> Sliders:
    return sliders((*slider_names(), *lids.NAMES))


def _with_globes(points: np.ndarray) -> dict[str, float]:
    return truth.measures(points) | {"globe_height": truth.globe_height(points)}


@cache
def _effort(names: tuple[str, ...]) -> np.ndarray:
    """Return rows whose squared product with the sliders is what they cost: themselves, and all that they move."""
    moves = sliders(names).moves.reshape(len(names), -1) / _STILL_CM
    return np.linalg.cholesky(moves @ moves.T / _FEW + _EFFORT**2 * np.eye(len(moves))).T


@cache
def _stretch(names: tuple[str, ...]) -> np.ndarray:
    """Return rows as `_effort`, for signs: what stretches skin costs more than what carries it along."""
    moves, mesh = sliders(names).moves, canonical_mesh()
    ends = np.unique(np.sort(mesh.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    long = np.maximum(np.linalg.norm(np.diff(mesh.vertices_cm[ends], axis=1)[:, 0], axis=1), _SHORTEST_CM)
    strain = ((moves[:, ends[:, 0]] - moves[:, ends[:, 1]]) / long[:, None]).reshape(len(names), -1)
    far = moves.reshape(len(names), -1) / _STILL_CM
    cost = strain @ strain.T + far @ far.T / _SIGN_FEW + _EFFORT**2 * np.eye(len(names))
    return np.linalg.cholesky(cost).T


def _loose(wanted: Iterable[str]) -> set[str]:
    """Return the measures that follow those that are asked for: their parts, and what they are parts of."""
    parts, wholes, found = list(wanted), list(wanted), set()
    while parts or wholes:
        parts = [part for whole in parts for part in _PARTS.get(whole, ())]
        wholes = [whole for part in wholes for whole, own in _PARTS.items() if part in own]
        found.update(parts, wholes)
    return found - set(wanted)


def _changes(now: Mapping[str, float], was: Mapping[str, float], names) -> np.ndarray:
    return np.array([now[name] - was[name] for name in names])
