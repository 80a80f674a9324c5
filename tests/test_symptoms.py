"""The symptom map: departures stand where they are read, in standard deviations, and can be told apart by all."""

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import CatalogueError
from diseaseface.evaluation import overlay, plate, symptommap, symptoms
from diseaseface.evaluation.places import parse, places
from diseaseface.evaluation.skin import SKIN
from diseaseface.evaluation.symptoms import Departure
from diseaseface.faces import zones
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.face import Regions
from diseaseface.faces.look import look
from diseaseface.faces.proportions import PROPORTIONS
from diseaseface.knowledge.catalogue import attributes


def departed(name: str, z: float) -> Departure:
    return Departure(name, "mm", 1.0, z, places()[name])


def middle_of(warm: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(warm > 0.9 * warm.max())
    return np.array([columns.mean(), rows.mean()])


@pytest.fixture(scope="module")
def drawn(face):
    """The astronaut with slanted fissures and one drooping lid, and what the map finds."""
    slant, lid = attributes()["palpebral_fissure_slant"], attributes()["upper_lid_position"]
    edit = [Change(slant, slant.positive.full), Change(lid, lid.negative.full, "left")]
    after = look(MorphEngine().render(face, edit).picture)
    return after, symptoms.departures(after, face)


def test_every_measure_of_shape_and_skin_has_a_place_with_known_landmarks_zones_and_regions():
    assert (MEASURES.keys() | PROPORTIONS.keys() | SKIN.keys()) <= places().keys()
    for place in places().values():
        groups = [group for pair in place.pairs for group in pair] + list(place.points)
        assert all(0 <= point < 478 for group in groups for point in group)
        assert set(place.zones) <= zones.ZONES.keys()
        assert set(place.masks) <= Regions.__dataclass_fields__.keys()
        assert groups or place.zones or place.masks


@pytest.mark.parametrize("text", ["[a]\nalong = []", '[a]\nlabel = "A"\nsomewhere = []'])
def test_a_place_without_a_label_or_with_an_unknown_field_is_refused(text):
    with pytest.raises(CatalogueError, match=r"places\.toml"):
        parse(text)


@pytest.mark.parametrize(
    ("name", "landmark"),
    [("upper_lid_position_left", 386), ("upper_lid_position_right", 159), ("philtrum_length", 164), ("nose_width", 4)],
)
def test_heat_lies_where_the_measure_is_read_on_the_subjects_own_side(face, name, landmark):
    warm = symptoms.heat(face, [departed(name, 3.0)])
    assert warm.max() == pytest.approx(3.0, abs=0.35)
    off_cm = np.linalg.norm(middle_of(warm) - face.landmarks_px[landmark]) / face.pose.px_per_cm
    assert off_cm < 1.2


def test_heat_is_the_largest_departure_whatever_its_direction_and_stays_on_the_person(face):
    few = symptoms.heat(face, [departed("philtrum_length", -4.0)])
    more = symptoms.heat(face, [departed("philtrum_length", -4.0), departed("philtrum_width", 2.0)])
    assert more.max() == pytest.approx(few.max(), abs=0.05)
    assert (more >= few - 0.2).all()
    assert more[face.regions.person == 0].max() == 0.0


def test_nothing_departed_nothing_warm(face):
    assert symptoms.heat(face, [departed("philtrum_length", 0.4)]).max() == 0.0
    assert np.ptp(overlay.draw(face.image, np.zeros(face.image.shape[:2], np.float32)), axis=2).max() <= 1


def test_a_change_is_found_with_its_sign_at_its_place(drawn):
    after, found = drawn
    told = {one.name: one for one in found}
    assert told["palpebral_fissure_slant"].z > symptoms.NOTABLE_SD
    assert told["upper_lid_position_left"].z < -symptoms.NOTABLE_SD
    warm = symptoms.heat(after, found)
    x, y = np.rint(after.landmarks_px[473]).astype(int)
    assert warm[y - 3 : y + 4, x - 3 : x + 4].max() > symptoms.NOTABLE_SD
    x, y = np.rint(after.landmarks_px[152]).astype(int)
    assert warm[y, x] < symptoms.NOTABLE_SD


def test_a_face_against_itself_departs_nowhere(face):
    found = symptoms.departures(face, face)
    assert found
    assert max(abs(one.z) for one in found) == 0.0


def test_what_the_light_moves_is_placed_only_against_a_photo_before(face, drawn):
    alone, against = ({one.name for one in found} for found in (symptoms.departures(face), drawn[1]))
    assert "skin_yellowness" not in alone
    assert "skin_yellowness" in against


def test_two_names_of_one_reading_count_once(face):
    found = symptoms.departures(face)
    notable, of, expected = symptoms.tally(found)
    assert len({(one.unit, round(one.z, 6)) for one in found if one.z}) == sum(bool(one.z) for one in found)
    assert 0 <= notable <= of == len(found)
    assert expected == round(0.0455 * of)


def test_the_scale_rises_in_hue_without_red_against_green_and_falls_in_lightness_beyond_yellow():
    steps = overlay.colours(np.array([3.0, 4.0, 5.0]))
    light = cv2.cvtColor(steps[None] / np.float32(255), cv2.COLOR_RGB2LAB)[0, :, 0]
    assert (np.diff(light) < -8).all()
    assert np.allclose(overlay.colours(np.array(9.0)), overlay.colours(np.array(5.0)))


@pytest.mark.parametrize("shade", [45, 120, 220], ids=["dark", "middle", "light"])
def test_heat_stands_out_on_every_skin(shade):
    photo = np.full((200, 200, 3), shade, np.uint8)
    warm = np.zeros((200, 200), np.float32)
    warm[60:140, 60:140] = 4.5
    lab = cv2.cvtColor(overlay.draw(photo, warm) / np.float32(255), cv2.COLOR_RGB2LAB)
    assert np.linalg.norm(lab[100, 100] - lab[10, 10]) > 35


def test_a_line_joins_the_landmarks_of_its_measure(face):
    (line,) = plate.lines_px(face, departed("intercanthal_distance", 2.5))
    assert line == pytest.approx(face.landmarks_px[[133, 362]])
    upright, *_ = plate.lines_px(face, departed("nose_length", 2.5))
    run = np.linalg.norm(upright[1] - upright[0]) / face.pose.px_per_cm
    assert run * 8.7 == pytest.approx(MEASURES["nose_length"].compute(face.points_cm), rel=0.05)


def test_the_profiles_measures_come_first_and_one_line_has_one_label():
    found = [departed("mouth_width", 3.0), departed("mouth_index", 2.0), departed("nose_width", 0.1)]
    names = [one.name for one in plate.chosen_of(found, ["nose_width"])]
    assert names == ["nose_width", "mouth_width"]


def test_labels_keep_their_order_and_their_distance():
    places_ = plate.spaced([10.0, 12.0, 300.0, 305.0], 40.0, 0.0, 310.0)
    assert places_ == sorted(places_)
    assert np.diff(places_).min() >= 40.0 - 1e-9
    assert places_[-1] <= 310.0


def test_a_map_holds_overlay_and_measurements_and_changes_with_the_face(drawn, face):
    after, _ = drawn
    before, now = symptommap.draw(after), symptommap.draw(after, face)
    assert now.overlay.dtype == now.measurements.dtype == np.uint8
    assert now.heat.shape == after.image.shape[:2]
    assert now.sheet().shape[0] == plate.TALL_PX
    assert not np.array_equal(before.measurements, now.measurements)


def test_colour_of_skin_darker_than_the_norms_is_placed_only_against_a_photo_before(face, monkeypatch):
    assert symptoms.colour_is_placed(face)
    assert any(one.place.zones for one in symptoms.departures(face))
    monkeypatch.setattr(symptoms, "colour_is_placed", lambda _: False)
    assert not any(one.place.zones or one.place.masks for one in symptoms.departures(face))
    assert any(one.place.zones for one in symptoms.departures(face, face))
    monkeypatch.setattr(symptommap, "colour_is_placed", lambda _: False)
    assert any("Colour is left out" in note for note in symptommap.draw(face).notes)
