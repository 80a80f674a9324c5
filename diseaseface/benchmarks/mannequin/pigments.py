"""Signs of colour as density in the albedo: how much of which pigment lies where on a head.

An amount is the change of the catalogue's index (100 times a difference of optical densities) in the albedo itself,
before any light falls on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from diseaseface.benchmarks.mannequin import skin
from diseaseface.benchmarks.mannequin.skin import Canvas

_BLOOD = skin.BLOOD / (skin.BLOOD[1] - skin.BLOOD[0])
_MELANIN = skin.MELANIN / skin.MELANIN[0]
_BILIRUBIN = np.array([0.0, 0.10, 1.10])
_BLUE_BLOOD = np.array([1.60, 1.30, 0.60])
_CORE = 0.8


@dataclass(frozen=True)
class Pigment:
    """A sign of colour.

    Attributes
    ----------
    density : float array of shape (3,)
        Optical density of R, G, B for an index of 100.
    index : float array of shape (3,)
        What each density adds to the sign's index, after `faces.colorimetry`.
    where : function of Canvas to float array of shape (V,)
        0 to 1; None for the white of the eyes.
    """

    density: np.ndarray
    index: np.ndarray
    where: Callable[[Canvas], np.ndarray] | None


def _malar(canvas: Canvas) -> np.ndarray:
    cheeks = skin.spot(canvas, 3.4, 70.6, 1.9, 1.35) * 1.7
    bridge = skin.spot(canvas, 0.0, 71.6, 1.5, 0.9)
    return np.clip(cheeks + bridge, 0, 1)


def _centre(canvas: Canvas) -> np.ndarray:
    parts = ((0.0, 70.3, 1.3, 1.5), (2.6, 70.2, 1.5, 1.2), (0.0, 76.8, 2.2, 1.0), (0.0, 64.6, 1.3, 0.8))
    return np.clip(1.6 * np.max([skin.spot(canvas, *part) for part in parts], axis=0), 0, 1)


def _all(canvas: Canvas) -> np.ndarray:
    return np.ones(len(canvas.points))


def _lower_lids(canvas: Canvas) -> np.ndarray:
    return np.clip(1.6 * skin.spot(canvas, 2.9, 72.2, 1.3, 0.55), 0, 1)


def _lips(canvas: Canvas) -> np.ndarray:
    return skin.texture_mask("lips", canvas.uv, 2.0)


_EI, _MI, _YI, _BI = (np.array(w, float) for w in ((-1, 1, 0), (1, 0, 0), (0, -1, 1), (1, 0, -1)))

PIGMENTS: Mapping[str, Pigment] = {
    "malar_erythema": Pigment(_BLOOD, _EI, _malar),
    "centrofacial_erythema": Pigment(_BLOOD, _EI, _centre),
    "facial_erythema": Pigment(_BLOOD, _EI, _all),
    "plethora": Pigment(_BLOOD, _EI, _all),
    "pallor": Pigment(-_BLOOD, -_EI, _all),
    "skin_jaundice": Pigment(_BILIRUBIN, _YI, _all),
    "hyperpigmentation": Pigment(_MELANIN, _MI, _all),
    "melasma": Pigment(_MELANIN, _MI, _malar),
    "periorbital_hyperpigmentation": Pigment(_MELANIN, _MI, _lower_lids),
    "cyanosis": Pigment(_BLUE_BLOOD, _BI, _lips),
    "lip_hyperpigmentation": Pigment(_MELANIN, _MI, _lips),
    "scleral_icterus": Pigment(_BILIRUBIN, _YI, None),
    "conjunctival_hyperaemia": Pigment(_BLOOD, _EI, None),
}


def painted(albedo: np.ndarray, canvas: Canvas, amounts: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Add pigments to a skin and to the white of the eyes.

    Returns
    -------
    albedo : float array of shape (V, 3)
    sclera : float array of shape (3,)
        Factor on the white.
    """
    depth, eyes = np.zeros_like(albedo), np.zeros(3)
    for name, amount in amounts.items():
        pigment = PIGMENTS[name]
        density = pigment.density * amount / 100.0
        if pigment.where is None:
            eyes = eyes + density
        else:
            depth = depth + pigment.where(canvas)[:, None] * density
    return np.clip(albedo * 10.0**-depth, 0.002, 0.97), 10.0**-eyes


def measured(name: str, albedo: np.ndarray, was: np.ndarray, canvas: Canvas, sclera: np.ndarray) -> float:
    """Return the change of a sign's index in the albedo, median over the core of its place, in the catalogue's unit.

    The median of a whole face is that of the skin outside a patch: a rash of the cheeks is no flush of the face.
    """
    pigment = PIGMENTS[name]
    if pigment.where is None:
        return float(-100.0 * np.log10(sclera) @ pigment.index)
    core = pigment.where(canvas) > _CORE
    return float(np.median(-100.0 * np.log10(albedo[core] / was[core]) @ pigment.index))
