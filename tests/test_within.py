"""Learning from what changed within people: pairs are found, changes are read, and enough signs are chosen."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from diseaseface.__main__ import main
from diseaseface.benchmarks import learning, learningtables
from diseaseface.errors import LearningError
from diseaseface.knowledge import learned, profile_file
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile, Sign
from diseaseface.training import groups, lessons, selection, within

SLANT, SPACE = "palpebral_fissure_slant", "interocular_distance"
KNOWN = {
    "mouth_width": 0.8,
    "nose_length": -0.7,
    "palpebral_fissure_slant": 0.8,
    "chin_height": -0.6,
    "jaw_width": -0.6,
}


def changed(people=12, seed=0, **means):
    """What changed within people, by mean and with a tenth of it as their spread."""
    random = np.random.default_rng(seed)
    spread = 1.0 + 0.1 * random.standard_normal(people)
    return within.Within({name: mean * spread for name, mean in means.items()}, dict.fromkeys(means, 0.1))


def test_an_effect_within_people_is_the_mean_change_over_how_healthy_people_differ():
    effect = within.effects(changed(**{SLANT: 4.0}))[SLANT]
    assert effect.difference == pytest.approx(4.0, rel=0.1)
    assert effect.g == pytest.approx(effect.difference / within.sd_of(SLANT), rel=0.1)
    assert effect.low < effect.g < effect.high
    assert effect.amount == pytest.approx(effect.difference, rel=0.1)
    assert effect.share == 1.0


def test_within_people_few_pictures_tell_more_than_between_strangers():
    random = np.random.default_rng(0)
    sd = within.sd_of(SLANT)
    before, change = random.normal(0.0, sd, 12), random.normal(0.6 * sd, 0.1 * sd, 12)
    paired = within.effects(within.Within({SLANT: change}, {SLANT: 0.05}))[SLANT]
    strangers = learned.effects({SLANT: before}, {SLANT: random.normal(0.0, sd, 12) + change}, {SLANT: (1.0, 1.0)})[
        SLANT
    ]
    assert paired.certain
    assert paired.high - paired.low < 0.3 * (strangers.high - strangers.low)


def test_what_the_graph_expects_draws_a_change_towards_it_while_few_people_say_otherwise():
    prior = Profile("X", "X", (), (Sign(SLANT, -1, 1.0),))
    few, many = (within.effects(changed(people, **{SLANT: 4.0}), prior)[SLANT] for people in (8, 200))
    assert few.prior < 0
    assert abs(few.shrunk) <= abs(many.shrunk)
    assert many.amount == pytest.approx(4.0, rel=0.1)


def test_fewer_than_eight_people_are_refused():
    with pytest.raises(LearningError, match="at least 8"):
        within.effects(changed(7, **{SLANT: 4.0}))


def test_a_change_that_does_not_show_is_no_sign():
    full = attributes()[SLANT].positive.full
    found = within.effects(changed(**{SLANT: 0.05 * full, "nose_width": 3.0}))
    assert within.signs(found) == ["nose_width"]


def glances(pictures):
    return np.array([np.concatenate([(100.0, 100.0), picture]) for picture in pictures])


def group(pictures):
    readings = {name: np.zeros(len(pictures)) for name in groups.CONDITIONS}
    return groups.Group({}, readings, glances=glances(pictures))


def test_partners_are_found_in_whatever_order_and_strangers_are_none():
    random = np.random.default_rng(0)
    photos = random.uniform(0, 255, (10, 60))
    order = random.permutation(10)
    again = photos[order] + random.normal(0.0, 5.0, (10, 60))
    assert within.partners(group(photos), group(again)) == tuple(enumerate(np.argsort(order).tolist()))
    assert within.partners(group(photos[:7]), group(again)) == ()
    other_size = group(again)
    other_size.glances[:, 0] = 90.0
    assert within.partners(group(photos), other_size) == ()


def test_signs_whose_change_others_make_are_left_out():
    width = 0.8 * attributes()["nose_width"].positive.full
    made = selection._moved("nose_width", width, "nasal_tip_width") * width
    kept = selection.least({"nose_width": width, "nasal_tip_width": made, SLANT: 5.0})
    assert sorted(kept) == sorted(["nose_width", SLANT])
    more = selection.least({"nose_width": width, "nasal_tip_width": 3.0 * made, SLANT: 5.0})
    assert "nasal_tip_width" in more
    assert selection.least({"nasal_tip_width": made, SLANT: 5.0}, fixed={"nose_width": width}) == {SLANT: 5.0}


@pytest.fixture(scope="module")
def faces(small_faces):
    return small_faces


@pytest.fixture(scope="module")
def result(faces):
    return learning.recover_within(faces, "known", KNOWN)


def test_a_profile_drawn_on_photos_comes_back_from_what_changed(result):
    assert result["large"] == len(KNOWN)
    assert result["right_direction"] == result["large"]
    assert result["told"] == result["large"]
    assert result["spearman"] >= 0.8
    for name in KNOWN:
        row = result["effects"][name]
        assert row["learned"] == pytest.approx(row["drawn"], rel=0.3), name


def test_signs_that_others_make_are_not_told_as_signs(result):
    assert result["false_signs"] <= 1
    others = [row for name, row in result["effects"].items() if name not in KNOWN and abs(row["g"]) > learning.LARGE]
    assert len(others) >= 3, "wholes and neighbours have changed, and are reported"


def test_swapped_folders_of_the_same_people_are_told(result):
    assert result["swapped_refused"]


def test_the_tables_say_what_was_found(result):
    said = learningtables.in_words([result])
    assert "the same people" in said
    assert "undrawn:" in said
    assert "at best:" not in said


def test_drawing_tells_signs_apart_that_responses_alone_do_not(result):
    undrawn = result["added_up"]
    assert undrawn["right_direction"] == result["large"]
    assert result["false_signs"] < undrawn["false_signs"] <= 5


@pytest.mark.parametrize("tip", [0.0, 3.0], ids=["made by the nose", "more than the nose makes"])
def test_a_sign_that_no_face_drawn_on_shows_is_kept_by_its_responses_and_told(faces, tip):
    width = 0.8 * attributes()["nose_width"].positive.full
    made = max(tip, 1.0) * selection._moved("nose_width", width, "nasal_tip_width") * width
    read = {"nose_width": width, "nasal_tip_width": made, SLANT: 5.0}
    on_faces = {name: np.array([value if name == "nose_width" else np.nan]) for name, value in read.items()}
    chosen = selection.selected(read, list(read), faces[:1], on_faces)
    assert chosen.amounts[SLANT] == 5.0
    assert ("nasal_tip_width" in chosen.amounts) == bool(tip)
    assert "nose_width" in chosen.amounts
    assert chosen.untried == len(chosen.amounts) - 1
    assert f"{chosen.untried} of them could not be read" in chosen.told(3, 1)


def test_the_command_learns_within_people_whose_pictures_lie_on_each_other(faces, tmp_path, capsys):
    profile = learning.known_profile("known", KNOWN)
    drawn = [learning.drawn_on(face, profile, 0.8)[0] for face in faces]
    for folder, pictures in (("healthy", faces), ("ill", drawn)):
        (tmp_path / folder).mkdir()
        for number, face in enumerate(pictures):
            Image.fromarray(face.image).save(tmp_path / folder / f"{folder} {number}.png")
    out = tmp_path / "mine.json"
    asked = ["learn", "--healthy", str(tmp_path / "healthy"), "--diseased", str(tmp_path / "ill"), "--name", "Mine"]
    asked += ["--rounds", "0", "--out", str(out)]
    assert main(asked) == 0
    assert "what changed is read within people" in capsys.readouterr().err
    profile = profile_file.read(out)
    assert profile.note.startswith("Learned within people")
    ways = {sign.attribute: sign.direction for sign in profile.signs if sign.attribute in KNOWN}
    assert len(ways) >= 3, "responses alone may take one sign for another"
    assert all(way * KNOWN[name] > 0 for name, way in ways.items())


def test_pictures_that_do_not_lie_on_each_other_are_no_pairs(faces, tmp_path):
    paths = []
    for number, face in enumerate(faces):
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(face.image).save(paths[-1])
    assert within.read_pairs(paths, [*paths[1:], paths[0]], [(at, at) for at in range(len(paths))]) is None


def test_kept_signs_have_the_amounts_that_make_the_picture_and_the_others_what_was_read(faces):
    found = within.effects(changed(**{SLANT: 4.0}))
    mended = lessons._of_amount(found[SLANT], 5.0)
    assert mended.amount == pytest.approx(5.0)
    assert replace(mended, shrunk=found[SLANT].shrunk) == found[SLANT]
