"""Skin without melanin: lighter and pinker, shadow and pores kept, eyes and teeth left alone."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.colorimetry import to_linear
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

SIGN = attributes()["generalized_depigmentation"]


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


def drawn(engine, face, amount):
    return engine.render(face, [Change(SIGN, amount)])


def median(picture, where):
    return np.median(to_linear(picture)[where], axis=0)


def test_skin_grows_lighter_step_by_step(engine, face):
    skin = face.regions.skin > 0.9
    steps = [median(drawn(engine, face, amount).picture, skin) for amount in (0.0, 30.0, 60.0, 100.0)]
    assert (np.diff(steps, axis=0) > 0).all()


def test_darker_skin_is_lightened_more_and_most_in_blue(engine, face):
    dark = look((face.image * np.array([0.55, 0.47, 0.42])).astype(np.uint8))
    gains = []
    for one in (face, dark):
        skin = one.regions.skin > 0.9
        gains.append(median(drawn(engine, one, 80.0).picture, skin) / median(one.image, skin))
    assert (gains[1] > 1.3 * gains[0]).all()
    assert gains[1][2] > gains[1][1] > gains[1][0]  # melanin takes blue light most


def test_pores_and_shade_stay(engine, face):
    skin = face.regions.skin > 0.9
    before, after = (to_linear(p)[..., 1][skin] for p in (face.image, drawn(engine, face, 80.0).picture))
    assert np.corrcoef(np.log(before + 1e-3), np.log(after + 1e-3))[0, 1] > 0.8


def test_dark_skin_that_shines_gets_one_colour(engine):
    """Shine carries no pigment: where it lies, skin must not stay brown nor turn to paint."""
    photo = np.array(Image.open(Path(__file__).parents[1] / "assets" / "examples" / "head-03.jpg").convert("RGB"))
    dark = look(photo)
    skin = cv2.erode((dark.regions.skin > 0.9).astype(np.uint8), np.ones((9, 9))) > 0

    def spread(picture):
        smooth = cv2.GaussianBlur(to_linear(picture), (0, 0), 1.5)[skin]
        return np.subtract(*np.percentile(np.log((smooth[:, 0] + 1e-3) / (smooth[:, 2] + 1e-3)), (90, 10)))

    assert spread(drawn(engine, dark, 100.0).picture) < 0.55 * spread(dark.image)


@pytest.mark.parametrize("region", ["sclera", "iris", "mouth", "hair"])
def test_eyes_teeth_and_hair_are_left_alone(engine, face, region):
    where = getattr(face.regions, region) > 0.95
    picture = drawn(engine, face, 100.0).picture
    assert np.abs(picture[where].astype(int) - face.image[where]).max(initial=0) <= 2


def test_it_is_not_taken_away_and_says_why(engine, face):
    back = drawn(engine, face, -60.0)
    np.testing.assert_array_equal(back.picture, face.image)
    assert "does not show" in back.applied[0].reason
