"""The scalp hair of a photo: where it is, how its strands run, and what lies behind it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.special import ndtr

from diseaseface.engines.morph import lighting, maps, noise
from diseaseface.engines.morph.canvas import Canvas, spread
from diseaseface.faces.chart import ring_window

# The skull of a bald head from the front, an ellipse in canonical cm: as on three bald heads looked at.
_CENTRE_CM, _RADII_CM = (0.0, 5.5), (8.1, 7.8)
_CROWN_CM = (0.0, 12.5)
_STRAND_CM = 0.055
_TRACE_CM, _DOUBLINGS = 0.05, 5
_LEAST_HAIR_CM2 = 6.0
_LOWEST_CM = (-15.5, -13.0)  # further down clothes are taken for hair
_MARGIN_CM = 1.6  # of background around the hair, to be continued behind it
_EDGE_CM = 0.45  # hairs too thin for the mask reach that far onto the skin
_MOST_LONG = 0.66  # hair over ears and neck
_MOST_UNEVEN, _LEAST_APART = 0.12, 0.5  # log light, of the background and between it and the hair
LONG = "The hair hides ears or neck: more loss would have to make up what lies behind it."
UNEVEN = "The background is too uneven to be continued where the hair would be gone."
ALIKE = "The hair is too like the background for its outline to be told."
_EAR_CM = ((6.9, 9.3), (-2.5, 2.0))
_BARE_BELOW_CM = -3.0
_FRINGE_CM = 1.8
_GAP_CM, _GAP_WIDTH_CM, _GAPS_BELOW_CM = 3.0, 0.6, 11.0
_RIM = (0.05, 0.55)


@dataclass(frozen=True, eq=False)
class Scalp:
    """Scalp hair on a canvas of its own, arrays of shape (h, w).

    Attributes
    ----------
    canvas : Canvas
        Over the part of the chart's box that holds scalp hair.
    hair : float32
        Share of each pixel that is hair.
    reach : float32
        Hair and the margin in which single hairs end.
    strand : float32
        Even random numbers from 0 to 1, drawn out along the strands.
    along : float32 array of shape (h, w, 2)
        Unit vectors along the strands, either way, in the picture.
    off_cm : float32
        How far inside the outer edge of the hair, canonical cm.
    inside : float32
        Where a bald head would be.
    behind : float32 array of shape (h, w, 3)
        Linear light of the bare head, and beside it of the background.
    line_cm : float32
        How far above the hairline, along the midline's direction, canonical cm; negative below it.
    hidden : str or None
        Why what lies behind the hair cannot be told; None where it can.
    """

    canvas: Canvas
    hair: np.ndarray
    reach: np.ndarray
    strand: np.ndarray
    along: np.ndarray
    off_cm: np.ndarray
    inside: np.ndarray
    behind: np.ndarray
    line_cm: np.ndarray
    hidden: str | None


def find(canvas: Canvas) -> Scalp | None:
    """Find the scalp hair of a prepared face; None where there is too little."""
    box = canvas.face.chart.box
    part = np.s_[box[1] : box[3], box[0] : box[2]]
    mask = np.clip(canvas.face.regions.hair[part], 0.0, 1.0)
    place = canvas.face.pixels_cm
    mask = mask * ring_window(place[..., 0], place[..., 1]) * maps.smoothstep(place[..., 1], *_LOWEST_CM)
    if mask.sum() < _LEAST_HAIR_CM2 * canvas.px_per_cm**2:
        return None
    window = _bounds(mask, round(_MARGIN_CM * canvas.px_per_cm))
    near = over(canvas, window)
    hair = _without_face(near, np.ascontiguousarray(mask[window]))
    above = _above_hairline(near, hair)
    hair = _with_fringe(near, hair, above)
    person = np.ascontiguousarray(canvas.face.regions.person[part][window])
    along, inside = _directions(near, hair), _skull(near)
    off_cm = cv2.distanceTransform((person > 0.5).astype(np.uint8), cv2.DIST_L2, 3) / near.px_per_cm
    ground, head = _ground(near, hair, person), np.maximum(inside, _between_ears(near, inside))
    behind = ground + head[..., None] * (_bare_head(near, hair) - ground)
    strand, hidden = _strands(near, along), _reason_hidden(near, hair, person, ground)
    return Scalp(near, hair, reach(near, hair), strand, along, off_cm, inside, behind, above, hidden)


def over(canvas: Canvas, window: tuple[slice, slice]) -> Canvas:
    """Return the canvas of another part of the chart's box."""
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


def _without_face(canvas, mask):
    """Hair without what is taken for it under the jaw, or is the shaded edge of the face."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(0.45 * canvas.px_per_cm)) + 1,) * 2)
    broad = cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc)
    low = maps.smoothstep(canvas.y_cm, 3.5, 2.0)
    mask = mask + low * (np.minimum(mask, 1.5 * broad) - mask)
    return mask * _free(canvas)


def _free(canvas):
    """Where scalp hair may lie: not on brows, eyes, beard, the middle of the face or the throat."""
    taken = np.clip(canvas.brows + canvas.beard + canvas.sclera + canvas.iris, 0.0, 1.0)
    middle = maps.smoothstep(canvas.y_cm, 4.4, 4.0) * maps.smoothstep(np.abs(canvas.x_cm), 6.2, 5.2)
    throat = maps.smoothstep(canvas.y_cm, -3.5, -5.0) * maps.smoothstep(np.abs(canvas.x_cm), 5.8, 4.8)
    return (1.0 - taken) * (1.0 - np.maximum(middle, throat))


def reach(canvas: Canvas, hair: np.ndarray) -> np.ndarray:
    """Return hair and the margin in which single hairs and their shadow end, (h, w)."""
    size = 2 * max(1, round(_EDGE_CM * canvas.px_per_cm)) + 1
    grown = cv2.dilate(hair, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    soft = cv2.GaussianBlur(grown, (0, 0), max(0.8, _EDGE_CM / 2.5 * canvas.px_per_cm))
    in_ring = ring_window(canvas.x_cm, canvas.y_cm) > 0
    return (np.clip(1.3 * soft, 0.0, 1.0) * _free(canvas) * in_ring).astype(np.float32)


def _directions(canvas, hair):
    """The direction of strands, unit vectors (h, w, 2)."""
    light = cv2.log(np.maximum(canvas.planes[1], 1 / 512))
    light = cv2.GaussianBlur(light, (0, 0), max(0.7, 0.04 * canvas.px_per_cm))
    across, down = (cv2.Sobel(light, cv2.CV_32F, *axis, ksize=3) * hair for axis in ((1, 0), (0, 1)))
    wide = 0.35 * canvas.px_per_cm
    tensor = [cv2.GaussianBlur(a, (0, 0), wide) for a in (across * across, across * down, down * down)]
    # Where strands tell nothing, they are taken to run away from the crown.
    away = np.dstack([canvas.x_cm - _CROWN_CM[0], _CROWN_CM[1] - canvas.y_cm])
    away /= np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-3)
    prior = 0.15 * float(np.mean(tensor[0] + tensor[2]))
    xx = tensor[0] + prior * away[..., 1] ** 2
    xy = tensor[1] - prior * away[..., 0] * away[..., 1]
    yy = tensor[2] + prior * away[..., 0] ** 2
    along = 0.5 * np.arctan2(2.0 * xy, xx - yy) + np.pi / 2
    return np.dstack([np.cos(along), np.sin(along)]).astype(np.float32)


def beside(values: np.ndarray, along: np.ndarray, step_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Return values (h, w) as they are one step along the strand, and one step back."""
    height, width = values.shape
    columns, rows = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    return tuple(
        cv2.remap(values, columns + s * along[..., 0], rows + s * along[..., 1], cv2.INTER_LINEAR,
                  borderMode=cv2.BORDER_REPLICATE)
        for s in (np.float32(step_px), np.float32(-step_px))
    )  # fmt: skip


def _strands(canvas, along):
    """Even random numbers drawn out along the strands, as line integrals of noise are (Cabral and Leedom 1993)."""
    # Alike on both sides, so that a mirrored photo gives mirrored strands.
    grain_cm = max(_STRAND_CM, 1.0 / canvas.px_per_cm)
    white = noise.stream(0, "strands").standard_normal([round(40.0 / grain_cm), round(20.0 / grain_cm)], np.float32)
    columns, rows = (np.abs(canvas.x_cm) / grain_cm, (canvas.y_cm + 20.0) / grain_cm)
    field = cv2.remap(white, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    for k in range(_DOUBLINGS):
        field = (field + sum(beside(field, along, 2**k * max(1.0, _TRACE_CM * canvas.px_per_cm)))) / 3.0
    spread_ = float(field.std())
    return ndtr((field - field.mean()) / max(spread_, 1e-6)).astype(np.float32)


def _with_fringe(canvas, hair, above_cm):
    """Hair with thin strands that hang over the forehead: what is darker than its skin, below the hairline."""
    size = 2 * round(0.6 * canvas.px_per_cm) + 1
    clear = canvas.skin**2 * (1.0 - cv2.dilate(hair, np.ones((size, size), np.uint8)))
    skin = _fill(canvas, clear * maps.smoothstep(canvas.y_cm, 2.0, 4.0), 0.3)
    darker = cv2.log(np.maximum(skin[..., 1], 1e-3)) - cv2.log(np.maximum(canvas.planes[1], 1e-3))
    near = maps.smoothstep(above_cm, -_FRINGE_CM, 0.6 - _FRINGE_CM) * maps.smoothstep(canvas.y_cm, 4.9, 5.6)
    near = near * maps.smoothstep(np.abs(canvas.x_cm), 7.5, 6.8) * (1.0 - np.clip(3.0 * canvas.brows, 0.0, 1.0))
    hair = np.maximum(hair, maps.smoothstep(darker, 0.14, 0.45) * near).astype(np.float32)
    return np.maximum(hair, _fringe_gaps(canvas, hair))


def _fringe_gaps(canvas, hair):
    """Fair hair of a fringe that was taken for skin: what lies between hair above and hair below."""
    solid = (cv2.GaussianBlur(hair, (0, 0), 0.12 * canvas.px_per_cm) > 0.5).astype(np.float32)
    tall, wide = (max(1, round(cm * canvas.px_per_cm)) for cm in (_GAP_CM, _GAP_WIDTH_CM))
    gaps = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((tall, 1), np.uint8)) - solid
    gaps = cv2.morphologyEx(gaps, cv2.MORPH_OPEN, np.ones((1, wide), np.uint8))
    gaps *= (canvas.y_cm > 5.0) & (canvas.y_cm < _GAPS_BELOW_CM) & (np.abs(canvas.x_cm) < 6.5)
    return cv2.GaussianBlur(gaps, (0, 0), 0.1 * canvas.px_per_cm)


def _ground(canvas, hair, person):
    """The background's light, continued behind the head, (h, w, 3)."""
    size = 2 * round(0.4 * canvas.px_per_cm) + 1
    taken = cv2.dilate(np.maximum(person, hair), np.ones((size, size), np.uint8))
    return _fill(canvas, 1.0 - taken, 0.25)


def _reason_hidden(canvas, hair, person, ground):
    """Say why what lies behind the hair cannot be told, or None."""
    if _long(canvas, hair) > _MOST_LONG:
        return LONG
    light, level = (cv2.log(np.maximum(a, 1 / 512)) for a in (canvas.planes[1], np.ascontiguousarray(ground[..., 1])))
    away, wide = np.abs(light - level), 2 * round(0.8 * canvas.px_per_cm) + 1
    around = (cv2.dilate(hair, np.ones((wide, wide), np.uint8)) > 0.5) & (person < 0.02) & (canvas.y_cm > 2.0)
    if around.sum() < 50 or np.percentile(away[around], 80) > _MOST_UNEVEN:
        return UNEVEN
    solid = (hair > 0.7) & (canvas.y_cm > 8.0)
    return ALIKE if not solid.any() or np.median(away[solid]) < _LEAST_APART else None


def _between_ears(canvas, inside):
    """The sides of the head as far as the ears, where they show, (h, w)."""
    size = 2 * round(1.1 * canvas.px_per_cm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    closed = cv2.morphologyEx(np.maximum(inside, canvas.skin), cv2.MORPH_CLOSE, disc)
    level = maps.smoothstep(canvas.y_cm, 7.0, 5.0) * maps.smoothstep(canvas.y_cm, -4.0, -2.0)
    return cv2.GaussianBlur(closed, (0, 0), 0.8) * level


def _skull(canvas):
    """Where a bald head would be, 0 to 1; its sides go straight down to the ears."""
    edge = 0.8 / (_RADII_CM[0] * canvas.px_per_cm)
    return maps.smoothstep(radius(canvas), 1.0 + edge, 1.0 - edge).astype(np.float32)


def radius(canvas: Canvas) -> np.ndarray:
    """Return how far out each pixel lies, (h, w): one on the skull's outline, and upwards of its sides below."""
    (cx, cy), (rx, ry) = _CENTRE_CM, _RADII_CM
    return np.hypot((canvas.x_cm - cx) / rx, np.maximum((canvas.y_cm - cy) / ry, 0.0)).astype(np.float32)


def _fill(canvas, known, blur_cm):
    """The light of known pixels spread everywhere, (h, w, 3)."""
    scale = min(1.0, 8.0 / canvas.px_per_cm)
    size = tuple(max(8, round(n * scale)) for n in canvas.shape[::-1])
    small = cv2.resize(cv2.merge([p * known for p in canvas.planes]), size, interpolation=cv2.INTER_AREA)
    filled = spread(small, cv2.resize(known, size, interpolation=cv2.INTER_AREA))
    filled = cv2.GaussianBlur(filled, (0, 0), max(0.6, blur_cm * canvas.px_per_cm * scale))
    return cv2.resize(filled, canvas.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _bare_head(canvas, hair):
    """Skin of the forehead carried over the skull and shaded by its shape, (h, w, 3)."""
    size = 2 * round((_EDGE_CM + 0.1) * canvas.px_per_cm) + 1
    clear = canvas.skin**2 * (1.0 - cv2.dilate(hair, np.ones((size, size), np.uint8)))
    upper = clear * maps.smoothstep(canvas.y_cm, 2.5, 4.0)
    near = _fill(canvas, clear * maps.smoothstep(canvas.y_cm, -1.0, 1.0), 0.3)
    total = float(upper.sum())
    if total < 30.0:
        return near
    usual = np.array([float((p * upper).sum()) / total for p in canvas.planes], np.float32)
    shade = _shade(canvas)
    level = float((shade * upper).sum()) / total
    far = usual * (shade / max(level, 1e-3))[..., None]
    blend = maps.smoothstep(cv2.GaussianBlur(hair, (0, 0), 1.3 * canvas.px_per_cm), 0.35, 1.0)[..., None]
    skin = near + blend * (far - near)
    grain = noise.stream(0, "scalp grain").standard_normal(canvas.shape, np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), max(0.5, 0.03 * canvas.px_per_cm))
    return skin * cv2.exp(_graininess(canvas, upper) / float(grain.std()) * grain)[..., None]


def _graininess(canvas, where):
    """How much the forehead's light varies from pore to pore, natural logarithm."""
    light = cv2.log(np.maximum(canvas.planes[1], 1 / 512))
    detail = light - cv2.GaussianBlur(light, (0, 0), max(1.0, 0.08 * canvas.px_per_cm))
    inside = where > 0.8
    return float(np.clip(1.2 * np.median(np.abs(detail[inside])), 0.0, 0.04)) if inside.any() else 0.0


def _shade(canvas):
    """How bright the skull is by its shape in the photo's light, (h, w)."""
    (cx, cy), (rx, ry) = _CENTRE_CM, _RADII_CM
    across, up = (canvas.x_cm - cx) / rx, np.maximum((canvas.y_cm - cy) / ry, 0.0)
    towards = np.sqrt(np.clip(1.0 - across**2 - up**2, 0.01, 1.0))
    slope = lighting.light(canvas)
    lit = 1.0 + 0.45 * (slope[0] * across - slope[1] * up + slope[2] * (towards - 0.9))
    sheen = 0.12 * np.exp(-((across / 0.45) ** 2) - ((up - 0.45) / 0.28) ** 2)
    return (np.maximum(lit, 0.4) + sheen) * (0.68 + 0.32 * maps.smoothstep(towards, *_RIM))


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


def _long(canvas, hair):
    """Share of ears and neck's sides under hair."""
    (near, far), (low, high) = _EAR_CM
    aside = np.abs(canvas.x_cm)
    ears = (aside > near) & (aside < far) & (canvas.y_cm > low) & (canvas.y_cm < high)
    below = (hair * (canvas.y_cm < _BARE_BELOW_CM)).sum() / canvas.px_per_cm**2
    over_ears = float(hair[ears].mean()) if ears.any() else 0.0
    return float(np.clip(max(1.6 * over_ears, below / 7.0), 0.0, 1.0))
