"""Volume and descent of the soft tissues: contour, light and place of hollow, flat and sagging parts."""

import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import geometry, relief
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.knowledge.catalogue import attributes

UPPER_LID, BROW_TAIL, BROW_HEAD = 386, 276, 285
JAW_LEFT, CHIN, ZYGION_LEFT = 379, 152, 447


def full(name, direction):
    attribute = attributes()[name]
    return Change(attribute, attribute.pole(direction).full)


def moved(face, name, direction, points):
    """Displacement of some landmarks, canonical cm, for the full amount (or, where solved for, in proportion)."""
    field = geometry.evaluate_recipe(face, full(name, direction))
    return abs(full(name, direction).amount) * field.points_cm[points]


def light_change(face, name, direction, at_cm):
    """Natural log of the change of light at canonical places, mean of both sides."""
    change = full(name, direction)
    nodes = geometry.evaluate_recipe(face, change).nodes_cm * abs(change.amount)
    if geometry.measure_of(change):
        nodes = nodes / abs(change.amount) * 0.55  # about the strength that is solved for
    gain = relief.log_gain(face, nodes, np.array([0.0, 0.45, 0.35]))
    place = face.chart.nodes_cm
    return np.mean([
        gain.ravel()[np.argmin(np.hypot(place[..., 0] - hand * at_cm[0], place[..., 1] - at_cm[1]))] for hand in (1, -1)
    ])  # fmt: skip


def test_a_hollow_cheek_is_dark_under_a_bright_cheekbone(face):
    assert light_change(face, "cheek_fullness", -1, (4.7, -2.6)) < -0.1
    assert light_change(face, "cheek_fullness", -1, (5.3, 0.1)) > 0.02


def test_a_hollow_cheek_keeps_the_angle_of_the_jaw(face):
    edit = [full("cheek_fullness", -1)]
    field = geometry.evaluate_recipe(face, edit[0])
    strength = geometry.solve(
        face.points_cm, [field.points_cm], ["cheek_width"], [edit[0].amount], np.zeros_like(face.points_cm)
    )
    after = face.points_cm + strength * field.points_cm
    cheek, jaw = (
        MEASURES[m].compute(after) - MEASURES[m].compute(face.points_cm) for m in ("cheek_width", "jaw_width")
    )
    assert cheek == pytest.approx(edit[0].amount, rel=0.05)
    assert abs(jaw) < 0.75 * abs(cheek)


def test_flat_cheekbones_lose_their_light_and_prominent_ones_gain_it(face):
    assert light_change(face, "malar_prominence", -1, (4.4, 0.4)) < -0.05
    assert light_change(face, "malar_prominence", 1, (4.7, 0.4)) > 0.05


def test_hollow_temples_are_darker_beside_the_rim_of_the_orbit(face):
    assert light_change(face, "temple_fullness", -1, (6.0, 4.9)) < -0.05


def test_jowls_sink_below_the_chin_beside_a_notch(face):
    left, chin = moved(face, "jowls", 1, [JAW_LEFT, CHIN])
    assert left[1] < -0.15
    assert left[1] < chin[1] - 0.1


def test_a_low_brow_comes_down_most_at_its_outer_half_and_leaves_the_eye(face):
    tail, head, lid = moved(face, "brow_ptosis", 1, [BROW_TAIL, BROW_HEAD, UPPER_LID])[:, 1]
    assert tail < head < 0.0
    assert abs(lid) < 0.35 * abs(tail)


def test_both_cheeks_change_alike(face):
    for name, direction in (("jowls", 1), ("temple_fullness", -1), ("brow_ptosis", 1)):
        picture = MorphEngine().render(face, [full(name, direction)]).picture
        x0, y0, x1, y1 = face.chart.box
        changed = (picture != face.image).any(axis=-1)[y0:y1, x0:x1]
        left, right = (
            float((changed & side).sum()) for side in (face.pixels_cm[..., 0] > 0, face.pixels_cm[..., 0] < 0)
        )
        assert 0.6 < left / right < 1.7
