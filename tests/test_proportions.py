"""Proportions, heights and asymmetries: what must move them, and what must not."""

import numpy as np
import pytest

from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.mirror import mirrored_indices
from diseaseface.faces.proportions import PROPORTIONS

SIDED = sorted(name.removesuffix("_left") for name in PROPORTIONS if name.endswith("_left"))
RATIOS = sorted(name for name, measure in PROPORTIONS.items() if measure.unit in ("%", "% of iris", "deg"))


def read(name, points_cm):
    return PROPORTIONS[name].compute(points_cm)


def mirrored(points_cm):
    return points_cm[mirrored_indices()] * (-1.0, 1.0, 1.0)


def moved(points_cm, landmarks, by):
    points = points_cm.copy()
    points[list(landmarks)] += by
    return points


def test_there_are_at_least_sixty_measures_of_shape_and_none_has_two_meanings():
    assert len(MEASURES) + len(PROPORTIONS) >= 60
    assert not set(MEASURES) & set(PROPORTIONS)


@pytest.mark.parametrize("name", RATIOS)
def test_ratios_and_angles_do_not_depend_on_the_size_of_the_head(face, name):
    assert read(name, 1.3 * face.points_cm) == pytest.approx(read(name, face.points_cm), rel=1e-9)


@pytest.mark.parametrize("name", sorted(set(PROPORTIONS) - set(RATIOS)))
def test_lengths_grow_with_the_head(face, name):
    assert read(name, 1.3 * face.points_cm) == pytest.approx(1.3 * read(name, face.points_cm), rel=1e-9)


@pytest.mark.parametrize("name", SIDED)
def test_left_in_the_mirror_is_right(face, name):
    assert read(f"{name}_left", mirrored(face.points_cm)) == pytest.approx(read(f"{name}_right", face.points_cm))


@pytest.mark.parametrize(
    ("name", "landmarks", "by", "sign"),
    [
        ("intercanthal_index", (133,), (-0.3, 0, 0), 1),
        ("canthal_tilt_left", (263,), (0, 0.3, 0), 1),
        ("canthal_tilt_right", (33,), (0, 0.3, 0), 1),
        ("mrd1_left", (386,), (0, 0.2, 0), 1),
        ("mrd2_right", (145,), (0, -0.2, 0), 1),
        ("brow_height_left", (334,), (0, 0.3, 0), 1),
        ("mouth_tilt", (291,), (0, 0.3, 0), 1),
        ("mouth_corner_height_right", (61,), (0, -0.3, 0), -1),
        ("facial_index", (152,), (0, -0.5, 0), 1),
        ("chin_index", (152,), (0, -0.5, 0), 1),
        ("chin_taper", (149,), (-0.4, 0, 0), 1),
        ("mouth_asymmetry", (61,), (0, -0.6, 0), 1),
    ],
)
def test_a_measure_moves_the_way_its_name_says(face, name, landmarks, by, sign):
    change = read(name, moved(face.points_cm, landmarks, by)) - read(name, face.points_cm)
    assert sign * change > 0


@pytest.mark.parametrize("region", ["eyes", "brows", "nose", "mouth", "jaw"])
def test_a_face_that_is_its_own_mirror_image_has_no_asymmetry(face, region):
    even = (face.points_cm + mirrored(face.points_cm)) / 2
    assert read(f"{region}_asymmetry", even) == pytest.approx(0.0, abs=1e-9)
    assert read(f"{region}_asymmetry", face.points_cm) > 0.05


def test_the_circle_of_the_chin_is_found(face):
    from diseaseface.faces import proportions

    points = np.zeros((478, 3))
    around = np.linspace(np.pi, 2 * np.pi, len(proportions._CHIN_ARC))
    points[list(proportions._CHIN_ARC), :2] = 5.0 * np.column_stack([np.cos(around), np.sin(around)]) + (1.0, -2.0)
    assert read("chin_radius", points) == pytest.approx(50.0 * 0.87, rel=1e-6)
