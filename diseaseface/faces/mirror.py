"""Left and right: which landmark and which expression is the mirror image of which."""

from functools import cache

import numpy as np

from diseaseface.faces.mesh import canonical_mesh

# Centre, and the four points around it, which mirror into each other sideways only.
_IRISES = (473, 476, 475, 474, 477, 468, 471, 470, 469, 472)


@cache
def mirrored_indices() -> np.ndarray:
    """Return int array (478,): entry i is the landmark that landmark i turns into in a mirror."""
    vertices = canonical_mesh().vertices_cm
    apart = vertices[:, None] - vertices[None] * np.array([-1.0, 1.0, 1.0])
    indices = np.concatenate([(apart**2).sum(axis=-1).argmin(axis=1), _IRISES])
    indices.setflags(write=False)
    return indices


def mirror_points(landmarks: np.ndarray, width: int) -> np.ndarray:
    """Return the landmarks (478, 2 or 3) that the mirrored photo of this width in px has.

    A landmark at x = 3.0 lies on the centre of the fourth pixel, as the detector has it.
    """
    mirrored = landmarks[mirrored_indices()].copy()
    mirrored[:, 0] = width - 1 - mirrored[:, 0]
    return mirrored


def mirror_expression(blendshapes: dict[str, float]) -> dict[str, float]:
    """Return the blendshapes with the two sides of the face exchanged."""
    return {name: blendshapes[_other_side(name)] for name in blendshapes}


def _other_side(name: str) -> str:
    for side, other in (("Left", "Right"), ("Right", "Left")):
        if name.endswith(side):
            return name.removesuffix(side) + other
    return name
