"""The grammar of lay descriptions: words for parts, things and qualities, and what they name together."""

import math
from collections import Counter

import pytest

from diseaseface.errors import CatalogueError
from diseaseface.knowledge import ontology, spelling, wording
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.grammar import read
from diseaseface.knowledge.language import UNSEEN, describe, meaning_of, profile_from

WORDS = wording.load()


def first(text: str) -> str:
    found = describe(text)
    return found[0].label if found else ""


def drawn(text: str) -> set[tuple]:
    return {(sign.attribute, sign.direction, sign.side) for sign in describe(text)}


# The tables


def test_every_pattern_names_a_term_in_use_and_every_concept_is_used():
    terms = ontology.load().terms
    assert not [pattern.hpo for pattern in WORDS.patterns if terms[pattern.hpo].obsolete]
    used = {name for pattern in WORDS.patterns for name in pattern.concepts}
    assert not {name for names in WORDS.phrases.values() for name in names} - used - WORDS.sites


def test_every_sign_that_is_drawn_can_be_said_in_eight_ways_or_more():
    sizes = Counter(name for names in WORDS.phrases.values() for name in names)
    ways: Counter = Counter()
    for pattern in WORDS.patterns:
        meaning = meaning_of(pattern.hpo)
        for name, share in meaning.shares if meaning else ():
            ways[name, share > 0] += math.prod(sizes[concept] for concept in pattern.concepts)
    poles = [
        (attribute.name, positive)
        for attribute in attributes().values()
        for positive, pole in ((True, attribute.positive), (False, attribute.negative))
        if pole and pole.hpo
    ]
    assert not [pole for pole in poles if ways[pole] < 8]


def test_a_file_with_an_unknown_table_is_refused():
    with pytest.raises(CatalogueError, match="turns"):
        wording.parse("[parts]\n")


# Words together


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("fine lines above the top lip", "Perioral radial furrowing"),
        ("tiny clear blisters in a cluster", "Skin vesicle"),
        ("a sore that won't heal", "Skin ulcer"),
        ("tounge pokes out", "Protruding tongue"),
        ("jowls hanging down, the face has lost its firmness", "Premature sagging cheeks"),
    ],
)
def test_words_that_often_deny_or_are_misspelled_do_not_hide_a_sign(text, label):
    assert first(text) == label


@pytest.mark.parametrize("text", ["the skin is clear", "clear skin", "his cheeks are fine", "ears and hair are normal"])
def test_what_is_clear_or_fine_is_no_sign(text):
    assert not describe(text)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("lips and tongue are swollen", {"Swollen lip", "Macroglossia"}),
        ("nose and mouth are small", {"Short nose", "Narrow mouth"}),
        ("brows, lashes and hair have all fallen out", {"Absent eyebrow", "Absent eyelashes", "Alopecia"}),
    ],
)
def test_parts_that_are_named_first_all_have_what_is_said_of_the_last(text, labels):
    assert {sign.label for sign in describe(text)} == labels


@pytest.mark.parametrize("part", ["nose", "conk", "snout"])
@pytest.mark.parametrize("quality", ["enormous", "whopping", "huge", "bigger"])
def test_every_word_for_a_part_stands_beside_every_word_for_how_it_is(part, quality):
    assert first(f"her {part} is {quality}") == "Prominent nose"
    assert first(f"a {quality} {part}") == "Prominent nose"


@pytest.mark.parametrize("text", ["droopy eyelid", "my son has always had this really droopy eyelid since nursery"])
def test_words_that_say_nothing_of_the_face_change_nothing(text):
    assert drawn(text) == {("upper_lid_position", -1, None)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("the space under the nose is long and flat", "Long philtrum"),
        ("the little gutter under his nose is missing", "Smooth philtrum"),
        ("big shaggy caterpillar brows", "Thick eyebrow"),
        ("the inner corner of the eye is covered by a fold", "Epicanthus"),
        ("tongue pokes from the mouth", "Protruding tongue"),
        ("the back of his head is flat on one side", "Plagiocephaly"),
        ("bumpy silvery scales along the hairline", "Psoriasiform dermatitis"),
    ],
)
def test_the_words_that_explain_most_of_a_text_decide(text, label):
    assert first(text) == label


def test_a_quality_of_a_thing_is_not_one_of_the_part_behind_it():
    assert not {hit.hpo for hit in read("tiny spots on the nose", WORDS)} & {"HP:0003196"}  # Short nose


def test_a_word_is_not_what_it_comes_from():
    assert "HP:0009938" not in {hit.hpo for hit in read("skin of the face", WORDS)}  # Sunken cheeks, of "skinny"


def test_signs_about_as_sure_as_each_other_stay_in_the_order_of_the_text():
    found = describe("nose like a beak, hooded eyes and a long face")
    assert found[0].attribute == "nasal_ridge_curve"


def test_a_neighbour_lends_the_whole_of_what_it_speaks_of():
    assert first("round, fleshy nose tip") == "Bulbous nose"
    assert ("ear_rotation", 1, "left") in drawn("the left ear is low and tipped backwards")


# Denials, turns of phrase, sides and strengths


@pytest.mark.parametrize("text", ["no thick lips", "pale patches on the cheeks, not on the nose", "no hair loss"])
def test_a_denial_of_a_quality_takes_no_part_away(text):
    assert not {name for name, _, _ in drawn(text)} & {
        "upper_vermilion_height",
        "nasal_malformation",
        "scalp_hair_density",
    }


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("pupil not in the middle of the eye", "Ectopia pupillae"),
        ("no eyebrows", "Absent eyebrow"),
        ("he shows no emotion in his face", "Hypomimic face"),
        ("she cannot close the eye", "Lagophthalmos"),
        ("eyes not looking in the same direction", "Strabismus"),
        ("patches that have lost their colour", "Vitiligo"),
        ("instead of an ear there is a small nub", "Microtia"),
        ("hardly any chin", "Short chin"),
    ],
)
def test_a_denial_may_be_part_of_a_sign(text, label):
    assert first(text) == label


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("apart from a small chin his face looks normal", {("chin_height", -1, None)}),
        ("everything is normal except for a droopy left eyelid", {("upper_lid_position", -1, "left")}),
        ("nothing wrong with the ears, full cheeks", {("cheek_fullness", 1, None)}),
        ("the skin is pale rather than yellow", {("pallor", 1, None)}),
        ("pupil sizes are equal", set()),
        ("eyes are both the same colour", set()),
    ],
)
def test_what_is_excepted_or_called_normal_is_understood(text, found):
    assert drawn(text) == found


def test_a_thing_said_with_a_part_is_on_it_and_a_part_alone_says_nothing():
    assert first("lip with a scar where the cleft was") == "Cleft upper lip"
    assert describe("the lip") == []


def test_left_and_right_of_unlike_strength_stay_two_signs():
    text = "extreme bulging of the left eye and slight bulging of the right eye"
    assert {(sign.side, sign.strength) for sign in describe(text)} == {("left", 1.0), ("right", 0.3)}
    assert drawn("left ptosis and right ptosis") == {("upper_lid_position", -1, None)}


def test_that_and_this_mean_the_side_just_named():
    assert ("upper_lid_position", -1, "left") in drawn("only the left pupil is tiny, and that lid droops a little")


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("ptosis, severe", 1.0),
        ("lower lid swollen ++", 1.0),
        ("melasma on both cheeks, faint", 0.3),
        ("ears stick out a lot", 1.0),
    ],
)
def test_a_strength_may_stand_behind_its_sign(text, strength):
    assert describe(text)[0].strength == strength


# Spelling


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("eylid", "eyelid"),
        ("forhead", "forehead"),
        ("purpelish", "purplish"),
        ("brigde", "bridge"),
        ("moustach", "moustache"),
    ],
)
def test_a_misspelled_word_is_put_right(wrong, right):
    assert spelling.load().corrected(wrong) == right


@pytest.mark.parametrize("word", ["eyelid", "nursery", "prednisolone", "on", "ptosis", "moustaches"])
def test_a_word_that_is_known_or_near_to_none_is_left(word):
    assert spelling.load().corrected(word) == word


@pytest.mark.parametrize(
    ("one", "other", "letters"), [("lid", "lid", 0), ("lid", "led", 1), ("bridge", "brigde", 1), ("brow", "eyebrow", 3)]
)
def test_distances_worked_by_hand(one, other, letters):
    assert spelling.distance(one, other, 2) == spelling.distance(other, one, 2) == letters


# What no photo of a face shows


def test_what_a_frontal_photo_does_not_show_is_named_and_not_drawn():
    found = describe("gap between the two front teeth")
    assert [(sign.hpo, sign.attribute) for sign in found] == [("HP:0000699", None)]
    undrawn = profile_from("gap between the two front teeth and full cheeks", "x").undrawn
    assert [(sign.label, sign.reason) for sign in undrawn] == [("Diastema", UNSEEN)]
