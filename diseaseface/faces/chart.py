"""The chart: canonical coordinates for every pixel around a face.

Signs are drawn in canonical centimetres and looked up through the chart, so that one
recipe fits every photo size, roll and person.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.linalg import lu_factor, lu_solve

from diseaseface.faces.mesh import Pose, canonical_mesh

# The ring, an ellipse in canonical centimetres: beyond it nothing moves.
RING_CENTRE_CM = (0.0, -0.2)
RING_RADII_CM = (15.5, 18.6)
_NODES_PER_CM = 4.0
_SPARSE = 3  # nodes per node of the sparse grid that does away from the face
_FACE_MARGIN_CM = 2.5
_MOST_NODES = 30_000
_FINER = 3
_SMOOTHING = 6e-4  # of the thin-plate spline, in units of squared face sizes


@dataclass(frozen=True, eq=False)
class Chart:
    """Canonical coordinates on a regular grid of nodes over a box of the photo.

    Attributes
    ----------
    box : (x0, y0, x1, y1)
        Pixels of the photo, half-open.
    nodes_px : float32 array of shape (h, w, 2)
        Where the nodes lie in the photo.
    nodes_cm : float32 array of shape (h, w, 3)
        Canonical X (to the subject's left), Y (up) and Z (towards the camera) of the surface there.
    """

    box: tuple[int, int, int, int]
    nodes_px: np.ndarray
    nodes_cm: np.ndarray

    def to_pixels(self, values: np.ndarray, window: tuple[int, int, int, int] | None = None) -> np.ndarray:
        """Bring values on the nodes, shape (h, w) or (h, w, k), to every pixel of the box.

        `window`, (x0, y0, x1, y1) in pixels of the box, asks for a part of it only.
        """
        x0, y0, x1, y1 = self.box
        left, top, right, bottom = window or (0, 0, x1 - x0, y1 - y0)
        matrix = self._node_from_pixel()
        matrix[:, 2] += matrix[:, :2] @ (left, top)
        # Cubic on a finer grid, then linear: as smooth as cubic at every pixel, and three times faster.
        fine = cv2.resize(
            np.ascontiguousarray(values, np.float32), None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC
        )
        matrix[:, :2] *= _FINER
        matrix[:, 2] = (matrix[:, 2] + 0.5) * _FINER - 0.5
        return cv2.warpAffine(
            fine, matrix, (right - left, bottom - top),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip

    def at(self, values: np.ndarray, points_px: np.ndarray) -> np.ndarray:
        """Look values on the nodes up at photo points of shape (n, 2)."""
        matrix = self._node_from_pixel()
        local = (points_px - np.array(self.box[:2])) @ matrix[:, :2].T + matrix[:, 2]
        return cv2.remap(
            np.ascontiguousarray(values, np.float32),
            local[:, None, 0].astype(np.float32), local[:, None, 1].astype(np.float32),
            cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE,
        )[:, 0]  # fmt: skip

    def _node_from_pixel(self) -> np.ndarray:
        """Affine map (2, 3) from pixels of the box to node indices."""
        x0, y0 = self.box[:2]
        step = self.step_px
        first = self.nodes_px[0, 0] - np.array([x0, y0])
        return np.array([[1 / step, 0, -first[0] / step], [0, 1 / step, -first[1] / step]])

    @property
    def step_px(self) -> float:
        """Distance of neighbouring nodes."""
        return float(self.nodes_px[0, 1, 0] - self.nodes_px[0, 0, 0])


def ring_box(pose: Pose, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the box (x0, y0, x1, y1) of the photo that holds the ring."""
    around = np.linspace(0, 2 * np.pi, 64)
    ring = np.zeros((64, 3))
    ring[:, 0] = RING_CENTRE_CM[0] + RING_RADII_CM[0] * np.cos(around)
    ring[:, 1] = RING_CENTRE_CM[1] + RING_RADII_CM[1] * np.sin(around)
    ring_px = pose.to_px(ring)
    x0, y0 = np.clip(np.floor(ring_px.min(axis=0)), 0, (width, height)).astype(int)
    x1, y1 = np.clip(np.ceil(ring_px.max(axis=0)), 0, (width, height)).astype(int)
    return int(x0), int(y0), int(x1), int(y1)


def ring_window(x_cm: np.ndarray, y_cm: np.ndarray) -> np.ndarray:
    """Fade from one on the face to exactly zero on the ring, for canonical positions."""
    radius = np.hypot((x_cm - RING_CENTRE_CM[0]) / RING_RADII_CM[0], (y_cm - RING_CENTRE_CM[1]) / RING_RADII_CM[1])
    fade = np.clip((1.0 - radius) / 0.25, 0.0, 1.0)
    return fade * fade * (3.0 - 2.0 * fade)


def draw_chart(landmarks_px: np.ndarray, pose: Pose, box: tuple[int, int, int, int]) -> Chart:
    """Fit a smoothing thin-plate spline from the photo to the canonical mesh.

    Parameters
    ----------
    landmarks_px : float array of shape (478, 2)
    pose : Pose
        Continues the chart beyond the face.
    box : (x0, y0, x1, y1)
        The part of the photo to cover, pixels.

    Notes
    -----
    Thin-plate spline after Bookstein (1989), with Wahba's smoothing; only the departure from
    the flat pose is splined, so far from the face the chart is the pose itself.
    """
    mesh = canonical_mesh()
    x0, y0, x1, y1 = box
    step = pose.px_per_cm / _NODES_PER_CM
    step = max(step, np.sqrt((x1 - x0) * (y1 - y0) / _MOST_NODES))
    columns = np.arange(x0, x1 + step, step)
    rows = np.arange(y0, y1 + step, step)
    nodes_px = np.stack(np.meshgrid(columns, rows), axis=-1)

    anchors_px, anchors_cm = _anchors(landmarks_px[: len(mesh.vertices_cm)], mesh.vertices_cm, pose)
    unit = 15.0 * pose.px_per_cm
    centre = pose.origin_px  # near zero, single precision is fine enough
    anchors = (anchors_px - centre) / unit
    wanted = anchors_cm - _flat(anchors_px, pose)
    system = _kernel(anchors, anchors) + _SMOOTHING * np.eye(len(anchors))
    affine = np.column_stack([np.ones(len(anchors)), anchors])
    full = np.block([[system, affine], [affine.T, np.zeros((3, 3))]])
    coefficients = lu_solve(lu_factor(full), np.vstack([wanted, np.zeros((3, 3))]))

    def spline(places_px):
        nodes = (places_px.reshape(-1, 2) - centre) / unit
        curved = _kernel(nodes.astype(np.float32), anchors.astype(np.float32)) @ coefficients[:-3].astype(np.float32)
        flat = np.column_stack([np.ones(len(nodes)), nodes]) @ coefficients[-3:]
        return (curved + flat).reshape(*places_px.shape[:2], 3)

    face = _face_nodes(landmarks_px, nodes_px, _FACE_MARGIN_CM * pose.px_per_cm)
    splined = _sparsely(spline, nodes_px, step)
    splined[face] = spline(nodes_px[face])
    nodes_cm = _flat(nodes_px.reshape(-1, 2), pose).reshape(splined.shape) + splined
    return Chart(box, nodes_px.astype(np.float32), nodes_cm.astype(np.float32))


def _face_nodes(landmarks_px, nodes_px, margin_px):
    """Rows and columns of the nodes on the face, where the spline bends from node to node."""
    low, high = landmarks_px.min(axis=0) - margin_px, landmarks_px.max(axis=0) + margin_px
    columns, rows = (
        np.searchsorted(nodes_px[0, :, 0], (low[0], high[0])),
        np.searchsorted(nodes_px[:, 0, 1], (low[1], high[1])),
    )
    return slice(*rows), slice(*columns)


def _sparsely(spline, nodes_px, step):
    """Evaluate `spline` on every third node, and between them by a cubic."""
    rows, columns = (np.arange(-1, -(-n // _SPARSE) + 2) * _SPARSE for n in nodes_px.shape[:2])
    sparse = nodes_px[0, 0] + step * np.stack(np.meshgrid(columns, rows), axis=-1)
    matrix = np.array([[1 / _SPARSE, 0, 1], [0, 1 / _SPARSE, 1]])
    return cv2.warpAffine(
        spline(sparse), matrix, nodes_px.shape[1::-1], flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip


def _anchors(landmarks_px, vertices_cm, pose):
    """Landmarks, and a far ring where the chart is the pose's own."""
    around = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radii = np.array(RING_RADII_CM) * 1.15
    far = np.array(RING_CENTRE_CM) + radii * np.column_stack([np.cos(around), np.sin(around)])
    ring = np.column_stack([far, np.zeros(len(far))])
    return np.vstack([landmarks_px, pose.to_px(ring)]), np.vstack([vertices_cm, ring])


def _flat(points_px, pose):
    """Canonical X, Y of photo points on the plane Z = 0 of the head; Z is zero."""
    matrix = pose.rotation[:2, :2] * pose.px_per_cm * np.array([[1.0], [-1.0]])
    flat = np.linalg.solve(matrix, (points_px - pose.origin_px).T).T
    return np.column_stack([flat, np.zeros(len(flat))])


def _kernel(points, centres):
    """Return r² log r for every pair, in the precision of the arguments."""
    squared = points @ (-2.0 * centres.T)
    squared += (points**2).sum(axis=1)[:, None]
    squared += (centres**2).sum(axis=1)
    np.maximum(squared, 1e-12, out=squared)
    kernel = np.log(squared)
    kernel *= squared
    kernel *= 0.5
    return kernel
