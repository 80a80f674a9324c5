"""From a profile and a severity to amounts."""

from itertools import pairwise

import known
import numpy as np
import pytest

from diseaseface import knowledge
from diseaseface.edits import (
    LEAST_SIGNS,
    Change,
    form_of,
    plan,
    progress,
    sampled_signs,
    typical_signs,
    without_conflicts,
)
from diseaseface.errors import RequestError
from diseaseface.knowledge import store, supplement
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.profiles import Form, Profile, Sign

CURATED = list(supplement.load())


@pytest.fixture(scope="module")
def diseases() -> Diseases:
    return known.diseases()


def toy(*signs: Sign) -> Profile:
    return Profile("DF:toy", "Toy", (), signs)


UP = Sign("palpebral_fissure_slant", 1, 0.9)
DOWN = Sign("palpebral_fissure_slant", -1, 0.6)
WIDE = Sign("interocular_distance", 1, 0.6)
PALE = Sign("pallor", 1, 0.4)
JAW = Sign("mandible_size", 1, 0.2)
WEAK = Sign("facial_weakness", 1, 1.0, side="one")
UNKNOWN = Sign("nose_width", 1, 0.5, known=False)


FORMS = (
    Form("with", 0.3, (("palpebral_fissure_slant", 1, 0.9), ("interocular_distance", 1, 0.8)), "Nobody 2001"),
    Form("without", 0.7, (("palpebral_fissure_slant", 1, 0.0), ("interocular_distance", 1, 0.1)), "Nobody 2001"),
)


def test_signs_of_one_form_come_together_and_are_as_frequent_as_the_profile_says():
    """P(slant) = .3 x .9 = .27, P(space) = .3 x .8 + .7 x .1 = .31, both .3 x .9 x .8 = .216 and not .0837."""
    signs = (
        Sign("palpebral_fissure_slant", 1, 0.27),
        Sign("interocular_distance", 1, 0.31),
        Sign("pallor", 1, 1.0),  # so that nobody is given a sign to have one
    )
    profile = Profile("X", "X", (), signs, forms=FORMS)
    draws = [{sign.attribute for sign in sampled_signs(signs, seed, form_of(profile, seed))} for seed in range(4000)]
    for expected, wanted in (
        (0.27, {"palpebral_fissure_slant"}),
        (0.31, {"interocular_distance"}),
        (0.216, {"palpebral_fissure_slant", "interocular_distance"}),
    ):
        share = np.mean([wanted <= drawn for drawn in draws])
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / len(draws)), wanted


def test_the_frequency_of_a_sign_follows_from_the_curated_forms(diseases):
    shipped = [diseases.find(key) for key in CURATED]
    with_forms = [profile for profile in shipped if profile.forms]
    assert len(with_forms) >= 6
    for profile in with_forms:
        weights = {(sign.attribute, sign.direction): sign.weight for sign in profile.signs}
        assert sum(form.share for form in profile.forms) == pytest.approx(1.0)
        for name, direction, _ in profile.forms[0].weights:
            (sign,) = (sign for sign in profile.signs if (sign.attribute, sign.direction) == (name, direction))
            over_all = sum(form.share * form.weight_of(sign) for form in profile.forms)
            assert over_all == pytest.approx(weights[name, direction]), (profile.name, name)


def test_a_sampled_person_with_angelman_syndrome_is_fair_by_the_deletion_alone(diseases):
    profile, fair = diseases.find("Angelman syndrome"), {"hyperpigmentation", "hair_hypopigmentation"}
    for seed in range(200):
        drawn = {c.attribute.name for c in plan(profile, 1.0, presentation="sampled", seed=seed)}
        assert not drawn & fair or form_of(profile, seed).name == "deletion"


def test_signs_come_at_the_age_that_the_sources_tell(diseases):
    profile = diseases.find("Neurofibromatosis type 1")
    drawn = {age: {c.attribute.name for c in plan(profile, 1.0, age=age)} for age in (1.0, 5.0, 20.0)}
    assert "cafe_au_lait_spots" in drawn[1.0]
    assert not {"lisch_nodules", "neurofibromas"} & drawn[1.0]
    assert "lisch_nodules" in drawn[5.0]
    assert "neurofibromas" not in drawn[5.0]
    assert {"lisch_nodules", "neurofibromas"} <= drawn[20.0]


def test_a_form_is_drawn_by_its_share_and_by_the_seed_alone():
    profile = Profile("X", "X", (), (), forms=FORMS)
    drawn = [form_of(profile, seed).name for seed in range(2000)]
    assert abs(drawn.count("with") / 2000 - 0.3) < 0.05
    assert form_of(profile, 7) == form_of(profile, 7)
    assert form_of(Profile("X", "X", (), ()), 7) is None


@pytest.mark.parametrize("key", CURATED)
def test_severity_zero_asks_for_nothing(diseases, key):
    assert plan(diseases.find(key), 0.0) == ()
    assert plan(diseases.find(key), 0.0, presentation="sampled", toward="healthy") == ()


@pytest.mark.parametrize("key", CURATED)
def test_every_curated_disease_asks_for_something_within_the_limits(diseases, key):
    for presentation, seed in (("typical", 0), ("sampled", 1), ("sampled", 2)):
        changes = plan(diseases.find(key), 1.0, presentation=presentation, seed=seed)
        assert changes
        for change in changes:
            pole = change.attribute.pole(change.sign.direction)
            assert change.amount / pole.full > 0
            assert abs(change.amount) <= abs(pole.limit)


@pytest.mark.parametrize("key", CURATED)
def test_amounts_never_fall_with_severity(diseases, key):
    profile = diseases.find(key)
    strip = [{c.attribute.name: c.share for c in plan(profile, step / 20)} for step in range(21)]
    for before, after in pairwise(strip):
        assert all(after.get(name, 0.0) >= share for name, share in before.items())


@pytest.mark.parametrize("onset", [(0.0, 1.0), (0.2, 0.75), (0.6, 1.0)])
def test_a_sign_rises_strictly_from_its_onset_to_its_completion(onset):
    begin, end = onset
    steps = [begin + (end - begin) * step / 100 for step in range(101)]
    values = [progress(severity, onset) for severity in steps]
    assert values[0] == 0.0
    assert values[-1] == 1.0
    assert all(later > earlier for earlier, later in pairwise(values))
    assert progress(0.0, onset) == 0.0
    assert progress(1.0, onset) == 1.0
    assert progress((begin + end) / 2, onset) == pytest.approx(0.5)


def test_full_severity_is_exactly_the_catalogues_amount():
    (change,) = plan(toy(UP), 1.0)
    assert change.amount == attributes()["palpebral_fissure_slant"].positive.full
    assert change.share == 1.0


def test_magnitude_scales_and_weight_does_not():
    half = Sign("palpebral_fissure_slant", 1, 0.9, magnitude=0.5)
    rarer = Sign("palpebral_fissure_slant", 1, 0.5, magnitude=0.5)
    (one,), (other,) = plan(toy(half), 1.0), plan(toy(rarer), 1.0)
    assert one.amount == other.amount == 0.5 * attributes()["palpebral_fissure_slant"].positive.full


def test_no_magnitude_passes_the_limit():
    for sign in (
        Sign("palpebral_fissure_slant", 1, 1.0, magnitude=3.0),
        Sign("nose_length", -1, 1.0, magnitude=3.0),
    ):
        for toward, factor in (("disease", 1), ("healthy", -1)):
            (change,) = plan(toy(sign), 1.0, toward=toward)
            assert change.amount == factor * change.attribute.pole(sign.direction).limit


def test_the_signs_of_leprosy_come_in_their_order(diseases):
    order = ["hypopigmented_macules", "eyebrow_loss", "nodules"]
    profile = diseases.find("leprosy")
    first = {}
    for step in range(1, 101):
        for change in plan(profile, step / 100):
            first.setdefault(change.attribute.name, step)
    assert [name for name in sorted(first, key=first.get) if name in order] == order


def test_the_lids_of_graves_disease_retract_before_the_globe_comes_forward_before_the_lids_swell(diseases):
    shares = {c.attribute.name: c.share for c in plan(diseases.find("Graves disease"), 0.5)}
    assert shares["upper_lid_position"] > shares["globe_projection"] > shares["periorbital_oedema"]


# Sides


@pytest.mark.parametrize(("asked", "drawn"), [(None, "left"), ("left", "left"), ("right", "right")])
def test_the_caller_chooses_the_side_of_a_one_sided_disease(diseases, asked, drawn):
    changes = plan(diseases.find("Bell's palsy"), 1.0, side=asked)
    assert {change.side for change in changes} == {drawn}


def test_a_disease_of_both_sides_stays_on_both(diseases):
    assert {change.side for change in plan(diseases.find("Graves disease"), 1.0, side="right")} == {None}


# Who has which sign


def test_the_typical_presentation_has_what_most_people_have():
    thick = Sign("philtrum_length", 1, 0.5)
    assert typical_signs([UP, WIDE, thick, PALE, JAW, UNKNOWN]) == [UP, WIDE, thick]


def test_signs_of_unknown_frequency_join_where_fewer_than_three_are_frequent():
    assert typical_signs([UP, UNKNOWN, PALE, JAW]) == [UP, UNKNOWN, PALE]


def test_frequent_signs_of_the_rest_make_up_three_and_what_is_occasional_does_not():
    assert typical_signs([JAW, PALE, UP]) == [PALE, UP]
    often = Sign("chin_width", 1, 0.3)
    assert typical_signs([often, UP, PALE, JAW]) == [often, UP, PALE]
    assert typical_signs([often, UP, WIDE, PALE]) == [UP, WIDE, PALE]
    assert LEAST_SIGNS == 3


def test_what_is_occasional_or_rare_is_typical_of_diseases_that_have_nothing_else():
    rare, never = Sign("chin_width", 1, 0.05), Sign("chin_height", 1, 0.0)
    assert typical_signs([JAW, rare, never]) == [JAW, rare]


def test_alopecia_totalis_typically_comes_without_vitiligo(diseases):
    signs = [sign.attribute for sign in typical_signs(diseases.find("Alopecia totalis").signs)]
    assert signs == ["scalp_hair_density", "total_alopecia"]


def test_what_the_supplement_marks_is_typical_and_nothing_rare_fills_up():
    marked = Sign("cheek_fullness", -1, 0.1, typical=True)
    assert typical_signs([UP, marked, JAW, UNKNOWN]) == [UP, marked]
    never = Sign("cheek_fullness", -1, 0.9, typical=False)
    assert never not in typical_signs([UP, never])


def test_opposite_signs_are_not_averaged_the_likelier_stays():
    assert without_conflicts([DOWN, UP, WIDE]) == [UP, WIDE]
    marked = Sign("palpebral_fissure_slant", -1, 0.1, typical=True)
    assert without_conflicts([UP, marked]) == [marked]
    (change,) = plan(toy(UP, DOWN), 1.0)
    assert change.amount > 0


def test_left_and_right_do_not_conflict():
    left = Sign("upper_lid_position", -1, 0.9, side="left")
    right = Sign("upper_lid_position", 1, 0.5, side="right")
    assert without_conflicts([left, right]) == [left, right]


def test_two_seeds_show_two_people_and_one_seed_one(diseases):
    profile = diseases.find("Down syndrome")
    people = [
        tuple((c.attribute.name, c.amount) for c in plan(profile, 1.0, presentation="sampled", seed=seed))
        for seed in (3, 4, 3)
    ]
    assert people[0] != people[1]
    assert people[0] == people[2]


def test_the_seed_changes_nothing_in_the_typical_presentation(diseases):
    profile = diseases.find("Down syndrome")
    assert plan(profile, 0.7, seed=1) == plan(profile, 0.7, seed=2)


def test_a_sign_is_sampled_as_often_as_its_weight_says():
    draws = [sampled_signs([UP, WIDE, JAW], seed) for seed in range(2000)]
    for sign in (UP, WIDE):
        share = sum(any(s.attribute == sign.attribute for s in person) for person in draws) / len(draws)
        assert share == pytest.approx(sign.weight, abs=0.05)
    assert all(draws)


def test_a_sampled_person_never_has_a_sign_of_weight_zero():
    never = Sign("chin_width", 1, 0.0)
    assert not any(s.attribute == "chin_width" for seed in range(50) for s in sampled_signs([UP, never], seed))


def test_signs_of_later_life_are_left_out_of_a_young_face():
    late = Sign("pallor", 1, 0.9, from_age=40.0)
    assert {c.attribute.name for c in plan(toy(UP, late), 1.0, age=20)} == {"palpebral_fissure_slant"}
    assert len(plan(toy(UP, late), 1.0, age=60)) == len(plan(toy(UP, late), 1.0)) == 2


# Toward healthy


@pytest.mark.parametrize("key", ["ORPHA:870", "DF:rosacea", "DF:bell-palsy"])
def test_healthy_takes_away_what_disease_adds(diseases, key):
    profile = diseases.find(key)
    there = {c.attribute.name: c.amount for c in plan(profile, 0.6)}
    back = {c.attribute.name: c.amount for c in plan(profile, 0.6, toward="healthy")}
    assert back == {name: -amount for name, amount in there.items()}


def test_a_share_is_positive_also_where_a_direction_has_no_pole():
    assert Change(attributes()["pallor"], -3.0).share > 0
    assert Change(attributes()["pallor"], 0.0).share == 0
    slant = attributes()["palpebral_fissure_slant"]
    assert Change(slant, slant.negative.full / 2).share == 0.5


# Refusals


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"severity": -0.1}, "Severity"),
        ({"severity": 1.01}, "Severity"),
        ({"severity": float("nan")}, "Severity"),
        ({"severity": "0.5"}, "Severity"),
        ({"severity": True}, "Severity"),
        ({"severity": None}, "Severity"),
        ({"side": "both"}, "Side"),
        ({"presentation": "average"}, "Presentation"),
        ({"toward": "sickness"}, "direction"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"age": -1}, "age"),
        ({"age": 200}, "age"),
        ({"age": float("inf")}, "age"),
    ],
)
def test_a_setting_out_of_range_is_refused_in_one_sentence(settings, message):
    severity = settings.pop("severity", 0.5)
    with pytest.raises(RequestError, match=message):
        plan(toy(UP), severity, **settings)


def test_a_disease_of_hpo_alone_can_be_planned(diseases):
    for match in diseases.all()[20::200]:
        changes = plan(diseases.find(match.id), 1.0)
        assert changes, match.name
        assert all(change.amount * change.sign.direction > 0 for change in changes)


def test_the_loader_gives_profiles_that_can_be_planned(diseases, monkeypatch):
    monkeypatch.setattr(store, "load", lambda: diseases._store)
    assert plan(knowledge.load().find("Williams"), 0.5)
