"""What lies behind scalp hair: a bald head in the photo's light, and beside it the background."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from diseaseface.engines.morph import eartops, lighting, maps, noise
from diseaseface.engines.morph.canvas import Canvas, spread

EDGE_CM = 0.45  # hairs too thin for the mask reach that far onto the skin

# The skull of a bald head from the front, an ellipse in canonical cm: as on three bald heads looked at.
_CENTRE_CM, _RADII_CM = (0.0, 5.5), (8.1, 7.8)
_CLEAR_CM = 0.9  # nearer to a head of hair the wall has its tinge, from lens and single hairs
_SHOULDERS_CM = -8.0  # down to where walls are looked at
_LEAST_PLACES, _LEAST_BEND = 60, 0.01  # to tell how a wall's light changes, and how stiff it is
_RIM = (0.05, 0.55)
_PORES_PX_PER_CM = 14.0
_LOWEST_CM = -7.0  # where ears are looked for
_EAR_CM = ((6.9, 9.3), (-2.5, 2.0))
_BARE_BELOW_CM, _MUCH_CM2 = -3.0, 7.0
_MOST_LONG = 0.66  # hair over ears and neck
_MOST_UNEVEN, _LEAST_APART = 0.12, 0.5  # log light, of the background and between it and the hair
_LONG = "The hair hides ears or neck: more loss would have to make up what lies behind it."
_UNEVEN = "The background is too uneven to be continued where the hair would be gone."
_ALIKE = "The hair is too like the background for its outline to be told."


def radius(canvas: Canvas) -> np.ndarray:
    """Return how far out each pixel lies, (h, w): one on the skull's outline, and upwards of its sides below."""
    (cx, cy), (rx, ry) = _CENTRE_CM, _RADII_CM
    return np.hypot((canvas.x_cm - cx) / rx, np.maximum((canvas.y_cm - cy) / ry, 0.0)).astype(np.float32)


def outline(canvas: Canvas) -> np.ndarray:
    """Return where a bald head would be, 0 to 1, (h, w); its sides go straight down to the ears."""
    edge = 0.8 / (_RADII_CM[0] * canvas.px_per_cm)
    return maps.smoothstep(radius(canvas), 1.0 + edge, 1.0 - edge).astype(np.float32)


def stumps(canvas: Canvas, hair: np.ndarray) -> tuple[eartops.Stump, ...]:
    """Return what shows of the ears beside the skull, under hair (h, w)."""
    return eartops.stumps(canvas, hair, _RADII_CM[0])


def behind(
    canvas: Canvas, hair: np.ndarray, ears: Sequence[eartops.Stump], ground: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the light of the bare head before the background `ground`, (h, w, 3), and where the head is, (h, w)."""
    head = np.maximum(outline(canvas), _between_ears(canvas, hair, ears))
    light = ground + head[..., None] * (_bare_head(canvas, hair) - ground)
    return eartops.grown(canvas, light, head, _ears(canvas, hair), ears)


def background(canvas: Canvas, hair: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return the background's light, continued behind the head, (h, w, 3)."""
    size = 2 * round(_CLEAR_CM * canvas.px_per_cm) + 1
    taken = cv2.dilate(np.maximum(person, hair), np.ones((size, size), np.uint8))
    wall = maps.smoothstep(taken, 0.3, 0.1)  # the least share of a dark head would darken all that is filled
    course = _course(canvas)
    level = replace(canvas, planes=tuple(p / course[..., k] for k, p in enumerate(canvas.planes)))
    return fill(level, wall, 0.25) * course * _grain(canvas, "wall grain", 0.01, wall)


def _course(canvas):
    """How a wall's light changes across the photo, a bent plane through all that shows of it, (h, w, 3)."""
    face, step = canvas.face, max(1, round(0.4 * canvas.px_per_cm))
    x0, y0, x1, y1 = face.chart.box
    masks = face.regions.person[y0:y1:step, x0:x1:step], face.regions.hair[y0:y1:step, x0:x1:step]
    size = 2 * round(_CLEAR_CM * canvas.px_per_cm / step) + 1
    taken = cv2.dilate(np.maximum(*masks), np.ones((size, size), np.uint8))
    place = face.pixels_cm[::step, ::step]
    known = (taken < 0.1) & (place[..., 1] > _SHOULDERS_CM)
    if known.sum() < _LEAST_PLACES:
        return np.ones((*canvas.shape, 3), np.float32)
    light = np.log(np.maximum(canvas.linear[::step, ::step][known], 1 / 512))
    bend = _LEAST_BEND * np.diag([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    few = _terms(*place[known][:, :2].T)
    fit = np.linalg.solve(few.T @ few + bend * len(few), few.T @ light)
    return np.exp(_terms(canvas.x_cm, canvas.y_cm) @ fit).astype(np.float32)


def _terms(x_cm, y_cm):
    """The terms of a bent plane, (..., 6)."""
    x, y = x_cm / 10.0, y_cm / 10.0
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def reason_hidden(canvas: Canvas, hair: np.ndarray, person: np.ndarray, ground: np.ndarray) -> str | None:
    """Say why what lies behind the hair cannot be told; None where it can."""
    light, level = (cv2.log(np.maximum(a, 1 / 512)) for a in (canvas.planes[1], np.ascontiguousarray(ground[..., 1])))
    away, wide = np.abs(light - level), 2 * round(0.8 * canvas.px_per_cm) + 1
    around = (cv2.dilate(hair, np.ones((wide, wide), np.uint8)) > 0.5) & (person < 0.02) & (canvas.y_cm > 2.0)
    if around.sum() < 50 or np.percentile(away[around], 80) > _MOST_UNEVEN:
        return _UNEVEN
    if _long(canvas, hair) > _MOST_LONG:
        return _LONG
    solid = (hair > 0.7) & (canvas.y_cm > 8.0)
    return _ALIKE if not solid.any() or np.median(away[solid]) < _LEAST_APART else None


def fill(canvas: Canvas, known: np.ndarray, blur_cm: float) -> np.ndarray:
    """Return the light of known pixels (h, w), 0 to 1, spread everywhere, (h, w, 3)."""
    scale = min(1.0, 8.0 / canvas.px_per_cm)
    size = tuple(max(8, round(n * scale)) for n in canvas.shape[::-1])
    small = cv2.resize(cv2.merge([p * known for p in canvas.planes]), size, interpolation=cv2.INTER_AREA)
    filled = spread(small, cv2.resize(known, size, interpolation=cv2.INTER_AREA))
    filled = cv2.GaussianBlur(filled, (0, 0), max(0.6, blur_cm * canvas.px_per_cm * scale))
    return cv2.resize(filled, canvas.shape[::-1], interpolation=cv2.INTER_LINEAR)


def by_disc(values: np.ndarray, operation: int, radius_cm: float, px_per_cm: float) -> np.ndarray:
    """Return values (h, w) after a morphological operation with a disc, worked out on at most 12 pixels a cm."""
    scale = min(1.0, 12.0 / px_per_cm)
    small = values if scale == 1.0 else cv2.resize(values, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = 2 * max(1, round(radius_cm * px_per_cm * scale)) + 1
    done = cv2.morphologyEx(small, operation, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    return cv2.resize(done, values.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _between_ears(canvas, hair, ears):
    """The sides of the head as far as the ears, where they show: what lies inwards of their skin, (h, w)."""
    bare = canvas.skin * (1.0 - hair) * (canvas.y_cm < eartops.level(canvas, ears)) * (canvas.y_cm > _LOWEST_CM)
    rightwards, leftwards = (np.maximum.accumulate(a, axis=1) for a in (bare, bare[:, ::-1]))
    return by_side(canvas, leftwards[:, ::-1], rightwards)


def by_side(canvas: Canvas, right: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Return values (h, w) of the right half of the head as pictured, and beside them those of the left one."""
    return np.where((canvas.x_cm > 0) == (canvas.x_cm[:, -1:] > canvas.x_cm[:, :1]), right, left)


def _ears(canvas, hair):
    """The ears' skin, and where hair lies over or behind them what is like it, (h, w, 3)."""
    clear = (canvas.skin**2 * (1.0 - hair))[..., None]
    beside = maps.smoothstep(np.abs(canvas.x_cm), 7.6, 8.1)
    return clear * cv2.merge(canvas.planes) + (1.0 - clear) * fill(canvas, clear[..., 0] * beside, 0.15)


def _bare_head(canvas, hair):
    """Skin of the forehead carried over the skull and shaded by its shape, (h, w, 3)."""
    size = 2 * round((EDGE_CM + 0.1) * canvas.px_per_cm) + 1
    clear = canvas.skin**2 * (1.0 - cv2.dilate(hair, np.ones((size, size), np.uint8)))
    upper = clear * maps.smoothstep(canvas.y_cm, 2.5, 4.0)
    near = fill(canvas, clear * maps.smoothstep(canvas.y_cm, -1.0, 1.0), 0.3)
    total = float(upper.sum())
    if total < 30.0:
        return near
    usual = np.array([float((p * upper).sum()) / total for p in canvas.planes], np.float32)
    shade = _shade(canvas)
    level = float((shade * upper).sum()) / total
    far = usual * (shade / max(level, 1e-3))[..., None]
    blend = maps.smoothstep(cv2.GaussianBlur(hair, (0, 0), 1.3 * canvas.px_per_cm), 0.35, 1.0)[..., None]
    skin = near + blend * (far - near)
    return skin * _grain(canvas, "scalp grain", 0.03, upper, 1.2)


def _grain(canvas, name, blur_cm, where, much=1.0):
    """A factor that varies from pixel to pixel as light does in a place, (h, w, 1)."""
    grain = noise.stream(0, name).standard_normal(canvas.shape, np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), max(0.5, blur_cm * canvas.px_per_cm))
    return cv2.exp(much * _graininess(canvas, where) / float(grain.std()) * grain)[..., None]


def _graininess(canvas, where):
    """How much light varies from pixel to pixel, natural logarithm."""
    light = cv2.log(np.maximum(canvas.planes[1], 1 / 512))
    detail = light - cv2.GaussianBlur(light, (0, 0), max(1.0, 0.08 * canvas.px_per_cm))
    inside = where > 0.8
    most = 0.033 * min(1.0, canvas.px_per_cm / _PORES_PX_PER_CM)  # what is left in broad pixels is no pore
    return float(np.clip(np.median(np.abs(detail[inside])), 0.0, most)) if inside.any() else 0.0


def _shade(canvas):
    """How bright the skull is by its shape in the photo's light, (h, w)."""
    (cx, cy), (rx, ry) = _CENTRE_CM, _RADII_CM
    across, up = (canvas.x_cm - cx) / rx, np.maximum((canvas.y_cm - cy) / ry, 0.0)
    towards = np.sqrt(np.clip(1.0 - across**2 - up**2, 0.01, 1.0))
    slope = lighting.light(canvas)
    lit = 1.0 + 0.45 * (slope[0] * across - slope[1] * up + slope[2] * (towards - 0.9))
    sheen = 0.12 * np.exp(-((across / 0.45) ** 2) - ((up - 0.45) / 0.28) ** 2)
    return (np.maximum(lit, 0.4) + sheen) * (0.68 + 0.32 * maps.smoothstep(towards, *_RIM))


def _long(canvas, hair):
    """Share of ears and neck's sides under hair."""
    (near, far), (low, high) = _EAR_CM
    aside = np.abs(canvas.x_cm)
    ears = (aside > near) & (aside < far) & (canvas.y_cm > low) & (canvas.y_cm < high)
    below = (hair * (canvas.y_cm < _BARE_BELOW_CM)).sum() / canvas.px_per_cm**2
    over_ears = float(hair[ears].mean()) if ears.any() else 0.0
    return float(np.clip(max(1.6 * over_ears, below / _MUCH_CM2), 0.0, 1.0))
