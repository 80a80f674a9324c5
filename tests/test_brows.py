from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph import brows
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"


@pytest.fixture(scope="module")
def canvas(astronaut):
    return prepare(look(cv2.resize(astronaut, (900, 900), interpolation=cv2.INTER_CUBIC)))


@pytest.fixture(scope="module")
def hair(canvas):
    """Brow hair on the canvas, found before any change."""
    part, band = canvas.keep(("brow band",), lambda: brows.band(canvas))
    field = np.zeros(canvas.shape, np.float32)
    field[part] = brows.find(band).hair
    return field


def log_light(canvas, name, amount):
    linear, painted, (applied,) = paint(canvas, [Change(attributes()[name], amount)], 0)
    return np.log(np.maximum(linear[canvas.window].mean(axis=-1), 1e-3)), painted[canvas.window], applied


def mean(values, weight):
    return float((values * weight).sum() / weight.sum())


def test_none_asked_none_changed(canvas):
    for name in ("eyebrow_loss", "eyebrow_thickness", "synophrys"):
        assert not log_light(canvas, name, 0.0)[1].any()


def test_shade_beside_a_brow_is_no_pale_hair(astronaut):
    """Between brow and fringe the temple lies in shade: whitened, it would be a light rim."""
    face = look(astronaut)
    drawn, _, _ = paint(prepare(face), [Change(attributes()["eyebrow_whitening"], 100.0)], 0)
    x0, y0, x1, y1 = face.chart.box
    wide = 2 * int(0.45 * face.pose.px_per_cm) + 1
    beside = cv2.dilate((face.regions.brows[y0:y1, x0:x1] > 0.3).astype(np.uint8), np.ones((wide, wide))) == 0
    before, _, _ = paint(prepare(face), [Change(attributes()["eyebrow_whitening"], 0.0)], 0)
    assert ((drawn - before).mean(axis=-1)[beside] > 0.08).sum() < 10


def test_loss_lightens_the_brow_more_the_more_is_lost(canvas, hair):
    before = log_light(canvas, "eyebrow_loss", 0.0)[0]
    lighter = []
    for amount in (20.0, 45.0, 70.0, 95.0):
        after, _, applied = log_light(canvas, "eyebrow_loss", amount)
        assert applied.amount == pytest.approx(amount, rel=0.1)
        lighter.append(mean(after - before, hair))
    assert np.all(np.diff(lighter) > 0.01)


def test_loss_begins_at_the_side(canvas, hair):
    after, before = (log_light(canvas, "eyebrow_loss", amount)[0] for amount in (35.0, 0.0))
    outer, inner = (hair * side for side in (np.abs(canvas.x_cm) > 4.2, np.abs(canvas.x_cm) < 2.6))
    assert mean(after - before, outer) > 3 * mean(after - before, inner)


def test_a_lost_brow_leaves_no_dark_trace(canvas, hair):
    after, _, _ = log_light(canvas, "eyebrow_loss", 100.0)
    strong = hair > 0.5
    forehead = (
        (canvas.inside > 0.9) & (np.abs(canvas.x_cm) < 4) & (canvas.y_cm > 2.9) & (canvas.y_cm < 7.0) & (hair < 0.02)
    )
    assert np.median(after[strong]) > np.percentile(after[forehead], 10)


@pytest.mark.parametrize(("name", "amount"), [("eyebrow_thickness", 40.0), ("eyebrow_thickness", -40.0)])
def test_thick_brows_are_darker_and_sparse_ones_lighter(canvas, hair, name, amount):
    before = log_light(canvas, name, 0.0)[0]
    after, painted, applied = log_light(canvas, name, amount)
    assert applied.amount == pytest.approx(amount, rel=0.1)
    near = cv2.GaussianBlur(hair, (0, 0), 0.2 * canvas.px_per_cm)
    assert amount * mean(after - before, near) < 0
    assert painted.any()


def test_thick_brows_are_single_hairs_and_no_paint():
    head = prepare(look(np.asarray(Image.open(EXAMPLES / "head-02.jpg").convert("RGB"))))
    _, band = brows.band(head)
    (ink,) = brows.thicken(band, brows.find(band), 0.9, 0).inks
    around = cv2.GaussianBlur(ink.field, (0, 0), 0.1 * head.px_per_cm)
    grown = around > 0.4
    assert grown.sum() > 300
    assert float((ink.field - around)[grown].std()) > 0.14


def test_synophrys_fills_the_gap_and_nothing_else(canvas):
    before = log_light(canvas, "synophrys", 0.0)[0]
    gap = (np.abs(canvas.x_cm) < 1.2) & (np.abs(canvas.y_cm - 4.55) < 0.3)
    darker = []
    for amount in (30.0, 60.0, 100.0):
        after, painted, applied = log_light(canvas, "synophrys", amount)
        assert applied.amount == pytest.approx(amount, rel=0.1)
        darker.append(float((before - after)[gap].mean()))
    assert np.all(np.diff(darker) > 0.01)
    assert not painted[(np.abs(canvas.x_cm) > 3.2) | (canvas.y_cm < 3.0) | (canvas.y_cm > 6.2)].any()


def test_white_brows_are_no_darker_than_skin_and_keep_their_place(canvas, hair):
    before = log_light(canvas, "eyebrow_whitening", 0.0)[0]
    half, after = (log_light(canvas, "eyebrow_whitening", amount)[0] for amount in (45.0, 90.0))
    assert 0.0 < mean(half - before, hair) < mean(after - before, hair)
    strong, bare = hair > 0.5, (canvas.inside > 0.9) & (hair < 0.02) & (canvas.y_cm > 2.9) & (canvas.y_cm < 7.0)
    assert np.median(after[strong]) > np.percentile(after[bare], 10)
    assert not log_light(canvas, "eyebrow_whitening", 90.0)[1][(canvas.y_cm < 2.0) | (canvas.y_cm > 7.0)].any()


def test_hair_that_white_brows_grow_is_white_too(canvas):
    asked = [Change(attributes()[name], 90.0) for name in ("synophrys", "eyebrow_whitening")]
    dark, pale = (paint(canvas, changes, 0)[0][canvas.window].mean(axis=-1) for changes in (asked[:1], asked))
    bare = canvas.linear[canvas.window].mean(axis=-1)
    gap = (np.abs(canvas.x_cm) < 1.0) & (np.abs(canvas.y_cm - 4.55) < 0.3)
    assert (bare - pale)[gap].mean() < 0.4 * (bare - dark)[gap].mean()


def test_brows_change_nothing_far_from_the_brows(canvas):
    for name, amount in (("eyebrow_loss", 100.0), ("eyebrow_thickness", 60.0)):
        painted = log_light(canvas, name, amount)[1]
        assert not painted[(canvas.y_cm < 2.0) | (canvas.y_cm > 7.0)].any()
