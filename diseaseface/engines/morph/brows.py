"""Eyebrow hair: lost from the side inwards, thinned, thickened, or grown across the glabella."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import hairs, maps, noise, strokes, whitening
from diseaseface.engines.morph.canvas import Canvas, masked_blur, spread
from diseaseface.engines.morph.layers import Ink, Layer, through

INNER_CM, _OUTER_CM = 1.0, 5.9
_INNER_HEIGHT_CM = 4.55
_ABOVE_CM, _BELOW_CM = 1.05, 1.0
_GRAIN_FROM_CM = 1.9  # how far above the brow the forehead lends its grain
_FRONT = 0.42  # softness of the front of loss, as a share of the brow's length
_DARTS, _GLABELLA_HAIRS = 3000, 620
_FRINGE_CM = 1.5
_LEAST_DEPTH = 0.1  # log light: less than that is no hair to see
_LEAST_CONTRAST = 0.35  # log light between skin and new hair
# Thick brows part in lines that run like hairs: one for so many hairs, so far aside of them, so much lighter; by eye.
_PARTINGS, _PARTED_CM, _PARTED = 7, 0.12, 0.75
_BARE = "No eyebrow hair is visible."
_THICKEST = "More hair than this does not fit at the edges of these brows."


@dataclass(frozen=True, eq=False)
class Brows:
    """Both brows of a face.

    Attributes
    ----------
    hair : float32 array of shape (h, w)
        Share of each pixel that is brow hair.
    reach : float32 array of shape (h, w)
        Soft footprint of the hair with a margin.
    from_side : float32 array of shape (h, w)
        Zero at the outer end of a brow, one at the inner.
    bare_skin : float32 array of shape (h, w, 3)
        Linear light of the skin that would show without hair.
    contrast : float array of shape (3,)
        Log light of skin over hair.
    """

    hair: np.ndarray
    reach: np.ndarray
    from_side: np.ndarray
    bare_skin: np.ndarray
    contrast: np.ndarray


def draw(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Draw a change of the brows; per cent of their hair, or of the glabella filled."""
    name, share = change.attribute.name, change.amount / 100.0
    if not share:
        return Layer(0.0)
    part, near = canvas.keep(("brow band",), lambda: band(canvas))
    brows = canvas.keep(("brows",), lambda: find(near))
    if brows is None:
        return Layer(0.0, _BARE)
    if name == "eyebrow_loss":
        layer = _lose(near, brows, share, seed)
    elif name == "eyebrow_whitening":
        layer = whitening.pale(near, brows.hair, brows.reach, brows.bare_skin, share)
    elif name == "synophrys":
        layer = _join(near, brows, share, seed)
    else:
        layer = thicken(near, brows, share, seed) if share > 0 else thin(brows, -share)
    return replace(layer, part=part)


def whiten(canvas: Canvas, change: Change, density: Sequence[np.ndarray]) -> Layer:
    """Draw white brows over skin that pigment of a density, (h, w) for each channel, has changed."""
    part, near = canvas.keep(("brow band",), lambda: band(canvas))
    brows = canvas.keep(("brows",), lambda: find(near))
    if brows is None:
        return Layer(0.0, _BARE)
    planes = zip(cv2.split(brows.bare_skin), density, strict=True)
    skin = cv2.merge([through(plane, np.ascontiguousarray(dense[part])) for plane, dense in planes])
    layer = whitening.pale(near, brows.hair, brows.reach, skin, change.amount / 100.0)
    return replace(layer, part=part, over=True)


def band(canvas: Canvas) -> tuple[tuple[slice, slice], Canvas]:
    """Return the part of the canvas from the lids to the middle of the forehead, and the canvas of it."""
    near = (np.abs(canvas.x_cm) < 7.4) & (canvas.y_cm > 1.6) & (canvas.y_cm < 7.8)
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    if not len(rows):
        rows = columns = np.zeros(1, int)
    part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return part, canvas.crop(part)


def find(canvas: Canvas, darkest: float = 85.0) -> Brows | None:
    """Find the hair of the brows and the skin beneath; None where there is no hair to see.

    `darkest` is the percentile of darkness over the brows that counts as hair alone.
    """
    zone, core = _zone(canvas)
    inside = core > 0.8
    if inside.sum() < 12:
        return None
    wide = cv2.GaussianBlur(canvas.brows, (0, 0), max(1.0, 0.2 * canvas.px_per_cm))
    skin = skin_beneath(canvas, np.maximum(core, np.clip(3.0 * wide, 0.0, 1.0)))
    hair = _hair(darkness(canvas, skin), inside, zone, darkest)
    if hair is None:
        return None
    reach = _footprint(hair, zone, canvas.px_per_cm)
    # Again, now that it is known where single hairs and their shadow end.
    skin = skin_beneath(canvas, np.clip(1.5 * reach, 0.0, 1.0))
    darker = darkness(canvas, skin)
    hair = _hair(darker, inside, reach, darkest)
    if hair is None:
        return None
    dark = inside & (hair > 0.7)
    contrast = [float(np.median(d[dark])) if dark.any() else 0.0 for d in darker]
    from_side = (_OUTER_CM - np.abs(canvas.x_cm)) / (_OUTER_CM - INNER_CM)
    content = with_grain(canvas, skin)
    return Brows(hair, reach, from_side, content, np.maximum(contrast, _LEAST_CONTRAST))


def darkness(canvas: Canvas, skin: np.ndarray) -> list[np.ndarray]:
    """Return the log light of skin (h, w, 3) over what is there, (h, w) for each channel."""
    pairs = zip(cv2.split(skin), canvas.planes, strict=True)
    return [cv2.log(np.maximum(s, 1e-3)) - cv2.log(np.maximum(p, 1e-3)) for s, p in pairs]


def _hair(darker, inside, where, darkest):
    """Share of hair by how much darker than skin it is; None where nothing is."""
    depth = 0.4 * darker[0] + 0.6 * darker[1]
    full = float(np.percentile(depth[inside], darkest))
    if full < _LEAST_DEPTH:
        return None
    return (np.clip((depth / full - 0.14) / 0.86, 0.0, 1.0) * where).astype(np.float32)


def _zone(canvas):
    """Soft band around the canonical brows, clear of eyes and of hair from the scalp; and its core."""
    aside = np.abs(canvas.x_cm)
    height = canvas.y_cm - hairs.middle_cm(canvas.x_cm)
    up = maps.smoothstep(height, _ABOVE_CM, _ABOVE_CM - 0.3)
    down = maps.smoothstep(height, -_BELOW_CM, -_BELOW_CM + 0.25)
    across = maps.smoothstep(aside, 0.45, 0.8) * maps.smoothstep(aside, 7.0, 6.4)
    eyes = cv2.GaussianBlur(np.maximum(canvas.sclera, canvas.iris), (0, 0), max(1.0, 0.2 * canvas.px_per_cm))
    # Hair over a brow is a fringe only where there is hair above it, too.
    fringe = canvas.hair * np.maximum(_shifted(canvas, canvas.hair, _FRINGE_CM), maps.smoothstep(aside, 5.6, 6.2))
    zone = up * down * across * (1.0 - fringe) * (1.0 - np.clip(6.0 * eyes, 0.0, 1.0))
    near = maps.smoothstep(np.abs(height + 0.05), 0.62, 0.4)
    return zone, zone * near * maps.smoothstep(aside, 0.9, 1.2) * maps.smoothstep(aside, 5.9, 5.4)


def _shifted(canvas, values, above_cm):
    """Bring what lies so far above on the face to each pixel."""
    up = canvas.face.pose.vectors_to_px(np.array([0.0, above_cm, 0.0]))
    move = np.float32([[1, 0, up[0]], [0, 1, up[1]]])
    return cv2.warpAffine(values, move, canvas.shape[::-1], flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)


def _footprint(hair, zone, px_per_cm):
    """Hair and the margin in which single hairs and their shadow end."""
    size = 2 * max(1, round(0.13 * px_per_cm)) + 1
    solid = (cv2.GaussianBlur(hair, (0, 0), max(0.8, 0.05 * px_per_cm)) > 0.07).astype(np.float32)
    grown = cv2.dilate(solid, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    soft = cv2.GaussianBlur(grown, (0, 0), max(0.8, 0.07 * px_per_cm))
    return soft * maps.smoothstep(zone, 0.0, 0.6)


def skin_beneath(canvas: Canvas, hidden: np.ndarray) -> np.ndarray:
    """Return the colour of bare skin spread under what is hidden, 0 to 1, from all around, (h, w, 3)."""
    size = 2 * max(1, round(0.1 * canvas.px_per_cm)) + 1
    known = canvas.skin**2 * (1.0 - cv2.dilate(hidden, np.ones((size, size), np.uint8)))
    # The lids lie in shadow and carry lashes: the forehead counts for more.
    lids = maps.smoothstep(canvas.y_cm, 4.4, 3.8) * maps.smoothstep(canvas.y_cm, 1.5, 2.5)
    known *= 1.0 - 0.75 * lids
    scale = min(1.0, 12.0 / canvas.px_per_cm)
    size = (max(8, round(canvas.shape[1] * scale)), max(8, round(canvas.shape[0] * scale)))
    small = cv2.resize(cv2.merge([p * known for p in canvas.planes]), size, interpolation=cv2.INTER_AREA)
    filled = spread(small, cv2.resize(known, size, interpolation=cv2.INTER_AREA))
    filled = cv2.GaussianBlur(filled, (0, 0), 0.16 * canvas.px_per_cm * scale)
    return cv2.resize(filled, canvas.shape[::-1], interpolation=cv2.INTER_CUBIC)


def with_grain(canvas: Canvas, skin: np.ndarray) -> np.ndarray:
    """Return smooth skin (h, w, 3) with the forehead's fine grain on it."""
    bright = cv2.log(np.maximum(canvas.planes[1], 1 / 512))
    detail = bright - masked_blur(bright, np.maximum(canvas.skin, 1e-3), 0.14 * canvas.px_per_cm)
    detail = 0.12 * np.tanh(detail / 0.12) * (canvas.skin > 0.8)
    grain = _shifted(canvas, detail.astype(np.float32), _GRAIN_FROM_CM)
    return skin * cv2.exp(grain)[..., None]


def _lose(canvas, brows, share, seed):
    """Take hair away behind a soft, uneven front that moves inwards."""
    place = along(canvas, brows, seed)
    alpha = brows.reach * behind(place, front(brows, place, share))
    applied = 100.0 * float((brows.hair * alpha).sum() / brows.hair.sum())
    return Layer(applied, content=(brows.bare_skin, alpha))


def along(canvas: Canvas, brows: Brows, seed: int) -> np.ndarray:
    """Return how far along the way of loss each pixel lies, (h, w): zero at the outer end, uneven."""
    return brows.from_side + np.float32(0.05) * canvas.noise(seed, "brow loss", 0.5)


def front(brows: Brows, place: np.ndarray, share: float) -> float:
    """Return up to where a share of the hair is lost."""
    fronts = np.linspace(-_FRONT, 1.0 + _FRONT, 25)
    part = brows.hair > 0.02
    hair, at, reach = brows.hair[part], place[part], brows.reach[part]
    lost = [float((hair * reach * behind(at, end)).sum()) for end in fronts]
    return float(np.interp(min(share, 1.0) * float(hair.sum()), np.maximum.accumulate(lost), fronts))


def behind(place: np.ndarray, end: float) -> np.ndarray:
    """Return how far behind the front of loss each pixel lies, 0 to 1."""
    return maps.smoothstep(np.float32(end) - place, -_FRONT / 2, _FRONT / 2)


def thin(brows: Brows, share: float) -> Layer:
    """Take a share of the hair away, more at the edges than in the middle."""
    weight = brows.reach * (1.25 - 0.5 * brows.hair)
    total, taken = float(brows.hair.sum()), float((brows.hair * weight).sum())
    alpha = np.minimum(weight * np.float32(share * total / taken), brows.reach)
    return Layer(-100.0 * float((brows.hair * alpha).sum()) / total, content=(brows.bare_skin, alpha))


def thicken(canvas: Canvas, brows: Brows, share: float, seed: int) -> Layer:
    """Grow hairs in the gaps and at the edges, in the person's own colour."""
    lines, opacity, room = canvas.keep(("more hair", seed), lambda: _edge_hairs(canvas, brows, seed))
    return grow(canvas, brows, lines, opacity, room, share * float(brows.hair.sum()), share)


def _join(canvas, brows, share, seed):
    """Grow hairs between the brows; whole when every hair found for the gap is there."""
    lines, opacity, room = canvas.keep(("glabella", seed), lambda: glabella_hairs(canvas, brows, seed))
    every = canvas.keep(("glabella whole", seed), lambda: float(hairs.strands(canvas, lines, opacity, room).sum()))
    return grow(canvas, brows, lines, opacity, room, share * every, share)


def grow(canvas: Canvas, brows: Brows, lines: np.ndarray, opacity: np.ndarray, room: np.ndarray,
         mass: float, share: float) -> Layer:  # fmt: skip
    """Draw as many hairs as make up a mass of new hair."""
    if not len(lines):
        return Layer(0.0, _BARE)
    count, field = float(len(lines)) * min(1.0, share), None
    for _ in range(5):
        shown = int(np.clip(round(count), 1, len(lines)))
        field = hairs.strands(canvas, lines[:shown], opacity[:shown], room)
        drawn = float(field.sum())
        if abs(drawn - mass) < 0.03 * mass or (shown == len(lines) and drawn < mass):
            break
        count = shown * (mass / max(drawn, 1e-3)) ** 1.35  # hairs overlap
    ink = Ink(tuple(brows.contrast.tolist()), field, 1.0, on_skin=False)
    return Layer(100.0 * share * drawn / mass, _THICKEST if drawn < 0.95 * mass else None, (ink,))


def _edge_hairs(canvas, brows, seed):
    random = noise.stream(seed, "eyebrow_thickness")
    side = random.choice((-1.0, 1.0), _DARTS)
    aside = random.uniform(INNER_CM - 0.1, _OUTER_CM + 0.2, _DARTS)
    above = random.normal(0.05, 0.42, _DARTS)
    near = cv2.GaussianBlur(brows.hair, (0, 0), max(1.0, 0.26 * canvas.px_per_cm))
    roots = np.stack([side * aside, hairs.middle_cm(aside) + above], axis=1)
    lines, opacity = hairs.curves(
        random, roots, hairs.angle(aside, above), side, np.interp(aside, (1.0, 3.0, 6.0), (0.5, 0.7, 0.5))
    )
    dense = _at(near, canvas.to_px(roots))
    chosen = random.uniform(size=_DARTS) < 3.0 * dense
    opacity = opacity * np.clip(0.35 + 2.0 * dense, 0.0, 1.0)
    lines, opacity = lines[chosen], opacity[chosen]
    return hairs.on_canvas(canvas, lines), opacity, free_room(canvas, brows) * _parted(canvas, lines, random)


def _parted(canvas, lines, random):
    """Where hairs do not part, so that light falls between them: else many of them make one dark patch, (h, w)."""
    aside = random.normal(0.0, _PARTED_CM, (len(lines), 1, 2))
    light = hairs.on_canvas(canvas, (lines + aside)[::_PARTINGS])
    widths = np.full(len(light), hairs.HAIR_CM * canvas.px_per_cm)
    return 1.0 - _PARTED * np.clip(strokes.cover(canvas.shape, light, widths, np.ones(len(light))), 0.0, 1.0)


def glabella_hairs(canvas: Canvas, brows: Brows, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return hairs that carry the inner ends of the brows on, as high and as broad as these are: lines, opacity, room.

    Measured beside where these hairs grow, so that they are found again once they are drawn.
    """
    random = noise.stream(seed, "synophrys")
    inner = brows.hair * ((np.abs(canvas.x_cm) < 3.1) & (np.abs(canvas.x_cm) > 2.1))
    off = canvas.y_cm - hairs.middle_cm(canvas.x_cm)
    mass = float(inner.sum())
    beside = float((inner * off).sum() / mass) if mass > 4.0 else 0.0
    broad = float(np.sqrt((inner * (off - beside) ** 2).sum() / mass)) if mass > 4.0 else 0.2
    middle, broad = _INNER_HEIGHT_CM + float(np.clip(beside, -0.5, 0.5)), float(np.clip(broad, 0.09, 0.24))
    # Fewer on the midline than where the brows begin, each its own way, short ones among the long.
    x = 1.9 * random.beta(1.5, 1.2, _GLABELLA_HAIRS) * random.choice((-1.0, 1.0), _GLABELLA_HAIRS)
    y = middle - 0.12 - broad * (0.5 - random.normal(0.0, 0.95, _GLABELLA_HAIRS))
    side = np.where(x + random.normal(0, 0.4, len(x)) > 0, 1.0, -1.0)
    lean = np.radians(np.interp(np.abs(x), (0.0, 1.9), (78, 44)) + random.normal(0, 24, len(x)))
    length = np.interp(np.abs(x), (0, 1.7), (0.26, 0.44)) * np.clip(broad / 0.2, 0.6, 1.0)
    length *= random.uniform(0.55, 1.15, len(x))
    lines, opacity = hairs.curves(random, np.stack([x, y], axis=1), lean, side, length)
    opacity *= random.uniform(0.45, 1.0, len(x))
    room = np.maximum(canvas.skin * (1.0 - canvas.hair), 0.5 * canvas.brows)
    return hairs.on_canvas(canvas, lines), 0.9 * opacity, room


def free_room(canvas: Canvas, brows: Brows) -> np.ndarray:
    """Return where new hair shows: on skin, and little where hair is already."""
    free = 1.0 - canvas.hair
    eyes = cv2.GaussianBlur(np.maximum(canvas.sclera, canvas.iris), (0, 0), max(1.0, 0.1 * canvas.px_per_cm))
    return free * (1.0 - 0.75 * brows.hair) * (1.0 - np.clip(5.0 * eyes, 0.0, 1.0))


def _at(field, places):
    columns, rows = places[:, 0].astype(np.float32), places[:, 1].astype(np.float32)
    return cv2.remap(field, columns[:, None], rows[:, None], cv2.INTER_LINEAR, borderValue=0)[:, 0]
