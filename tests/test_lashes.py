"""Eyelashes: longer, lost and white, on the lids alone."""

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.eyes import find_eye
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

SIGNS = [name for name, attribute in attributes().items() if attribute.operator == "lashes"]


@pytest.fixture(scope="module")
def canvas(astronaut):
    return prepare(look(cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)))


@pytest.fixture(scope="module")
def above(canvas):
    """How far above the upper margin each pixel of the chart's box lies, by eye, canonical cm; far off the lids."""
    heights = {}
    for side in ("left", "right"):
        eye = find_eye(canvas.face, side)
        x0, y0, x1, y1 = eye.box
        heights[side] = np.full(canvas.linear.shape[:2], 9.0, np.float32)
        heights[side][y0:y1, x0:x1] = np.where(np.abs(eye.u_cm) < 0.8 * eye.half_cm, eye.v_cm - eye.upper_cm, 9.0)
    return heights


def brighter(canvas, name, share):
    """Change of log light in the chart's box, and what was applied."""
    change = Change(attributes()[name], share * attributes()[name].positive.full)
    linear, _, (applied,) = paint(canvas, [change], 0)
    light = [np.log(np.maximum(values[..., 1], 1e-3)) for values in (linear, canvas.linear)]
    return light[0] - light[1], applied


@pytest.mark.parametrize("name", SIGNS)
def test_more_of_it_changes_the_lids_more(canvas, name):
    sums = [float(np.abs(brighter(canvas, name, share)[0]).sum()) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert sums[0] == 0.0
    assert np.all(np.diff(sums) > 0.1 * sums[1])


def test_longer_lashes_are_dark_and_reach_further_the_longer_they_are(canvas, above):
    reach = []
    for share in (0.5, 1.0):
        change = brighter(canvas, "eyelash_length", share)[0]
        assert change.max() < 1e-3
        for height in above.values():
            band = (height > 0.0) & (height < 1.0)
            reach.append(float((height * -change)[band].sum() / -change[band].sum()))
    assert min(reach[2:]) > 1.15 * max(reach[:2])


def test_both_eyes_get_as_many_lashes(canvas, above):
    change = brighter(canvas, "eyelash_length", 1.0)[0]
    left, right = (float(change[(height > 0.0) & (height < 1.0)].sum()) for height in above.values())
    assert left == pytest.approx(right, rel=0.3)


def test_where_lashes_are_lost_the_lid_is_as_light_as_a_little_above(canvas, above):
    linear = paint(canvas, [Change(attributes()["eyelash_loss"], 100.0)], 0)[0][..., 1]
    for height in above.values():
        fringe, lid = (height > 0.02) & (height < 0.2), (height > 0.25) & (height < 0.45)
        had, has = (np.median(v[fringe]) / np.median(v[lid]) for v in (canvas.linear[..., 1], linear))
        assert has > had + 0.1
        assert has > 0.7


@pytest.mark.parametrize("name", SIGNS)
def test_lashes_leave_the_eyeball_and_the_rest_of_the_face(canvas, name):
    change = np.abs(brighter(canvas, name, 1.0)[0])[canvas.window] > 0.02
    assert not change[np.maximum(canvas.iris, canvas.sclera) > 0.98].any()
    assert not change[(canvas.y_cm > 4.6) | (canvas.y_cm < 1.0) | (np.abs(canvas.x_cm) < 1.0)].any()


@pytest.mark.parametrize("name", SIGNS)
def test_lashes_too_small_to_be_seen_are_left_out_and_those_that_were_not_come_back(canvas, face, name):
    attribute, engine = attributes()[name], MorphEngine()
    for of, amount in ((face, 1.0), (canvas.face, -1.0)):
        rendering = engine.render(of, [Change(attribute, amount * attribute.positive.full)])
        assert rendering.applied[0].amount is None
        assert rendering.applied[0].reason.endswith(".")
        np.testing.assert_array_equal(rendering.picture, of.image)
