"""Where colour and texture are read: zones of the face in canonical centimetres.

Places and sizes are set by eye on the canonical mesh. Both sides are alike.
"""

import numpy as np

# Ellipses (x, y, half width, half height); x counts from the midline, both sides.
ZONES: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "cheeks": ((4.3, -0.8, 2.0, 1.8),),
    "malar": ((3.7, 0.5, 2.0, 0.9), (0.0, 1.3, 0.9, 1.1)),
    "nose": ((0.0, 0.6, 0.9, 2.2),),
    "centre": ((0.0, -0.5, 1.3, 1.0), (0.0, -7.3, 1.4, 0.8), (0.0, 5.8, 1.5, 0.8)),
    "forehead": ((0.0, 6.3, 4.4, 1.3),),
    "perioral": ((0.0, -4.9, 3.4, 2.6),),
    "chin": ((0.0, -7.6, 1.9, 1.0),),
    "upper_lids": ((3.2, 3.5, 1.5, 0.5),),
    "lower_lids": ((3.2, 1.2, 1.5, 0.55),),
    "frown": ((0.75, 4.7, 0.6, 1.1),),
    "crows_feet": ((5.6, 2.2, 1.1, 1.5),),
    "lip_border": ((1.0, -2.9, 1.1, 0.6), (1.1, -5.9, 1.1, 0.5)),
    "glabella": ((0.0, 4.5, 0.75, 0.7),),
    "outer": ((5.9, -2.6, 1.1, 1.6), (4.4, -6.0, 1.5, 1.3), (3.6, 6.4, 1.6, 0.9)),
    "v1": ((2.8, 6.0, 1.8, 1.3),),
    "v2": ((3.7, -0.6, 1.6, 1.5),),
    "v3": ((2.2, -7.4, 1.6, 1.0),),
    "midline": ((0.0, 5.4, 0.8, 1.5),),
    "around_lips": ((0.0, -6.1, 1.6, 0.4), (3.0, -4.6, 0.4, 0.8)),
    "mouth_corners": ((2.75, -4.4, 0.35, 0.3),),
    "around_eyes": ((3.0, 1.7, 1.4, 0.5),),
    "temples": ((6.5, 1.2, 0.9, 2.2),),
    "brows": ((3.2, 4.6, 2.9, 1.3),),
    "face": ((0.0, -0.6, 7.6, 8.8),),
}


def terms(x_cm: np.ndarray, y_cm: np.ndarray) -> np.ndarray:
    """Return what the equations of ellipses are made of at positions of any shape, float32 (4, ...)."""
    aside = np.abs(x_cm)
    return np.stack([aside * aside, aside, y_cm * y_cm, y_cm]).astype(np.float32, copy=False)


def zone(name: str, at: np.ndarray) -> np.ndarray:
    """Return where a zone lies, bool of the positions' shape; `at` are their `terms`."""
    flat = at.reshape(4, -1)  # one product of a row and a matrix, where the plain formula makes six pictures
    inside = np.zeros(flat.shape[1], bool)
    for x, y, half_width, half_height in ZONES[name]:
        a, b = half_width**-2.0, half_height**-2.0
        row = np.array([a, -2.0 * a * x, b, -2.0 * b * y], np.float32)
        inside |= row @ flat < 1.0 - a * x * x - b * y * y
    return inside.reshape(at.shape[1:])
