"""Many signs whose strength nobody states share a face: together they stay as near as curated diseases do."""

from dataclasses import replace
from math import hypot

import known
import numpy as np
import pytest

from diseaseface import edits
from diseaseface.evaluation.severity import course_of
from diseaseface.knowledge import strengths
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profile_file import parse
from diseaseface.knowledge.profiles import Profile, Sign
from diseaseface.ui.workbench import Workbench

KABUKI = "OMIM:147920"
SHAPES = ("nose_length", "nose_width", "mouth_width", "philtrum_length", "chin_height", "jaw_width", "telecanthus",
          "interocular_distance", "cheek_fullness", "ear_size", "synophrys", "epicanthus")  # fmt: skip


def unstated(count: int) -> list[Sign]:
    return [Sign(name, 1, 1.0, graded=False) for name in SHAPES[:count]]


def toy(signs) -> Profile:
    return Profile("DF:toy", "Toy", (), tuple(signs))


def shares(signs) -> dict[str, float]:
    return {change.attribute.name: change.share for change in edits.plan(toy(signs), 1.0)}


def joint(signs) -> float:
    return hypot(*(sign.magnitude for sign in strengths.together(signs)))


def sayings(profile: Profile) -> list[str]:
    changes = edits.plan(profile, 1.0)
    return [line.detail for c in changes for line in c.sign.evidence if line.source == strengths.SOURCE]


def test_up_to_four_signs_are_drawn_in_full_to_the_last_bit():
    signs = unstated(4)
    assert strengths.together(signs) == signs


def test_more_signs_are_all_weaker_by_one_factor_and_say_so():
    found = shares(unstated(9))
    factor = strengths.factor_of([1.0] * 9)
    assert 0.5 < factor < 0.95
    assert list(found.values()) == pytest.approx([factor] * 9)
    said = sayings(toy(unstated(9)))
    assert len(said) == 9
    assert all(f"{factor:.0%} of its full amount" in line and "8 more signs" in line for line in said)


def test_every_further_sign_takes_the_face_further_but_never_beyond_the_bound():
    reached = [joint(unstated(count)) for count in range(1, len(SHAPES) + 1)]
    assert np.all(np.diff(reached) > 0)
    assert reached[-1] < strengths.MOST
    assert strengths.factor_of([1.5] * 500) * hypot(*[1.5] * 500) <= strengths.MOST


def test_the_bound_is_what_curated_diseases_of_many_signs_reach():
    """Half of them go further, half of them less far."""
    reached = []
    for profile in known.diseases().curated():
        shaping = [c for c in edits.plan(profile, 1.0) if c.attribute.operator in strengths.SHAPING]
        if len(shaping) >= 9:
            reached.append(hypot(*(change.share for change in shaping)))
    assert len(reached) >= 9
    assert pytest.approx(np.median(reached), abs=0.1) == strengths.MOST


@pytest.mark.parametrize("profile", known.diseases().curated(), ids=lambda profile: profile.id)
def test_no_curated_disease_is_weakened(profile):
    assert all(sign.graded for sign in profile.signs)
    assert not sayings(profile)


def test_the_order_of_the_signs_does_not_matter():
    signs = unstated(10)
    assert shares(signs) == pytest.approx(shares(signs[::-1]), rel=1e-12)


def test_what_somebody_graded_and_what_is_no_shape_stays():
    signs = [*unstated(10), Sign("chin_width", 1, 1.0, 0.9), Sign("malar_erythema", 1, 1.0, graded=False)]
    found = shares(signs)
    assert found["chin_width"] == pytest.approx(0.9)
    assert found["malar_erythema"] == pytest.approx(1.0)
    assert found["nose_length"] == pytest.approx(strengths.factor_of([1.0] * 10))


def test_a_sign_beyond_its_limit_counts_with_what_can_be_drawn():
    beyond = replace(unstated(1)[0], magnitude=50.0)
    pole = attributes()["nose_length"].pole(1)
    drawn = strengths.together([beyond, *unstated(9)[1:]])[0].magnitude
    assert drawn < pole.limit / pole.full


def test_a_disease_of_hpo_is_weaker_at_every_severity_and_still_rises():
    profile = known.diseases().find(KABUKI)
    assert len(sayings(profile)) > 20
    amounts = np.abs(course_of(profile).amounts)
    assert np.all(np.diff(amounts, axis=0) >= 0.0)


def test_severity_is_read_along_the_amounts_that_are_drawn():
    profile = known.diseases().find(KABUKI)
    course = course_of(profile)
    for stage in (10, 25, 50):
        drawn = {(c.attribute.name, c.side): c.amount for c in edits.plan(profile, float(course.severities[stage]))}
        read = dict(zip([(c.attribute.name, c.side) for c in course.changes], course.amounts[stage], strict=True))
        for key, amount in drawn.items():
            assert read[key] == pytest.approx(amount), key


def test_a_strength_set_by_hand_is_drawn_as_set():
    profile = known.diseases().find(KABUKI)
    number = next(i for i, sign in enumerate(profile.signs) if sign.attribute == "nose_length")
    made = Workbench(profile).edited(number, "magnitude", 1.0).made()
    assert made.signs[number].graded
    assert {c.attribute.name: c.share for c in edits.plan(made, 1.0)}["nose_length"] == pytest.approx(1.0)


def test_a_file_keeps_who_graded_what_and_an_older_one_is_taken_as_graded():
    profile = toy(unstated(2))
    data = profile.to_dict()
    assert parse(data) == profile
    del data["signs"][0]["graded"]
    assert [sign.graded for sign in parse(data).signs] == [True, False]


def test_a_picture_says_once_that_its_signs_share_the_face():
    many, few = (strengths.note(strengths.together(unstated(count))) for count in (9, 3))
    assert len(many) == 1
    assert "9 of these signs" in many[0]
    assert few == ()
