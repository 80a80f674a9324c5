"""Every measure of a face comes with its norm, its error and its card, or says why it has no value."""

import numpy as np
import pytest

from diseaseface.benchmarks import handmarks
from diseaseface.benchmarks.measures import agreement
from diseaseface.errors import CatalogueError, DiseaseFaceError
from diseaseface.evaluation import cards as validity
from diseaseface.evaluation.cards import Card, HandAgreement, cards
from diseaseface.evaluation.measurements import definitions, measure_all
from diseaseface.evaluation.medians import median
from diseaseface.evaluation.readings import SURFACE
from diseaseface.evaluation.skin import SKIN, individual_typology_angle
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.extents import EXTENTS
from diseaseface.faces.face import Face
from diseaseface.faces.proportions import PROPORTIONS
from diseaseface.faces.zones import ZONES, terms, zone


@pytest.fixture(scope="module")
def measured(face):
    return {one.name: one for one in measure_all(face)}


def relit(face, gain):
    image = np.clip(face.image.astype(float) * gain, 0, 255).astype(np.uint8)
    return Face(image, face.landmarks_px, face.points_cm, face.pose, face.chart, face.regions, face.blendshapes)


def test_every_measure_is_told_once_with_unit_formula_and_source(measured):
    assert measured.keys() == definitions().keys()
    assert all(one.unit and one.formula and one.source for one in measured.values())


def test_no_measure_has_two_meanings():
    tables = (MEASURES, EXTENTS, PROPORTIONS, SKIN, SURFACE)
    names = [name for table in tables for name in table]
    assert len(names) == len(set(names))


def test_a_value_has_its_error_and_no_value_has_its_reason(measured):
    for one in measured.values():
        if one.value is None:
            assert (one.status, one.reason[-1]) == ("not_measurable", ".")
        else:
            assert one.status == "measured"
            assert one.error >= 0


def test_most_measures_hold_their_card():
    assert sum(card.failing is None for card in cards().values()) >= 60


def test_twenty_measures_agree_with_hand_placed_landmarks():
    assert sum(card.hand is not None and card.hand.icc >= 0.75 for card in cards().values()) >= 20


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (Card(sd=1.0, n=60), "not been tested"),
        (Card(sd=1.0, n=60, retest=1.2, retest_n=60), "more than healthy faces differ"),
        (Card(1.0, 60, 0.1, 60, hand=HandAgreement(0.2, 0.1, 0, -1, 1, 60)), "hand-placed"),
    ],
)
def test_a_measure_that_fails_its_card_says_why(card, words):
    assert words in card.failing


def test_reliability_is_worked_by_hand():
    # Two readings differ by noise twice: retest² is 2 noise². 1 - 0.5 / 2 = 0.75.
    assert Card(sd=1.0, n=9, retest=np.sqrt(0.5)).reliability == pytest.approx(0.75)
    assert Card(sd=1.0, n=9, retest=0.1).failing is None


def test_malformed_cards_are_refused():
    with pytest.raises(CatalogueError, match="validity"):
        validity.parse('{"measures": {"x": {"sdd": 1}}}')


def test_agreement_is_worked_by_hand():
    # One rater reads one more than the other: consistent, not in absolute agreement.
    # Rows 1.5, 2.5, 3.5: between 2, error 0, raters 1.5; ICC(A,1) = 2 / (2 + 2 * 1.5 / 3).
    found = agreement(np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]))
    assert found["icc"] == 1.0
    assert found["icc_absolute"] == pytest.approx(2 / 3, abs=1e-3)
    assert (found["bias"], found["low"], found["high"]) == (1.0, 1.0, 1.0)


def test_the_typology_angle_is_worked_by_hand():
    assert individual_typology_angle(np.array(60.0), np.array(10.0)) == pytest.approx(45.0)
    assert individual_typology_angle(np.array(50.0), np.array(10.0)) == pytest.approx(0.0)


@pytest.mark.parametrize("count", [1, 2, 3, 40, 401])
def test_the_median_is_the_middle_or_between_the_two_middles(count):
    values = np.random.default_rng(count).normal(size=count).astype(np.float32)
    assert median(values) == pytest.approx(float(np.median(values)), rel=1e-6)


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_is_the_inside_of_its_ellipses_on_both_sides_of_the_face(name):
    x, y = np.meshgrid(np.linspace(-8, 8, 161, dtype=np.float32), np.linspace(-9, 9, 181, dtype=np.float32))
    inside = zone(name, terms(x, y))
    nearest = np.min([((abs(x) - cx) / a) ** 2 + ((y - cy) / b) ** 2 for cx, cy, a, b in ZONES[name]], axis=0)
    told = abs(nearest - 1.0) > 1e-3  # positions are of single precision
    assert np.array_equal(inside[told], (nearest < 1.0)[told])
    assert np.array_equal(inside, inside[:, ::-1])


@pytest.mark.parametrize("name", ["cheeks_erythema_contrast", "lip_erythema_contrast", "nose_melanin_contrast"])
def test_contrasts_inside_the_face_do_not_depend_on_exposure(face, measured, name):
    from diseaseface.evaluation.frame import frame_of
    from diseaseface.evaluation.views import view

    darker = SKIN[name].read(view(frame_of(relit(face, 0.85))))
    # A gain on sRGB codes is not quite one in linear light.
    assert darker == pytest.approx(SKIN[name].read(view(frame_of(face))), abs=0.35 * cards()[name].sd)


def test_hand_placed_points_land_on_the_landmarks_they_stand_for(face, tmp_path):
    placed = np.zeros((handmarks.POINTS, 2))
    for mark, sources in handmarks._PLACES.items():
        placed[list(sources)] = face.landmarks_px[mark]
    file = tmp_path / "one.tem"
    file.write_text("189\n" + "\n".join(f"{x} {y}" for x, y in placed))
    found = handmarks.in_face_frame(handmarks.read(file), face)
    marks = [mark for mark, sources in handmarks._PLACES.items() if len(sources) == 1]
    np.testing.assert_allclose(found[marks], face.points_cm[marks], atol=1e-6)
    assert np.isnan(found[10]).all()


@pytest.mark.parametrize("text", ["12\n1 2\n", "", "189\n1 2\n", "189\na b\n"])
def test_a_file_that_holds_no_landmarks_is_refused(tmp_path, text):
    file = tmp_path / "bad.tem"
    file.write_text(text)
    with pytest.raises(DiseaseFaceError, match=r"bad\.tem"):
        handmarks.read(file)
