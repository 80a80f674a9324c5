"""Lips turned outward: redder and wetter on the vermilion alone, and lower or higher at its border."""

import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph import lips
from diseaseface.engines.morph.canvas import prepare
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.knowledge.catalogue import attributes


@pytest.mark.parametrize("name", ["upper_lip_eversion", "lower_lip_eversion"])
def test_an_everted_lip_is_redder_and_wetter_on_the_vermilion_alone(face, name):
    canvas = prepare(face)
    full = lips.draw(canvas, Change(attributes()[name], attributes()[name].positive.full), 0)
    (ink,) = full.inks
    assert (ink.field * ink.strength)[canvas.lips > 0.9].max() > 0.08
    for field in (ink.field, full.shine):
        assert field[canvas.lips < 0.01].max() < 1e-3
        assert field.min() >= 0.0
    half = lips.draw(canvas, Change(attributes()[name], 0.5 * attributes()[name].positive.full), 0)
    np.testing.assert_allclose(half.shine, 0.5 * full.shine, atol=1e-6)


@pytest.mark.parametrize(("name", "point", "down"), [("upper_lip_eversion", 0, -1), ("lower_lip_eversion", 17, 1)])
def test_the_border_of_an_everted_lip_moves_outward(face, name, point, down):
    drawn = MorphEngine().render(face, [Change(attributes()[name], attributes()[name].positive.full)])
    moved = (drawn.landmarks_px - face.landmarks_px)[point, 1]
    assert down * moved > 0.1 * face.pose.px_per_cm
    assert drawn.applied[0].amount == pytest.approx(attributes()[name].positive.full, rel=0.05)
