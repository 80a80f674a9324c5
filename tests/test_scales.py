"""Scale, and the red patches that carry it: where they lie, what they cover and what they leave alone."""

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import patches, plane, scales
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

SCALES = [a.name for a in attributes().values() if a.operator == "scales"]
PLAQUES = [a.name for a in attributes().values() if a.operator == "plaques"]


@pytest.fixture(scope="module")
def canvas(astronaut):
    return prepare(look(cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)))


def drawn(canvas, name, share, seed=0):
    change = Change(attributes()[name], share * attributes()[name].positive.full)
    linear, _, (applied,) = paint(canvas, [change], seed)
    return linear[canvas.window], applied


def redness(light):
    return np.log(np.maximum(light[..., 0], 1e-3)) - np.log(np.maximum(light[..., 1], 1e-3))


def reddened(canvas, name, share=1.0):
    return redness(drawn(canvas, name, share)[0]) - redness(canvas.linear[canvas.window])


@pytest.mark.parametrize("name", SCALES)
def test_scale_makes_skin_uneven_and_more_so_with_more_of_it(canvas, name):
    rough = []
    for share in (0.4, 0.7, 1.0):
        ratio = np.log(np.maximum(drawn(canvas, name, share)[0][..., 1], 1e-3) / np.maximum(canvas.planes[1], 1e-3))
        rough.append(float(ratio[canvas.inside > 0.9].std()))
    assert rough[0] > 0.001
    assert (np.diff(rough) > 0).all()


@pytest.mark.parametrize("name", SCALES + PLAQUES)
def test_scale_keeps_to_bare_skin(canvas, name):
    change = drawn(canvas, name, 1.0)[0] - canvas.linear[canvas.window]
    np.testing.assert_allclose(change[canvas.skin < 1e-3], 0.0, atol=2e-3)


@pytest.mark.parametrize("name", PLAQUES)
def test_patches_cover_the_share_that_was_asked(canvas, name):
    for share in (0.5, 1.0):
        _, applied = drawn(canvas, name, share)
        assert applied.amount == pytest.approx(share * attributes()[name].positive.full, rel=0.1)
    red = reddened(canvas, name) > 0.05
    covered = 100.0 * float((red * canvas.inside).sum() / canvas.inside.sum())
    assert 0.4 * applied.amount < covered < 2.0 * applied.amount


def test_atopic_eczema_spares_the_nose_and_takes_the_lids_and_the_mouth(canvas):
    red = reddened(canvas, "eczema", 1.0) * (canvas.skin > 0.9)
    nose = (np.abs(canvas.x_cm) < 1.0) & (np.abs(canvas.y_cm) < 1.2)
    mouth = (np.hypot(canvas.x_cm / 3.2, (canvas.y_cm + 4.6) / 1.8) < 1.0) & (canvas.skin > 0.9)
    assert red[nose].mean() < 0.4 * red[mouth].mean()


def test_seborrhoeic_dermatitis_lies_beside_the_nose_and_not_on_the_cheeks(canvas):
    red = reddened(canvas, "seborrhoeic_dermatitis", 1.0)
    beside = (np.abs(np.abs(canvas.x_cm) - 2.0) < 0.5) & (np.abs(canvas.y_cm + 1.4) < 0.8) & (canvas.skin > 0.9)
    cheeks = (np.abs(np.abs(canvas.x_cm) - 5.5) < 1.0) & (np.abs(canvas.y_cm) < 1.5) & (canvas.skin > 0.9)
    assert red[beside].mean() > 5.0 * max(red[cheeks].mean(), 0.001)


def test_an_old_discoid_patch_is_redder_at_its_border_than_inside(canvas):
    patch = patches.cover(canvas, "discoid_plaques", 7.0, 0)
    reach = round(0.3 * canvas.px_per_cm)
    inside = cv2.erode(patch, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0.9
    border = (patch > 0.9) & ~inside
    red = reddened(canvas, "discoid_plaques", 1.0)
    assert red[inside].mean() < 0.7 * red[border].mean()


def test_flakes_have_the_size_that_is_written_down():
    for name, kind in scales.kinds().items():
        centres, _, _ = scales._cells(kind["cell"], np.random.default_rng(0))
        area_cm2 = plane.SIZE[0] * plane.SIZE[1] / plane.PX_PER_CM**2 / len(centres)
        assert area_cm2**0.5 == pytest.approx(kind["cell"], rel=0.15), name


def test_the_seed_lays_flakes_anew(canvas):
    one, other, again = (drawn(canvas, "ichthyosis", 1.0, seed)[0] for seed in (1, 2, 1))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.01
