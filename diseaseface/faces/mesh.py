"""The canonical metric face mesh and the pose that places it in a photo.

The mesh is MediaPipe's canonical face model (468 vertices, centimetres): X to the
subject's left (the right of the picture), Y up, Z towards the camera.
"""

import zipfile
from dataclasses import dataclass
from functools import cache

import numpy as np

from diseaseface.faces.landmarks import model_file

_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
_WIRE_FIXED64, _WIRE_BYTES, _WIRE_FIXED32 = 1, 2, 5


@dataclass(frozen=True, eq=False)
class Mesh:
    """The canonical face.

    Attributes
    ----------
    vertices_cm : float64 array of shape (468, 3)
        X to the subject's left, Y up, Z towards the camera.
    triangles : int array of shape (898, 3)
        Vertex indices, counter-clockwise as seen by the camera.
    weights : float64 array of shape (468,)
        How much each vertex counts in a pose fit; mostly zero, after MediaPipe.
    """

    vertices_cm: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True, eq=False)
class Pose:
    """A weak-perspective placement of the canonical frame in the photo.

    A canonical point p lies at pixel ``origin_px + px_per_cm * (R p)[:2] * (1, -1)``.

    Attributes
    ----------
    rotation : float64 array of shape (3, 3)
    px_per_cm : float
    origin_px : float64 array of shape (2,)
    """

    rotation: np.ndarray
    px_per_cm: float
    origin_px: np.ndarray

    def to_px(self, points_cm: np.ndarray) -> np.ndarray:
        """Place canonical points of shape (..., 3) in the photo, (x, y) px."""
        return self.origin_px + self.vectors_to_px(points_cm)

    def vectors_to_px(self, vectors_cm: np.ndarray) -> np.ndarray:
        """Turn canonical displacements of shape (..., 3) into pixel displacements."""
        flat = vectors_cm.reshape(-1, 3) @ self.rotation[:2].T  # one product, where a stack of small ones is slow
        turned = flat.reshape(*vectors_cm.shape[:-1], 2)
        return turned * (self.px_per_cm * np.array([1.0, -1.0]))

    @property
    def yaw_deg(self) -> float:
        """Turn of the head; positive when the subject looks to their own left."""
        return float(np.degrees(np.arctan2(self.rotation[0, 2], self.rotation[2, 2])))

    @property
    def roll_deg(self) -> float:
        """In-plane tilt; positive when the head turns counter-clockwise in the picture."""
        return float(np.degrees(np.arctan2(self.rotation[1, 0], self.rotation[0, 0])))


def fit_pose(landmarks: np.ndarray) -> tuple[Pose, np.ndarray]:
    """Find the pose, and the person's own points in the canonical frame.

    Parameters
    ----------
    landmarks : float array of shape (478, 3)
        x, y in pixels (y down) and z in pixel-like units (away from the camera positive).

    Returns
    -------
    pose : Pose
    points_cm : float64 array of shape (478, 3)
        The landmarks, turned and scaled into the canonical frame: the person's own
        shape with head pose and photo size taken out.

    Notes
    -----
    Similarity fit after Umeyama (1991), weighted as in MediaPipe's face geometry.
    """
    mesh = canonical_mesh()
    world = landmarks * np.array([1.0, -1.0, -1.0])
    rotation, scale, shift = _similarity(mesh.vertices_cm, world[: len(mesh.weights)], mesh.weights)
    points_cm = (world - shift) @ rotation / scale
    return Pose(rotation, scale, shift[:2] * np.array([1.0, -1.0])), points_cm


def placed_on(mesh: Mesh, points_cm: np.ndarray) -> np.ndarray:
    """Turn and scale points of shape (478, 3) into the frame of a mesh, as `fit_pose` does with landmarks."""
    rotation, scale, shift = _similarity(mesh.vertices_cm, points_cm[: len(mesh.weights)], mesh.weights)
    return (points_cm - shift) @ rotation / scale


def _similarity(source, target, weights):
    weights = weights / weights.sum()
    source_mean, target_mean = weights @ source, weights @ target
    source, target = source - source_mean, target - target_mean
    u, spread, vt = np.linalg.svd((target * weights[:, None]).T @ source)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * sign) @ vt
    scale = (spread * sign).sum() / (weights @ (source**2).sum(axis=1))
    return rotation, float(scale), target_mean - scale * rotation @ source_mean


@cache
def canonical_mesh() -> Mesh:
    """Read the canonical mesh out of the landmarker's task file."""
    with zipfile.ZipFile(model_file()) as bundle:
        metadata = bundle.read(_MEMBER)
    mesh, weights = None, np.zeros(468)
    for field, value in _protobuf_fields(metadata):
        if field == 1:
            mesh = list(_protobuf_fields(value))
        elif field == 2:
            entry = dict(_protobuf_fields(value))
            weights[entry.get(1, 0)] = np.frombuffer(entry[2], "<f4")[0]
    floats = b"".join(value for field, value in mesh if field == 3)
    vertices = np.frombuffer(floats, "<f4").reshape(468, 5)[:, :3].astype(np.float64)
    triangles = np.array([value for field, value in mesh if field == 4]).reshape(-1, 3)
    for array in (vertices, triangles, weights):
        array.setflags(write=False)
    return Mesh(vertices, triangles, weights)


def _protobuf_fields(data: bytes):
    """Yield (field number, value) of a protobuf message: int, or bytes for the other types."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    sizes = {_WIRE_FIXED64: lambda: 8, _WIRE_BYTES: varint, _WIRE_FIXED32: lambda: 4}
    while at < len(data):
        key = varint()
        field, wire = key >> 3, key & 7
        if wire == 0:
            yield field, varint()
            continue
        size = sizes[wire]()
        yield field, data[at : at + size]
        at += size
