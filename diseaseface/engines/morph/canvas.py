"""What every appearance sign needs of a photo, prepared once per face."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np

from diseaseface.engines.morph import maps, noise
from diseaseface.faces.colorimetry import to_linear
from diseaseface.faces.face import Face

_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
_MASKS = ("skin", "beard", "hair", "brows", "lips", "sclera", "iris")
_MOST_KEPT = 96  # fields remembered for one face
_FINER = 3
_HIDES_SKIN = (1.6, 0.2)  # natural logarithm of how much darker than skin hairs are: all of it, nothing of it
_HAIRLINE_CM = 0.25  # of what is taken for hair, so much is skin between single hairs
_CHEST_CM = (-17.2, -12.6)  # where signs fade out below the neck, before the masks end


@dataclass(frozen=True, eq=False)
class Canvas:
    """A photo ready to be painted on.

    Arrays of shape (h, w) cover `window`, the part of the chart's box that holds bare skin,
    lips, brows and eyes; nothing outside it is ever painted.

    Attributes
    ----------
    face : Face
    linear : float32 array over the chart's box, shape (H, W, 3)
        Linear light.
    window : (slice, slice)
        Rows and columns of the chart's box.
    planes : three float32 arrays of shape (h, w)
        Red, green and blue linear light.
    x_cm, y_cm : float32 arrays of shape (h, w)
        Canonical position of each pixel.
    skin, beard, hair, brows, lips, sclera, iris : float32 arrays of shape (h, w)
        The face's regions.
    px_per_cm : float
    """

    face: Face
    linear: np.ndarray
    window: tuple[slice, slice]
    planes: tuple[np.ndarray, np.ndarray, np.ndarray]
    x_cm: np.ndarray
    y_cm: np.ndarray
    skin: np.ndarray
    beard: np.ndarray
    hair: np.ndarray
    brows: np.ndarray
    lips: np.ndarray
    sclera: np.ndarray
    iris: np.ndarray
    px_per_cm: float
    _kept: dict = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the window, pixels."""
        return self.skin.shape

    @property
    def origin_px(self) -> np.ndarray:
        """Photo position (x, y) of the window's first pixel."""
        rows, columns = self.window
        return np.array([self.face.chart.box[0] + columns.start, self.face.chart.box[1] + rows.start])

    def crop(self, part: tuple[slice, slice]) -> "Canvas":
        """Return the canvas of a part of the window."""
        window = tuple(slice(w.start + p.start, w.start + p.stop) for w, p in zip(self.window, part, strict=True))
        names = ("x_cm", "y_cm", *_MASKS)
        smaller = {name: np.ascontiguousarray(getattr(self, name)[part]) for name in names}
        planes = tuple(np.ascontiguousarray(plane[part]) for plane in self.planes)
        return replace(self, window=window, planes=planes, _kept={}, **smaller)

    def keep(self, key: tuple, make: Callable[[], object]) -> object:
        """Return what `make` gives, made only once for a key; a field does not depend on amounts."""
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = make()
        return self._kept[key]

    def lift(self, on_nodes: np.ndarray) -> np.ndarray:
        """Bring smooth values on the chart's nodes to the pixels of the window."""
        chart = self.face.chart
        # Cubic on a finer grid, then linear: as smooth as cubic at every pixel, and faster.
        fine = cv2.resize(on_nodes, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC)
        first = ((self.origin_px - chart.nodes_px[0, 0]) / chart.step_px + 0.5) * _FINER - 0.5
        per_px = _FINER / chart.step_px
        matrix = np.array([[per_px, 0, first[0]], [0, per_px, first[1]]])
        return cv2.warpAffine(
            fine, matrix, self.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip

    def area(self, name: str) -> np.ndarray:
        """Return an area of pigments.toml on the pixels of the window, 0 to 1."""
        nodes = self.face.chart.nodes_cm
        return np.clip(self.lift(maps.area(name, nodes[..., 0], nodes[..., 1])), 0.0, 1.0)

    def noise(self, seed: int, name: str, wavelength_cm: float, roughness: float = 2.0, *,
              alike: bool = False, smooth: bool = False) -> np.ndarray:  # fmt: skip
        """Return a noise of `noise.tile` on the pixels of the window; `alike` on both sides of the face."""
        x_cm = (lambda: np.abs(self.x_cm)) if alike else (lambda: self.x_cm)
        at = self.keep(("places", alike), lambda: noise.places(x_cm(), self.y_cm))
        return noise.sample(noise.tile(seed, name, wavelength_cm, roughness), at, smooth=smooth)

    def to_px(self, points_cm: np.ndarray) -> np.ndarray:
        """Find canonical points of shape (n, 2) in the window; the chart backwards, by fixed point."""
        pose, chart = self.face.pose, self.face.chart
        to_px = pose.px_per_cm * pose.rotation[:2, :2].T * (1.0, -1.0)
        at = pose.origin_px + points_cm @ to_px
        for _ in range(8):
            found = chart.at(chart.nodes_cm, at)
            at = at + 0.9 * (points_cm - found[:, :2]) @ to_px
        return at - self.origin_px

    @cached_property
    def inside(self) -> np.ndarray:
        """Bare skin inside the face's outline, the base of every share of the face's area."""
        return self.skin * self.oval

    @cached_property
    def oval(self) -> np.ndarray:
        """What lies inside the face's outline, hair and eyes too, float32 (h, w)."""
        oval = np.round((self.face.landmarks_px[list(_OVAL)] - self.origin_px) * 16).astype(np.int32)
        mask = np.zeros(self.shape, np.uint8)
        cv2.fillPoly(mask, [oval], 255, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255.0

    @cached_property
    def coarse(self) -> tuple[np.ndarray, float]:
        """Colour of the bare skin spread over all gaps, about 10 px per cm, (h', w', 3); its scale."""
        scale = min(1.0, 10.0 / self.px_per_cm)
        size = (max(8, round(self.shape[1] * scale)), max(8, round(self.shape[0] * scale)))
        weight = cv2.resize(self.skin**2, size, interpolation=cv2.INTER_AREA)
        small = cv2.resize(cv2.merge([p * self.skin**2 for p in self.planes]), size, interpolation=cv2.INTER_AREA)
        return spread(small, weight), size[0] / self.shape[1]

    def smooth_colour(self, sigma_cm: float) -> np.ndarray:
        """Return the skin's colour without detail smaller than `sigma_cm`, float32 (h, w, 3)."""

        def make():
            small, scale = self.coarse
            blurred = cv2.GaussianBlur(small, (0, 0), sigma_cm * self.px_per_cm * scale)
            return cv2.resize(blurred, self.shape[::-1], interpolation=cv2.INTER_LINEAR)

        return self.keep(("smooth colour", sigma_cm), make)

    @cached_property
    def seen_skin(self) -> np.ndarray:
        """Share of each pixel's light that comes from skin, float32 (h, w): through single hairs it does.

        Of brows, beard and the hairline, whose masks are of what is a little darker than skin; half of the light
        that hairs leave is the skin's between them.
        """
        usual = np.ascontiguousarray(self.smooth_colour(0.3)[..., 1])
        darker = cv2.log(np.maximum(usual, 1 / 512)) - cv2.log(np.maximum(self.planes[1], 1 / 512))
        edge = np.clip(2.0 * cv2.GaussianBlur(self.skin, (0, 0), _HAIRLINE_CM * self.px_per_cm), 0.0, 1.0)
        hairs = np.minimum(self.brows + self.beard + self.hair * edge, 1.0)
        through = maps.smoothstep(darker, *_HIDES_SKIN) * maps.smoothstep(darker, -0.4, -0.1)
        return np.minimum(self.skin + hairs * through, 1.0).astype(np.float32)

    @cached_property
    def matte(self) -> np.ndarray:
        """Share of light that has passed through skin; the shine on top carries no pigment.

        Dichromatic model: a pixel is its diffuse colour plus white light. Blue is least in
        diffuse skin, so what blue has beyond its usual share of red is shine.
        """
        red, green, blue = self.planes
        usual = self.smooth_colour(0.9)
        share = usual[..., 2] / np.maximum(usual[..., 0], 1e-3)
        shine = np.clip((blue - share * red) / np.maximum(1.0 - share, 0.2) - 0.01, 0.0, None)
        light = cv2.GaussianBlur(shine / np.maximum(green, 0.02), (0, 0), max(0.8, 0.05 * self.px_per_cm))
        return 1.0 - np.minimum(0.5, 1.3 * light)

    @cached_property
    def flush(self) -> np.ndarray:
        """The person's own pattern of redness between 0.1 and 0.6 cm, about -1 to 1."""
        red, green = (np.maximum(p, 1 / 512) for p in self.planes[:2])
        redness = cv2.log(red) - cv2.log(green)
        fine = max(1.2, 0.06 * self.px_per_cm)
        band = masked_blur(redness, self.skin, fine) - masked_blur(redness, self.skin, 0.45 * self.px_per_cm)
        bare = self.skin > 0.7
        spread_ = np.median(np.abs(band[bare])) * 1.5 if bare.any() else 0.0
        return np.tanh(band / max(spread_, 0.01)) * self.skin


def prepare(face: Face) -> Canvas:
    """Prepare a face for painting."""
    x0, y0, x1, y1 = face.chart.box
    masks = {name: getattr(face.regions, name)[y0:y1, x0:x1] for name in _MASKS}
    linear = to_linear(face.image[y0:y1, x0:x1])
    painted = np.maximum.reduce([masks[name] for name in ("skin", "brows", "lips", "sclera")])
    window = _window(painted, margin=round(0.4 * face.pose.px_per_cm))
    place = face.pixels_cm[window]
    masks = {name: np.array(mask[window], np.float32, order="C") for name, mask in masks.items()}
    masks["skin"] *= maps.smoothstep(place[..., 1], *_CHEST_CM)
    canvas = Canvas(
        face, linear, window,
        tuple(np.ascontiguousarray(linear[window][..., k]) for k in range(3)),
        *(np.ascontiguousarray(place[..., k]) for k in range(2)),
        **masks,
        px_per_cm=face.pose.px_per_cm,
    )  # fmt: skip
    _ = canvas.inside, canvas.matte, canvas.flush, maps.recipes()  # what nearly every sign asks for
    return canvas


def _window(mask, margin):
    rows, columns = np.flatnonzero((mask > 0.01).any(axis=1)), np.flatnonzero((mask > 0.01).any(axis=0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    return tuple(
        slice(max(0, int(line[0]) - margin), min(size, int(line[-1]) + 1 + margin))
        for line, size in zip((rows, columns), mask.shape, strict=True)
    )


def spread(weighted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Fill gaps by pull and push: `weighted` (h, w, k) are values times `weight` (h, w), 0 to 1."""
    height, width = weight.shape
    if min(height, width) < 4:
        usual = weighted.sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)  # where nothing near is known
        return (weighted + 1e-3 * usual) / (weight + 1e-3)[..., None]
    size = ((width + 1) // 2, (height + 1) // 2)
    half = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA)
    half_weight = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    gain = np.minimum(2.0, 1.0 / np.maximum(half_weight, 1e-6))  # one and the same for both
    below = spread(half * gain[..., None], half_weight * gain)
    below = cv2.resize(below, (width, height), interpolation=cv2.INTER_LINEAR)
    return weighted + (1.0 - weight)[..., None] * below


def masked_blur(values: np.ndarray, mask: np.ndarray, sigma_px: float) -> np.ndarray:
    """Blur (h, w) values with weights (h, w), so that nothing from outside the mask gets in."""
    step = max(1, int(sigma_px / 3.0))
    size = (max(2, values.shape[1] // step), max(2, values.shape[0] // step))
    pair = [cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (values * mask, mask)]
    above, below = (cv2.GaussianBlur(a, (0, 0), sigma_px / step) for a in pair)
    blurred = above / np.maximum(below, 1e-3)
    return cv2.resize(blurred, values.shape[::-1], interpolation=cv2.INTER_LINEAR)
