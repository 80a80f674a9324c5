"""The scalp hair of a photo: where it is, how it lies, and what it hides."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from diseaseface.engines.morph import eartops, fibres, maps, skull
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.faces.chart import ring_window
from diseaseface.faces.face import NOBODY

_LEAST_HAIR_CM2 = 6.0
_LOWEST_CM = (-15.5, -13.0)  # further down clothes are taken for hair
_MARGIN_CM = 1.6  # of background around the hair, to be continued behind it
_STRIDE, _ABOVE_SHOULDERS_CM = 4, -6.0  # pixels looked at; above it, a person is hair or head
_CROWN_CM, _NOTHING_BEYOND = 3.0, 0.001  # so high, and so small a share of the hair, that nobody sees it left standing
_CUT = "Some hair lies farther from the face than anything may change: it would be left standing."
_FRINGE_CM = 1.8
_TEMPLES_CM, _THIN = (3.5, 5.0), (0.1, 0.3)
_RIM_CM, _RIM_ABOVE_CM = 1.2, (0.0, 1.5)  # how much of the hair's rim its mask may miss, and where no shoulder is near
_HANGS_CM, _BESIDE_NECK_CM, _LEAST_HANGING_CM2 = (-2.0, -3.5), (4.5, 5.5), 1.5  # long hair beside the neck
_LIKE_HAIR = (1.9, 1.3), (0.7, 0.4)  # light, and red over blue, natural logarithms apart from the hair nearby
_EAR_RIM_CM, _FOLDS_CM = 0.4, 0.3
_DARKER_THAN_EARS = (0.55, 0.95)  # natural logarithm of light, from the face's skin
_BESIDE_CM = (8.8, 8.0)  # further out than any face
_SURELY_DARKER = (0.8, 1.4)  # than skin in its own shade
_GAP_CM, _GAP_WIDTH_CM, _GAPS_BELOW_CM = 3.0, 0.6, 11.0


@dataclass(frozen=True, eq=False)
class Scalp:
    """Scalp hair on a canvas of its own, arrays of shape (h, w).

    Attributes
    ----------
    canvas : Canvas
        Over the part of the chart's box that holds scalp hair.
    hair : float32
        Share of each pixel that is hair.
    person : float32
        Head, hair, neck and clothes before the background.
    line_cm : float32
        How far above the hairline, along the midline's direction, canonical cm; negative below it.
    ears : float32
        What shows of the ears, up to their rims.
    stumps : tuple of Stump
        Where the ears are.
    """

    canvas: Canvas
    hair: np.ndarray
    person: np.ndarray
    line_cm: np.ndarray
    ears: np.ndarray
    stumps: tuple[eartops.Stump, ...]

    @cached_property
    def along(self) -> np.ndarray:
        """Unit vectors along the strands, either way, in the picture, (h, w, 2)."""
        return fibres.directions(self.canvas, self.hair)

    @cached_property
    def strand(self) -> np.ndarray:
        """Even random numbers from 0 to 1, drawn out along the strands, (h, w)."""
        return fibres.strands(self.canvas, self.along)

    @cached_property
    def pigmented(self) -> np.ndarray:
        """Hair without the skin of the temples, which lies in its shade and has no strands, (h, w)."""
        aside = maps.smoothstep(np.abs(self.canvas.x_cm), *_TEMPLES_CM) * self.inside
        shade = aside * (1.0 - maps.smoothstep(_thin(self.canvas), *_THIN))
        return self.hair - shade * np.maximum(self.hair - self.canvas.hair, 0.0)

    @cached_property
    def reach(self) -> np.ndarray:
        """Hair and the margin in which single hairs end, (h, w)."""
        grown = skull.by_disc(self.hair, cv2.MORPH_DILATE, skull.EDGE_CM, self.canvas.px_per_cm)
        soft = cv2.GaussianBlur(grown, (0, 0), max(0.8, skull.EDGE_CM / 2.5 * self.canvas.px_per_cm))
        soft = np.clip(1.3 * soft, 0.0, 1.0)
        soft += self.ears * (np.minimum(soft, self.hair) - soft)
        return (soft * _free(self.canvas) * self.in_ring).astype(np.float32)

    @cached_property
    def in_ring(self) -> np.ndarray:
        """Where anything may change at all, bool (h, w)."""
        return _may_change(self.canvas.x_cm, self.canvas.y_cm, self.person)

    @cached_property
    def beyond(self) -> float:
        """Share of all hair that lies where nothing may change, 0 to 1."""
        return _beyond(self.canvas.face)

    @cached_property
    def cut_above(self) -> float:
        """The same of hair above the eyes, where an end of what changes is a straight cut in sight."""
        return _beyond(self.canvas.face, _CROWN_CM)

    @cached_property
    def off_cm(self) -> np.ndarray:
        """How far inside the outer edge of the person each pixel lies, canonical cm, (h, w)."""
        return _depth_cm(self.person, self.canvas.px_per_cm)

    @cached_property
    def off_hair_cm(self) -> np.ndarray:
        """How far inside the edge of the hair each pixel lies, canonical cm, (h, w)."""
        return _depth_cm(self.hair, self.canvas.px_per_cm)

    @cached_property
    def inside(self) -> np.ndarray:
        """Where a bald head would be, 0 to 1, (h, w)."""
        return skull.outline(self.canvas)

    @cached_property
    def background(self) -> np.ndarray:
        """Light of the background, continued behind the head, (h, w, 3)."""
        return skull.background(self.canvas, self.hair, self.person)

    @cached_property
    def bare(self) -> tuple[np.ndarray, np.ndarray]:
        """Light of the bare head, and beside it of the background, (h, w, 3); where the bare head is, (h, w)."""
        return skull.behind(self.canvas, self.hair, self.stumps, self.background)

    @property
    def behind(self) -> np.ndarray:
        """Light of the bare head, and beside it of the background, (h, w, 3)."""
        return self.bare[0]

    @cached_property
    def hidden(self) -> str | None:
        """Why what lies behind the hair cannot be told; None where it can."""
        reason = skull.reason_hidden(self.canvas, self.hair, self.person, self.background)
        return reason or (_CUT if self.cut_above > _NOTHING_BEYOND else None)


def find(canvas: Canvas) -> Scalp | None:
    """Find the scalp hair of a prepared face; None where there is too little."""
    box = canvas.face.chart.box
    part = np.s_[box[1] : box[3], box[0] : box[2]]
    mask = np.clip(canvas.face.regions.hair[part], 0.0, 1.0)
    place = canvas.face.pixels_cm
    whole = np.ascontiguousarray(canvas.face.regions.person[part])
    mask = mask * _may_change(place[..., 0], place[..., 1], whole) * maps.smoothstep(place[..., 1], *_LOWEST_CM)
    if mask.sum() < _LEAST_HAIR_CM2 * canvas.px_per_cm**2:
        return None
    window = _bounds(mask, round(_MARGIN_CM * canvas.px_per_cm))
    near = _over(canvas, window)
    hair, ears, stumps = _beside_ears(near, _without_face(near, np.ascontiguousarray(mask[window])))
    above = _above_hairline(near, hair)
    person = np.ascontiguousarray(whole[window])
    hair = _to_the_rim(near, hanging(near, _with_fringe(near, hair, above), person), person) * (1.0 - ears)
    return Scalp(near, hair, person, above, ears, stumps)


def _may_change(x_cm, y_cm, person):
    """The ring, and what of the person rises above it, bool (h, w): a tuft left standing would float in the air."""
    return (ring_window(x_cm, y_cm) > 0) | ((person > NOBODY) & (y_cm > _CROWN_CM))


def _over(canvas, window):
    """The canvas of another part of the chart's box."""
    x0, y0, x1, y1 = canvas.face.chart.box
    names = ("skin", "beard", "hair", "brows", "lips", "sclera", "iris")
    regions = canvas.face.regions
    masks = {n: np.ascontiguousarray(getattr(regions, n)[y0:y1, x0:x1][window], np.float32) for n in names}
    place = canvas.face.pixels_cm[window]
    x_cm, y_cm = (np.ascontiguousarray(place[..., k]) for k in range(2))
    planes = tuple(np.ascontiguousarray(canvas.linear[window][..., k]) for k in range(3))
    return replace(canvas, window=window, planes=planes, x_cm=x_cm, y_cm=y_cm, _kept={}, **masks)


def _bounds(mask, margin):
    rows, columns = np.flatnonzero((mask > 0.05).any(axis=1)), np.flatnonzero((mask > 0.05).any(axis=0))
    return tuple(
        slice(max(0, int(line[0]) - margin), min(size, int(line[-1]) + 1 + margin))
        for line, size in zip((rows, columns), mask.shape, strict=True)
    )


def _beyond(face, above_cm=-np.inf):
    """Share of all hair that lies where nothing may change, as far as it lies so high, 0 to 1."""
    x0, y0, x1, y1 = face.chart.box
    hair, person = (np.clip(part[::_STRIDE, ::_STRIDE], 0.0, 1.0) for part in (face.regions.hair, face.regions.person))
    near = np.s_[-(-y0 // _STRIDE) : -(-y1 // _STRIDE), -(-x0 // _STRIDE) : -(-x1 // _STRIDE)]
    place = face.pixels_cm[-y0 % _STRIDE :: _STRIDE, -x0 % _STRIDE :: _STRIDE]
    outside = np.ones(hair.shape, bool)
    outside[near] = ~_may_change(place[..., 0], place[..., 1], person[near])
    height = _heights_cm(face, hair.shape)
    # The hair's mask does not reach as far as that of the person, who has nothing but hair so high up.
    far = outside * np.maximum(hair, person * (height > _ABOVE_SHOULDERS_CM)) * (height > above_cm)
    return float(far.sum() / max((hair * ~outside).sum() + far.sum(), 1e-6))


def _heights_cm(face, shape):
    """How high above the middle of the face every so many pixels of the photo lie, canonical cm."""
    rows, columns = _STRIDE * np.indices(shape)
    up = face.pose.vectors_to_px(np.array([0.0, 1.0, 0.0]))
    return ((columns - face.pose.origin_px[0]) * up[0] + (rows - face.pose.origin_px[1]) * up[1]) / (up @ up)


def _depth_cm(mask, px_per_cm):
    return cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3) / px_per_cm


def _without_face(canvas, mask):
    """Hair without what is taken for it under the jaw, or is the shaded edge of the face."""
    broad = skull.by_disc(mask, cv2.MORPH_OPEN, 0.45, canvas.px_per_cm)
    low = maps.smoothstep(canvas.y_cm, 3.5, 2.0) * maps.smoothstep(np.abs(canvas.x_cm), *_BESIDE_CM)
    doubtful = low * (1.0 - maps.smoothstep(_darker(canvas, mask), *_SURELY_DARKER))
    mask = mask + doubtful * (np.minimum(mask, 1.5 * broad) - mask)
    return mask * _free(canvas)


def _darker(canvas, hair, where=1.0):
    """How much darker than the skin nearby, or than that of a place, each pixel is, natural logarithm of light."""
    size = 2 * round(0.6 * canvas.px_per_cm) + 1
    clear = canvas.skin**2 * (1.0 - cv2.dilate(hair, np.ones((size, size), np.uint8)))
    skin = skull.fill(canvas, clear * where, 0.3)
    return cv2.log(np.maximum(skin[..., 1], 1e-3)) - cv2.log(np.maximum(canvas.planes[1], 1e-3))


def _free(canvas):
    """Where scalp hair may lie: not on brows, eyes, beard, the middle of the face or the throat."""
    taken = np.clip(canvas.brows + canvas.beard + canvas.sclera + canvas.iris, 0.0, 1.0)
    middle = maps.smoothstep(canvas.y_cm, 4.4, 4.0) * maps.smoothstep(np.abs(canvas.x_cm), 6.2, 5.2)
    throat = maps.smoothstep(canvas.y_cm, -3.5, -5.0) * maps.smoothstep(np.abs(canvas.x_cm), 5.8, 4.8)
    return (1.0 - taken) * (1.0 - np.maximum(middle, throat))


def _with_fringe(canvas, hair, above_cm):
    """Hair with thin strands that hang over the forehead: what is darker than its skin, below the hairline."""
    darker = _darker(canvas, hair, maps.smoothstep(canvas.y_cm, 2.0, 4.0))
    near = maps.smoothstep(above_cm, -_FRINGE_CM, 0.6 - _FRINGE_CM) * maps.smoothstep(canvas.y_cm, 4.9, 5.6)
    near = near * maps.smoothstep(np.abs(canvas.x_cm), 7.5, 6.8) * (1.0 - np.clip(3.0 * canvas.brows, 0.0, 1.0))
    hair = np.maximum(hair, maps.smoothstep(darker, 0.14, 0.45) * near).astype(np.float32)
    return np.maximum(hair, _fringe_gaps(canvas, hair))


def _thin(canvas):
    """How much darker than what lies on both its sides each pixel is, natural logarithm of light, (h, w)."""
    light = cv2.GaussianBlur(cv2.log(np.maximum(canvas.planes[1], 1 / 512)), (0, 0), max(0.6, 0.02 * canvas.px_per_cm))
    return skull.by_disc(light, cv2.MORPH_CLOSE, 0.2, canvas.px_per_cm) - light


def hanging(canvas: Canvas, hair: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return hair (h, w) with the rest of long hair beside the neck, of the person: its shade and sheen are holes."""
    low = maps.smoothstep(canvas.y_cm, *_HANGS_CM) * maps.smoothstep(np.abs(canvas.x_cm), *_BESIDE_NECK_CM)
    seeds = (hair > 0.7) & (low > 0.5)
    if seeds.sum() < _LEAST_HANGING_CM2 * canvas.px_per_cm**2:
        return hair
    near = cv2.split(skull.fill(canvas, seeds.astype(np.float32), 0.5))
    over = [cv2.log(np.maximum(p, 1 / 512) / np.maximum(n, 1 / 512)) for p, n in zip(canvas.planes, near, strict=True)]
    apart = np.abs(over[1]), np.abs(over[0] - over[2])
    rest = np.clip(person, 0.0, 1.0) * (1.0 - canvas.skin) * low * _free(canvas)
    for difference, limits in zip(apart, _LIKE_HAIR, strict=True):
        rest *= maps.smoothstep(difference, *limits)
    _, parts = cv2.connectedComponents(((rest > 0.5) | seeds).astype(np.uint8))
    joined = np.isin(parts, np.unique(parts[seeds]))
    soft = cv2.GaussianBlur((rest * joined).astype(np.float32), (0, 0), 0.7)
    return np.maximum(hair, soft).astype(np.float32)


def _to_the_rim(canvas, hair, person):
    """Hair up to the person's own edge beside it: its mask is coarser than that of the person, and stops short."""
    beside = skull.by_disc((hair > 0.5).astype(np.float32), cv2.MORPH_DILATE, _RIM_CM, canvas.px_per_cm)
    beyond = (1.0 - skull.outline(canvas)) * maps.smoothstep(canvas.y_cm, *_RIM_ABOVE_CM)
    bare = np.clip(2.0 * canvas.skin, 0.0, 1.0)
    rim = np.clip(person, 0.0, 1.0) * beside * beyond * (1.0 - bare) * _free(canvas)
    return np.maximum(hair, rim).astype(np.float32)


def _beside_ears(canvas, hair):
    """Hair with what is taken for the skin of an ear and far too dark for it; what shows of the ears; where they are.

    Ears reach out to rims that are too light, or too far in the shade, to be taken for skin.
    """
    beyond = 1.0 - skull.outline(canvas)
    dark = maps.smoothstep(_darker(canvas, hair, 1.0 - beyond), *_DARKER_THAN_EARS)
    over = canvas.skin * beyond * dark * maps.smoothstep(canvas.y_cm, *_RIM_ABOVE_CM)
    over = skull.by_disc(over, cv2.MORPH_OPEN, _FOLDS_CM, canvas.px_per_cm)  # the folds of an ear are narrower
    hair = np.maximum(hair, over * _free(canvas))
    stumps = skull.stumps(canvas, hair)
    top_cm = eartops.level(canvas, stumps)
    bare = np.clip(2.0 * canvas.skin, 0.0, 1.0) * (1.0 - hair) * (canvas.y_cm < top_cm + eartops.STEP_CM)
    reach = round(_EAR_RIM_CM * canvas.px_per_cm)
    towards = np.ones((2 * reach + 1, reach + 1), np.uint8)
    left, right = (cv2.dilate(bare * beyond, towards, anchor=(at, reach)) for at in (0, reach))
    rim = skull.by_side(canvas, right, left)
    return hair, np.maximum(bare, rim * (1.0 - dark) * (1.0 - hair)) * beyond, stumps


def _fringe_gaps(canvas, hair):
    """Fair hair of a fringe that was taken for skin: what lies between hair above and hair below."""
    solid = (cv2.GaussianBlur(hair, (0, 0), 0.12 * canvas.px_per_cm) > 0.5).astype(np.float32)
    tall, wide = (max(1, round(cm * canvas.px_per_cm)) for cm in (_GAP_CM, _GAP_WIDTH_CM))
    gaps = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((tall, 1), np.uint8)) - solid
    gaps = cv2.morphologyEx(gaps, cv2.MORPH_OPEN, np.ones((1, wide), np.uint8))
    gaps *= (canvas.y_cm > 5.0) & (canvas.y_cm < _GAPS_BELOW_CM) & (np.abs(canvas.x_cm) < 6.5)
    return cv2.GaussianBlur(gaps, (0, 0), 0.1 * canvas.px_per_cm)


def _above_hairline(canvas, hair):
    """How far above the first hair over the forehead each pixel lies, (h, w), canonical cm."""
    columns = np.clip((canvas.x_cm + 9.0) / 0.25, 0, 71).astype(int)
    first = np.full(72, np.inf)
    part = (hair > 0.5) & (canvas.y_cm > 3.0)
    np.minimum.at(first, columns[part], canvas.y_cm[part])
    known = np.isfinite(first)
    if not known.any():
        return np.full(canvas.shape, -1.0, np.float32)
    line = np.interp(np.arange(72), np.flatnonzero(known), first[known])
    line = cv2.GaussianBlur(line[None].astype(np.float32), (0, 0), 2.0)[0]
    return canvas.y_cm - np.interp(canvas.x_cm, np.arange(72) * 0.25 - 8.875, line).astype(np.float32)
