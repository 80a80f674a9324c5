"""Profiles from pictures: effects worked by hand, known profiles drawn and learned back, folders as they come."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from diseaseface.__main__ import main
from diseaseface.benchmarks import ceiling, combinations, learning
from diseaseface.errors import CatalogueError, LearningError
from diseaseface.evaluation import responses
from diseaseface.evaluation.norms import norms
from diseaseface.knowledge import crosstalk, learned, profile_file
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Evidence, Profile, Sign
from diseaseface.training import comparison, datasets, groups, lessons, synthesis, within

SLANT, SPACE = "palpebral_fissure_slant", "interocular_distance"
WHOLE = {SLANT: (1.0, 1.0), SPACE: (1.0, 1.0)}
# Nine faces cannot tell the direction of half a deviation: the smallest sign is drawn stronger.
FIRST = learning.PROFILES["first"] | {"upper_vermilion_height": -0.8}


def people(mean, sd=1.0, count=40, seed=0):
    values = np.random.default_rng(seed).standard_normal(count)
    return mean + sd * (values - values.mean()) / values.std(ddof=1)


def compared(slant=0.0, space=0.0, prior=None, count=40, seen=WHOLE):
    healthy = {SLANT: people(3.0, count=count), SPACE: people(57.0, 2.0, count, 1)}
    diseased = {SLANT: people(3.0 + slant, count=count, seed=2), SPACE: people(57.0 + space, 2.0, count, 3)}
    return learned.effects(healthy, diseased, seen, prior)


def test_hedges_g_is_worked_by_hand():
    healthy, diseased = np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])
    assert learned.hedges_g(healthy, diseased) == pytest.approx(2.0 * (1 - 3 / 15))
    assert learned.variance_of_g(0.0, 10, 10) == pytest.approx(0.2)


@pytest.mark.parametrize(("g", "prior", "middle"), [(1.0, 0.0, 0.5), (1.0, 1.0, 1.0), (0.0, 1.0, 0.5)])
def test_equal_precisions_meet_half_way(g, prior, middle):
    mean, sd = learned.posterior(g, 0.04, prior, 0.04)
    assert mean == pytest.approx(middle)
    assert sd == pytest.approx(np.sqrt(0.02))


def test_the_interval_holds_the_effect_and_narrows_with_people():
    few, many = compared(slant=1.0, count=10)[SLANT], compared(slant=1.0, count=200)[SLANT]
    for effect in (few, many):
        assert effect.low < effect.g < effect.high
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_few_pictures_are_drawn_to_what_the_graph_expects_and_many_stay():
    prior = Profile("X", "X", (), (Sign(SLANT, -1, 1.0),))
    few, many = compared(slant=1.0, prior=prior, count=8)[SLANT], compared(slant=1.0, prior=prior, count=400)[SLANT]
    assert few.prior < 0
    assert few.shrunk < many.shrunk
    assert many.shrunk == pytest.approx(many.g, abs=0.15)


@pytest.mark.parametrize("count", [0, 7])
def test_fewer_than_eight_pictures_are_refused(count):
    with pytest.raises(LearningError, match="at least 8"):
        compared(count=max(count, 2))


def test_a_share_of_people_is_a_probability():
    for shift in (-3.0, 0.0, 0.5, 3.0):
        assert 0.0 <= learned.share_beyond(people(0.0), people(shift, seed=1), 1.0) <= 1.0
    assert learned.share_beyond(people(0.0), people(0.0, seed=1), 1.0) < 0.1
    assert learned.share_beyond(people(0.0), people(4.0, seed=1), 1.0) > 0.95


def test_a_learned_sign_has_the_way_of_the_difference_and_the_amount_that_reads_like_it():
    found = compared(slant=2.0, space=-4.0, count=400, seen={SLANT: (0.5, 0.5), SPACE: (1.0, 0.8)})
    signs = {sign.attribute: sign for sign in learned.profile("Mine", found).signs}
    assert (signs[SLANT].direction, signs[SPACE].direction) == (1, -1)
    assert signs[SLANT].magnitude * 8.0 == pytest.approx(2.0 / 0.5, rel=0.1)
    assert signs[SPACE].magnitude * 6.0 == pytest.approx(4.0 / 0.8, rel=0.1)


def test_what_does_not_differ_is_no_sign():
    assert learned.profile("Mine", compared()).signs == ()


def test_what_single_pictures_do_not_show_is_not_learned():
    found = compared(slant=3.0, seen=WHOLE | {SLANT: (float("nan"), 1.0)})
    assert learned.profile("Mine", found).signs == ()


def test_a_conflict_with_another_source_stays_visible():
    says_down = Sign(SLANT, -1, 0.9, evidence=(Evidence("HPO", "ORPHA:1", "Very frequent"),))
    prior = Profile("X", "X", (), (says_down,))
    sign = next(
        s for s in learned.profile("Mine", compared(3.0, prior=prior, count=300), prior).signs if s.attribute == SLANT
    )
    assert sign.direction == 1
    assert any("against the pictures" in line.detail for line in sign.evidence)
    assert any(line.source == learned.SOURCE for line in sign.evidence)


def test_swapped_groups_go_against_the_graph():
    prior = Profile("X", "X", (), (Sign(SLANT, 1, 1.0), Sign(SPACE, 1, 1.0)))
    assert not learned.points_backwards(compared(2.0, 3.0, prior))
    assert learned.points_backwards(compared(-2.0, -3.0, prior))
    assert not learned.points_backwards(compared(-2.0, -3.0))


@pytest.fixture(scope="module")
def faces(small_faces):
    return small_faces


def compared_together(differences, moves, apart=0.0, people=100):
    """Return a comparison of two groups, whose measures are independent, in which slant and space differ."""
    none = np.zeros_like(moves)
    return crosstalk.Comparison(
        (SLANT, SPACE), np.array(differences), 2.0 / people * np.eye(2), crosstalk.Moves(moves, none), apart * np.eye(2)
    )


def test_what_other_signs_do_to_a_measure_is_taken_away():
    """Slant drawn at its full amount also moves the space by 2 SD that are no sign of their own."""
    healthy = {SLANT: people(3.0, count=100), SPACE: people(57.0, 2.0, 100, 1)}
    diseased = {SLANT: people(7.0, count=100, seed=2), SPACE: people(61.0, 2.0, 100, 3)}
    both = compared_together([4.0, 2.0], np.array([[8.0, 0.0], [4.0, 3.0]]))
    alone = learned.effects(healthy, diseased, WHOLE)
    joint = learned.effects(healthy, diseased, WHOLE, comparison=both)
    assert alone[SPACE].certain
    assert not joint[SPACE].certain
    assert joint[SLANT].amount == pytest.approx(4.0, rel=0.15)
    assert joint[SPACE].g == alone[SPACE].g, "what was read stays told"


def test_a_second_name_of_a_reading_is_no_second_sign():
    healthy = {SLANT: people(3.0, count=100), SPACE: people(57.0, 2.0, 100, 1)}
    diseased = {SLANT: people(7.0, count=100, seed=2), SPACE: people(61.0, 2.0, 100, 3)}
    only = crosstalk.Moves(np.array([[8.0]]), np.zeros((1, 1)))
    slant = crosstalk.Comparison((SLANT,), np.array([4.0]), 0.02 * np.eye(1), only, np.zeros((1, 1)))
    assert not learned.effects(healthy, diseased, WHOLE, comparison=slant)[SPACE].certain


def test_signs_without_any_crosstalk_are_explained_by_their_own_measures():
    moves = crosstalk.Moves(4.0 * np.eye(3), 4.0 * np.eye(3))
    differences, none = np.array([2.0, 0.0, -1.0]), np.zeros((3, 3))
    mean, sd = crosstalk.explained(differences, 0.01 * np.eye(3), moves, np.zeros(3), np.full(3, 0.5), none)
    np.testing.assert_allclose(mean, differences / 4.0, atol=0.03)
    assert (sd < 0.12).all()


def test_what_signs_together_are_known_to_miss_makes_them_less_sure():
    moves = np.array([[8.0, 0.0], [4.0, 3.0]])
    both = (compared_together([4.0, 2.0], moves, apart) for apart in (0.0, 1.0))
    (mean, sd), (careful, unsure) = (one.explained((SLANT, SPACE), np.zeros(2), np.full(2, 0.4)) for one in both)
    assert (unsure > sd).all()
    assert abs(careful[0]) < abs(mean[0])


def test_a_sign_takes_the_slopes_of_the_direction_that_it_has():
    """Down, a measure answers twice as much as up: half of the share explains the same difference."""
    moves = crosstalk.Moves(np.array([[2.0]]), np.array([[4.0]]))
    up, down = (
        crosstalk.explained(np.array([value]), np.array([[1e-4]]), moves, np.zeros(1), np.ones(1), np.zeros((1, 1)))[0]
        for value in (1.0, -1.0)
    )
    assert up[0] == pytest.approx(-2.0 * down[0], rel=0.1)


def test_from_signs_that_were_drawn_together_only_steps_add_up():
    """Half of each sign was drawn and measured twice what single signs do: the same difference is explained by it."""
    moves = np.array([[8.0, 0.0], [4.0, 3.0]])
    drawn = crosstalk.Drawn({SLANT: 0.5, SPACE: 0.5}, 2.0 * moves @ [0.5, 0.5], np.ones(2, bool))
    added = compared_together(2.0 * moves @ [0.5, 0.5], moves, apart=0.1)
    for differences, share in ((drawn.differences, 0.5), (drawn.differences + moves @ [0.2, 0.2], 0.7)):
        comparison = replace(added, differences=differences, drawn=drawn)
        mean, _ = comparison.explained((SLANT, SPACE), np.zeros(2), np.full(2, 2.0))
        np.testing.assert_allclose(mean, share, atol=0.04)
    mean, _ = added.explained((SLANT, SPACE), np.zeros(2), np.full(2, 2.0))
    assert (mean > 0.8).all(), "without the drawing, twice of each sign"


def test_what_few_faces_tell_of_signs_drawn_together_is_in_doubt():
    moves = np.array([[8.0, 0.0], [4.0, 3.0]])
    one = compared_together(moves @ [0.5, 0.5], moves)
    drawn = (crosstalk.Drawn({SLANT: 0.5}, moves @ [0.5, 0.0], np.ones(2, bool), doubt) for doubt in (0.0, 1.0))
    sure, unsure = (replace(one, drawn=d).explained((SLANT, SPACE), np.zeros(2), np.full(2, 0.4))[1] for d in drawn)
    assert (unsure > 1.5 * sure).all()


def test_the_mean_of_drawn_faces_is_as_sure_as_they_agree():
    mean, doubt, seen = synthesis._mean(np.array([[1.0, 1.0], [1.0, 3.0], [np.nan, 2.0]]))
    np.testing.assert_allclose(mean, [1.0, 2.0])
    np.testing.assert_allclose(doubt, [0.0, 1.0 / 3.0])
    assert seen.tolist() == [2, 3]


def test_signs_without_a_side_move_no_reading_without_one():
    """Wider mouths read as more asymmetric on this face and less on that: on average they are neither."""
    unsided = sorted(responses.UNSIDED)
    for direction in (1, -1):
        assert not comparison._slopes("mouth_width", direction, unsided).any()
    assert comparison._slopes("facial_weakness", 1, unsided).max() > 1.0
    assert comparison._slopes("nasal_deviation", 1, unsided).max() > 0.5


def test_signs_that_stand_in_for_each_other_are_drawn_before_they_are_certain():
    effect = replace(compared(slant=2.0)[SLANT], shrunk=1.0, shrunk_sd=0.7, seen=1.0)
    assert not effect.certain
    assert effect.likely
    assert synthesis.shares({SLANT: effect})
    assert not synthesis.shares({SLANT: replace(effect, shrunk_sd=1.2)})


def test_profiles_of_chance_have_readable_signs_of_one_measure_each():
    profiles = learning.drawn_by_chance(5, seed=3)
    assert profiles == learning.drawn_by_chance(5, seed=3) != learning.drawn_by_chance(5, seed=4)
    for shares in profiles.values():
        assert 8 <= len(shares) <= 12
        assert len({attributes()[name].measure for name in shares}) == len(shares)
        for name, share in shares.items():
            assert 0.3 <= abs(share) <= 0.9
            assert groups.seen(attributes()[name])[share < 0] > 0


def test_a_score_tells_intervals_beside_the_wrong_direction_from_those_that_hold_it():
    row = {"drawn": 1.0, "learned": 2.0, "learned_sd": 0.5, "certain": True}
    rows = {
        "a": row,
        "b": row | {"learned": 0.5},
        "c": row | {"learned": -2.0, "drawn": 2.0},
        "d": row | {"drawn": 0.1},
    }
    score = learning.score(rows)
    assert (score["large"], score["right_direction"]) == (3, 2)
    assert (score["surely_right"], score["surely_wrong"]) == (1, 1)
    assert score["expected_wrong"] == pytest.approx(0.16, abs=0.01)


def test_at_best_learning_is_as_near_as_people_and_likeness_of_signs_let_it():
    """Signs that move one measure each come back, many people sooner than few; two that look alike do not."""
    names, drawn = (SLANT, SPACE, "nose_width"), {SLANT: 3.0, SPACE: -2.0, "nose_width": 1.0}
    apart, alike = np.diag([4.0, 3.0, 2.0]), np.array([[4.0, 0.0, 0.0], [0.0, 3.0, 3.0], [0.0, 3.0, 3.0]])

    def best(slopes, doubt):
        told = crosstalk.Comparison(
            names, np.zeros(3), doubt * np.eye(3), crosstalk.Moves(slopes, slopes), np.zeros((3, 3))
        )
        true = np.array([drawn[name] for name in names])
        return ceiling.at_best(told, names, drawn, lambda found: learning.near(true, found))

    many, few, twins = best(apart, 1e-4), best(apart, 2.0), best(alike, 1e-4)
    assert many == {"right": 3.0, "spearman": 1.0, "both_held": 1.0}
    assert few["right"] < 3.0
    assert few["both_held"] < 1.0
    assert twins["right"] < 3.0


def test_combinations_of_signs_give_their_responses_back():
    """Draws made from responses that are known: fitted ones are nearer to them than the single ones given."""
    random, names = np.random.default_rng(0), combinations.measures()
    single = {sign: responses.responses()[sign] for sign in ("nose_width+", "nose_length-", "mouth_width-")}
    true = {sign: 1.5 * combinations.in_sd(sign, row) for sign, row in single.items()}
    draws = []
    for number in range(200):
        shares = {sign: float(random.uniform(0.2, 0.9)) for sign in random.choice([*single], 2, replace=False)}
        moved = sum(share * true[sign] for sign, share in shares.items())
        both = (moved + 0.05 * random.standard_normal(len(names)) for _ in range(2))
        draws += [(number, shares, dict(zip(names, values, strict=True))) for values in both]
    found, missed = combinations.fitted(single, draws)
    for sign, row in single.items():
        before, after = (np.abs(combinations.in_sd(sign, one) - true[sign]).sum() for one in (row, found[sign]))
        assert after < 0.5 * before
    assert np.sqrt(np.diag(missed)).max() < 0.1


def test_combinations_are_the_same_for_every_photo_and_fall_to_two():
    signs = combinations.movers(responses.responses())
    shares, on = combinations.chosen(3, signs, 6)
    assert (shares, on) == combinations.chosen(3, signs, 6)
    assert len(on) == 2
    assert 5 <= len(shares) <= 10
    assert len({sign[:-1] for sign in shares}) == len(shares)


def test_every_response_is_of_a_sign_and_a_measure_that_exist():
    table, names = responses.responses(), norms().sd
    assert len(table) >= 80
    for sign, moved in table.items():
        attributes()[sign[:-1]].pole(1 if sign[-1] == "+" else -1)
        assert moved.keys() <= names.keys(), sign
    with pytest.raises(CatalogueError, match="malformed"):
        responses.parse("{}")
    measures, missed = responses.together()
    assert missed.shape == (len(measures), len(measures))
    assert np.linalg.eigvalsh(missed).min() > -1e-3
    with pytest.raises(CatalogueError, match="malformed"):
        responses.parse_together('{"together": {"measures": ["nose_width"], "covariance": []}}')


@pytest.fixture(scope="module")
def healthy(faces):
    return groups.gathered([groups.read(face) for face in faces])


@pytest.fixture(scope="module")
def both(faces, healthy):
    """Readings of the faces, and of the same faces drawn with a known profile."""
    drawn, applied = learning.drawn_group(faces, learning.known_profile("known", FIRST))
    return healthy, drawn, applied


@pytest.fixture(scope="module")
def opposite(faces, healthy):
    return healthy, *learning.drawn_group(faces, learning.known_profile("known", learning.PROFILES["opposite"]))


@pytest.mark.parametrize("known", ["both", "opposite"])
def test_a_drawn_profile_comes_back_from_its_pictures(known, request):
    healthy, drawn, applied = request.getfixturevalue(known)
    effects = lessons.learn("Known", healthy, drawn).effects
    readable = {name: effect for name, effect in effects.items() if effect.seen > 0 and name in applied}
    rows = {n: (applied[n] / within.sd_of(n), e.amount / within.sd_of(n)) for n, e in readable.items()}
    large = np.array([row for row in rows.values() if abs(row[0]) > learning.LARGE])
    assert len(large) >= 8
    assert not {name: row for name, row in rows.items() if abs(row[0]) > learning.LARGE and row[0] * row[1] <= 0}
    ranks = [np.argsort(np.argsort(column)) for column in large.T]
    assert np.corrcoef(ranks)[0, 1] >= 0.8


@pytest.fixture(scope="module")
def synthesised(faces, both):
    """What the known profile's pictures teach as if signs added up, and drawn twice on the healthy faces."""
    healthy, drawn, applied = both
    counted = []
    kept = replace(healthy, faces=tuple(faces))
    tell = lambda *done: counted.append(done)  # noqa: E731
    lesson = lessons.learn("Known", kept, drawn, rounds=2, on_face=tell)
    return lessons.learn("Known", kept, drawn, rounds=0), lesson, applied, counted


def test_what_is_drawn_and_mended_comes_nearer_to_the_known_profile(synthesised):
    added, mended, applied, _ = synthesised
    scores = [learning.score(learning.rows_of(lesson, applied)) for lesson in (added, mended)]
    assert scores[1]["error"] < scores[0]["error"]
    assert scores[1]["right_direction"] >= scores[0]["right_direction"]
    assert scores[1]["false_signs"] <= scores[0]["false_signs"]


def test_drawn_faces_measure_more_like_the_pictures_with_every_round_that_is_kept(synthesised):
    _, mended, _, counted = synthesised
    assert 0.0 < mended.synthesis.after <= mended.synthesis.before < 0.5
    assert counted == [(done, 18) for done in range(1, 19)]
    assert "on 9 of the healthy faces 2 times" in mended.profile.note
    assert f"{mended.synthesis.after:.0%} at best" in mended.profile.note
    assert lessons.report(mended)["drawn"]["rounds"] == 2


def test_without_drawing_nothing_is_said_of_it(synthesised):
    added = synthesised[0]
    assert added.synthesis is None
    assert "drawn" not in added.profile.note
    assert lessons.report(added)["drawn"] is None


def test_drawn_faces_that_lead_away_change_nothing(faces, both, monkeypatch):
    """Faces on which the signs are drawn the wrong way round are no better than healthy ones."""
    healthy, diseased, _ = both
    away = lambda wanted, comparison, *_: crosstalk.Drawn(wanted, -comparison.differences, True)  # noqa: E731
    monkeypatch.setattr(synthesis, "draw", away)
    kept = replace(healthy, faces=tuple(faces[:1]))
    mended, added = (lessons.learn("Known", kept, diseased, rounds=rounds) for rounds in (2, 0))
    signs = [{sign.attribute: sign.magnitude for sign in lesson.profile.signs} for lesson in (mended, added)]
    assert signs[0] == pytest.approx(signs[1])
    assert len(signs[1]) >= 5
    assert (mended.synthesis.before, mended.synthesis.after) == (pytest.approx(4.0), pytest.approx(1.0))


def test_swapped_folders_are_told_and_not_inverted(both):
    healthy, drawn, _ = both
    with pytest.raises(LearningError, match="swapped"):
        lessons.learn("Known", drawn, healthy)
    lesson = lessons.learn("Known", drawn, healthy, as_given=True)
    assert any("depart more" in caution for caution in lesson.cautions)


def test_the_profile_says_who_was_measured(both):
    note = lessons.learn("Known", *both[:2]).profile.note
    for words in ("9 pictures", "ages not told", "skin in the pictures", "Absolute skin colour was not used"):
        assert words in note


def test_ages_and_pictures_that_could_not_be_read_are_stated(faces):
    read = [groups.read(face) for face in faces]
    told = groups.gathered(read, (30.0, 41.0), "", ((datasets.Path("wall.png"), "No face."),)).told()
    assert "aged 30 to 41, median 35.5 years (told of 2)" in told
    assert "1 could not be read" in told


def test_a_difference_in_how_pictures_were_taken_is_told(both):
    healthy, drawn, _ = both
    smiling = groups.Group(drawn.values, drawn.conditions | {"smile": healthy.conditions["smile"] + 0.9})
    assert any("smiling" in sentence for sentence in groups.differences(healthy, smiling))


@pytest.mark.parametrize(("angle", "name"), [(60, "very light"), (35, "intermediate"), (-31, "dark")])
def test_skin_tones_follow_the_typology_angle(angle, name):
    assert groups.tone_name(angle) == name


def picture_files(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (8, 8)).save(folder / name)


def test_a_plain_folder_is_searched_below_and_its_ages_are_read(tmp_path):
    picture_files(tmp_path / "a", "1.jpg")
    picture_files(tmp_path, "2.png")
    (tmp_path / "ages.csv").write_text("file,age\n2.png,31\n", encoding="utf-8")
    found = datasets.find(tmp_path, "healthy")
    assert [path.name for path in found.paths] == ["2.png", "1.jpg"]
    assert found.ages == {tmp_path / "2.png": 31.0}


def test_the_class_of_dsf_is_chosen_by_the_name_of_the_disease(tmp_path):
    picture_files(tmp_path / "Beta-thalassemia", "b.jpg")
    picture_files(tmp_path / "Down syndrome", "d.jpg")
    picture_files(tmp_path / "healthy control", "h.jpg")
    for wanted, name in (("healthy", "h.jpg"), ("Down syndrome", "d.jpg"), ("Beta-thalassemia major", "b.jpg")):
        assert [path.name for path in datasets.find(tmp_path, wanted).paths] == [name]
    with pytest.raises(LearningError, match="none of them"):
        datasets.find(tmp_path, "Rosacea")


CELEBA = "3\nSmiling Eyeglasses\n1.jpg  1 -1\n2.jpg -1 -1\n3.jpg -1  1\n"


@pytest.mark.parametrize(
    ("filters", "names"), [({"Smiling": False, "Eyeglasses": False}, ["2.jpg"]), ({"Smiling": True}, ["1.jpg"])]
)
def test_celeba_is_filtered_by_its_attributes(tmp_path, filters, names):
    picture_files(tmp_path / "img_align_celeba", "1.jpg", "2.jpg", "3.jpg")
    (tmp_path / "list_attr_celeba.txt").write_text(CELEBA, encoding="utf-8")
    assert [path.name for path in datasets.find(tmp_path, "healthy", filters).paths] == names
    with pytest.raises(LearningError, match="Smiling, Eyeglasses"):
        datasets.find(tmp_path, "healthy", {"Frowning": True})


@pytest.mark.parametrize("wanted", ["empty", "missing"])
def test_a_folder_without_pictures_is_refused(tmp_path, wanted):
    (tmp_path / "empty").mkdir()
    with pytest.raises(LearningError, match="give a folder"):
        datasets.find(tmp_path / wanted, "healthy")


def test_the_command_refuses_too_few_pictures_in_one_line(tmp_path, capsys):
    picture_files(tmp_path, "1.jpg")
    out = tmp_path / "mine.json"
    asked = ["learn", "--healthy", str(tmp_path), "--diseased", str(tmp_path), "--name", "Mine", "--out", str(out)]
    assert main(asked) == 1
    assert "at least 8" in capsys.readouterr().err.splitlines()[-1]
    assert not out.exists()


def test_the_command_passes_over_what_it_cannot_read_and_writes_a_profile(faces, tmp_path, capsys):
    kept = {f"{number}.png": face for number, face in enumerate(faces)}
    drawn = learning.MorphEngine()
    plan = learning.edits.plan(learning.known_profile("known", FIRST), 0.9)
    for folder, picture in (
        ("healthy", lambda face: face.image),
        ("ill", lambda face: drawn.render(face, plan).picture),
    ):
        (tmp_path / folder).mkdir()
        for name, face in kept.items():
            Image.fromarray(picture(face)).save(tmp_path / folder / name)
        Image.new("RGB", (300, 300), "grey").save(tmp_path / folder / "wall.png")
    out, told = tmp_path / "mine.json", tmp_path / "told.json"
    asked = ["learn", "--healthy", str(tmp_path / "healthy"), "--diseased", str(tmp_path / "ill"), "--name", "Mine"]
    assert main([*asked, "--strangers", "--rounds", "1", "--out", str(out), "--report", str(told)]) == 0
    said = capsys.readouterr().err
    assert said.count("wall.png: passed over.") == 2
    assert "drawn to compare: 9 of 9" in said
    assert "drawn on 9 of the healthy faces once" in profile_file.read(out).note
    assert len(json.loads(told.read_text(encoding="utf-8"))["effects"]) > 20
