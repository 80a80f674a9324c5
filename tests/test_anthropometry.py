"""Distances and angles of a face mean what their names say."""

import numpy as np
import pytest

from diseaseface.faces.anthropometry import MEASURES, MM_PER_CANONICAL_CM, measures_for, readings
from diseaseface.faces.mesh import fit_pose
from diseaseface.faces.mirror import mirrored_indices

MM = 1 / MM_PER_CANONICAL_CM  # canonical cm for one real millimetre

# Points moved by real millimetres (x to the subject's left, y up), the measure, and by how much it grows.
MOVES = [
    ({473: (1, 0), 468: (-1, 0)}, "interpupillary_distance", 2.0),
    ({362: (1, 0), 133: (-1, 0)}, "intercanthal_excess", 2.0),
    ({473: (1, 0), 468: (-1, 0)}, "intercanthal_excess", -2.0),
    ({386: (0, 1)}, "upper_lid_position_left", 1.0),
    ({159: (0, -1)}, "upper_lid_position_right", -1.0),
    ({374: (0, -1)}, "lower_lid_position_left", 1.0),
    ({145: (0, -1)}, "lower_lid_position_right", 1.0),
    ({2: (0, -1)}, "nose_length", 1.0),
    ({2: (0, -1)}, "philtrum_length", -1.0),
    ({2: (0, -1)}, "lower_face_height", -1.0),
    ({152: (0, -1)}, "lower_face_height", 1.0),
    ({129: (-1, 0), 358: (1, 0)}, "nose_width", 2.0),
    ({1: (0, 1)}, "nostril_show", 1.0),
    ({0: (0, 1)}, "upper_vermilion_height", 1.0),
    ({17: (0, -1)}, "lower_vermilion_height", 1.0),
    ({61: (-1, 0), 291: (1, 0)}, "mouth_width", 2.0),
    ({61: (0, 1), 291: (0, 1)}, "mouth_corner_height", 1.0),
    ({291: (0, -2)}, "mouth_corner_asymmetry_left", 2.0),
    ({61: (0, -2)}, "mouth_corner_asymmetry_left", -2.0),
    ({61: (0, -2)}, "mouth_corner_asymmetry_right", 2.0),
]


@pytest.mark.parametrize(("moves", "name", "grows"), MOVES)
def test_a_measure_grows_by_what_its_points_move(face, moves, name, grows):
    points = face.points_cm.copy()
    for index, by in moves.items():
        points[index, :2] += np.array(by) * MM
    measure = MEASURES[name].compute
    assert measure(points) - measure(face.points_cm) == pytest.approx(grows, abs=1e-9)


def test_lifting_the_outer_canthi_slants_the_eyes_upwards(face):
    points = face.points_cm.copy()
    points[[33, 263], 1] += 0.2
    slant = MEASURES["palpebral_fissure_slant"].compute
    assert 2.0 < slant(points) - slant(face.points_cm) < 6.0


@pytest.mark.parametrize("name", MEASURES)
def test_depth_alone_changes_no_frontal_measure(face, name):
    points = face.points_cm + np.array([0.0, 0.0, 1.0]) * np.arange(478)[:, None] / 478
    assert MEASURES[name].compute(points) == pytest.approx(MEASURES[name].compute(face.points_cm))


@pytest.mark.parametrize("turn_deg", [-25, 12])
@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_measures_do_not_depend_on_how_the_photo_was_taken(face, turn_deg, scale):
    landmarks = np.column_stack([face.landmarks_px, -face.points_cm[:, 2] * face.pose.px_per_cm])
    turn = np.radians(turn_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    moved = scale * landmarks @ rotation.T + np.array([40.0, -13.0, 0.0])
    before, after = (readings(fit_pose(points)[1]) for points in (landmarks, moved))
    assert after == pytest.approx(before, abs=1e-6)


def test_a_mirrored_face_has_the_same_measures_with_its_sides_exchanged(face):
    mirrored = (face.points_cm * np.array([-1.0, 1.0, 1.0]))[mirrored_indices()]
    before, after = readings(face.points_cm), readings(mirrored)
    for name, value in before.items():
        other = name.replace("_left", "_x").replace("_right", "_left").replace("_x", "_right")
        assert after[other] == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("name", MEASURES)
def test_measures_are_smooth(face, name):
    rng = np.random.default_rng(1)
    direction = rng.normal(size=(478, 3))
    measure = MEASURES[name].compute

    def slope(step):
        return (measure(face.points_cm + step * direction) - measure(face.points_cm)) / step

    assert slope(1e-4) == pytest.approx(slope(-1e-4), rel=1e-2, abs=1e-2)


def test_a_measure_of_one_side_is_chosen_by_the_side():
    assert measures_for("nose_width") == ("nose_width",)
    assert measures_for("upper_lid_position", "left") == ("upper_lid_position_left",)
    assert measures_for("upper_lid_position") == ("upper_lid_position_left", "upper_lid_position_right")
    assert measures_for("malar_erythema") == ()


def test_a_real_face_measures_what_people_measure(face):
    found = readings(face.points_cm)
    assert 50 < found["interpupillary_distance"] < 70
    assert 22 < found["palpebral_fissure_length"] < 32
    assert -3 < found["palpebral_fissure_slant"] < 10
    assert 28 < found["nose_width"] < 48
    assert 95 < found["jaw_width"] < 125
