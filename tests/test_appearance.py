from dataclasses import replace

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph.appearance import paint, paints
from diseaseface.engines.morph.canvas import prepare
from diseaseface.engines.morph.geometry import is_geometric
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

PAINTED = [a for a in attributes().values() if paints(Change(a, 0.0))]


def everything(share=1.0):
    """Every sign of appearance at once, both directions where there are two."""
    poles = [(a, pole) for a in PAINTED for pole in (a.positive, a.negative) if pole]
    return [Change(attribute, share * pole.full) for attribute, pole in poles]


def test_the_catalogue_has_signs_of_appearance():
    assert len(PAINTED) >= 18


def test_all_signs_at_once_give_light_that_a_photo_can_hold(face):
    linear, painted, applied = paint(prepare(face), everything(), 0)
    assert np.isfinite(linear).all()
    assert linear.min() >= 0.0
    assert painted.any()
    assert [a.change for a in applied] == everything()


def test_a_face_without_bare_skin_or_hair_gets_reasons_not_errors(face):
    masks = ("skin", "hair", "brows", "beard", "lips", "sclera", "iris")
    hidden = replace(face, regions=replace(face.regions, **dict.fromkeys(masks, np.zeros_like(face.regions.skin))))
    _, painted, applied = paint(prepare(hidden), everything(), 0)
    assert not painted.any()
    alone = [a for a in applied if not is_geometric(a.change)]  # what is warped as well is still drawn
    assert all((a.amount or 0.0) == pytest.approx(0.0, abs=1e-6) and a.reason for a in alone)


def test_a_small_face_is_painted_too(astronaut):
    small = prepare(look(cv2.resize(astronaut[:300, 80:380], (220, 220), interpolation=cv2.INTER_AREA)))
    linear, painted, _ = paint(small, everything(), 0)
    assert painted.any()
    assert np.isfinite(linear).all()


def test_the_photo_is_never_written_to(face):
    canvas = prepare(face)
    before = canvas.linear.copy()
    paint(canvas, everything(), 0)
    np.testing.assert_array_equal(canvas.linear, before)
