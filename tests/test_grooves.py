"""Grooves and ridges: on the subject's own side, in their place, and a smooth philtrum has less relief."""

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import grooves
from diseaseface.engines.morph.canvas import prepare
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes


@pytest.fixture(scope="module")
def canvas(astronaut):
    large = cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)
    return prepare(look(large))


def density(canvas, name, share, side=None):
    """Green optical density that a sign adds, on the canvas."""
    attribute = attributes()[name]
    pole = attribute.pole(1 if share > 0 else -1)
    layer = grooves.draw(canvas, Change(attribute, abs(share) * pole.full, side), 0)
    total = np.zeros(canvas.shape, np.float32)
    for ink in layer.inks:
        total[layer.part] += ink.pigment[1] * ink.strength * ink.field * (canvas.skin[layer.part] if ink.on_skin else 1)
    return total


@pytest.mark.parametrize(("side", "hand"), [("left", 1), ("right", -1)])
def test_a_scar_lies_on_the_subjects_own_side_and_is_paler(canvas, side, hand):
    drawn = density(canvas, "cleft_lip_scar", 1.0, side)
    ours, other = (np.abs(drawn[hand * sense * canvas.x_cm > 0.1]).sum() for sense in (1, -1))
    assert ours > 3 * other
    on_scar = (np.abs(hand * canvas.x_cm - 0.8) < 0.03) & (np.abs(canvas.y_cm + 2.7) < 0.1)
    assert drawn[on_scar].mean() < -0.1


def test_a_philtrum_is_dark_in_the_middle_and_light_on_its_ridges(canvas):
    drawn = density(canvas, "philtrum_depth", 1.0)
    level = np.abs(canvas.y_cm + 2.9) < 0.2
    middle = drawn[level & (np.abs(canvas.x_cm) < 0.1)].mean()
    ridges = drawn[level & (np.abs(np.abs(canvas.x_cm) - 0.65) < 0.08)].mean()
    assert middle > 0.05 > ridges


def test_a_smooth_philtrum_keeps_less_of_its_own_relief(canvas):
    part = (np.abs(canvas.x_cm) < 0.5) & (np.abs(canvas.y_cm + 2.8) < 0.25) & (canvas.skin > 0.9)
    light = np.log(np.maximum(canvas.planes[1], 1 / 512))
    smooth = light - density(canvas, "philtrum_depth", -1.0)
    fine = [cv2.GaussianBlur(v, (0, 0), 0.1 * canvas.px_per_cm)[part] for v in (light, smooth)]
    assert fine[1].std() < 0.8 * fine[0].std()


@pytest.mark.parametrize("name", ["philtrum_depth", "bifid_nasal_tip", "cleft_lip_scar"])
def test_a_groove_grows_with_its_amount_and_stays_in_its_place(canvas, name):
    half, full = (np.abs(density(canvas, name, share)) for share in (0.5, 1.0))
    assert half.sum() < full.sum()
    far = (np.abs(canvas.x_cm) > 2.0) | (canvas.y_cm > 1.5) | (canvas.y_cm < -5.0)
    assert full[far].max() < 1e-3
