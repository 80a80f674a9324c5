"""Where a drawn shape takes the landmarks of the face."""

import numpy as np

from diseaseface.engines.morph.eyes import Eye
from diseaseface.engines.morph.shape import Shape
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.contours import EYES, IRISES
from diseaseface.faces.face import Face

# The margins between the canthi, which do not move; EYES goes round each eye, the subject's right first.
_MARGINS = {side: (eye[1:8], eye[9:]) for side, eye in zip(("right", "left"), EYES, strict=True)}


def landmarks_after(face: Face, shape: Shape, eyes: dict[str, Eye | None], turned: dict[str, Eye]) -> np.ndarray:
    """Return the landmarks (478, 2) of the drawn picture, px, from the warp, the lids and the eyeballs themselves.

    `turned` holds the eyes whose iris a sign has moved or made larger or smaller.
    """
    moved = face.landmarks_px + face.pose.vectors_to_px(face.chart.at(shape.move_cm, face.landmarks_px))
    for iris, side in zip(IRISES, ("right", "left"), strict=True):
        if side in turned:
            before, after = eyes[side], turned[side]
            shift = np.subtract(after.iris_uv, before.iris_uv) @ np.stack([before.out_px, before.up_px])
            around = (moved[list(iris)] - moved[iris[0]]) * (after.iris_cm / before.iris_cm)
            moved[list(iris)] = moved[iris[0]] + shift + around
    for side, (upper_mm, lower_mm) in shape.lids_mm.items():
        for margin, up_mm in zip(_MARGINS[side], (upper_mm, -lower_mm), strict=True):
            moved[margin] += _follows(face, eyes[side], margin)[:, None] * (
                up_mm / MM_PER_CANONICAL_CM * eyes[side].up_px
            )
    return moved


def _follows(face, eye, margin):
    """How far each landmark of a margin goes with its lid, 0 to 1."""
    at = np.round(face.landmarks_px[margin] - face.chart.box[:2] - np.array(eye.box[:2])).astype(int)
    height, width = eye.across.shape
    return eye.across[np.clip(at[:, 1], 0, height - 1), np.clip(at[:, 0], 0, width - 1)]
