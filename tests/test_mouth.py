"""Parted lips: dark between them, teeth kept, the rest of the face where it was, and the tongue over the lip."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Sign

CLOSED = Path(__file__).parents[1] / "assets" / "examples" / "head-02.jpg"


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


@pytest.fixture(scope="module")
def closed():
    """A synthetic head whose lips are closed."""
    return look(np.array(Image.open(CLOSED).convert("RGB")))


def draw(engine, face, share, name="mouth_opening", sign=None):
    attribute = attributes()[name]
    return engine.render(face, [Change(attribute, share * attribute.positive.full, sign=sign)])


def along_the_middle(face, picture):
    """Brightness from nose to chin, and the canonical height of each sample."""
    y = np.linspace(-2.5, -8.0, 160)
    middle = face.landmarks_px[[61, 291]].mean(axis=0)
    at = middle + face.pose.vectors_to_px(np.column_stack([0 * y, y + 4.3, 0 * y]))
    columns, rows = np.round(at).astype(int).T
    return picture[rows, columns].mean(axis=-1), y


def test_the_gap_is_dark_and_as_high_as_asked(engine, closed):
    drawn, asked_mm = draw(engine, closed, 1.0), attributes()["mouth_opening"].positive.full
    light, y = along_the_middle(closed, drawn.picture)
    gap_cm = (light < 60).sum() * (y[0] - y[1])
    assert gap_cm * MM_PER_CANONICAL_CM == pytest.approx(asked_mm, abs=2.0)
    assert (along_the_middle(closed, closed.image)[0] < 60).sum() * (y[0] - y[1]) * MM_PER_CANONICAL_CM < 2.0
    moved = drawn.landmarks_px - closed.landmarks_px
    parted = (moved[14] - moved[13]) @ closed.pose.vectors_to_px(np.array([0.0, -1.0, 0.0]))
    parted_mm = parted / closed.pose.px_per_cm**2 * MM_PER_CANONICAL_CM
    assert parted_mm == pytest.approx(asked_mm, abs=0.6)


def test_a_wider_opening_moves_the_chin_further_and_the_eyes_never(engine, closed):
    chins = []
    for share in (0.3, 0.6, 1.0):
        drawn = draw(engine, closed, share)
        chins.append((drawn.landmarks_px - closed.landmarks_px)[152, 1])
        top = int(closed.landmarks_px[2, 1] - 0.3 * closed.pose.px_per_cm)
        np.testing.assert_array_equal(drawn.picture[:top], closed.image[:top])
    assert 0 < chins[0] < chins[1] < chins[2]


def test_teeth_that_the_photo_shows_are_kept(engine, face):
    drawn = draw(engine, face, 1.0)
    teeth = face.regions.mouth > 0.98
    bright = teeth & (face.image.min(axis=-1) > 120)
    assert bright.sum() > 50
    same = np.abs(drawn.picture.astype(int) - face.image).max(axis=-1)[bright] < 12
    assert same.mean() > 0.8


def test_a_tongue_is_redder_than_the_dark_and_reaches_lower_than_the_gap(engine, closed):
    opened, tongue = (draw(engine, closed, 1.0, name).picture for name in ("mouth_opening", "tongue_protrusion"))
    column = round(closed.landmarks_px[14, 0])
    rows = np.round(closed.landmarks_px[14, 1] + closed.pose.px_per_cm * np.array([0.3, 0.7])).astype(int)
    gap, blade = opened[rows[0] - 2 : rows[0] + 3, column], tongue[rows[1] - 2 : rows[1] + 3, column].astype(float)
    assert blade[:, 0].mean() > gap[:, 0].mean() + 40
    assert blade[:, 0].mean() > 1.3 * blade[:, 1].mean()


def test_parted_lips_are_not_closed_and_that_is_said(engine, face):
    sign = Sign("mouth_opening", 1, 1.0)
    rendering = draw(engine, face, -1.0, sign=sign)
    np.testing.assert_array_equal(rendering.picture, face.image)
    assert rendering.applied[0].amount == 0.0
    assert rendering.applied[0].reason.endswith(".")


@pytest.mark.parametrize("name", ["mouth_opening", "tongue_protrusion"])
def test_the_mouth_of_a_mirrored_photo_is_the_mirror_image(engine, closed, name):
    mirrored = look(np.ascontiguousarray(closed.image[:, ::-1]))
    there = draw(engine, mirrored, 0.8, name).picture[:, ::-1].astype(int)
    here = draw(engine, closed, 0.8, name).picture.astype(int)
    changed = np.abs(here - closed.image).max(axis=-1) > 8
    assert np.abs(there - here)[changed].mean() < 0.25 * np.abs(here - closed.image)[changed].mean()
