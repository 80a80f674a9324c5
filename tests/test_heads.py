"""Heads of known geometry: the truth is measured on the mesh, and readings are compared with it honestly."""

import importlib.util
import json
from itertools import combinations

import numpy as np
import pytest

from diseaseface.__main__ import main
from diseaseface.benchmarks import headshares, headtables
from diseaseface.benchmarks.headscores import (
    difference_interval,
    dose,
    mean_interval,
    share_interval,
    through_none,
    tone_difference,
    true_severity,
)
from diseaseface.benchmarks.mannequin import pigments, population, shots, signs, truth
from diseaseface.benchmarks.mannequin.skin import Canvas
from diseaseface.errors import EngineUnavailable
from diseaseface.evaluation import cards
from diseaseface.evaluation.gains import reading, response
from diseaseface.evaluation.readings import ALIGNED, ALONE, Readings
from diseaseface.evaluation.singles import RenderedShare, Singles, singles
from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM
from diseaseface.faces.mesh import canonical_mesh, placed_on
from diseaseface.knowledge.catalogue import attributes

needs_anny = pytest.mark.skipif(importlib.util.find_spec("anny") is None, reason="the package anny is not installed")
needs_mitsuba = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None or importlib.util.find_spec("mitsuba") is None,
    reason="the packages anny and mitsuba are not installed",
)


@pytest.fixture(scope="module")
def points():
    """A tiny mesh with all landmarks: MediaPipe's canonical face, and its irises in the middle of the canthi."""
    found = np.zeros((truth.LANDMARKS, 3))
    found[:468] = canonical_mesh().vertices_cm
    found[468:473], found[473:] = found[[33, 133]].mean(axis=0), found[[362, 263]].mean(axis=0)
    return found


@pytest.fixture
def cheeks():
    """A canvas of vertices over the front of the reference head."""
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(-6, 6, 25), np.linspace(62, 79, 35)))
    reference = np.stack([x, y, np.full_like(x, 9.0)], axis=1)
    return Canvas(reference, reference, np.tile([0.0, 0, 1], (len(x), 1)), np.zeros((len(x), 2)))


def widened(points, pair, mm):
    moved = points.copy()
    moved[pair[0], 0] -= mm / 2 / MM_PER_CANONICAL_CM
    moved[pair[1], 0] += mm / 2 / MM_PER_CANONICAL_CM
    return moved


def test_alae_four_millimetres_further_apart_are_a_nose_four_millimetres_wider(points):
    was, now = truth.measures(points), truth.measures(widened(points, (129, 358), 4.0))
    assert now["nose_width"] - was["nose_width"] == pytest.approx(4.0)
    assert now["mouth_width"] == was["mouth_width"]
    assert signs.reached("nose_width", was, now) == pytest.approx(2.0), "the wings have not moved with them"
    assert signs.reached("mouth_width", was, truth.measures(widened(points, (61, 291), 4.0))) == pytest.approx(4.0)


def test_a_bridge_that_lies_back_is_shallower_and_not_wider(points):
    back = points.copy()
    back[[168, 6], 2] -= 3.0 / MM_PER_CANONICAL_CM
    was, now = truth.measures(points), truth.measures(back)
    assert now["nasal_bridge_depth"] - was["nasal_bridge_depth"] == pytest.approx(-3.0)
    assert now["nasal_bridge_width"] == was["nasal_bridge_width"]


def test_a_head_turned_and_shrunk_measures_the_same_once_it_is_placed(points):
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    placed = placed_on(canonical_mesh(), 0.8 * points @ turn.T + [1.0, 2.0, 3.0])
    assert placed == pytest.approx(points, abs=1e-6)


def test_the_levels_of_a_sign_that_is_read_in_full_follow_with_slope_one():
    found = dose([0, 1, 2, 3], [5, 6, 7, 8])
    assert found == {"spearman": pytest.approx(1.0), "slope": pytest.approx(1.0), "monotone": 1.0}


def test_a_reading_that_stays_the_same_follows_nothing():
    assert dose([0, 1, 2, 3], [5, 5, 5, 5])["spearman"] == 0.0
    assert dose([0, 1, 2, 3], [3, 2, 1, 0])["spearman"] == pytest.approx(-1.0)


def test_two_levels_are_too_few_to_follow():
    assert dose([0, 1], [0, 1]) is None
    assert dose([1, 1, 1], [0, 1, 2]) is None


def test_half_of_every_sign_is_severity_one_half_and_rarer_signs_count_less():
    course = np.linspace(0, 1, 51)[:, None] * [8.0, -6.0]
    assert true_severity(course, [0.5, 0.5], [4.0, -3.0]) == pytest.approx(0.5)
    assert true_severity(course, [0.9, 0.1], [8.0, 0.0]) == pytest.approx(0.9)


def test_a_sign_that_begins_late_is_read_through_its_onset():
    course = np.clip(2 * np.linspace(0, 1, 51) - 1, 0, 1)[:, None] * [10.0]
    assert true_severity(course, [1.0], [5.0]) == pytest.approx(0.75)


def test_a_head_beyond_the_course_has_more_than_severity_one():
    course = np.linspace(0, 1, 51)[:, None] * [8.0]
    assert true_severity(course, [1.0], [9.6]) == pytest.approx(1.2)
    assert true_severity(course, [1.0], [-0.8]) == pytest.approx(-0.1)


def test_intervals_of_shares_are_those_of_wilson_and_newcombe():
    # Newcombe 1998, Stat Med 17:873, table II: 56/70 against 48/80.
    assert share_interval(0, 10) == pytest.approx((0.0, 0.0, 0.2775), abs=1e-3)
    assert difference_interval((56, 70), (48, 80)) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-3)


def test_the_interval_of_a_mean_holds_it_and_narrows_with_cases():
    few, many = np.random.default_rng(0).normal(10, 2, 8), np.random.default_rng(0).normal(10, 2, 200)
    (mean, low, high), (_, closer, further) = mean_interval(few), mean_interval(many)
    assert low < mean < high
    assert further - closer < high - low


def test_dark_skin_is_compared_with_light():
    assert tone_difference({"light": [1.0, 1.0], "dark": [0.7, 0.9]}) == pytest.approx(-0.2)
    assert tone_difference({"light": [1.0]}) is None


@pytest.mark.parametrize("albedo", [(0.75, 0.55, 0.45), (0.10, 0.05, 0.03)], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["malar_erythema", "pallor", "skin_jaundice", "melasma"])
def test_a_pigment_changes_its_index_by_its_amount_on_any_skin(cheeks, name, albedo):
    skin = np.tile(albedo, (len(cheeks.points), 1))
    painted, sclera = pigments.painted(skin, cheeks, {name: 6.0})
    assert pigments.measured(name, painted, skin, cheeks, sclera) == pytest.approx(6.0, rel=0.15)
    assert np.array_equal(sclera, np.ones(3))


def test_a_rash_of_the_cheeks_leaves_the_forehead_alone(cheeks):
    skin = np.full((len(cheeks.points), 3), 0.5)
    painted, _ = pigments.painted(skin, cheeks, {"malar_erythema": 10.0})
    forehead = cheeks.reference[:, 1] > 77
    assert np.abs(painted[forehead] - skin[forehead]).max() < 0.01


def test_a_rash_of_the_cheeks_is_no_flush_of_the_face(cheeks):
    skin = np.full((len(cheeks.points), 3), 0.5)
    painted, sclera = pigments.painted(skin, cheeks, {"malar_erythema": 10.0})
    assert pigments.measured("facial_erythema", painted, skin, cheeks, sclera) < 1.0


def test_yellow_eyes_are_measured_in_the_eyes(cheeks):
    skin = np.full((len(cheeks.points), 3), 0.5)
    painted, sclera = pigments.painted(skin, cheeks, {"scleral_icterus": 9.0})
    assert np.array_equal(painted, skin)
    assert pigments.measured("scleral_icterus", painted, skin, cheeks, sclera) == pytest.approx(9.0)


def test_every_sign_is_shown_at_every_level_and_no_two_of_one_part_share_a_picture():
    taken = shots.of_signs("tuning", [0])
    amounts = {}
    for shot in taken:
        areas = [signs.area(name) for name in shot.amounts]
        assert len(areas) == len(set(areas))
        for name, amount in shot.amounts.items():
            amounts.setdefault((name, amount > 0), set()).add(round(abs(amount), 6))
    assert {name for name, _ in amounts} == set(signs.carried())
    assert all(len(levels) == len(shots.LEVELS) for levels in amounts.values())


def test_no_sign_has_to_be_paid_for_by_another_of_its_picture():
    def moved(name):
        return {end for measure in signs.measures_of(attributes()[name]) for end in truth.ends(measure)}

    assert moved("face_length") & moved("mandible_size") == {(152, 1)}
    for shot in shots.of_signs("tuning", [0]):
        assert not any(moved(one) & moved(other) for one, other in combinations(shot.amounts, 2))


def test_tuning_and_test_heads_are_other_people():
    assert abs(population.FIRST_SEED["tuning"] - population.FIRST_SEED["test"]) > 100_000
    other = {shot.name for shot in shots.of_signs("test", [0])}
    assert not other & {shot.name for shot in shots.of_signs("tuning", [0])}


def row(true, read, person=0):
    told = {"signs": {"nose_width": true} if true else {}, "measures": {"nose_width": 35.0 + true, "ala_width": 30.0}}
    raw = {"nose_width": 36.0 + read}
    return {"person": person, "tone": "dark", "failed": None, "truth": told, "raw": raw, "read": {"nose_width": read}}


def test_the_table_of_signs_tells_how_the_reading_follows_the_truth():
    table = headtables.sign_table([row(0.0, 0.0), row(2.0, 1.5), row(4.0, 3.0), row(8.0, 6.0)])
    assert table["signs"]["nose_width+"]["spearman"][0] == 1.0
    assert table["measures"]["nose_width"]["slope"] == pytest.approx(0.75)


def test_what_heads_say_of_a_gain_does_not_depend_on_the_gain_in_use():
    unread = [one | {"read": {}, "reasons": {"nose_width": "contradicted"}, "change": {"nose_width": change}}
              for one, change in ((row(t, 0.0), 0.75 * t) for t in (2.0, 4.0, 8.0))]  # fmt: skip
    found = headtables.sign_table([row(0.0, 0.0), *unread])["signs"]["nose_width+"]
    assert found["reason"] == "contradicted"
    assert found["rendered"]["gain"] == pytest.approx(0.75)
    assert found["rendered"]["order"] == 1.0


def test_a_sign_that_the_mesh_hardly_carries_is_said_to_be_missing():
    table = headtables.sign_table([row(0.0, 0.0), row(0.5, 0.5), row(1.0, 1.0), row(1.5, 1.5)])
    assert "does not carry" in table["signs"]["nose_width+"]["reason"]


def test_an_unanswered_case_counts_as_unanswered_and_never_as_an_error_of_nought():
    blank = {"value": None, "low": None, "high": None, "reason": "hidden"}
    read = {"value": 0.5, "low": 0.4, "high": 0.6, "reason": None}
    common = {"person": 0, "disease": "D", "failed": None, "true": 0.6, "ranked_alone": [], "ranked_with_before": ["D"]}
    table = headtables.disease_table([
        common | {"with_before": read, "alone": blank}, common | {"with_before": read, "alone": read},
    ])  # fmt: skip
    assert table["with_before"]["error"][0] == pytest.approx(10.0)
    assert table["alone"]["unanswered"][0] == 0.5
    assert (table["with_before"]["first_three"][0], table["alone"]["first_three"][0]) == (1.0, 0.0)
    assert "own_norms" not in table, "nobody asked for other norms"


def test_thirds_of_skin_tone_are_compared_with_each_other():
    people = [{"tone": t, "failed": None, "departs": d} for t, d in [("light", 0), ("middle", 0), ("dark", 1)] * 10]
    table = headtables.healthy_table(people)
    assert table["told_they_depart"]["light"][0] == 0.0
    most, least, gap, low, high = table["largest_difference"]
    assert (most, gap) == ("dark", 1.0)
    assert least != most
    assert low < gap <= high
    calm = headtables.healthy_table([p | {"departs": 0} for p in people])["largest_difference"]
    assert calm[0] != calm[1]


def test_the_gain_on_heads_goes_into_the_cards_and_a_blind_measure_fails_by_it(tmp_path):
    path = tmp_path / "validity.json"
    path.write_text(json.dumps({"measures": {"nose_width": {"sd": 2.0, "n": 60, "retest": 0.1, "retest_n": 60}}}))
    found = {"spearman": [0.3, 0.1, 0.5], "slope": 0.1, "monotone": 0.5, "n": 9}
    headtables.into_cards(path, {"measures": {"nose_width": found | {"n": 1}}, "signs": {}})
    assert cards.parse(path.read_text())["nose_width"].heads is None, "one head tells nothing of how heads differ"
    headtables.into_cards(path, {"measures": {"nose_width": found, "unknown": found}, "signs": {}})
    card = cards.parse(path.read_text())["nose_width"]
    assert card.heads.gain == 0.1
    assert "known geometry" in card.failing


def test_the_slope_through_none_is_the_mean_of_heads_however_many_pictures_each_has():
    slope, spread = through_none([[(1.0, 0.5), (2.0, 1.0), (4.0, 2.0)], [(2.0, 2.0)]])
    assert slope == pytest.approx(0.75)
    assert spread == pytest.approx(0.25)


def test_what_tuning_heads_say_of_a_gain_stands_beside_what_drawn_signs_say(tmp_path):
    path = tmp_path / "gains.json"
    kept = {"gain": 0.5, "spread": 0.1, "n": 2}
    path.write_text(json.dumps({"own": {ALIGNED: {"nose_width+": {"gain": 1.0}}}, "heads": {"mouth_width+": kept}}))
    told = {"gain": 0.8, "spread": 0.05, "n": 3}
    headtables.into_gains(path, {"signs": {"nose_width+": {"rendered": told}, "ptosis+": {"reason": "Not carried."}}})
    table = json.loads(path.read_text())
    assert table["heads"] == {"mouth_width+": kept, "nose_width+": told}
    assert table["own"][ALIGNED]["nose_width+"] == {"gain": 1.0}


@pytest.mark.parametrize("option", ["--gains", "--singles"])
def test_nothing_that_readings_are_corrected_by_comes_from_test_heads(option, capsys):
    with pytest.raises(SystemExit):
        main(["benchmark", "heads", "--kind", "test", option, "x.json"])
    assert "tuning heads alone" in capsys.readouterr().err


def _read_apart(share):
    """Rows of one person whose nose is widened: single pictures show so much of what drawn ones let expect."""
    drawn = response("nose_width+", "nose_width", ALONE) / singles().heard("nose_width")
    common = {"person": 0, "failed": None}
    plain = common | {"disease": "", "raw": {"nose_width": 33.0, "nose_length": None}}
    wider = [
        common
        | {"disease": "D", "truth": {"signs": {"nose_width": mm}}, "raw": {"nose_width": 33.0 + share * drawn * mm}}
        for mm in (2.0, 4.0, 7.0)
    ]
    return [plain, *wider]


def test_shares_of_single_pictures_are_what_made_them_and_never_against_what_is_expected():
    found = headshares.shares(_read_apart(0.4))
    assert found["nose_width"] == {"share": pytest.approx(0.4, abs=0.01), "n": 3}
    assert "nose_length" not in found, "it could not be read, so nobody knows"
    assert headshares.shares(_read_apart(-0.4))["nose_width"]["share"] == 0.0


def test_a_face_as_it_is_that_could_not_be_read_tells_no_share():
    assert headshares.shares(_read_apart(0.4)[1:]) == {}


def test_what_tuning_heads_show_alone_stands_beside_what_drawn_pictures_show(tmp_path):
    path = tmp_path / "single.json"
    path.write_text(json.dumps({"spread": 0.5, "measures": {"nose_width": {"share": 0.9}}, "heads": {"mouth_gap": {}}}))
    headshares.into_singles(path, {"shares": {"nose_width": {"share": 0.4, "n": 3}}})
    assert json.loads(path.read_text()) == {
        "spread": 0.5,
        "measures": {"nose_width": {"share": 0.9}},
        "heads": {"nose_width": {"share": 0.4, "n": 3}},
    }


def test_single_pictures_move_by_the_mean_of_what_drawn_ones_and_rendered_heads_show():
    told = Singles(0.5, {}, {"nose_width": RenderedShare(0.4, 9)})
    assert told.heard("nose_width") == pytest.approx(0.7)
    assert told.heard("mouth_width") == 1.0, "where heads say nothing, drawn pictures are all there is"


def test_a_card_tells_how_a_colour_is_read_on_each_third_of_skin_tone(tmp_path):
    path = tmp_path / "validity.json"
    measure = attributes()["malar_erythema"].measure
    path.write_text(json.dumps({"measures": {measure: {"sd": 2.0, "n": 60}}}))
    slopes = {"light": [1.0], "middle": [0.9], "dark": [0.6, 0.8]}
    sign = {"spearman": [1.0, 1.0, 1.0], "by_tone": slopes, "dark_against_light": -0.3, "n": 4}
    headtables.into_cards(path, {"measures": {}, "signs": {"malar_erythema+": sign, "nose_width+": sign}})
    card = cards.parse(path.read_text())[measure]
    assert (card.tones["malar_erythema+"].dark, card.tones["malar_erythema+"].difference) == (0.7, -0.3)
    assert list(card.tones) == ["malar_erythema+"]
    missing = sign | {"by_tone": {"light": [1.0]}, "dark_against_light": None}
    headtables.into_cards(path, {"measures": {}, "signs": {"malar_erythema-": missing}})
    assert "malar_erythema-" not in cards.parse(path.read_text())[measure].tones, "one third tells no difference"


def test_a_colour_that_tones_show_unequally_is_told_less_surely(monkeypatch):
    attribute = attributes()["malar_erythema"]
    readings = Readings(ALIGNED, {attribute.measure: 10.0})
    monkeypatch.setattr(cards, "cards", lambda: {attribute.measure: cards.Card(2.0, 60)})
    plain = reading(readings, attribute, None, 1)
    tones = {"malar_erythema+": cards.ToneSlopes(1.0, 0.5, -0.5, 3, 0.9)}
    monkeypatch.setattr(cards, "cards", lambda: {attribute.measure: cards.Card(2.0, 60, tones=tones)})
    wider = reading(readings, attribute, None, 1)
    assert wider.value == plain.value
    assert wider.noise > plain.noise + 0.1 * wider.value


def test_a_missing_package_is_one_line(monkeypatch, capsys, tmp_path):
    from diseaseface.benchmarks.mannequin import shape

    shape.data_folder.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match="pip install"):
        shape.data_folder()
    assert main(["benchmark", "heads", "--count", "1", "--part", "healthy", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.strip().count("\n") == 0


@needs_anny
def test_a_nose_four_millimetres_wider_is_sculpted_and_the_rest_of_the_face_held():
    from diseaseface.benchmarks.mannequin import sculpting, shape

    base = shape.vertices(sex=0.5, age=0.7, ancestry={"caucasian": 1.0}, details={})
    moved = sculpting.moved_by(sculpting.sculpt(truth.points(base), {"nose_width": 4.0}))
    was, now = truth.measures(truth.points(base)), truth.measures(truth.points(base + moved))
    assert now["nose_width"] - was["nose_width"] == pytest.approx(4.0, abs=0.1)
    assert all(
        abs(now[name] - was[name]) < 0.5 * sculpting.spread(name)
        for name in was
        if name not in ("nose_width", "ala_width")
    )


@needs_anny
def test_a_taller_chin_reaches_lower_and_lengthens_the_face():
    from diseaseface.benchmarks.mannequin import sculpting, shape
    from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

    base = shape.vertices(sex=0.5, age=0.7, ancestry={"caucasian": 1.0}, details={})
    moved = truth.points(sculpting.moved_by(sculpting.sculpt(truth.points(base), {"chin_height": 6.0})))
    rise = MM_PER_CANONICAL_CM * moved[:, 1]
    assert rise[18] - rise[152] == pytest.approx(6.0, abs=0.2)
    assert rise[152] < -3.0, "else skin slides over a chin that stays, which no picture shows"


@needs_anny
@pytest.mark.parametrize(
    ("name", "lid", "rise"), [("upper_lid_position", 386, -3.0), ("lower_lid_position", 374, -2.0)]
)
def test_a_lid_slides_alone_over_a_globe_that_stays(name, lid, rise):
    from diseaseface.benchmarks.mannequin import sculpting, shape
    from diseaseface.faces.anthropometry import MM_PER_CANONICAL_CM

    base = shape.vertices(sex=0.5, age=0.7, ancestry={"caucasian": 1.0}, details={})
    amount = rise if name.startswith("upper") else -rise
    wanted = dict.fromkeys((f"{name}_left", f"{name}_right"), amount)
    moved = truth.points(sculpting.moved_by(sculpting.sculpt(truth.points(base), wanted))) * MM_PER_CANONICAL_CM
    canthi = moved[[263, 362], 1].mean()
    assert moved[lid, 1] - canthi == pytest.approx(rise, abs=0.35)
    assert moved[473, 1] - canthi == pytest.approx(0.0, abs=0.35)


@needs_anny
def test_skin_does_not_follow_ancestry():
    people = [population.person("tuning", number) for number in range(60)]
    melanin, african = ([p.melanin for p in people], [p.ancestry["african"] for p in people])
    assert abs(np.corrcoef(melanin, african)[0, 1]) < 0.35
    assert {p.tone for p in people} == set(population.TONES)


@needs_mitsuba
def test_a_rendered_head_is_found_as_a_face_where_the_mesh_is(tmp_path):
    from diseaseface.faces.look import look

    (_, picture, told), *_ = shots.rendered(shots.plain("tuning", [0]), tmp_path, samples=2)
    again = next(shots.rendered(shots.plain("tuning", [0]), tmp_path, samples=2))
    assert again[2] == told
    assert look(picture).iris_px > 10
