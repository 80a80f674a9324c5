"""Random fields and random streams on the face, fixed by a seed and given in canonical centimetres."""

import zlib
from functools import lru_cache

import cv2
import numpy as np
from scipy import fft

_TILE_PX = 360
_TILE_CM = 32.0  # as wide as the ring, so that no pattern comes twice on a face
_FINEST_CM = 0.22  # finer detail is the photo's own


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one sign: the same for the same seed and name, on any machine."""
    return np.random.default_rng([seed & 0xFFFFFFFF, zlib.crc32(name.encode())])


@lru_cache(maxsize=48)
def tile(seed: int, name: str, wavelength_cm: float, roughness: float = 2.0) -> np.ndarray:
    """Return an isotropic fractal noise of zero mean and unit variance, float32 (360, 360), 32 cm wide.

    Parameters
    ----------
    seed : int
    name : str
        Signs with different names get independent noise.
    wavelength_cm : float
        Size of the largest features.
    roughness : float
        Fall of the amplitude spectrum beyond that size; smaller is more ragged.
    """
    white = stream(seed, name).standard_normal((_TILE_PX, _TILE_PX), np.float32)
    down = fft.fftfreq(_TILE_PX, _TILE_CM / _TILE_PX).astype(np.float32)
    per_cm = np.hypot(down[:, None], np.abs(down[None, : _TILE_PX // 2 + 1]))
    first = 0.5 / wavelength_cm
    spectrum = (first**2 + per_cm**2) ** (-roughness / 2) * np.exp(-((per_cm * _FINEST_CM) ** 2))
    spectrum *= 1.0 - np.exp(-((2.0 * per_cm / first) ** 2))
    field = fft.irfft2(fft.rfft2(white) * spectrum, s=white.shape)
    field = (field - field.mean()) / field.std()
    field.setflags(write=False)
    return field


def places(x_cm: np.ndarray, y_cm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn canonical positions, float32 arrays of one shape (h, w), into places on every tile."""
    scale = _TILE_PX / _TILE_CM
    columns = cv2.addWeighted(x_cm, scale, x_cm, 0.0, _TILE_PX / 2)
    rows = cv2.addWeighted(y_cm, scale, y_cm, 0.0, _TILE_PX / 2)
    return cv2.convertMaps(columns, rows, cv2.CV_16SC2)


def sample(noise: np.ndarray, at: tuple[np.ndarray, np.ndarray], *, smooth: bool = False) -> np.ndarray:
    """Look a tile up at `places`, float32 (h, w)."""
    how = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
    return cv2.remap(noise, *at, how, borderMode=cv2.BORDER_REFLECT_101)
