"""Masks are soft, share no pixel twice, follow the face, and leave out what they name no part of."""

from dataclasses import fields

import cv2
import numpy as np
import pytest
from PIL import Image

from diseaseface.faces.contours import BROWS, EYES, LIPS, MOUTH, fill, fill_each
from diseaseface.faces.face import Regions
from diseaseface.faces.look import look
from diseaseface.faces.smoothing import guided, spread, step_between
from diseaseface.ui.examples import examples

NAMES = [field.name for field in fields(Regions)]
SHARING = ["skin", "hair", "brows", "beard", "lips", "mouth", "sclera", "iris"]


def mean_at(mask, place):
    return float((mask * place).sum() / place.sum())


def place(face, *contours):
    return fill_each(face.landmarks_px, contours, face.image.shape[:2])


def disc(face, x_cm, y_cm, radius_cm):
    """A disc at canonical centimetres, in the photo."""
    centre = face.pose.to_px(np.array([x_cm, y_cm, 0.0]))
    mask = np.zeros(face.image.shape[:2], np.float32)
    cv2.circle(mask, tuple(np.round(centre).astype(int).tolist()), round(radius_cm * face.pose.px_per_cm), 1, -1)
    return mask


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_has_the_size_of_the_photo_and_lies_between_zero_and_one(face, name):
    mask = getattr(face.regions, name)
    assert mask.shape == face.image.shape[:2]
    assert mask.dtype == np.float32
    assert mask.min() >= 0
    assert mask.max() <= 1


def test_no_pixel_is_given_away_twice(face):
    total = sum(getattr(face.regions, name) for name in SHARING)
    assert total.max() <= 1 + 1e-4


def test_the_parts_of_the_head_belong_to_the_person(face):
    for name in ("skin", "hair", "brows", "lips", "mouth", "sclera", "iris"):
        mask = getattr(face.regions, name)
        assert mean_at(face.regions.person, mask) > 0.95


def test_skin_leaves_out_eyes_mouth_and_lips(face):
    skin = face.regions.skin
    assert mean_at(skin, place(face, *EYES)) < 0.02
    assert mean_at(skin, place(face, LIPS, MOUTH)) < 0.08


def test_skin_covers_cheeks_chin_nose_forehead_and_neck(face):
    for x, y in ((-4.0, -1.5), (4.0, -1.5), (0.0, -7.0), (0.0, 1.0), (0.5, 4.2), (0.0, -9.8)):
        assert mean_at(face.regions.skin, disc(face, x, y, 0.5)) > 0.9


def test_skin_leaves_out_background_hair_and_clothes(face):
    skin, person = face.regions.skin, face.regions.person
    assert mean_at(skin, disc(face, -15.0, 8.0, 1.5)) < 0.01
    assert mean_at(skin, disc(face, 0.0, 10.5, 1.0)) < 0.05
    assert mean_at(skin, disc(face, 0.0, -14.0, 0.8)) < 0.05
    assert mean_at(person, disc(face, -15.0, 8.0, 1.5)) < 0.05


def test_hair_is_found_on_the_head_and_not_on_the_face(face):
    hair = face.regions.hair
    assert mean_at(hair, disc(face, 0.0, 10.5, 1.0)) > 0.9
    assert mean_at(hair, disc(face, 0.0, 0.0, 3.0)) < 0.02


def test_brow_hair_lies_in_the_brows(face):
    around = cv2.dilate(place(face, *BROWS), np.ones((9, 9)))
    assert face.regions.brows.sum() > 20
    assert (face.regions.brows * (1 - around)).sum() < 0.05 * face.regions.brows.sum()


def test_a_smooth_chin_has_no_beard(face):
    assert face.regions.beard.max() == 0


def test_teeth_are_mouth_and_the_vermilion_is_lips(face):
    teeth = (face.landmarks_px[13] + face.landmarks_px[14]) / 2
    lower_lip = (face.landmarks_px[14] + face.landmarks_px[17]) / 2
    for point, name in ((teeth, "mouth"), (lower_lip, "lips")):
        x, y = np.round(point).astype(int)
        assert getattr(face.regions, name)[y, x] > 0.7


def test_sclera_is_lighter_than_iris_and_lies_beside_it_in_the_open_eye(face):
    light = face.image.mean(axis=2)
    sclera, iris = face.regions.sclera, face.regions.iris
    assert mean_at(light, sclera) > 1.3 * mean_at(light, iris)
    opening = place(face, *EYES)
    for mask in (sclera, iris):
        assert mean_at(opening, mask) > 0.85
    for centre, eye in ((468, EYES[0]), (473, EYES[1])):
        inside = sclera * place(face, eye)
        columns = np.arange(inside.shape[1])
        x = face.landmarks_px[centre, 0]
        assert inside[:, columns < x].sum() > 1
        assert inside[:, columns > x].sum() > 1


@pytest.mark.parametrize(  # brows are thin: a pixel's width of edge is a fifth of them
    ("name", "least"), [("skin", 0.8), ("hair", 0.8), ("brows", 0.75), ("lips", 0.8), ("person", 0.8)]
)
def test_a_mirrored_photo_has_mirrored_masks(face, astronaut, name, least):
    other = getattr(look(np.ascontiguousarray(astronaut[:, ::-1])).regions, name)[:, ::-1]
    mask = getattr(face.regions, name)
    assert np.minimum(mask, other).sum() / np.maximum(mask, other).sum() > least


@pytest.mark.parametrize("name", ["skin", "hair", "person"])
def test_masks_do_not_depend_on_the_size_of_the_photo(face, astronaut, name):
    large = look(cv2.resize(astronaut, (1024, 1024), interpolation=cv2.INTER_CUBIC))
    other = cv2.resize(getattr(large.regions, name), (512, 512), interpolation=cv2.INTER_AREA)
    mask = getattr(face.regions, name)
    assert np.minimum(mask, other).sum() / np.maximum(mask, other).sum() > 0.85


def test_a_painted_beard_is_found_where_it_was_painted(face, astronaut):
    """Short dark hairs on the lower face: stubble as the mask knows it."""
    large = cv2.resize(astronaut, (1024, 1024), interpolation=cv2.INTER_CUBIC)
    points = face.landmarks_px * 2 + 0.5
    jaw = [132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 425, 327, 2, 98, 205]
    zone = fill(points[jaw], (1024, 1024)) * (1 - cv2.dilate(fill(points[LIPS], (1024, 1024)), np.ones((9, 9))))
    rng = np.random.default_rng(3)
    hairs = cv2.GaussianBlur((rng.random((1024, 1024)) < 0.12).astype(np.float32), (0, 0), 0.9)
    cover = np.clip(zone * hairs * 4, 0, 0.8)[..., None]
    bearded = look(np.uint8(large * (1 - cover) + np.array([40, 32, 28]) * cover))
    beard = bearded.regions.beard
    assert mean_at(beard, zone * (hairs > 0.1)) > 0.4
    assert (beard * (1 - cv2.dilate(zone, np.ones((25, 25))))).sum() < 0.1 * beard.sum()
    assert mean_at(bearded.regions.skin, zone) < mean_at(cv2.resize(face.regions.skin, (1024, 1024)), zone) - 0.15


def test_the_guided_filter_keeps_a_flat_mask_and_moves_an_edge_to_the_pictures():
    guide = np.zeros((60, 80, 3), np.float32)
    guide[:, 40:] = 0.8
    rough = np.zeros((60, 80), np.float32)
    rough[:, 43:] = 1
    flat, moved = guided(guide, [np.full((60, 80), 0.3, np.float32), rough], 8, 1e-4)
    np.testing.assert_allclose(flat, 0.3, atol=1e-3)
    assert moved[30, 38] < 0.1 < 0.5 < moved[30, 41]


def test_colours_spread_from_where_they_are_known():
    colours = np.zeros((50, 50, 3), np.float32)
    colours[:10], colours[40:] = 1.0, 5.0
    known = np.zeros((50, 50), np.float32)
    known[:10] = known[40:] = 1
    result = spread(colours, known, 3.0)[:, 25, 0]
    assert result[5] == pytest.approx(1.0, abs=0.05)
    assert result[45] == pytest.approx(5.0, abs=0.05)
    assert 2.0 < result[25] < 4.0


def test_a_smooth_step_runs_either_way():
    assert step_between(np.array([0.0, 1.5, 3.0]), 1.0, 2.0) == pytest.approx([0.0, 0.5, 1.0])
    assert step_between(np.array([0.0, 1.5, 3.0]), 2.0, 1.0) == pytest.approx([1.0, 0.5, 0.0])


@pytest.mark.parametrize("name", ["head-01.jpg", "head-06.jpg", "head-07.jpg"])
def test_clothes_of_the_colour_of_the_hair_are_no_hair(name):
    picture = np.asarray(Image.open(next(one.path for one in examples() if one.path.name == name)).convert("RGB"))
    bare = look(picture)
    x0, y0, x1, y1 = bare.chart.box
    suit = np.zeros(picture.shape[:2], bool)
    suit[y0:y1, x0:x1] = (bare.pixels_cm[..., 1] < -9.5) & (bare.regions.person[y0:y1, x0:x1] > 0.5)
    colour = np.median(picture[bare.regions.hair > 0.9], axis=0)
    texture = np.random.default_rng(0).normal(0.0, 4.0, (*suit.shape, 1))
    hair = look(np.where(suit[..., None], np.clip(colour + texture, 0, 255), picture).astype(np.uint8)).regions.hair
    assert hair[suit].mean() < 0.05
    head = bare.pixels_cm[..., 1] > -6.0
    kept, was = (float(mask[y0:y1, x0:x1][head].sum()) for mask in (hair, bare.regions.hair))
    assert kept == pytest.approx(was, rel=0.03)
