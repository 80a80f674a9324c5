"""One photo against healthy faces: severity and disease by what is known of how faces differ."""

import json

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from diseaseface import edits, knowledge
from diseaseface.benchmarks import reading as reading_benchmark
from diseaseface.benchmarks import singles as singles_benchmark
from diseaseface.evaluation import evaluate as evaluation
from diseaseface.evaluation import norms as norms_module
from diseaseface.evaluation import ranking, severity
from diseaseface.evaluation.atlas import Atlas, draw_atlas, full_moves
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.evaluation.norms import Group, Person, norms
from diseaseface.evaluation.ranking import Departure
from diseaseface.evaluation.readings import ALIGNED, ALONE, Readings, read_alone

COVARIANCE = np.array([[4.0, 1.2, 0.0], [1.2, 1.0, -0.3], [0.0, -0.3, 2.0]])
FULL = np.array([6.0, -3.0, 4.0])
STAGES = np.linspace(0.0, 1.0, 51)


@pytest.fixture(scope="module")
def diseases():
    return knowledge.load()


def departed(values, freedom=np.inf, spread=0.0, mode=ALONE, covariance=COVARIANCE, measures=("a", "b", "c")):
    values = np.asarray(values, float)
    precision = np.linalg.inv(covariance)
    distance = float(np.sqrt(values @ precision @ values))
    return Departure(mode, measures, values, precision, covariance, freedom, distance, 1.0, spread)


def estimated(values, full=FULL, **settings):
    return severity.likeliest(departed(values, **settings).log_odds(np.outer(STAGES, full)))


def test_the_estimate_is_that_of_generalised_least_squares():
    values = np.array([2.5, -1.0, 2.4])
    precision = np.linalg.inv(COVARIANCE / 16)
    by_hand = FULL @ precision @ values / (FULL @ precision @ FULL)
    error = (FULL @ precision @ FULL) ** -0.5
    found = estimated(values, covariance=COVARIANCE / 16)
    assert found.value == pytest.approx(by_hand, abs=0.005)
    assert found.error == pytest.approx(error, rel=0.05)
    assert (found.low, found.high) == pytest.approx((by_hand - 1.645 * error, by_hand + 1.645 * error), abs=0.01)


@pytest.mark.parametrize(("freedom", "spread"), [(np.inf, 0.0), (12.0, 0.0), (np.inf, 0.3)])
def test_the_interval_holds_what_made_the_readings_nine_times_in_ten(freedom, spread):
    random, hits = np.random.default_rng(4), []
    for true in random.uniform(0, 1, 400):
        noise = random.multivariate_normal(np.zeros(3), COVARIANCE)
        noise *= 1.0 if np.isinf(freedom) else np.sqrt(freedom / random.chisquare(freedom))
        shown = 1.0 + spread * random.standard_normal()
        found = estimated(true * shown * FULL + noise, freedom=freedom, spread=spread)
        hits.append(found.low <= true <= found.high)
    assert 0.85 <= np.mean(hits) <= 0.95


@pytest.mark.parametrize("true", [0.0, 1.0])
def test_the_interval_holds_none_and_all_as_often(true):
    random = np.random.default_rng(5)
    found = [estimated(true * FULL + random.multivariate_normal(np.zeros(3), 0.3 * COVARIANCE)) for _ in range(200)]
    assert np.mean([one.low <= true <= one.high for one in found]) >= 0.85
    assert all(one.low <= one.value <= one.high for one in found)


def test_a_face_that_differs_the_other_way_is_not_ill():
    assert estimated(-0.8 * FULL).value < 0.15 < 0.6 < estimated(0.8 * FULL).value


def test_what_healthy_faces_do_not_tell_is_unsure():
    sure, unsure = estimated(0.5 * FULL, covariance=0.1 * COVARIANCE), estimated(0.5 * FULL, covariance=9 * COVARIANCE)
    assert sure.error < 0.5 * unsure.error
    assert unsure.high - unsure.low > 0.6


def test_log_odds_are_those_of_the_two_normal_distributions():
    values, spread = np.array([1.5, -0.4, 2.0]), 0.3
    loose = COVARIANCE + spread**2 * np.outer(FULL, FULL)
    by_hand = multivariate_normal(FULL, loose).logpdf(values) - multivariate_normal(np.zeros(3), COVARIANCE).logpdf(
        values
    )
    assert float(departed(values, spread=spread).log_odds(FULL)) == pytest.approx(by_hand, abs=1e-3)


def test_amounts_over_a_course_are_those_of_the_plan(diseases):
    profile = diseases.find("leprosy")
    course = severity.course_of(profile)
    for stage in (10, 25, 40):
        planned = {(c.attribute.name, c.side): c.amount for c in edits.plan(profile, float(course.severities[stage]))}
        row = {(c.attribute.name, c.side): a for c, a in zip(course.changes, course.amounts[stage], strict=True) if a}
        assert row == pytest.approx(planned)


def test_a_healthy_face_departs_from_nothing(face, diseases, monkeypatch):
    monkeypatch.setattr(evaluation, "_identity", lambda *_: None)
    report = evaluate(face, profile=diseases.find("Down syndrome"), diseases=diseases)
    assert not report.departs
    assert report.ranking == ()
    told = report.scores["severity"]
    assert told.more["compared_with"] == "healthy faces"
    assert told.more["low"] <= told.value <= told.more["high"]
    assert told.value < 0.5


def moved_like(profile, share, diseases, mode=ALONE):
    """A face that shows a profile and nothing else, as far as `share` of the way to severity 1."""
    atlas = ranking.atlas_of(diseases, mode)
    row = next(number for number, row in enumerate(atlas.rows) if profile.id in row.ids)
    moves = dict(zip(atlas.measures, share * atlas.moves[row, -1].astype(float), strict=True))
    return Readings(
        mode, {name: moves.get(name, 0.0) for name in (*norms().jointly, *moves)} | {"skin_typology_angle": 0.0}
    )


@pytest.mark.parametrize("name", ["Down syndrome", "Cushing syndrome", "acromegaly"])
def test_a_face_that_shows_a_disease_ranks_it_first_and_says_why(diseases, name):
    profile = diseases.find(name)
    departs, found = ranking.judge(ranking.departure(moved_like(profile, 4.0, diseases)), diseases)
    assert departs
    assert profile.id in [candidate.id for candidate in found[:3]]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    first = found[0]
    assert all(vote.log_odds > 0 for vote in first.speaks_for)
    assert first.speaks_for


def test_a_sign_that_is_not_there_speaks_against(diseases):
    row = ranking.rows_of([diseases.find("acromegaly")])[0]
    measures = ranking.departure(Readings(ALIGNED, dict.fromkeys(norms().sd, 0.0))).measures
    each = full_moves(row.changes, measures, ALIGNED)
    lacking = int(np.argmax(np.abs(each / [norms().sd[name] for name in measures]).sum(axis=1)))
    shown = dict(zip(measures, each.sum(axis=0) - each[lacking], strict=True))
    votes = ranking._candidate(ranking.departure(Readings(ALIGNED, shown)), row, 1.0).speaks_against
    assert row.changes[lacking].attribute.name in [vote.sign for vote in votes]


def test_a_group_has_its_own_mean_and_what_is_left_of_the_spread():
    known = norms()
    person = Person("female")
    group = next(g for g in known.groups if g.sex == "female")
    offset, covariance = known.expected(person, 0.0)
    width = known.jointly.index("jaw_width")
    assert offset[width] == pytest.approx(group.offset["jaw_width"])
    assert offset[width] < 0
    assert covariance[width, width] < known.covariance[width, width]
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_a_child_is_compared_less_surely_and_told_so(face):
    known = norms()
    adult, child = (known.expected(Person(age=age), 0.0)[1] for age in (None, 7.0))
    np.testing.assert_allclose(np.diag(child), 2.25 * np.diag(adult))
    assert any("child" in sentence for sentence in known.cautions(Person(age=7.0)))
    assert known.cautions(Person(age=40.0)) == ()


def test_a_smile_is_expected_to_widen_the_mouth():
    known = norms()
    straight, smiling = (known.expected(Person(), smile) for smile in (0.0, 0.8))
    width = known.jointly.index("mouth_width")
    assert smiling[0][width] > straight[0][width] + 1.0
    assert smiling[1][width, width] > straight[1][width, width]


def test_what_a_group_explains_is_taken_out_of_the_spread():
    apart, share = np.array([1.0, 0.0, -0.5]), 0.4
    within = norms_module._within(COVARIANCE + share / (1 - share) * np.outer(apart, apart), apart, share)
    np.testing.assert_allclose(within, COVARIANCE)


def test_a_dark_face_is_compared_with_dark_ones_and_less_surely():
    known = norms()
    tone = known.sd["skin_typology_angle"]
    (mean, usual), (dark, wider) = (known.expected(Person(), 0.0, z * tone) for z in (0.0, -2.5))
    rough = known.jointly.index("skin_roughness")
    assert mean[rough] == 0.0 < dark[rough]
    assert (np.diag(wider) > np.diag(usual)).all()
    assert np.linalg.eigvalsh(wider).min() > 0


def test_measures_by_themselves_are_expected_as_they_are_together():
    known, person = norms(), Person("male", 25.0)
    np.testing.assert_allclose(known.usual(known.jointly, person, 0.4, -20.0)[0], known.expected(person, 0.4, -20.0)[0])
    sd, covariance = known.usual(known.jointly, Person(), 0.4)[1], known.expected(Person(), 0.4)[1]
    np.testing.assert_allclose(sd**2, np.diag(covariance))
    assert known.usual(("facial_index",), person, 0.0)[1][0] > 0


def test_what_is_met_often_counts_more_and_all_together_are_worked_by_hand():
    atlas = Atlas((), (), np.zeros((2, 1, 0), np.float32), np.log(np.array([3.0, 1.0], np.float32)))
    assert ranking.any_disease(np.log(np.array([2.0, 10.0])), atlas) == pytest.approx(
        np.log((3 * 2 + 10) / 4), rel=1e-5
    )
    rosacea = knowledge.load().find("DF:rosacea")
    often, seldom = (
        draw_atlas([rosacea], ("malar_erythema",), ALONE, ids) for ids in (frozenset({rosacea.id}), frozenset())
    )
    assert often.prior.min() > 0.0 == seldom.prior.max()


def test_dark_skin_is_not_compared_by_colour():
    known = norms()
    values = dict.fromkeys(known.jointly, 0.0)
    light, dark = (
        ranking.departure(Readings(ALONE, values | {"skin_typology_angle": z * known.sd["skin_typology_angle"]}))
        for z in (0.0, -2.0)
    )
    assert "malar_erythema" in light.measures
    assert "malar_erythema" not in dark.measures
    assert not dark.colour_told


def test_a_smile_is_read_from_the_face(face):
    assert 0.0 <= read_alone(face).smile <= 1.0


def test_groups_hold_their_people():
    band = Group(10, (18.0, 30.0), None, {})
    assert [band.holds(Person(age=age)) for age in (17.0, 18.0, 30.0, None)] == [False, True, False, False]


def test_singles_find_the_share_that_made_them(diseases):
    random = np.random.default_rng(1)
    pairs = []
    for face in range(40):
        tracked = {"nose_width": float(random.normal(0, 3))}
        apart = {"nose_width": 0.4 * tracked["nose_width"] + float(random.normal(0, 0.2))}
        changes = edits.plan(diseases.find("acromegaly"), 0.8)
        pairs.append(singles_benchmark.Pair(face, changes, tracked, apart))
    row = singles_benchmark._row(np.array([(p.tracked["nose_width"], p.apart["nose_width"]) for p in pairs]))
    assert row["share"] == pytest.approx(0.4, abs=0.05)
    assert row["noise"] == pytest.approx(0.2, abs=0.06)


def test_the_reading_table_is_worked_by_hand():
    found = reading_benchmark.Found(
        severities=[(reading_benchmark.BEFORE, 0.5, 0.6, 0.4, 0.7), (reading_benchmark.BEFORE, 0.5, 0.2, 0.1, 0.3),
                    (reading_benchmark.BEFORE, 0.9, None, None, None)],
        ranks=[(reading_benchmark.BEFORE, "curated", 3.0), (reading_benchmark.BEFORE, "curated", 11.0)],
        departs=[("neutral", tone, tone < 20) for tone in range(0, 60, 5)],
        moves=[("scaled", 0.5), ("cropped", 1.5)],
    )  # fmt: skip
    table = reading_benchmark.tabulate(found, 12)
    row = table["severity"][reading_benchmark.BEFORE]
    assert (row["error"], row["coverage"], row["unanswered"]) == pytest.approx((0.2, 0.5, 0.333), abs=1e-3)
    assert table["disease"][f"{reading_benchmark.BEFORE}, curated"]["first_ten"] == 0.5
    assert table["healthy"]["neutral"]["light_minus_dark"] == -1.0
    assert table["stability"]["beyond_error"] == 0.5
    assert "share one catalogue" in reading_benchmark.summary(json.loads(json.dumps(table)))


@pytest.mark.parametrize("freedom", [np.inf, 12.0])
def test_readings_made_by_the_norms_differ_as_healthy_people_do_around_what_the_disease_moves(diseases, freedom):
    measures = ("palpebral_fissure_slant", "philtrum_length", "nose_length")
    seen, profile = departed((9.0, 9.0, 9.0), freedom, 0.3, measures=measures), diseases.find("ORPHA:870")
    healthy, full = (
        np.array([one.values for one in reading_benchmark.made_by_norms(seen, profile, severity, 4000)])
        for severity in (0.0, 1.0)
    )
    wider = 1.0 if np.isinf(freedom) else freedom / (freedom - 2)
    assert healthy.mean(axis=0) == pytest.approx(0.0, abs=0.15)
    assert np.cov(healthy.T) == pytest.approx(wider * COVARIANCE, abs=0.5)
    changes = ranking.rows_of([profile])[0].changes
    moves = full_moves(changes, measures, ALONE).sum(axis=0)
    assert moves[0] > 2.0
    assert (full - healthy).mean(axis=0) == pytest.approx(moves, rel=0.05, abs=0.02)
    assert (full - healthy).std(axis=0) == pytest.approx(0.3 * np.abs(moves), rel=0.05, abs=0.02)
