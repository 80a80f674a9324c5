"""All signs of the scalp hair, composed on the hair's own canvas."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph import haircolour, hairloss, maps, scalp, skull
from diseaseface.engines.morph.canvas import Canvas

_LEAST_CHANGE = 1.0 / 4096
_NO_HAIR = "Too little scalp hair is visible."
_TOO_LONG = "Too much of the hair lies farther from the face than anything may change: its colour would end halfway."
_MOST_BEYOND, _MOST_CUT = 0.045, 0.003  # share of the hair; by eye, on 22 and 81 heads
_UNDER_HAIR = (0.02, 0.2)  # share of hair from which the skin beneath is told by that beside it
_LOCK = "white_forelock"
_NOT_BACK = "The hair that was there, or its colour, cannot be told from this photo."
_SHARES = {"%": 0.01}
_LOSSES = ("scalp_hair_density", "total_alopecia", "frontal_balding", "alopecia_patches")


def paint(canvas: Canvas, linear: np.ndarray, changes: Sequence[Change], seed: int):
    """Paint all changes of the scalp hair over `linear`, the light of the chart's box, which is not written to.

    Returns
    -------
    linear : float32 array of shape (H, W, 3)
    painted : bool array of shape (H, W)
    applied : list of Applied
        One a change, in order.
    """
    painted = np.zeros(linear.shape[:2], bool)
    if not any(change.amount for change in changes):
        return linear, painted, [Applied(change, 0.0) for change in changes]
    head = canvas.keep(("scalp",), lambda: scalp.find(canvas))
    if head is None:
        return linear, painted, [Applied(change, None, _NO_HAIR) for change in changes]
    applied: dict[int, Applied] = {}
    window = head.canvas.window
    planes = [np.ascontiguousarray(linear[window][..., k]) for k in range(3)]
    before, left = planes, np.ones(head.canvas.shape, np.float32)
    hairs = None
    for k in sorted(range(len(changes)), key=lambda k: changes[k].attribute.name):
        change = changes[k]
        name, scale = change.attribute.name, _SHARES.get(change.attribute.unit, 1.0)
        share = abs(change.amount) * scale
        if _undoes(change):
            applied[k] = Applied(change, None, _NOT_BACK)
        elif name in _LOSSES:
            done, reason, alpha = hairloss.lost(head, name, share, seed)
            left *= 1.0 - alpha
            drawn = None if done is None else float(np.copysign(done, change.amount) / scale)
            applied[k] = Applied(change, drawn, reason)
        elif name != _LOCK and (head.beyond > _MOST_BEYOND or head.cut_above > _MOST_CUT):
            applied[k] = Applied(change, None, _TOO_LONG)
        else:
            hairs = haircolour.strands(head)[1] if hairs is None else hairs
            hairs = haircolour.recolour(head, hairs, *haircolour.bleached(head, name, share))
            applied[k] = Applied(change, change.amount)
    if hairs is not None:
        planes = _laid_over(canvas, linear, head, planes, hairs)
    if left.min() < 1.0:
        planes = _laid_bare(canvas, linear, head, planes, left)
    changed = np.maximum.reduce([cv2.absdiff(new, old) for new, old in zip(planes, before, strict=True)])
    painted[window] = changed > _LEAST_CHANGE
    result = linear.copy()
    result[window] = cv2.merge(planes)
    return result, painted, [applied[k] for k in range(len(changes))]


def _undoes(change):
    return change.attribute.toward(change.amount) is None


def _laid_over(canvas, linear, head, planes, hairs):
    """Planes with hair of another light in the place of the photo's; skin at its edges is as the skin beside it."""
    share, had = haircolour.strands(head)
    if linear is canvas.linear:
        return [plane + share * (hair - own) for plane, hair, own in zip(planes, hairs, had, strict=True)]
    photo, under = head.canvas.planes, maps.smoothstep(share, *_UNDER_HAIR)
    laid = []
    for k, beside in enumerate(cv2.split(_beside(head, planes))):
        gain = planes[k] / np.maximum(photo[k], 1 / 4096)
        gain += under * (beside - gain)
        rest = np.maximum(photo[k] - share * had[k], 0.0)
        most = (1.0 - share) * head.behind[..., k]  # shine on hair is no skin, and would glow as skin
        rest += under * (np.minimum(rest, most) - rest)
        laid.append(share * hairs[k] + rest * gain)
    return laid


def _beside(head, planes):
    """What other signs have made of the skin nearby, a factor (h, w, 3); the wall keeps its light."""
    bare = head.canvas.keep(("bare beside hair",), lambda: head.canvas.skin**2 * (1.0 - head.hair))
    was = head.canvas.keep(("light beside hair",), lambda: skull.fill(head.canvas, bare, 0.2))
    near = skull.fill(replace(head.canvas, planes=tuple(planes)), bare, 0.2) / np.maximum(was, 1 / 4096)
    return 1.0 + (head.bare[1] * np.clip(head.person, 0.0, 1.0))[..., None] * (near - 1.0)


def _laid_bare(canvas, linear, head, planes, left):
    """Planes with the bare head where hair is lost; it has the colour that the forehead has got."""
    gone, behind = 1.0 - left, hairloss.bare(head, left, _tint(canvas, linear))
    return [p + gone * (b - p) for p, b in zip(planes, cv2.split(behind), strict=True)]


def _tint(canvas, linear):
    """What other signs have made of the forehead's colour, a factor (3,)."""
    where = (canvas.inside > 0.9) & (canvas.y_cm > 5.0)
    if where.sum() < 30 or linear is canvas.linear:
        return np.ones(3, np.float32)
    # The median: what lies on the forehead in patches is not on the scalp.
    now, before = (planes[canvas.window][where] for planes in (linear, canvas.linear))
    return np.median(now / np.maximum(before, 1 / 4096), axis=0)
