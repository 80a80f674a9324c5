"""What a head measures: the product's own definitions, applied to points of the mesh. No picture is involved."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from scipy import sparse

from diseaseface.benchmarks.mannequin import shape
from diseaseface.faces.anthropometry import MEASURES, MM_PER_CANONICAL_CM
from diseaseface.faces.mesh import canonical_mesh

LEVELS = 2
"""Subdivisions of the mesh whose vertices `marks.json` numbers."""
LANDMARKS = 478
_IRISES = {"helper-r-eye": 468, "helper-l-eye": 473}
_MM_PER_CM = 10.0


def _forward(front: list[int], back: list[int]) -> Callable[[np.ndarray], float]:
    """How far the mean of `front` stands before that of `back`, mm."""
    return lambda points: float(MM_PER_CANONICAL_CM * (points[front, 2].mean() - points[back, 2].mean()))


def _across(*pairs: tuple[int, int]) -> Callable[[np.ndarray], float]:
    """Return the mean width of pairs of (subject's right, left) landmarks, mm."""
    right, left = (list(side) for side in zip(*pairs, strict=True))
    return lambda points: float(MM_PER_CANONICAL_CM * (points[left, 0] - points[right, 0]).mean())


ALSO: Mapping[str, Callable[[np.ndarray], float]] = {
    "ala_width": _across((102, 331), (49, 279), (48, 278), (64, 294)),
}
"""What belongs to a sign beside its measure: wings of a nose that move as a whole, not their outermost points alone."""
DEPTHS: Mapping[str, Callable[[np.ndarray], float]] = {
    "nasal_bridge_depth": _forward([168, 6], [133, 362]),
    "forehead_prominence": _forward([151, 9], [127, 356]),
    "midface_projection": _forward([2, 164], [127, 356]),
    "malar_prominence": _forward([50, 280], [127, 356]),
    "chin_projection": _forward([199, 175], [127, 356]),
}
"""Signs of depth that the mesh has and one frontal photo does not show, by attribute, in mm."""


@cache
def marks() -> np.ndarray:
    """Return the vertex of the subdivided skin at each of the 468 landmarks of MediaPipe's mesh.

    Found once: the landmarks of a picture of the average head, and the visible vertex nearest to each.
    """
    return np.array(json.loads(files(__package__).joinpath("marks.json").read_text(encoding="utf-8")))


@cache
def _rows() -> sparse.csr_matrix:
    """Return the weights (468, base vertices) of the landmarks' points."""
    return shape.head_topology(LEVELS).weights[marks()]


def points(vertices: np.ndarray) -> np.ndarray:
    """Return a head's landmarks on its mesh, shape (478, 3), in the unit of `faces.anthropometry`.

    Parameters
    ----------
    vertices : float array of shape (V, 3)
        Of the base mesh, centimetres, or displacements of them.
    """
    found = np.zeros((LANDMARKS, 3))
    found[: len(marks())] = _rows() @ vertices
    for name, first in _IRISES.items():
        found[first : first + 5] = vertices[shape.group_vertices(name)].mean(axis=0)
    return found * _MM_PER_CM / MM_PER_CANONICAL_CM


def measures(points_cm: np.ndarray) -> dict[str, float]:
    """Return every frontal measure and every depth of landmarks, by name, in millimetres and degrees."""
    frontal = {name: float(measure.compute(points_cm)) for name, measure in MEASURES.items()}
    return frontal | {name: compute(points_cm) for name, compute in {**ALSO, **DEPTHS}.items()}


@cache
def ends(measure: str) -> frozenset[tuple[int, int]]:
    """Return the (landmark, axis) that a measure moves with, tried one by one on the canonical face."""
    compute = MEASURES[measure].compute if measure in MEASURES else {**ALSO, **DEPTHS}[measure]
    still = np.zeros((LANDMARKS, 3))
    still[: len(canonical_mesh().vertices_cm)] = canonical_mesh().vertices_cm
    was, found = compute(still), []
    for mark, axis in np.ndindex(still.shape):
        moved = still.copy()
        moved[mark, axis] += 0.1
        if not np.isclose(compute(moved), was, rtol=0.0, atol=1e-9):
            found.append((mark, axis))
    return frozenset(found)


def globe_height(points_cm: np.ndarray) -> float:
    """Return how far the irises stand above the canthi, mm: lids move, the globe stays."""
    return float(MM_PER_CANONICAL_CM * (points_cm[[468, 473], 1].mean() - points_cm[[33, 133, 263, 362], 1].mean()))
