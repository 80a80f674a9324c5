"""Skin without melanin: lighter and pinker, shadow and pores kept, eyes and teeth left alone."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph.appearance import paint
from diseaseface.engines.morph.canvas import prepare
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


@pytest.fixture(scope="module")
def dark():
    """A synthetic head with dark skin, short black hair and stubble."""
    return look(np.array(Image.open(Path(__file__).parents[1] / "assets" / "examples" / "head-03.jpg").convert("RGB")))


@pytest.fixture(scope="module")
def albinism(engine, dark):
    """That head without melanin in skin, hair, brows and lashes, linear light."""
    names = ("generalized_depigmentation", "hair_hypopigmentation", "eyebrow_whitening", "eyelash_whitening")
    return to_linear(engine.render(dark, [Change(attributes()[name], 100.0) for name in names]).picture)


def luminance(linear):
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def test_brows_without_pigment_are_pale_on_pale_skin(dark, albinism):
    brows, skin = dark.regions.brows > 0.8, dark.regions.skin > 0.9
    near = skin & (cv2.dilate(brows.astype(np.uint8), np.ones((25, 25))) > 0)
    light = luminance(albinism)
    assert 0.6 < np.median(light[brows]) / np.median(light[near]) < 1.3
    rim = near & (cv2.dilate(brows.astype(np.uint8), np.ones((9, 9))) > 0)
    assert np.percentile(light[rim], 95) < 1.4 * np.percentile(light[near & ~rim], 95)  # nothing glows beside them


def test_nothing_glows_where_pale_hair_meets_pale_skin(dark, albinism):
    soft = [cv2.GaussianBlur(part, (0, 0), 3.0) for part in (dark.regions.hair, dark.regions.skin)]
    edge = (soft[0] > 0.2) & (soft[1] > 0.2)
    light = luminance(albinism)
    hair, skin = (np.percentile(light[part > 0.97], 90) for part in soft)
    assert np.percentile(light[edge], 90) < 1.15 * max(hair, skin)


def test_hairs_of_a_beard_grow_pale_with_the_skin(face):
    canvas = prepare(face)
    place = (np.abs(canvas.x_cm) < 2.0) & (np.abs(canvas.y_cm + 7.5) < 0.8) & (canvas.skin > 0.9)
    hairs = place & (np.arange(canvas.shape[1]) // 4 % 2 == 0)
    planes = tuple(np.where(hairs, 0.25 * plane, plane).astype(np.float32) for plane in canvas.planes)
    masks = {"skin": canvas.skin * ~place, "beard": place.astype(np.float32)}
    bearded = replace(canvas, planes=planes, _kept={}, **masks)
    linear, _, _ = paint(bearded, [Change(SIGN, 100.0)], 0)
    after = luminance(linear[canvas.window])
    assert np.median(after[hairs]) > 0.4 * np.median(after[place & ~hairs])  # a quarter before


def test_wet_lips_keep_their_shine_apart(engine, dark):
    """White light lies on lips of any pigment: as much of it is left, not more."""
    lips = dark.regions.lips > 0.9
    before, after = (luminance(to_linear(p))[lips] for p in (dark.image, drawn(engine, dark, 100.0).picture))
    assert np.median(after) > 1.5 * np.median(before)
    spread = [np.percentile(light, 98) - np.percentile(light, 50) for light in (before, after)]
    assert spread[1] < 3.0 * spread[0]


def test_the_wall_beside_a_head_stays(engine, dark):
    wall = cv2.erode((dark.regions.person < 0.02).astype(np.uint8), np.ones((5, 5))) > 0
    picture = drawn(engine, dark, 100.0).picture
    assert np.abs(picture[wall].astype(int) - dark.image[wall]).max() <= 4


def test_margins_of_lids_on_dark_skin_grow_pale_too(engine, dark):
    """What lies between the lids' skin and the eye has pigment, and would be a black line around each eye."""
    regions = dark.regions
    eyes, skin = regions.sclera + regions.iris > 0.5, regions.skin > 0.9
    near = cv2.dilate(eyes.astype(np.uint8), np.ones((9, 9))) > 0
    margins = (
        near & (regions.skin < 0.1) & (cv2.morphologyEx(eyes.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7))) < 1)
    )
    around = skin & (cv2.dilate(eyes.astype(np.uint8), np.ones((25, 25))) > 0)
    before, after = (to_linear(p) for p in (dark.image, drawn(engine, dark, 100.0).picture))
    assert margins.sum() > 50
    assert np.median(luminance(after)[margins]) > 3.0 * np.median(luminance(before)[margins])
    assert np.percentile(luminance(after)[margins], 90) < 1.1 * np.percentile(luminance(after)[around], 90)
    assert np.percentile((after[..., 2] - after[..., 0])[margins], 95) < 0.05  # no blue is made of what is black
