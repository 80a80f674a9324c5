"""Colour of skin and eyes in the units of skin colorimetry.

Indices are differences of optical densities, so white balance and exposure cancel in a
contrast between two places of one photo. Pigment adds to an index by the same amount on any
skin: light through a layer of pigment loses a factor, not a difference.
"""

import numpy as np

_FLOOR = 1.0 / 1024  # linear light below this is sensor noise, not colour

_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # IEC 61966-2-1

_CODES = np.arange(256) / 255.0
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_linear(image: np.ndarray) -> np.ndarray:
    """Turn uint8 sRGB of any shape into float32 linear light, 0 to 1."""
    return _LINEAR[image]


def from_linear(linear: np.ndarray) -> np.ndarray:
    """Turn linear light, 0 to 1, into float32 sRGB codes, 0 to 255, not yet rounded."""
    clipped = np.clip(linear, 0.0, 1.0)
    return 255.0 * np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


def optical_density(linear: np.ndarray) -> np.ndarray:
    """Return -log10 of linear light, shape kept."""
    return -np.log10(np.maximum(linear, _FLOOR))


def erythema_index(linear: np.ndarray) -> np.ndarray:
    """Return 100 (log10 R - log10 G) of linear RGB (..., 3): more haemoglobin, more.

    After Dawson et al. (1980) and Diffey et al. (1984), with camera channels as bands.
    """
    density = optical_density(linear)
    return 100.0 * (density[..., 1] - density[..., 0])


def melanin_index(linear: np.ndarray) -> np.ndarray:
    """Return -100 log10 R of linear RGB (..., 3): darker in red, more melanin (Takiwaki 1998)."""
    return 100.0 * optical_density(linear)[..., 0]


def yellowness_index(linear: np.ndarray) -> np.ndarray:
    """Return 100 (log10 G - log10 B) of linear RGB (..., 3): more bilirubin, more."""
    density = optical_density(linear)
    return 100.0 * (density[..., 2] - density[..., 1])


def blueness_index(linear: np.ndarray) -> np.ndarray:
    """Return 100 (log10 B - log10 R) of linear RGB (..., 3): cyanosis and blue sclerae raise it."""
    density = optical_density(linear)
    return 100.0 * (density[..., 0] - density[..., 2])


def lab(linear: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (D65) of linear sRGB (..., 3)."""
    scaled = np.asarray(linear, float) @ _XYZ.T / _XYZ.sum(axis=1)
    bent = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
