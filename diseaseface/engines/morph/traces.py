"""What is left in a picture of lesions that were drawn: which of them are seen, and how far aside."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from diseaseface.engines.morph import healing, lighting
from diseaseface.engines.morph.canvas import Canvas, masked_blur
from diseaseface.engines.morph.kinds import Kind
from diseaseface.engines.morph.layers import Layer
from diseaseface.engines.morph.sites import Site, around

_LEAST_MEAN, _LEAST_SHARE = 0.4, 0.2  # share of the drawn lesions that is seen, of all and of one
_ASIDE_CM = 0.1  # how far a face found anew lies beside itself
_TINTED = 0.5  # redness over darkness from which colour tells as much as brightness


def find(canvas: Canvas, kind: Kind, sites: Sequence[Site], layer: Layer) -> tuple[list[int], list[Site]]:
    """Return which sites show their lesion, and these, each where it lies; `layer` is what drawing all would give."""
    bump = 0.0 if layer.height_cm is None else lighting.bump_density(canvas, layer.height_cm)
    if kind.on != ("skin",):
        canvas = replace(canvas, skin=np.minimum(sum(getattr(canvas, name) for name in kind.on), 1.0), _kept={})
    inks = layer.inks
    drawn = [sum(ink.field * np.float32(ink.strength * ink.pigment[k]) for ink in inks) + bump for k in range(2)]
    seen = [-healing.log_light(plane) for plane in canvas.planes[:2]]
    pairs = list(zip(seen, drawn, strict=True))
    wide = 1.5 * kind.radius_cm[1] * canvas.px_per_cm
    redder = [_band(canvas, both[1] - both[0], wide) for both in (seen, drawn)]
    pairs = [[_band(canvas, values, 0.5 * wide) for values in pair] for pair in pairs]
    tinted = 0.5 * min(1.0, float(np.abs(redder[1]).sum() / max(np.abs(pairs[1][1]).sum(), 1e-6)) / _TINTED)
    shares = [tinted * _share(canvas, s, *redder) + (1.0 - tinted) * _share(canvas, s, *pairs[1]) for s in sites]
    shares = np.array(shares)
    # By chance a few sites look alike; a drawn picture shows most of them.
    if shares.mean() < _LEAST_MEAN:
        return [], []
    seen_at = np.flatnonzero(shares > _LEAST_SHARE).tolist()
    kept = [sites[k] for k in seen_at]
    places = np.array([site.at_cm for site in kept])
    aside = np.array([_aside_cm(canvas, site, pairs) for site in kept])
    near = np.argsort(np.hypot(*(places[:, None] - places).transpose(2, 0, 1)), axis=1)[:, :5]
    moved = [site.at_cm + np.median(aside[k], axis=0) for site, k in zip(kept, near, strict=True)]
    return seen_at, [replace(site, at_cm=at_cm) for site, at_cm in zip(kept, moved, strict=True)]


def _band(canvas, values, sigma_px):
    """Values without what is broader than lesions."""
    return (values - masked_blur(values, np.maximum(canvas.skin, 1e-3), sigma_px)) * canvas.skin


def _share(canvas, site, seen, drawn):
    """How much of one lesion is seen, about zero to one."""
    part = around(canvas, site, 1.8 * site.radius_cm)
    if not seen[part].size:
        return 0.0
    blur = max(0.8, 0.03 * canvas.px_per_cm)  # a face found anew lies a little aside
    seen, drawn = (cv2.GaussianBlur(np.ascontiguousarray(a[part]), (0, 0), blur) for a in (seen, drawn))
    return float(np.clip(healing.slope(seen, drawn, canvas.skin[part]), -1.0, 1.5))


def _aside_cm(canvas, site, pairs):
    """How far aside from where it would be drawn a lesion lies, canonical cm; `pairs` of (seen, drawn)."""
    rows, columns = around(canvas, site, 1.5 * site.radius_cm)
    reach = max(1, round(_ASIDE_CM * canvas.px_per_cm))
    rows = slice(max(rows.start, reach), min(rows.stop, canvas.shape[0] - reach))
    columns = slice(max(columns.start, reach), min(columns.stop, canvas.shape[1] - reach))
    wider = tuple(slice(line.start - reach, line.stop + reach) for line in (rows, columns))
    if rows.stop - rows.start < 3 or columns.stop - columns.start < 3:
        return np.zeros(2)
    fits = sum(cv2.matchTemplate(seen[wider], drawn[rows, columns], cv2.TM_CCORR) for seen, drawn in pairs)
    row, column = np.unravel_index(np.argmax(fits), fits.shape)
    move = np.array([_peak(fits[row], column), _peak(fits[:, column], row)]) - reach
    return np.linalg.inv(canvas.px_per_cm * canvas.face.pose.rotation[:2, :2] * np.array([[1.0], [-1.0]])) @ move


def _peak(values, at):
    """Where a parabola through the highest of some values and its neighbours has its top."""
    if not 0 < at < len(values) - 1:
        return float(at)
    before, top, after = values[at - 1 : at + 2]
    return at + 0.5 * float(before - after) / min(float(before - 2.0 * top + after), -1e-6)
