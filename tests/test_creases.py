"""Wrinkles and folds: where they run, how they follow light and amount, and what they leave alone."""

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import furrows, plane
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

NAMES = [a.name for a in attributes().values() if a.operator == "creases"]
# Canonical centimetres, x from the midline: outside of it a sign leaves the photo as it is.
REACH = {
    "forehead_lines": (0.0, 6.7, 6.0, 2.4), "glabellar_lines": (0.0, 4.5, 2.4, 2.4),
    "periorbital_lines": (4.6, 2.2, 3.6, 2.6), "perioral_lines": (0.0, -4.4, 4.0, 3.0),
    "infraorbital_crease": (3.2, 1.0, 2.7, 1.8), "lower_lid_bags": (3.2, 1.4, 2.8, 2.0),
    "marionette_folds": (2.8, -5.8, 1.9, 2.8), "chin_horizontal_crease": (0.0, -6.6, 3.1, 1.8),
    "atrophic_scars": (4.4, -1.2, 4.1, 10.0), "chin_cleft": (0.0, -8.0, 1.9, 2.8), "chin_dimple": (0.0, -7.8, 1.7, 1.7),
}  # fmt: skip


@pytest.fixture(scope="module")
def canvas(astronaut):
    return prepare(look(cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)))


def drawn(canvas, name, share, seed=0):
    pole = attributes()[name].pole(1 if share > 0 else -1)
    linear, _, (applied,) = paint(canvas, [Change(attributes()[name], abs(share) * pole.full)], seed)
    return linear[canvas.window] - canvas.linear[canvas.window], applied


@pytest.mark.parametrize("name", NAMES)
def test_furrows_stay_in_their_part_of_the_face(canvas, name):
    change, _ = drawn(canvas, name, 1.0)
    x, y, half_width, half_height = REACH[name]
    far = ((np.abs(canvas.x_cm) - x) / half_width) ** 2 + ((canvas.y_cm - y) / half_height) ** 2 > 1.0
    assert np.abs(change).max() > 0.02
    assert np.abs(change[far]).max() < 0.01


@pytest.mark.parametrize("name", NAMES)
def test_furrows_keep_off_eyes_lips_brows_and_hair(canvas, name):
    change, _ = drawn(canvas, name, 1.0)
    elsewhere = canvas.skin < 1e-3
    np.testing.assert_allclose(change[elsewhere], 0.0, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_twice_the_amount_is_a_deeper_furrow(canvas, name):
    depths = [-drawn(canvas, name, share)[0][..., 1].min() for share in (0.25, 0.5, 1.0)]
    assert (np.diff(depths) > 0).all()


def test_light_from_above_darkens_the_upper_wall_of_a_level_furrow(canvas):
    change, _ = drawn(canvas, "forehead_lines", 1.0)
    relief = furrows.relief("forehead_lines", 0)
    depth = plane.on_canvas(canvas, relief.depth, relief.corner)
    rise = cv2.Sobel(depth, cv2.CV_32F, 0, 1)
    on_skin = canvas.skin > 0.95
    upper, lower = on_skin & (rise > 0.15), on_skin & (rise < -0.15)
    assert change[upper].mean() < change[lower].mean() - 0.005


def test_both_sides_have_furrows_of_like_depth(canvas):
    change, _ = drawn(canvas, "periorbital_lines", 1.0)
    share = np.abs(change[..., 1]) / np.maximum(canvas.planes[1], 0.01)  # one side lies in the shade
    near = (canvas.skin > 0.9) & (np.abs(canvas.y_cm - 2.2) < 1.5)
    left, right = (float(share[near & side].mean()) for side in (canvas.x_cm > 4.5, canvas.x_cm < -4.5))
    assert 0.5 < left / right < 2.0


def test_a_smooth_forehead_has_less_contrast_and_changes_nothing_else(canvas):
    change, applied = drawn(canvas, "forehead_lines", -1.0)
    assert applied.amount == attributes()["forehead_lines"].negative.full
    assert change.min() > -1e-6
    assert 0.0 < change.max() < 0.1
    assert np.abs(change[canvas.y_cm < 3.0]).max() < 1e-3


def test_the_seed_chooses_the_course(canvas):
    one, other, again = (drawn(canvas, "forehead_lines", 1.0, seed)[0] for seed in (1, 2, 1))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.01


def test_relief_is_the_same_for_every_face():
    relief = furrows.relief("chin_cleft", 3)
    assert relief.height_cm.min() < -0.02
    assert not relief.height_cm.flags.writeable
    middle = int(-plane.LEFT_CM * plane.PX_PER_CM) - relief.corner[1]
    assert abs(int(np.argmin(relief.height_cm.min(axis=0))) - middle) < 0.2 * plane.PX_PER_CM
