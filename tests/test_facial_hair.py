"""Hair where a face has none: in the person's colour, on skin alone, alike on both sides."""

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

SIGNS = [name for name, attribute in attributes().items() if attribute.operator == "hairs"]


@pytest.fixture(scope="module")
def canvas(astronaut):
    return prepare(look(cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC)))


def darker(canvas, name, share):
    """By how much each pixel of the canvas lost light, natural logarithm."""
    change = Change(attributes()[name], share * attributes()[name].positive.full)
    linear, _, (applied,) = paint(canvas, [change], 0)
    light = [np.log(np.maximum(values[canvas.window][..., 1], 1e-3)) for values in (canvas.linear, linear)]
    return light[0] - light[1], applied


@pytest.mark.parametrize("name", SIGNS)
def test_more_hair_is_darker_and_none_is_none(canvas, name):
    assert not darker(canvas, name, 0.0)[0].any()
    sums = [float(darker(canvas, name, share)[0].sum()) for share in (0.2, 0.4, 0.6, 0.8, 1.0)]
    assert np.all(np.diff(sums) > 0.1 * sums[0])


@pytest.mark.parametrize("name", SIGNS)
def test_hair_grows_on_skin_alone_and_away_from_eyes_and_nose(canvas, name):
    grown = np.abs(darker(canvas, name, 1.0)[0]) > 0.02
    assert not grown[canvas.skin < 0.02].any()
    assert not grown[(np.abs(canvas.x_cm) < 4.4) & (canvas.y_cm > -2.0) & (canvas.y_cm < 4.0)].any()


@pytest.mark.parametrize("name", SIGNS)
def test_hair_is_no_darker_than_the_persons_brows(canvas, name):
    brows = np.log(np.median(canvas.planes[1][canvas.inside > 0.9])) - np.log(
        np.percentile(canvas.planes[1][canvas.brows > 0.6], 10)
    )
    assert np.percentile(darker(canvas, name, 1.0)[0], 99.9) < brows + 0.3


@pytest.mark.parametrize("name", SIGNS)
def test_both_sides_get_as_much(canvas, name):
    grown = darker(canvas, name, 1.0)[0]
    bare = canvas.y_cm < 4.0  # the fringe above hangs to one side, and as processors round some of it is found as skin
    left, right = (grown[bare & (canvas.x_cm * side > 0)].sum() for side in (1.0, -1.0))
    assert left == pytest.approx(right, rel=0.25)


def test_hirsutism_lies_low_and_fine_hair_high(canvas):
    low, high = (darker(canvas, name, 1.0)[0] for name in ("facial_hair_excess", "fine_facial_hair"))
    forehead, chin = canvas.y_cm > 5.5, canvas.y_cm < -6.0
    assert low[chin].sum() > 5.0 * low[forehead].sum()
    assert high[forehead].sum() > 5.0 * high[chin].sum()


@pytest.mark.parametrize("name", SIGNS)
def test_hair_that_is_there_is_not_taken_away(canvas, face, name):
    change = Change(attributes()[name], -attributes()[name].positive.full)
    applied = MorphEngine().render(face, [change]).applied[0]
    assert applied.amount is None
    assert applied.reason.endswith(".")
