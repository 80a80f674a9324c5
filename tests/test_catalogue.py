"""The catalogue of attributes: complete, lawful, and true to HPO."""

import re
import tomllib

import pytest

from diseaseface.errors import CatalogueError
from diseaseface.knowledge import ontology
from diseaseface.knowledge.catalogue import Attribute, attributes, catalogue_text, parse

SLANT = """
[palpebral_fissure_slant]
positive = { label = "Up", hpo = ["HP:0000582"], full = 8.0, limit = 12.0, source = "by eye", prompt = "up" }
negative = { label = "Down", hpo = ["HP:0000494"], full = -9.0, limit = -12.0, source = "x", prompt = "down" }
region = "eyes"
operator = "geometry"
engine = "morph"
least_iris_px = 0
parameters = {}
measure = "palpebral_fissure_slant"
unreadable = ""
unit = "deg"
sided = false
onset = [0.0, 1.0]
"""

POLES = [
    (attribute, sign, pole)
    for attribute in attributes().values()
    for sign, pole in ((1, attribute.positive), (-1, attribute.negative))
    if pole
]


def test_the_product_has_at_least_thirty_six_attributes():
    assert len(attributes()) >= 36


def test_a_caller_cannot_change_the_catalogue_for_others():
    attributes().clear()
    assert attributes()


@pytest.mark.parametrize(("attribute", "sign", "pole"), POLES, ids=lambda value: getattr(value, "name", ""))
def test_full_severity_has_its_sign_and_stays_within_the_limit(attribute, sign, pole):
    assert 0 < sign * pole.full <= sign * pole.limit


@pytest.mark.parametrize("attribute", attributes().values(), ids=lambda attribute: attribute.name)
def test_an_attribute_is_read_by_a_measure_or_says_why_not(attribute):
    assert bool(attribute.measure) != bool(attribute.unreadable)
    assert not attribute.unreadable or attribute.unreadable.endswith(".")


@pytest.mark.parametrize(("attribute", "sign", "pole"), POLES, ids=lambda value: getattr(value, "name", ""))
def test_every_direction_names_its_hpo_terms_as_hpo_does(attribute, sign, pole):
    terms = ontology.load().terms
    assert all(term in terms and not terms[term].obsolete for term in pole.hpo)
    assert not pole.hpo or terms[pole.hpo[0]].name == pole.label


def test_no_hpo_term_stands_for_both_directions_of_an_attribute():
    for attribute in attributes().values():
        if attribute.positive and attribute.negative:
            assert not set(attribute.positive.hpo) & set(attribute.negative.hpo)


def test_a_direction_that_does_not_exist_is_refused():
    with pytest.raises(CatalogueError, match="epicanthus"):
        attributes()["epicanthus"].pole(-1)


def test_a_well_formed_table_is_read():
    (attribute,) = parse(SLANT).values()
    assert isinstance(attribute, Attribute)
    assert attribute.negative.full == -9.0
    assert attribute.onset == (0.0, 1.0)


@pytest.mark.parametrize("field", [line.partition(" =")[0] for line in SLANT.splitlines() if line[:1].isalpha()])
def test_a_missing_or_misspelt_field_is_refused_by_name(field):
    if field not in ("positive", "negative"):
        with pytest.raises(CatalogueError, match=rf"lacks {field}"):
            parse(re.sub(rf"(?m)^{field} = .*$", "", SLANT))
    with pytest.raises(CatalogueError, match=rf"{field}|{field}x"):
        parse(re.sub(rf"(?m)^{field} =", f"{field}x =", SLANT))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("full = 8.0", "full = -8.0", "own sign"),
        ("full = 8.0", "full = 13.0", "limit the larger"),
        ("full = 8.0", "full = nan", "own sign"),
        ("full = 8.0", 'full = "8"', "wrong kind"),
        ("full = -9.0", "full = 9.0", "own sign"),
        ("HP:0000582", "HP:582", "no HPO id"),
        ('region = "eyes"', 'region = "eye"', "none of"),
        ('engine = "morph"', 'engine = "gan"', "none of morph, diffusion"),
        ("least_iris_px = 0", "least_iris_px = -3", "number of pixels"),
        ('measure = "palpebral_fissure_slant"', 'measure = ""', "either a measure"),
        ("onset = [0.0, 1.0]", "onset = [0.5, 0.5]", "rising"),
        ("onset = [0.0, 1.0]", "onset = [0.0, 1.2]", "rising"),
        ("sided = false", "sided = 0", "wrong kind"),
        ('source = "by eye"', 'source = ""', "a source"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_with_the_reason(old, new, message):
    assert old in SLANT
    with pytest.raises(CatalogueError, match=message):
        parse(SLANT.replace(old, new))


def test_what_is_not_toml_is_refused():
    with pytest.raises(CatalogueError, match="TOML"):
        parse("[slant")


def test_the_file_has_no_table_that_the_catalogue_drops():
    assert list(tomllib.loads(catalogue_text())) == list(attributes())
