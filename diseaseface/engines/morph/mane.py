"""All signs of the scalp hair, composed on the hair's own canvas."""

from collections.abc import Sequence

import cv2
import numpy as np

from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph import haircolour, hairloss, scalp
from diseaseface.engines.morph.canvas import Canvas

_LEAST_CHANGE = 1.0 / 4096
_NO_HAIR = "Too little scalp hair is visible."
_TOO_LONG = "Too much of the hair lies farther from the face than anything may change: its colour would end halfway."
_MOST_BEYOND = 0.045  # share of the hair; by eye, on 22 heads
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
        elif name != _LOCK and head.beyond > _MOST_BEYOND:
            applied[k] = Applied(change, None, _TOO_LONG)
        else:
            planes = haircolour.recolour(head, planes, *haircolour.bleached(head, name, share))
            applied[k] = Applied(change, change.amount)
    if left.min() < 1.0:
        planes = _laid_bare(canvas, linear, head, planes, left)
    changed = np.maximum.reduce([cv2.absdiff(new, old) for new, old in zip(planes, before, strict=True)])
    painted[window] = changed > _LEAST_CHANGE
    result = linear.copy()
    result[window] = cv2.merge(planes)
    return result, painted, [applied[k] for k in range(len(changes))]


def _undoes(change):
    pole = change.attribute.positive if change.amount > 0 else change.attribute.negative
    return pole is None


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
