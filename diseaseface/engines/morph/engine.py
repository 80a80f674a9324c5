"""The morph engine: draws signs on the photo itself, on any CPU.

Order: colour, texture and lesions in the photo's own frame; relief relit; signs of the eyeballs; lids
slid; then all displacements, added, in one warp with one resampling.
"""

import threading
import weakref
from dataclasses import dataclass, field

import cv2
import numpy as np

from diseaseface.edits import Change, Edit
from diseaseface.engines.base import Applied, OnStep, Rendering
from diseaseface.engines.morph import (
    backdrop,
    contours,
    epicanthus,
    eyesigns,
    folds,
    geometry,
    lids,
    mouth,
    relief,
    warp,
)
from diseaseface.engines.morph.appearance import paint, paints
from diseaseface.engines.morph.canvas import Canvas, prepare
from diseaseface.engines.morph.codes import encode
from diseaseface.engines.morph.eyes import Eye, find_eyes
from diseaseface.engines.morph.shape import Shape, solve
from diseaseface.engines.morph.sheets import Sheet, bounds_of, lay_over, look, slide
from diseaseface.engines.morph.tracked import landmarks_after
from diseaseface.faces.face import Face
from diseaseface.faces.prepared import PerFace

_LEAST_LOG_GAIN = 2e-3  # half a code in the lights: below it nothing is relit
_KEPT_LID = "Not taken away: the photo does not show what this lid would look like without it."
_CUT_OFF = "The eye is not wholly inside the photo."
_LEAST_CHANGE = 1.0 / 4096  # of linear light; below it no code of the picture changes


@dataclass(frozen=True, eq=False)
class Prepared:
    """What is computed once per face.

    Attributes
    ----------
    canvas : Canvas
    codes : float32 array of shape (h, w, 3)
        The photo in the chart's box, sRGB codes.
    relit : float32 array of shape (h, w)
        Where relief may change the light: skin, lips, brows and beard.
    slope : float array of shape (3,)
        The photo's light, from `relief.light`.
    normals : float array of shape (nodes, 3)
        `relief.surface_normals` of the photo.
    eyes : dict of side to Eye or None
    fields : dict
        Recipes evaluated on this face, filled as they are needed.
    """

    canvas: Canvas
    codes: np.ndarray
    relit: np.ndarray
    slope: np.ndarray
    normals: np.ndarray
    eyes: dict[str, Eye | None]
    fields: dict = field(default_factory=dict)


class MorphEngine:
    """Draws with warps, light and colour; keeps the promise of `engines.base.Engine`."""

    name, exact = "morph", True

    def __init__(self) -> None:
        self._prepared: PerFace[Prepared] = PerFace()
        self._lock = threading.Lock()

    def prepare(self, face: Face) -> Prepared:
        """Do what is done once per face; the first `render` does it otherwise."""
        with self._lock:
            return self._prepared.of(face, _prepare)

    def refusal(self) -> None:
        """Return None: it runs everywhere."""

    def render(self, face: Face, edit: Edit, *, seed: int = 0, on_step: OnStep | None = None) -> Rendering:
        """Draw `edit` on `face`; see `engines.base.Engine`."""
        omitted = {id(change): reason for change in edit if (reason := _reason_to_omit(face, change))}
        asked = [change for change in edit if change.amount and id(change) not in omitted]
        if not asked:
            return Rendering(face.image.copy(), tuple(_undone(change, omitted) for change in edit))
        ready = self.prepare(face)
        shape = solve(face, asked, lambda change: _unit_field(face, ready, change), ready.eyes)
        linear, painted, colours = paint(ready.canvas, [c for c in asked if paints(c)], seed)
        linear, painted = _relight(face, ready, shape, asked, linear, painted)
        linear, painted, drawn = _draw_eyes(ready, asked, linear, painted, seed)
        edges_mm, edges = _lid_edges(ready, asked)
        parted = mouth.part(face, ready.canvas, linear, asked, seed)
        folded = _fold_sheets(ready, asked, linear)
        sheets = [*_lid_sheets(ready, shape, linear, drawn.eyes, edges_mm), *folded, *parted.sheets]
        outlined = any(change.attribute.name in contours.CONTOURS for change in asked)
        picture = _resample(face, ready, shape, sheets, linear, painted, outlined)
        # Of a sign that is both painted and warped, the painter's reason stands.
        told = (*colours, *shape.applied, *(c for c in colours if c.reason), *drawn.applied, *edges, *parted.applied)
        done = {id(a.change): a for a in told}
        done |= {id(change): _undone(change, omitted) for change in edit if id(change) in omitted}
        if on_step:
            on_step(1, 1)
        applied = tuple(done.get(id(c)) or _plain(c) for c in edit)
        turned = {side: eye.eye for side, eye in drawn.eyes.items()}
        landmarks_px = landmarks_after(face, shape, ready.eyes, turned) + parted.shifts_px
        return Rendering(picture, applied, shape.least_jacobian, landmarks_px)


def _reason_to_omit(face: Face, change: Change) -> str | None:
    """Say why this engine leaves a change out on this photo; None where it draws it."""
    attribute = change.attribute
    if not change.amount:
        return None
    if attribute.engine != "morph":
        return "This sign needs new picture content, which only the diffusion engine makes."
    if face.iris_px < attribute.least_iris_px:
        return (
            f"Too small to be seen: the iris is {face.iris_px:.0f} pixels wide in this photo, and this sign needs "
            f"{attribute.least_iris_px:g}. Use a larger or closer photo."
        )
    return contours.reason_to_omit(face, change)


def _undone(change: Change, omitted: dict[int, str]) -> Applied:
    reason = omitted.get(id(change))
    return Applied(change, None if reason else 0.0, reason)


def _prepare(face):
    # By proxy: what is kept for a face must not keep the face itself.
    canvas = prepare(weakref.proxy(face))
    x0, y0, x1, y1 = face.chart.box
    part = np.s_[y0:y1, x0:x1]
    regions = face.regions
    relit = np.clip(regions.skin + regions.lips + regions.brows + regions.beard, 0, 1)[part]
    relit = relit * (1.0 - np.clip(regions.sclera + regions.iris + regions.mouth, 0, 1)[part])
    nodes = face.chart.nodes_px - np.array([x0, y0], np.float32)

    def on_nodes(values):
        return cv2.remap(values, nodes[..., 0], nodes[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    smooth = cv2.GaussianBlur(canvas.linear.mean(axis=-1), (0, 0), 0.08 * face.pose.px_per_cm)
    slope = relief.light(face, on_nodes(smooth), on_nodes(np.ascontiguousarray(regions.skin[part])))
    eyes = find_eyes(face)
    codes = face.image[part].astype(np.float32)
    normals = relief.surface_normals(face, None)
    return Prepared(canvas, codes, relit.astype(np.float32), slope, normals, eyes)


def _unit_field(face: Face, ready: Prepared, change: Change) -> geometry.UnitField:
    key = (*geometry.unit_field_key(change), geometry.undoes(change))
    if key not in ready.fields:
        ready.fields[key] = geometry.evaluate_recipe(face, change)
    return ready.fields[key]


def _relight(face, ready, shape: Shape, asked, linear, painted):
    """Apply the light of changed relief and of folds; the photo's own light is not written to."""
    on_nodes = relief.log_gain(face, shape.move_cm, ready.slope, ready.normals)
    window = warp.around(face.chart, np.abs(on_nodes) > 0.25 * _LEAST_LOG_GAIN)
    shades = folds.shades(face, ready.canvas.linear, folds.wanted(asked), ready.canvas.keep)
    if window is None and not shades:
        return linear, painted
    lit, touched = _own(ready, linear), painted
    if window is not None:
        x0, y0, x1, y1 = _clipped(face.chart, window)
        part = np.s_[y0:y1, x0:x1]
        log_gain = face.chart.to_pixels(on_nodes, (x0, y0, x1, y1)) * ready.relit[part]
        relit = np.abs(log_gain) > _LEAST_LOG_GAIN
        gain = cv2.exp(np.where(relit, log_gain, np.float32(0.0)))
        lit[part] = cv2.multiply(lit[part], cv2.merge([gain, gain, gain]))
        touched[part] |= relit
    for shade in shades:
        gain = shade.log_gain * ready.relit[shade.part][..., None]
        lit[shade.part] *= np.exp(gain)
        touched[shade.part] |= np.abs(gain[..., 1]) > _LEAST_LOG_GAIN
    return lit, touched


def _own(ready, linear):
    """What may be written to: the photo's own light is copied first."""
    return linear.copy() if linear is ready.canvas.linear else linear


def _draw_eyes(ready, asked, linear, painted, seed):
    """Draw the signs of the eyeballs; the photo's own light is not written to."""
    changes = [change for change in asked if change.attribute.operator == "eye"]
    drawn = eyesigns.draw_both(ready.eyes, linear, ready.canvas.linear, changes, seed)
    if drawn.eyes:
        linear = _own(ready, linear)
    for eye in drawn.eyes.values():
        x0, y0, x1, y1 = eye.eye.box
        changed = np.abs(eye.patch - linear[y0:y1, x0:x1]).max(axis=-1) > _LEAST_CHANGE
        painted[y0:y1, x0:x1] |= changed
        linear[y0:y1, x0:x1][changed] = eye.patch[changed]
    return linear, painted, drawn


def _lid_sheets(ready, shape, linear, drawn, edges_mm):
    sheets = []
    for side in ready.eyes:
        if side not in shape.lids_mm and side not in edges_mm:
            continue
        eye, iris = drawn[side].on(ready.eyes[side]) if side in drawn else (ready.eyes[side], None)
        x0, y0, x1, y1 = eye.box
        lid = lids.move(eye, linear[y0:y1, x0:x1], *shape.lids_mm.get(side, (0.0, 0.0)), iris, edges_mm.get(side))
        sheets.append(Sheet(eye.box, lid.offset_px, encode(lid.eyeball), lid.alpha))
    return sheets


def _lid_edges(ready, asked):
    """By how much parts of the margins give way on each side, by name in `lids.EDGES`; and what was applied."""
    edges, applied = {}, []
    for change in asked:
        if change.attribute.operator != "lid_edge":
            continue
        sides = [side for side in change.sides if ready.eyes[side] is not None and change.amount > 0]
        for side in sides:
            own = edges.setdefault(side, {})
            own[change.attribute.name] = own.get(change.attribute.name, 0.0) + change.amount
        kept = _KEPT_LID if change.amount < 0 else _CUT_OFF
        applied.append(Applied(change, change.amount) if sides else Applied(change, 0.0, kept))
    return edges, applied


def _fold_sheets(ready, asked, linear):
    sheets = []
    for change in asked:
        if change.attribute.operator != "epicanthus" or change.amount < 0:
            continue
        for side in change.sides:
            if (eye := ready.eyes[side]) is not None:
                x0, y0, x1, y1 = eye.box
                sheets.append(epicanthus.sheet(eye, linear[y0:y1, x0:x1], change.amount))
    return sheets


def _resample(face, ready, shape, sheets, linear, painted, outlined):
    """Warp once and put what changed back into the photo; all other pixels keep their bytes."""
    forward_px = face.pose.vectors_to_px(shape.move_cm).astype(np.float32)
    touched = painted.copy() if sheets else painted
    for sheet in sheets:
        x0, y0, x1, y1 = sheet.box
        touched[y0:y1, x0:x1] |= sheet.touched
    picture = face.image.copy()
    window = _window(face, forward_px, touched)
    if window is None:
        return picture
    places, moved = warp.source_map(face.chart, forward_px, window)
    if touched.any():
        carried = cv2.remap(touched.view(np.uint8), places, None, cv2.INTER_NEAREST)
        moved |= cv2.dilate(carried, np.ones((3, 3), np.uint8)) > 0
    looks = [look(sheet.box, places) for sheet in sheets]
    drawn = warp.resample(_encoded(ready, linear, painted), slide(places, sheets, looks), moved)
    for sheet, into in zip(sheets, looks, strict=True):
        lay_over(drawn, sheet, into)
    x0, y0 = np.add(window[:2], face.chart.box[:2])
    x1, y1 = np.add(window[2:], face.chart.box[:2])
    if outlined:
        still = backdrop.held(ready.canvas, places, window)
        drawn += cv2.merge([still, still, still]) * (face.image[y0:y1, x0:x1] - drawn)
        moved &= still < 1.0
    moved &= face.within_reach[y0:y1, x0:x1]  # a trace of skin beyond it is none
    cv2.threshold(drawn, 0.0, 0.0, cv2.THRESH_TOZERO, dst=drawn)
    cv2.copyTo(cv2.convertScaleAbs(drawn), moved.astype(np.uint8), picture[y0:y1, x0:x1])
    return picture


def _encoded(ready, linear, painted):
    """The photo's codes with what was painted in its place; encoding is the dearer, the more there is of it."""
    if not painted.any():
        return ready.codes
    codes = ready.codes.copy()
    for part in warp.bands(painted):
        codes[part] = encode(linear[part])
    return codes


def _window(face, forward_px, touched):
    """The part of the chart's box, (x0, y0, x1, y1), outside of which the photo stays as it is."""
    parts = [part for part in (warp.reach(face.chart, forward_px), _carried(touched, forward_px)) if part]
    if not parts:
        return None
    return _clipped(face.chart, (*np.min(parts, axis=0)[:2], *np.max(parts, axis=0)[2:]))


def _carried(touched, forward_px):
    """Where touched pixels may end up."""
    bounds = bounds_of(touched)
    if bounds is None:
        return None
    pad = int(np.ceil(np.abs(forward_px).max())) + 2
    return bounds[0] - pad, bounds[1] - pad, bounds[2] + pad, bounds[3] + pad


def _clipped(chart, window):
    """Keep a window, (x0, y0, x1, y1), inside the chart's box."""
    x0, y0, x1, y1 = chart.box
    low, high = np.maximum(window[:2], 0), np.minimum(window[2:], (x1 - x0, y1 - y0))
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _plain(change: Change) -> Applied:
    """Account for operators that draw just what is asked, and for those this engine lacks."""
    if not change.amount or change.attribute.operator in ("folds", "epicanthus"):
        return Applied(change, change.amount)
    return Applied(change, None, "The morph engine has no operator for this sign.")
