"""Between two exposures nose and mouth are followed by one smooth field."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation import field
from diseaseface.evaluation.frame import frame_of
from diseaseface.evaluation.readings import read_change
from diseaseface.evaluation.tracking import moved_points_cm, track
from diseaseface.faces.anthropometry import readings
from diseaseface.knowledge.catalogue import attributes

SIGNS = {
    "cupid_bow": (-1.2, "cupid_bow_depth"),
    "philtrum_width": (4.0, "philtrum_width"),
    "columella_height": (-1.5, "columella_drop"),
    "nasal_tip_width": (5.0, "nasal_tip_width"),
    "naris_width": (-2.0, "naris_width"),
}


def exposed(face, picture, seed):
    """A picture of the face as another exposure shows it: with grain of its own."""
    grain = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=picture.shape), (0, 0), 1.0)
    grain *= 4.0 / grain.std() * (face.regions.person > 0.5)[..., None]
    return replace(face, image=np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8))


def drawn(face, name, amount):
    return MorphEngine().render(face, [Change(attributes()[name], amount)]).picture


@pytest.mark.parametrize("name", SIGNS)
def test_through_grain_a_small_sign_is_read_as_without_it(face, name):
    full, measure = SIGNS[name]
    picture = drawn(face, name, full)
    clear = read_change(face, replace(face, image=picture)).values[measure]
    found = read_change(exposed(face, face.image, 1), exposed(face, picture, 2)).values[measure]
    assert found / clear == pytest.approx(1.0, abs=0.3)


def test_grain_alone_hardly_moves_the_columella_and_the_tip(face):
    before = exposed(face, face.image, 1)
    frame, shaken, followed = frame_of(before), [], []
    for seed in (2, 3, 4):
        codes = frame.see(exposed(face, face.image, seed).image)
        motion = track(frame, codes)
        told = field.told_changes(frame, codes, motion.calm)
        was, now = (readings(points, field.TOLD) for points in (frame.points_cm, moved_points_cm(frame, motion)))
        shaken.append([told[name] for name in ("columella_drop", "nasal_tip_width")])
        followed.append([now[name] - was[name] for name in ("columella_drop", "nasal_tip_width")])
    assert np.linalg.norm(shaken) < np.linalg.norm(followed)
    assert np.sqrt(np.mean(np.square(shaken))) < 0.15, "mm"


def test_edits_of_one_photo_are_followed_without_the_field(face, monkeypatch):
    monkeypatch.setattr("diseaseface.evaluation.readings.told_changes", lambda *_: pytest.fail("asked"))
    changed = replace(face, image=drawn(face, "cupid_bow", -1.2))
    assert read_change(face, changed).values["cupid_bow_depth"] < -0.5


def test_the_field_finds_a_shift_that_it_was_not_told(face):
    frame = frame_of(face)
    shift = np.float32([[1, 0, 0.8], [0, 1, -0.6]])
    codes = cv2.warpAffine(
        frame.codes, shift, frame.shape[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    patch = field._patch(frame)
    moved = patch.moved(field._fitted(patch, codes, np.zeros((*frame.shape, 2), np.float32)))
    assert np.median(moved, axis=(1, 2)) == pytest.approx([0.8, -0.6], abs=0.05)


def test_splines_sum_to_one_everywhere():
    np.testing.assert_allclose(field._splines(90).sum(axis=1), 1.0, atol=1e-12)
