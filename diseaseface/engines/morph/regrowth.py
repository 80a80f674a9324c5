"""Brow signs taken away: lost hair grown again, thinned hair made whole, added hair taken off."""

from dataclasses import replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.morph import brows, hairs, healing, maps, noise
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.layers import Ink, Layer

_DARTS, _ROUNDS = 3000, 3
# Hair of a natural brow along its length, over that of its fullest part: aside in canonical cm, share.
_LENGTH_CM = (0.9, 1.3, 2.0, 3.6, 4.6, 5.4, 6.0)
_FULLNESS = (0.0, 0.75, 1.0, 0.95, 0.75, 0.4, 0.0)
_DARKEST = 96.0  # of brows that are mostly gone, the few darkest points are what hair there is
_MOST_FADED = 0.5  # share taken from hair up to which what is left can be made whole
_MORE_CONTRAST = 1.7  # of new hair over that of the last hair left
_LEAST_GONE = (0.9, 0.5)  # share of the hair to be lost that has to be missing, for a quarter and for most of it
_BLACK = 0.03  # light of the darkest hair over that of skin
_LEAST_CONTRAST = 0.55  # log light of skin over the last hair: fainter is no hair to go by
_BRIGHTER = 1.2  # than the skin around: the glabella catches light
_GLABELLA_CM, _LEAST_SEEN = 1.0, 0.3
_NO_COLOUR = "The colour that the hair had cannot be told from this photo."
_NO_MODEL = "No eyebrow hair is left whose colour and direction new hair could follow."


def undo(canvas: Canvas, change: Change, seed: int) -> Layer:
    """Take the change of the brows that `change` would draw out of the picture."""
    name, share = change.attribute.name, change.amount / 100.0
    if name == "eyebrow_whitening":
        return Layer(None, _NO_COLOUR)
    part, near = canvas.keep(("brow band",), lambda: brows.band(canvas))
    if name == "synophrys":
        layer = _part_brows(near, canvas.keep(("brows",), lambda: brows.find(near)), share, seed)
    elif name == "eyebrow_loss":
        layer = _regrow(near, canvas.keep(("sparse brows",), lambda: brows.find(near, _DARKEST)), share, seed)
    else:
        layer = _restore(canvas.keep(("brows",), lambda: brows.find(near)), near, share, seed)
    return replace(layer, part=part)


def _restore(found, canvas, share, seed):
    """Thin brows that were thickened, or deepen hair that was thinned."""
    if found is None:
        return Layer(None, _NO_MODEL)
    return _trim(canvas, found, share, seed) if share > 0 else _deepen(canvas, found, -share)


def _trim(canvas, found, share, seed):
    """Take off the hairs that thickening grows: thinner brows are guessed until thickening gives the picture."""
    planes = _guess(canvas, found, share)
    for _ in range(_ROUNDS):
        guess = replace(canvas, planes=planes, _kept={})
        thinner = brows.find(guess)
        if thinner is None:
            break
        (ink,) = brows.thicken(guess, thinner, share, seed).inks
        planes = [
            np.minimum(p * cv2.exp(ink.field * np.float32(density)), np.maximum(p, skin))
            for p, density, skin in zip(canvas.planes, ink.pigment, cv2.split(thinner.bare_skin), strict=True)
        ]
    return Layer(100.0 * share, inks=_difference(canvas, planes), backwards=True)


def _difference(canvas, planes):
    """The inks that turn planes into those of the canvas."""
    densities = [
        healing.log_light(new) - healing.log_light(old) for new, old in zip(planes, canvas.planes, strict=True)
    ]
    channels = np.eye(3).tolist()
    return tuple(Ink(tuple(c), d, 1.0, on_skin=False) for c, d in zip(channels, densities, strict=True))


def _guess(canvas, found, share):
    """Planes with less hair in gaps and at edges, where thickening grows it."""
    near = cv2.GaussianBlur(found.hair, (0, 0), max(1.0, 0.26 * canvas.px_per_cm))
    grown = np.clip(3.0 * near, 0.0, 1.0) * np.clip(0.35 + 2.0 * near, 0.0, 1.0)

    def before(strength):
        added = np.minimum(strength * grown, 0.9)  # new hair shows less on old: 1 - 0.75 hair
        return np.clip((found.hair - added) / (1.0 - 0.75 * added), 0.0, found.hair)

    strengths = np.linspace(0.0, 1.0, 21)
    left = np.array([float(before(strength).sum()) for strength in strengths]) / float(found.hair.sum())
    kept = before(float(np.interp(-1.0 / (1.0 + share), -left, strengths)))
    off = found.reach * (1.0 - kept / np.maximum(found.hair, 0.02)) * np.minimum(found.hair / 0.02, 1.0)
    pairs = zip(canvas.planes, brows.darkness(canvas, found.bare_skin), strict=True)
    return [p * cv2.exp(off * np.maximum(d, 0.0)) for p, d in pairs]


def _deepen(canvas, found, share):
    """Give hair the contrast with the skin back that thinning took from it."""
    here = cv2.merge(canvas.planes)
    weight = found.reach * (1.25 - 0.5 * found.hair)
    taken = float((found.hair * weight).sum()) / float(found.hair.sum())
    # Hair cannot be darker than black: that limits how much can have been taken from it.
    darkest = found.hair > 0.6
    most = float(np.percentile((here / np.maximum(found.bare_skin, 1e-3))[darkest], 10)) if darkest.any() else 0.0
    possible = max(0.0, min(1.0, (most - _BLACK) / (share / taken)))
    if possible < 0.1:
        return Layer(0.0, healing.NOT_THERE)
    faded = np.minimum(weight * np.float32(possible * share / taken), 0.9)[..., None]
    whole = found.bare_skin + (here - found.bare_skin) / (1.0 - faded)
    alpha = maps.smoothstep(found.hair, 0.05, 0.35).astype(np.float32)
    darker = here + alpha[..., None] * (np.clip(whole, 0.1 * here, here) - here)
    inks = _difference(canvas, cv2.split(darker))
    return Layer(-100.0 * share * possible, healing.reason(possible), inks, backwards=True)


def _regrow(canvas, found, share, seed):
    """Grow hair where it was lost, in the colour, height and breadth of what is left."""
    if found is None or found.contrast[1] < _LEAST_CONTRAST:
        return Layer(None, _NO_MODEL)
    place = brows.along(canvas, found, seed)
    full = np.interp(np.abs(canvas.x_cm), _LENGTH_CM, _FULLNESS).astype(np.float32) * _core(canvas)
    lost = brows.behind(place, _front(place, full, share))
    natural = float(((1.0 - lost) * full).sum())
    per_area = float((found.hair * (1.0 - lost)).sum()) / natural if natural > 4.0 else 0.0
    if not per_area:
        return Layer(None, _NO_MODEL)
    # Behind a soft front some hair is left even where the sign was drawn.
    gone = per_area * float((full * lost * lost).sum())
    missing = per_area * float((full * lost).sum()) - float((found.hair * lost).sum())
    if missing < np.interp(share, (0.25, 0.8), _LEAST_GONE) * gone:
        return Layer(0.0, healing.NOT_THERE)
    whole, found = _whole(canvas, found, lost)
    missing = float((found.hair * (1.0 - lost)).sum()) / natural * float((full * lost).sum())
    left = found.hair * (1.0 - lost)
    lines, opacity = _new_hairs(canvas, left, lost, seed)
    layer = brows.grow(canvas, found, lines, opacity, brows.free_room(canvas, found), missing, share)
    return replace(layer, content=(whole, found.reach))


def _whole(canvas, found, lost):
    """Hair at the front of loss with more of its contrast again, (h, w, 3), and the brows so."""
    here, faded = cv2.merge(canvas.planes), np.minimum(lost * found.reach, _MOST_FADED)
    faded = (faded * maps.smoothstep(found.hair, 0.05, 0.35))[..., None]
    whole = found.bare_skin + (here - found.bare_skin) / (1.0 - faded)
    contrast = _MORE_CONTRAST * found.contrast
    whole = np.maximum(whole, found.bare_skin * np.exp(-contrast).astype(np.float32))
    strong = (found.hair > 0.4) & (lost < 0.9)
    depth = np.log(np.maximum(found.bare_skin, 1e-3) / np.maximum(whole, 1e-3))
    if strong.sum() > 4:
        contrast = np.clip(np.percentile(depth[strong], 75, axis=0), found.contrast, contrast)
    hair = np.clip(depth[..., 1] / float(contrast[1]), 0.0, 1.0) * found.reach
    return whole.astype(np.float32), replace(found, hair=hair.astype(np.float32), contrast=contrast)


def _core(canvas):
    """Where brows lie, (h, w), 0 or 1."""
    return (np.abs(canvas.y_cm - hairs.middle_cm(canvas.x_cm)) < 0.35).astype(np.float32)


def _front(place, full, share):
    """Up to where a natural brow has lost a share of its hair."""
    fronts = np.linspace(-0.5, 1.5, 41)
    lost = [float((full * brows.behind(place, end)).sum()) for end in fronts]
    return float(np.interp(min(share, 1.0) * float(full.sum()), np.maximum.accumulate(lost), fronts))


def _new_hairs(canvas, left, lost, seed):
    """Lines (n, 5, 2) on the canvas and opacities of hair where it was lost."""
    random = noise.stream(seed, "eyebrow regrowth")
    mass = max(float(left.sum()), 1e-6)
    off = canvas.y_cm - hairs.middle_cm(canvas.x_cm)
    middle = float(np.clip((left * off).sum() / mass, -0.4, 0.4))
    broad = float(np.clip(np.sqrt((left * (off - middle) ** 2).sum() / mass), 0.12, 0.35))
    side, aside = random.choice((-1.0, 1.0), _DARTS), random.uniform(brows.INNER_CM, 6.0, _DARTS)
    above = random.normal(0.0, 1.0, _DARTS) * broad * np.interp(aside, (3.0, 5.8), (1.0, 0.55)) + middle
    roots = np.stack([side * aside, hairs.middle_cm(aside) + above], axis=1)
    lean = hairs.angle(aside, above - middle)
    lines, opacity = hairs.curves(random, roots, lean, side, np.interp(aside, (1.0, 3.0, 6.0), (0.45, 0.6, 0.45)))
    columns, rows = (canvas.to_px(roots).astype(np.float32)[:, k : k + 1] for k in range(2))
    wanted = cv2.remap(lost.astype(np.float32), columns, rows, cv2.INTER_LINEAR)[:, 0]
    chosen = random.uniform(size=_DARTS) < wanted * np.interp(aside, _LENGTH_CM, _FULLNESS)
    return hairs.on_canvas(canvas, lines[chosen]), opacity[chosen]


def _part_brows(canvas, found, share, seed):
    """Take the hairs between the brows off, as far as they are there."""
    if found is None:
        return Layer(None, _NO_MODEL)
    lines, opacity, _ = brows.glabella_hairs(canvas, found, seed)
    if not len(lines):
        return Layer(0.0, healing.NOT_THERE)
    room = np.ones(canvas.shape, np.float32)
    every = float(hairs.strands(canvas, lines, opacity, room).sum())
    (ink,) = brows.grow(canvas, found, lines, opacity, room, share * every, share).inks
    blur = max(0.8, 0.08 * canvas.px_per_cm)
    seen, drawn = -healing.log_light(canvas.planes[1]), ink.field * np.float32(ink.pigment[1])
    wide, known = 0.9 * canvas.px_per_cm, np.ones(canvas.shape, np.float32)
    near = (np.abs(canvas.x_cm) < _GLABELLA_CM).astype(np.float32) * (cv2.dilate(drawn, np.ones((5, 5))) > 0.02)
    pair = [cv2.GaussianBlur(a - masked_blur(a, known, wide), (0, 0), blur) for a in (seen, drawn)]
    there = float(np.clip(healing.slope(*pair, near), 0.0, 1.0))
    if there < _LEAST_SEEN:
        return Layer(0.0, healing.NOT_THERE)
    there = 1.0 if there > 0.5 else there
    planes = _bared(canvas, ink, there)
    return Layer(100.0 * share * there, healing.reason(there), _difference(canvas, planes), backwards=True)


def _bared(canvas, ink, there):
    """Planes without hairs; smoothed where they were, since a face found anew lies a hair's breadth aside."""
    field = ink.field * np.float32(there)
    fine = max(0.8, 0.08 * canvas.px_per_cm)
    zone = np.clip(4.0 * cv2.GaussianBlur(field, (0, 0), fine), 0.0, 1.0)
    skin = cv2.split(brows.skin_beneath(canvas, np.clip(2.0 * zone + canvas.brows, 0.0, 1.0)))
    between = maps.smoothstep(np.abs(canvas.x_cm), 1.6, 1.0)  # further out are the brows' own hairs
    planes = []
    for plane, density, bare in zip(canvas.planes, ink.pigment, skin, strict=True):
        light = healing.log_light(plane) + np.float32(density) * field
        light = light + between * zone * (cv2.GaussianBlur(light, (0, 0), fine) - light)
        planes.append(np.minimum(cv2.exp(light), np.maximum(plane, _BRIGHTER * bare)))
    return planes
