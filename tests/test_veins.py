"""Thin skin and its veins, and the pits of scars."""

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import furrows, plane
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes


@pytest.fixture(scope="module")
def canvas(astronaut):
    return prepare(look(cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)))


def drawn(canvas, name, share, seed=0):
    change = Change(attributes()[name], share * attributes()[name].positive.full)
    return paint(canvas, [change], seed)[0][canvas.window]


def test_veins_are_bluer_than_the_skin_around(canvas):
    before, after = canvas.linear[canvas.window], drawn(canvas, "translucent_skin", 1.0)
    loss = [np.log(np.maximum(before[..., k], 1e-3) / np.maximum(after[..., k], 1e-3)) for k in range(3)]
    vein = (loss[0] > 0.1) & (canvas.skin > 0.9)
    assert vein.sum() > 100
    assert loss[0][vein].mean() > 1.5 * loss[1][vein].mean() > 1.5 * loss[2][vein].mean()


def test_veins_run_over_the_temples_and_not_over_the_nose(canvas):
    change = np.abs(drawn(canvas, "translucent_skin", 1.0) - canvas.linear[canvas.window]).max(axis=-1)
    nose = (np.abs(canvas.x_cm) < 0.7) & (np.abs(canvas.y_cm) < 2.5)
    temple = (np.abs(canvas.x_cm) > 5.0) & (canvas.y_cm > 3.0) & (canvas.skin > 0.9)
    assert change[nose].max() < 1e-3
    assert change[temple].max() > 0.005


def test_more_translucent_skin_shows_more_of_its_veins(canvas):
    before = canvas.linear[canvas.window]
    seen = [float((before - drawn(canvas, "translucent_skin", share))[..., 0].sum()) for share in (0.3, 0.6, 1.0)]
    assert 0.0 < seen[0] < seen[1] < seen[2]


def test_pits_of_scars_lie_on_the_cheeks_and_sink_into_the_skin():
    relief = furrows.relief("atrophic_scars", 0)
    assert relief.height_cm.max() <= 0.0
    assert 0.03 < -relief.height_cm.min() < 0.2
    rows, _ = np.nonzero(relief.depth > 0.3)
    heights = plane.TOP_CM - (rows + relief.corner[0]) / plane.PX_PER_CM
    assert np.percentile(heights, 95) < 5.5
    assert abs(np.median(heights) + 0.8) < 1.5


def test_pits_keep_off_the_nose_and_the_brow(canvas):
    change = np.abs(drawn(canvas, "atrophic_scars", 1.0) - canvas.linear[canvas.window]).max(axis=-1)
    assert change.max() > 0.01
    assert change[np.abs(canvas.x_cm) < 0.6].max() < 1e-3
