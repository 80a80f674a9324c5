"""HPO's terms, and what they mean here."""

import pytest

from diseaseface.knowledge import annotations, ontology
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.meaning import Reader, tables, terms_text

# A toy ontology, to work expected answers by hand. Attributes draw slant up (HP:0000582), telangiectasia
# (HP:0001009) and ptosis (HP:0000508).
#
#   HP:0000001 All
#   ├── HP:0000271 face ── HP:0000582 upslanted ── HP:9000001 steeply upslanted
#   │                  └── HP:9000002 pointed ears   (visible, nothing draws it)
#   ├── HP:0001009 telangiectasia ──┐
#   ├── HP:0000163 mouth cavity ────┴── HP:9000003 telangiectasia of the palate  (hidden goes first)
#   ├── HP:9000004 heart
#   └── HP:9000005 obsolete, replaced by HP:0000582
TOY = """format-version: 1.2
data-version: hp/releases/2001-02-03

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000271
name: Abnormality of the face
is_a: HP:0000001 ! All

[Term]
id: HP:0000582
name: Upslanted palpebral fissure
synonym: "Upslanting eyes" EXACT layperson []
is_a: HP:0000271 ! Abnormality of the face

[Term]
id: HP:9000001
name: Steeply upslanted palpebral fissure
is_a: HP:0000582 ! Upslanted palpebral fissure

[Term]
id: HP:9000002
name: Pointed ears
is_a: HP:0000271 ! Abnormality of the face

[Term]
id: HP:0001009
name: Telangiectasia
is_a: HP:0000001 ! All

[Term]
id: HP:0000163
name: Abnormal oral cavity morphology
is_a: HP:0000001 ! All

[Term]
id: HP:9000003
name: Telangiectasia of the palate
is_a: HP:0001009 ! Telangiectasia
is_a: HP:0000163 ! Abnormal oral cavity morphology

[Term]
id: HP:9000004
name: Abnormality of the heart
is_a: HP:0000001 ! All

[Term]
id: HP:9000005
name: obsolete Slanted eyes
is_obsolete: true
replaced_by: HP:0000582

[Typedef]
id: part_of
name: part of
"""


@pytest.fixture(scope="module")
def toy() -> ontology.Ontology:
    return ontology.parse(TOY)


def test_an_ontology_knows_its_release_names_and_kinds(toy):
    assert toy.release == "2001-02-03"
    assert toy.terms["HP:0000582"].synonyms == ("Upslanting eyes",)
    assert toy.is_a("HP:9000001", "HP:0000271")
    assert not toy.is_a("HP:0000271", "HP:9000001")
    assert list(toy.levels("HP:9000003")) == [["HP:9000003"], ["HP:0001009", "HP:0000163"], ["HP:0000001"]]


def test_an_obsolete_term_is_replaced_and_an_unknown_one_is_none(toy):
    assert toy.current("HP:9000005") == "HP:0000582"
    assert toy.current("HP:9000001") == "HP:9000001"
    assert toy.current("HP:1234567") is None


def test_the_shipped_release_is_named_from_the_file():
    assert ontology.load().release == "2025-01-16"


@pytest.mark.parametrize(
    ("term", "shares", "visible"),
    [
        ("HP:0000582", (("palpebral_fissure_slant", 1.0),), True),
        ("HP:9000001", (("palpebral_fissure_slant", 1.0),), True),
        ("HP:9000005", (("palpebral_fissure_slant", 1.0),), True),
        ("HP:9000002", (), True),
        ("HP:9000003", (), False),
        ("HP:9000004", (), False),
        ("HP:1234567", (), False),
    ],
)
def test_a_term_means_what_the_nearest_listed_term_above_it_says(toy, term, shares, visible):
    meaning = Reader(toy, attributes()).read(term)
    assert (meaning is not None) == visible
    assert not visible or meaning.shares == shares
    assert not visible or bool(meaning.reason) == (not shares)


@pytest.mark.parametrize(
    ("label", "hpo", "attribute", "direction"),
    [
        ("Micrognathia", "HP:0000347", "mandible_size", -1),
        ("Downslanted palpebral fissures", "HP:0000494", "palpebral_fissure_slant", -1),
        ("Bilateral ptosis", "HP:0001488", "upper_lid_position", -1),
        ("Telangiectasia of the skin", "HP:0100585", "telangiectasia", 1),
    ],
)
def test_hpo_terms_are_drawn_by_the_attribute_one_would_expect(label, hpo, attribute, direction):
    meaning = Reader(ontology.load(), attributes()).read(hpo)
    assert meaning.label == label
    assert meaning.shares == ((attribute, float(direction)),)


@pytest.mark.parametrize(
    ("label", "hpo"),
    [
        ("Cleft palate", "HP:0000175"),
        ("Retinal telangiectasia", "HP:0007763"),
        ("Atrial septal defect", "HP:0001631"),
    ],
)
def test_what_a_frontal_photo_does_not_show_is_no_sign(label, hpo):
    assert ontology.load().terms[hpo].name == label
    assert Reader(ontology.load(), attributes()).read(hpo) is None


def test_a_palsy_of_both_sides_is_not_drawn_as_one_of_one_side():
    meaning = Reader(ontology.load(), attributes()).read("HP:0001349")
    assert meaning.label == "Facial diplegia"
    assert "facial_weakness" not in dict(meaning.shares)
    assert {"nasolabial_fold", "forehead_lines", "brow_ptosis"} <= dict(meaning.shares).keys()


def test_every_term_listed_in_the_product_is_in_hpo_under_its_label():
    terms = ontology.load().terms
    for name, table in tables(terms_text()).items():
        for term, entry in table.items():
            label = entry if isinstance(entry, str) else entry["label"]
            assert not terms[term].obsolete, f"{name} {term}"
            assert terms[term].name == label, f"{name} {term}"


def test_onsets_and_frequencies_are_those_of_hpo():
    terms = ontology.load().terms
    assert all("onset" in terms[term].name.lower() for term in annotations.ONSET_YEARS)
    assert all(terms[term].name == words for term, (_, words) in annotations.FREQUENCY_TERMS.items())
