"""Finding the face and its landmarks, the same whatever the photo's size, tilt and side."""

from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.errors import FaceError
from diseaseface.faces.landmarks import detect
from diseaseface.faces.mesh import fit_pose
from diseaseface.faces.mirror import mirror_expression, mirror_points

_CROP_PX = 448
_CROP_CM = 34.0  # canonical; room for the detector, which wants a face inside a scene
_CROP_CENTRE_CM = (0.0, 0.5, 0.0)
_ROUNDS = 2
_TILES = (1.0, 0.6, 0.35)  # sides of the windows searched, of the photo's shorter side


@dataclass(frozen=True, eq=False)
class Detection:
    """The face that is analysed.

    Attributes
    ----------
    landmarks : float64 array of shape (478, 3)
        x, y in pixels of the photo (0 on the centre of the first), z in the same scale.
    blendshapes : dict of str to float
    others : int
        How many further faces the photo shows.
    """

    landmarks: np.ndarray
    blendshapes: dict[str, float]
    others: int


def find_face(image: np.ndarray) -> Detection:
    """Find the largest face of a uint8 RGB photo; FaceError if there is none."""
    faces = _search(image)
    if not faces:
        raise FaceError(
            "No face was found in the photo; use an upright one from the front, "
            "with the whole face in view and well lit."
        )
    landmarks, blendshapes = faces[0]
    for _ in range(_ROUNDS):
        refined = _refine(image, landmarks)
        if refined is None:
            break
        landmarks, blendshapes = refined
    return Detection(landmarks, blendshapes, len(faces) - 1)


def _search(image):
    """Look at the whole photo, then with a margin around it, then through smaller windows."""
    if faces := detect(image):
        return faces
    height, width = image.shape[:2]
    margin = max(height, width) // 2
    framed = cv2.copyMakeBorder(image, *[margin] * 4, cv2.BORDER_CONSTANT, value=(128, 128, 128))
    if faces := _moved(detect(framed), -margin, -margin):
        return faces
    for share in _TILES:
        side = round(min(height, width) * share)
        faces = [
            face
            for top in _starts(height, side)
            for left in _starts(width, side)
            for face in _moved(detect(image[top : top + side, left : left + side]), left, top)
        ]
        if faces:
            return _without_repeats(faces)
    return []


def _starts(length, side):
    count = int(np.ceil((length - side) / (0.6 * side))) + 1
    return np.linspace(0, length - side, count).round().astype(int)


def _moved(faces, dx, dy):
    return [(points + np.array([dx, dy, 0.0]), shapes) for points, shapes in faces]


def _without_repeats(faces):
    """Overlapping windows see the same face twice; keep the larger, largest first."""
    kept = []
    for face in sorted(faces, key=lambda face: -np.ptp(face[0][:, 0])):
        centre, size = face[0][:, :2].mean(axis=0), np.ptp(face[0][:, 0])
        if all(np.linalg.norm(other[0][:, :2].mean(axis=0) - centre) > 0.5 * size for other in kept):
            kept.append(face)
    return kept


def _refine(image, landmarks):
    """Detect again in an upright crop of fixed size and in its mirror image, and average.

    So size and tilt of the face in the photo no longer matter, half of the detector's noise
    goes, and a mirrored photo has mirrored landmarks.
    """
    forward = _crop_transform(landmarks)
    crop = _warped(image, forward)
    straight = _nearest_centre(detect(crop))
    turned = _nearest_centre(detect(np.ascontiguousarray(crop[:, ::-1])))
    if straight is None or turned is None:
        return None
    points = (straight[0] + mirror_points(turned[0], _CROP_PX)) / 2
    other = mirror_expression(turned[1])
    shapes = {name: (value + other[name]) / 2 for name, value in straight[1].items()}
    return _back(points, forward), shapes


def _crop_transform(landmarks):
    """Return the similarity (2, 3) from the photo to a crop with the head upright and centred."""
    pose, _ = fit_pose(landmarks)
    centre = pose.to_px(np.array(_CROP_CENTRE_CM))
    scale = _CROP_PX / (_CROP_CM * pose.px_per_cm)
    turn = np.radians(pose.roll_deg)
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.full(2, (_CROP_PX - 1) / 2)
    return np.column_stack([linear, middle - linear @ centre])


def _warped(image, forward):
    scale = np.sqrt(np.linalg.det(forward[:, :2]))
    while scale < 0.5:  # one step of a pyramid, or the crop would alias
        image = cv2.pyrDown(image)
        forward = forward @ np.diag([2.0, 2.0, 1.0])
        scale *= 2
    return cv2.warpAffine(image, forward, (_CROP_PX, _CROP_PX), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _back(points, forward):
    linear, shift = forward[:, :2], forward[:, 2]
    flat = np.linalg.solve(linear, (points[:, :2] - shift).T).T
    return np.column_stack([flat, points[:, 2] / np.sqrt(np.linalg.det(linear))])


def _nearest_centre(faces):
    middle = np.full(2, _CROP_PX / 2)
    return min(faces, key=lambda face: np.linalg.norm(face[0][:, :2].mean(axis=0) - middle), default=None)
