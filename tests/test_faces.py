"""One face of a photo is found and placed the same, whatever the photo's size, tilt and side."""

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from diseaseface.errors import DiseaseFaceError, FaceError
from diseaseface.faces.look import look
from diseaseface.faces.mesh import canonical_mesh
from diseaseface.faces.mirror import mirror_expression, mirror_points, mirrored_indices

PUPILS = [468, 473]


def pupil_distance(points):
    return np.linalg.norm(points[PUPILS[0]] - points[PUPILS[1]])


def turned(photo, degrees):
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(photo, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def lengths_cm(face):
    """Lengths across and down the face: pupils, fissures, nose, mouth, temples, nasion to chin."""
    pairs = ((468, 473), (33, 133), (263, 362), (98, 327), (61, 291), (234, 454), (168, 152))
    return np.array([np.linalg.norm(face.points_cm[a] - face.points_cm[b]) for a, b in pairs])


def slants_deg(face):
    across = [face.points_cm[a] - face.points_cm[b] for a, b in ((263, 362), (133, 33), (291, 61))]
    return np.array([np.degrees(np.arctan2(line[1], line[0])) for line in across])


def test_a_face_says_what_it_promises(face, astronaut):
    np.testing.assert_array_equal(face.image, astronaut)
    assert face.landmarks_px.shape == (478, 2)
    assert face.points_cm.shape == (478, 3)
    assert 0 <= min(face.blendshapes.values()) <= max(face.blendshapes.values()) <= 1
    for array in (face.image, face.landmarks_px, face.points_cm):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_looking_leaves_the_callers_array_writable(astronaut):
    photo = astronaut.copy()
    look(photo)
    photo[0, 0] = 1


def test_the_same_photo_gives_the_same_face(face, astronaut):
    again = look(astronaut)
    np.testing.assert_array_equal(again.landmarks_px, face.landmarks_px)
    np.testing.assert_array_equal(again.regions.skin, face.regions.skin)


@pytest.mark.parametrize("size", [360, 768, 1024])
def test_the_shape_of_a_face_does_not_depend_on_the_size_of_the_photo(face, astronaut, size):
    other = look(cv2.resize(astronaut, (size, size), interpolation=cv2.INTER_AREA if size < 512 else cv2.INTER_CUBIC))
    assert lengths_cm(other) == pytest.approx(lengths_cm(face), rel=0.05)
    assert slants_deg(other) == pytest.approx(slants_deg(face), abs=2.0)
    assert other.pose.px_per_cm / face.pose.px_per_cm == pytest.approx(size / 512, rel=0.02)


@pytest.mark.parametrize("degrees", [-25, 25])
def test_the_shape_of_a_face_does_not_depend_on_its_tilt(face, astronaut, degrees):
    other = look(turned(astronaut, degrees))
    assert lengths_cm(other) == pytest.approx(lengths_cm(face), rel=0.05)
    assert slants_deg(other) == pytest.approx(slants_deg(face), abs=2.0)
    assert other.pose.roll_deg - face.pose.roll_deg == pytest.approx(degrees, abs=2.0)


def test_a_mirrored_photo_has_mirrored_landmarks(face, astronaut):
    other = look(np.ascontiguousarray(astronaut[:, ::-1]))
    apart = np.linalg.norm(mirror_points(other.landmarks_px, 512) - face.landmarks_px, axis=1)
    assert apart.max() < 0.01 * pupil_distance(face.landmarks_px)
    assert mirror_expression(other.blendshapes) == pytest.approx(face.blendshapes, abs=0.05)
    assert other.pose.yaw_deg == pytest.approx(-face.pose.yaw_deg, abs=0.5)


def test_mirroring_twice_changes_nothing_and_exchanges_the_sides():
    indices = mirrored_indices()
    np.testing.assert_array_equal(indices[indices], np.arange(478))
    x = canonical_mesh().vertices_cm[:, 0]
    np.testing.assert_allclose(x[indices[:468]], -x, atol=1e-6)
    assert indices[33] == 263
    assert indices[468] == 473


def test_the_chart_lays_canonical_centimetres_over_the_landmarks(face):
    seen = face.chart.at(face.chart.nodes_cm, face.landmarks_px[:468])[:, :2]
    apart = np.linalg.norm(seen - canonical_mesh().vertices_cm[:, :2], axis=1)
    assert np.median(apart) < 0.05
    assert np.percentile(apart, 95) < 0.12


def test_a_small_face_in_a_large_photo_is_found_where_it_is(face, astronaut):
    wide = np.full((1200, 1600, 3), 120, np.uint8)
    wide[500:1012, 900:1412] = astronaut
    other = look(wide)
    apart = np.linalg.norm(other.landmarks_px - (900, 500) - face.landmarks_px, axis=1)
    assert apart.max() < 0.02 * pupil_distance(face.landmarks_px) + 0.5


def test_a_face_that_fills_the_photo_is_found(face, astronaut):
    (x0, y0), (x1, y1) = face.landmarks_px.min(axis=0), face.landmarks_px.max(axis=0)
    tight = cv2.resize(astronaut[int(y0) : int(y1), int(x0) : int(x1)], None, fx=3, fy=3)
    other = look(tight)
    assert np.abs(other.landmarks_px.mean(axis=0) - np.array(tight.shape[1::-1]) / 2).max() < 40


def test_of_two_faces_the_larger_is_taken_and_the_user_is_told(astronaut):
    head = astronaut[:256, 96:352]
    sizes = (400, 560)
    left, right = (cv2.resize(head, (size, size), interpolation=cv2.INTER_CUBIC) for size in sizes)
    pair = np.full((560, 960, 3), 200, np.uint8)
    pair[:400, :400] = left
    pair[:, 400:] = right
    other = look(pair)
    assert other.landmarks_px[:, 0].min() > 400
    assert any("2 faces" in sentence for sentence in other.warnings)


def test_a_smile_with_open_mouth_is_warned_of(face):
    assert any("mouth is open" in sentence for sentence in face.warnings)
    assert any("smiles" in sentence for sentence in face.warnings)


def test_a_plain_photo_is_not_called_harsh_but_a_split_and_an_overexposed_one_are(face, astronaut):
    assert not any("harsh" in sentence for sentence in face.warnings)
    middle = int(face.landmarks_px[4, 0])
    split = astronaut.copy()
    split[:, middle:] = split[:, middle:] // 2
    bright = np.clip(astronaut.astype(int) * 2, 0, 255).astype(np.uint8)
    for photo in (split, bright):
        assert any("harsh" in sentence for sentence in look(photo).warnings)


def test_spectacles_are_warned_of_only_when_worn(face, astronaut):
    assert not any("lasses" in sentence for sentence in face.warnings)
    assert not face.regions.glasses.any()
    worn, unit = astronaut.copy(), face.pose.px_per_cm
    for outer, inner in ((33, 133), (263, 362)):
        centre = (face.landmarks_px[outer] + face.landmarks_px[inner]) / 2
        size = round(2.7 * unit), round(2.0 * unit)
        cv2.ellipse(worn, tuple(np.round(centre).astype(int).tolist()), size, 0, 0, 360, (30, 25, 25), 2, cv2.LINE_AA)
    other = look(worn)
    assert any("lasses" in sentence for sentence in other.warnings)
    assert other.regions.glasses.max() == pytest.approx(1.0, abs=0.01)


def test_a_small_face_is_warned_of(astronaut):
    other = look(cv2.resize(astronaut, (400, 400), interpolation=cv2.INTER_AREA))
    assert any("px wide" in sentence for sentence in other.warnings)


def test_a_face_under_64_px_is_refused(astronaut):
    with pytest.raises(FaceError, match="64 px"):
        look(cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA))


def test_a_photo_without_a_face_is_refused_in_one_sentence():
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    for photo in (noise, np.full((300, 400, 3), 128, np.uint8)):
        with pytest.raises(DiseaseFaceError) as refusal:
            look(photo)
        assert str(refusal.value).startswith("No face was found")
        assert str(refusal.value).count(".") == 1


def test_a_head_turned_too_far_is_refused(face):
    from diseaseface.faces.look import refuse
    from diseaseface.faces.mesh import Pose

    def pose(yaw_deg):
        c, s = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
        return Pose(np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]), 6.0, np.zeros(2))

    refuse(face.landmarks_px, pose(34))
    for yaw in (-36, 36):
        with pytest.raises(FaceError, match="turned by 36°"):
            refuse(face.landmarks_px, pose(yaw))


def test_the_iris_is_measured_in_pixels_of_the_photo(face, astronaut):
    twice = look(np.kron(astronaut, np.ones((2, 2, 1), np.uint8)))
    assert twice.iris_px == pytest.approx(2 * face.iris_px, rel=0.06)
    assert 0.08 < face.iris_px / np.linalg.norm(face.landmarks_px[454] - face.landmarks_px[234]) < 0.12


def test_products_are_made_by_one_thread_so_that_pixels_do_not_depend_on_the_number_of_cores():
    libraries = [one for one in threadpool_info() if one["user_api"] == "blas"]
    assert len(libraries) >= 2, "numpy, scipy and OpenCV bring one each"
    assert all(one["num_threads"] == 1 for one in libraries)
