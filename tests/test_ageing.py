"""What age does to a face, apart from what the disease does."""

import numpy as np
import pytest

from diseaseface import Pipeline, edits
from diseaseface.errors import CatalogueError, RequestError
from diseaseface.knowledge import ageing
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile, Sign

LONG_PHILTRUM = Profile("X", "X", (), (Sign("philtrum_length", 1, 0.9), Sign("pallor", 1, 0.9)))
ROW = """
[[change]]
attribute = "ear_size"
per_decade = 2.0
from_age = 30.0
until_age = 50.0
sex = "male"
reference = "Nobody 2001"
detail = "Ears lengthen."
"""


def planned(profile=LONG_PHILTRUM, **settings):
    changes = edits.plan(profile, settings.pop("severity", 0.5), **settings)
    return {(change.attribute.name, change.side): change for change in changes}


@pytest.mark.parametrize(
    ("first", "then", "amount"), [(30, 40, 2.0), (20, 35, 1.0), (45, 90, 1.0), (40, 30, -2.0), (60, 70, 0.0)]
)
def test_a_change_goes_on_between_its_ages_only(first, then, amount):
    (drift,) = ageing.parse(ROW, attributes())
    assert drift.between(first, then) == pytest.approx(amount)


def test_the_years_add_up():
    steps = [ageing.changes(a, b) for a, b in ((20, 40), (40, 70))]
    whole = ageing.changes(20, 70)
    for name, amount in whole.items():
        assert sum(step.get(name, 0.0) for step in steps) == pytest.approx(amount)
    assert ageing.changes(40, 40) == {}


def test_ears_grow_as_published():
    assert ageing.changes(30, 80)["ear_size"] == pytest.approx(0.22 * 50)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"ear_size"', '"no_such"', "no such attribute"),
        ("until_age = 50.0", "until_age = 20.0", "rising ages"),
        ('sex = "male"', 'sex = "x"', "female, male"),
        ('reference = "Nobody 2001"', 'reference = ""', "reference"),
        ("per_decade = 2.0", "", "per_decade"),
    ],
)
def test_a_malformed_change_is_refused_by_name(old, new, words):
    with pytest.raises(CatalogueError, match=words):
        ageing.parse(ROW.replace(old, new), attributes())


def test_age_and_disease_add_up_and_are_told_apart():
    ill, both = planned()["philtrum_length", None], planned(age=70, photo_age=30)["philtrum_length", None]
    assert ill.aged == 0.0
    assert both.amount == pytest.approx(ill.amount + both.aged)
    assert both.aged == pytest.approx(ageing.changes(30, 70)["philtrum_length"])


def test_a_part_that_the_disease_leaves_alone_is_aged_too():
    change = planned(age=70, photo_age=30)["ear_size", None]
    assert change.sign is None
    assert change.amount == change.aged > 0


def test_what_the_disease_does_on_one_side_is_aged_on_both():
    one_sided = Profile("X", "X", (), (Sign("mouth_corners", -1, 0.9), Sign("nasolabial_fold", 1, 0.9, side="left")))
    found = planned(one_sided, age=70, photo_age=30)
    sides = {side for name, side in found if name == "nasolabial_fold"}
    assert sides in ({"left", "right"}, {None})


def test_no_limit_is_passed():
    for change in planned(severity=1.0, age=90, photo_age=2).values():
        poles = [pole for pole in (change.attribute.positive, change.attribute.negative) if pole]
        assert abs(change.amount) <= max(abs(pole.limit) for pole in poles)


@pytest.mark.parametrize("ages", [{}, {"age": 60}, {"photo_age": 30}, {"age": 30, "photo_age": 30}])
def test_without_two_ages_nothing_is_aged(ages):
    assert all(change.aged == 0.0 for change in planned(**ages).values())


def test_a_step_of_a_year_moves_less_than_one_of_ten():
    year, decade = (sum(abs(c.aged) for c in planned(age=50 + n, photo_age=50).values()) for n in (1, 10))
    assert 0 < year < 0.2 * decade


def test_an_impossible_age_is_refused():
    with pytest.raises(RequestError, match="120"):
        planned(photo_age=130, age=30)


@pytest.fixture(scope="module")
def older(face):
    pipeline = Pipeline.load()
    return pipeline.transform(face, "Marfan syndrome", 0.6, age=65, photo_age=40)


def test_the_report_says_what_came_from_age_and_what_from_disease(older):
    report = older.report.to_dict()
    rows = {row["name"]: row for row in report["attributes"]}
    aged = {name: row["aged"] for name, row in rows.items() if row["aged"]}
    assert "nasolabial_fold" in aged
    assert any(line["source"] == ageing.SOURCE for line in rows["nasolabial_fold"]["evidence"])
    assert any(row["aged"] == 0.0 and row["asked"] for row in rows.values())
    assert any("aged by 25 years" in warning for warning in report["warnings"])
    assert (report["age"], report["photo_age"]) == (65, 40)


def test_age_moves_the_picture(older, face):
    younger = Pipeline.load().transform(face, "Marfan syndrome", 0.6, age=40, photo_age=40)
    assert not np.array_equal(older.picture, younger.picture)


def test_an_age_without_onsets_says_that_nobody_states_them(face):
    drawing = Pipeline.load().draw(face, "DF:rosacea", 0.5, age=40)
    assert any("No source says at which age" in note for note in drawing.notes)
    assert any("was not told" in note for note in drawing.notes)
