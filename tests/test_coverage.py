"""What the coverage benchmark counts: annotation mass, worked by hand on a toy index."""

from dataclasses import replace

import pytest

from diseaseface.benchmarks import coverage
from diseaseface.knowledge import store
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.meaning import Meaning
from diseaseface.knowledge.store import Store

# Disease A: slant 0.8, jaundice of unknown frequency (a half), and a sign no attribute stands for, 0.2.
# Disease B: slant 0.4 alone.
SLANT, JAUNDICE, OTHER = "HP:0000582", "HP:0000952", "HP:0000001"
TOY = Store(
    release="toy",
    meanings={
        SLANT: Meaning("Upslanted palpebral fissure", (("palpebral_fissure_slant", 1.0),)),
        JAUNDICE: Meaning("Jaundice", (("skin_jaundice", 1.0), ("scleral_icterus", 0.5))),
        OTHER: Meaning("Other", reason="No attribute stands for it."),
    },
    diseases={
        "A": ("A", [[SLANT, 0.8, 0.0, False, ""], [JAUNDICE, None, 0.0, False, ""], [OTHER, 0.2, 0.0, False, ""]]),
        "B": ("B", [[SLANT, 0.4, 0.0, False, ""]]),
    },
    counts={},
    unseen={},
)
CATALOGUE = attributes()


def test_mass_is_the_frequency_and_a_half_where_none_is_stated():
    table = coverage.measure(TOY, CATALOGUE, most=5)
    assert table["mass"] == pytest.approx(1.9)
    assert table["mapped"] == pytest.approx(1.7 / 1.9)
    assert table["drawn"] == pytest.approx(1.7 / 1.9)


def test_only_diseases_with_three_signs_count_and_only_with_four_fifths_drawn():
    table = coverage.measure(TOY, CATALOGUE, most=5)
    assert table["diseases"] == 1
    assert table["well drawn"] == 1.0  # 1.3 of 1.5


def test_what_the_diffusion_engine_draws_is_mapped_but_not_drawn():
    slant = replace(CATALOGUE["palpebral_fissure_slant"], engine="diffusion")
    table = coverage.measure(TOY, CATALOGUE | {slant.name: slant}, most=5)
    assert table["mapped"] == pytest.approx(1.7 / 1.9)
    assert table["drawn"] == pytest.approx(0.5 / 1.9)
    assert table["well drawn"] == 0.0
    assert table["operators"] == coverage.operators(CATALOGUE, "morph") - 1
    assert [row["hpo"] for row in table["not drawn"]] == [SLANT, OTHER]


def test_a_term_of_several_attributes_is_drawn_by_their_shares():
    sclera = replace(CATALOGUE["scleral_icterus"], engine="diffusion")
    table = coverage.measure(TOY, CATALOGUE | {sclera.name: sclera}, most=5)
    assert table["drawn"] == pytest.approx((1.2 + 0.5 / 1.5) / 1.9)


def test_no_mass_is_lost_between_terms_and_diseases():
    terms, diseases = coverage.masses(store.load(), CATALOGUE)
    for kind in ("visible", "mapped", "drawn"):
        by_term, by_disease = (sum(getattr(m, kind) for m in masses.values()) for masses in (terms, diseases))
        assert by_term == pytest.approx(by_disease)
    assert all(0 < mass.visible >= mass.mapped >= mass.drawn >= 0 for mass in terms.values())


def test_what_hpo_says_a_frontal_photo_shows_is_mostly_drawn():
    table = coverage.measure(store.load(), CATALOGUE, most=0)
    assert table["operators"] >= 80
    assert table["mapped"] >= 0.94
    assert table["drawn"] >= 0.85
    assert table["well drawn"] >= 0.80
