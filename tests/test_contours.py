"""Contours are traced in the pixels: a drawn change is seen where landmarks hardly follow, on both sides alike."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from diseaseface import edits
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation.contours import traced_points_cm
from diseaseface.evaluation.frame import frame_of
from diseaseface.evaluation.tracing import best_path, resampled
from diseaseface.faces.anthropometry import readings
from diseaseface.faces.look import look
from diseaseface.faces.photo import read
from diseaseface.knowledge.profiles import Profile, Sign

EXAMPLES = Path(__file__).parent.parent / "assets" / "examples"
FOLLOWED = {
    ("nose_width", 1): ("nose_width", 0.7),
    ("nose_width", -1): ("nose_width", 0.7),
    ("upper_lid_position", 1): ("upper_lid_position_left", 0.45),
    ("upper_lid_position", -1): ("upper_lid_position_left", 0.45),  # .48 to .52, as processors round
    ("jaw_width", 1): ("jaw_width", 0.25),
}


def traced(face):
    return traced_points_cm(frame_of(face))


@pytest.fixture(scope="module", params=FOLLOWED, ids=lambda sign: f"{sign[0]}{sign[1]:+d}")
def drawn(request, face):
    attribute, direction = request.param
    profile = Profile("TEST", "one sign", (), (Sign(attribute, direction, 1.0, 1.0, typical=True),))
    rendering = MorphEngine().render(face, edits.plan(profile, 1.0), seed=0)
    measure, least = FOLLOWED[request.param]
    return look(rendering.picture), rendering.applied[0].amount, measure, least


def test_a_drawn_change_is_followed_farther_than_by_landmarks(face, drawn):
    picture, amount, measure, least = drawn
    landmarks = (readings(picture.points_cm)[measure] - readings(face.points_cm)[measure]) / amount
    contours = (readings(traced(picture))[measure] - readings(traced(face))[measure]) / amount
    assert contours > landmarks
    assert least < contours < 1.5


def test_points_on_no_contour_stay(face):
    moved = np.abs(traced(face) - face.points_cm).max(axis=1) > 1e-9
    assert moved.sum() > 15
    assert not moved[[468, 473, 1, 2, 168, 33, 133, 362, 263, 61, 291, 152, 13, 14, 145, 374]].any()
    assert moved[[129, 358, 159, 386, 172, 397]].all()


@pytest.mark.parametrize("name", ["head-01.jpg", "head-05.jpg"])
def test_no_point_goes_farther_than_is_looked(face, name):
    head = look(read(EXAMPLES / name))
    for one in (face, head):
        assert np.abs(traced(one) - one.points_cm)[:, :2].max() < 1.3


def test_a_mirrored_photo_has_mirrored_contours(face):
    mirrored = look(np.ascontiguousarray(face.image[:, ::-1]))
    found, other = readings(traced(face)), readings(traced(mirrored))
    for name in ("nose_width", "jaw_width", "cheek_width"):
        assert other[name] == pytest.approx(found[name], abs=2.0)
    assert other["upper_lid_position_left"] == pytest.approx(found["upper_lid_position_right"], abs=0.8)


def test_the_best_path_is_that_of_all_paths():
    score = np.random.default_rng(5).normal(size=(5, 6))
    paths = [path for path in product(range(6), repeat=5) if np.abs(np.diff(path)).max() <= 4]
    worth = [score[range(5), path].sum() - 0.3 * np.abs(np.diff(path)).sum() for path in paths]
    assert tuple(best_path(score, 0.3)) == paths[int(np.argmax(worth))]


def test_a_stiff_path_is_straight():
    assert len(set(best_path(np.random.default_rng(5).normal(size=(30, 40)), 1e3))) == 1


def test_a_line_is_cut_evenly_and_its_points_are_found_on_it():
    points, at = resampled(np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 1.0]]), 5)
    assert points == pytest.approx(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [3.0, 1.0]]))
    assert at == pytest.approx([0.0, 3.0, 4.0])
