"""Diseases, their signs and their names, from HPO and the supplement."""

import time
import tomllib
from pathlib import Path

import known
import pytest

from diseaseface import knowledge
from diseaseface.errors import CatalogueError, UnknownDisease
from diseaseface.knowledge import annotations, ontology, store, supplement
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.profiles import STAND_IN_WEIGHT

TWENTY = {
    "Down syndrome": "ORPHA:870",
    "trisomy 21": "ORPHA:870",
    "beta-thalassemia major": "ORPHA:231214",
    "Beta-thalassemia": "ORPHA:231214",
    "β-thalassaemia": "ORPHA:231214",
    "thalassemia": "ORPHA:231214",
    "Graves disease": "OMIM:275000",
    "Graves' disease": "OMIM:275000",
    "hyperthyroidism": "OMIM:275000",
    "leprosy": "ORPHA:548",
    "acromegaly": "ORPHA:963",
    "Cushing": "DF:cushing-syndrome",
    "Cushing's syndrome": "DF:cushing-syndrome",
    "rosacea": "DF:rosacea",
    "lupus": "ORPHA:536",
    "Systemic Lupus Erythematosus": "ORPHA:536",
    "icterus": "DF:jaundice",
    "Jaundice": "DF:jaundice",
    "vitiligo": "DF:vitiligo",
    "Bell's palsy": "DF:bell-palsy",
    "bell palsy": "DF:bell-palsy",
    "Bell’s Palsy": "DF:bell-palsy",
    "myasthenia": "ORPHA:589",
    "myasthenia gravis": "ORPHA:589",
    "hypothyroidism": "DF:hypothyroidism",
    "myxedema": "DF:hypothyroidism",
    "myxoedema": "DF:hypothyroidism",
    "systemic sclerosis": "ORPHA:90291",
    "scleroderma": "ORPHA:90291",
    "Williams": "ORPHA:904",
    "Williams syndrome": "ORPHA:904",
    "Cornelia de Lange": "ORPHA:199",
    "Cornelia-de-Lange syndrome": "ORPHA:199",
    "Noonan": "ORPHA:648",
    "Noonan syndrome": "ORPHA:648",
    "Addison": "ORPHA:85138",
    "addison disease": "ORPHA:85138",
    "osteogenesis imperfecta": "ORPHA:666",
    "brittle bone disease": "ORPHA:666",
    "Parkinson disease": "OMIM:168600",
    "Parkinson's disease": "OMIM:168600",
}

LATER = {
    "tuberculoid leprosy": "DF:leprosy-tuberculoid",
    "borderline leprosy": "DF:leprosy-borderline",
    "dermatomyositis": "ORPHA:221",
    "stroke": "DF:stroke-facial-droop",
    "anemia": "DF:anaemia",
    "cyanosis": "DF:cyanosis",
    "polycythemia vera": "DF:polycythaemia",
    "acne": "DF:acne-vulgaris",
    "eczema": "DF:atopic-dermatitis",
    "psoriasis": "DF:psoriasis",
    "HIV lipoatrophy": "DF:hiv-lipoatrophy",
    "nephrotic syndrome": "DF:nephrotic-oedema",
    "superior vena cava syndrome": "DF:superior-vena-cava-obstruction",
    "fetal alcohol syndrome": "ORPHA:1915",
    "malnutrition": "DF:malnutrition",
    "Marfan": "ORPHA:558",
    "Turner syndrome": "ORPHA:881",
    "fragile X": "ORPHA:908",
    "DiGeorge syndrome": "ORPHA:567",
    "Treacher Collins": "ORPHA:861",
    "Prader-Willi syndrome": "ORPHA:739",
    "Angelman syndrome": "ORPHA:72",
    "Möbius syndrome": "ORPHA:570",
}


@pytest.fixture(scope="module")
def diseases() -> Diseases:
    return known.diseases()


# Profiles


def test_every_weight_is_a_probability(diseases):
    for match in diseases.all():
        assert 0.0 <= match.drawable <= 1.0
    for key in list(diseases._store.diseases)[::25]:
        profile = diseases.find(key)
        assert all(0.0 < sign.weight <= 1.0 for sign in (*profile.signs, *profile.undrawn))
        assert all(0.0 < sign.magnitude <= 1.5 for sign in profile.signs)


def test_signs_come_strongest_first_and_one_for_each_direction(diseases):
    profile = diseases.find("ORPHA:207")
    weights = [sign.weight for sign in profile.signs]
    assert weights == sorted(weights, reverse=True)
    keys = [(sign.attribute, sign.direction) for sign in profile.signs]
    assert len(keys) == len(set(keys))


def test_a_sign_says_who_says_so_in_which_words(diseases):
    evidence = next(sign for sign in diseases.find("ORPHA:870").signs if sign.attribute == "epicanthus").evidence
    assert (evidence[0].source, evidence[0].reference) == ("HPO 2025-01-16", "ORPHA:870")
    assert evidence[0].detail == "Epicanthus: Very frequent"
    assert evidence[1].source == "Curated"


def test_a_frequency_that_nobody_states_is_marked_as_unknown(diseases):
    unknown = [sign for sign in diseases.find("OMIM:190685").signs if not sign.known]
    assert unknown
    assert all(sign.weight == STAND_IN_WEIGHT for sign in unknown)


def test_what_is_seen_and_not_drawn_is_listed_with_a_reason(diseases):
    undrawn = [sign for profile in diseases.curated() for sign in profile.undrawn]
    assert undrawn
    assert all(sign.reason.endswith(".") for sign in undrawn)


# The supplement


def test_the_twenty_and_more_are_curated_and_each_line_is_cited():
    entries = supplement.load()
    assert set(TWENTY.values()) <= set(entries)
    assert len(entries) >= 45
    assert all(line.reference and line.detail for entry in entries.values() for line in entry.lines)


def test_the_supplement_names_diseases_terms_and_sides_that_exist():
    terms, names = ontology.load().terms, annotations.diseases(annotations.read_lines())
    for entry in supplement.load().values():
        assert not entry.hpo or entry.hpo in names
        assert entry.id.startswith("DF:") or entry.id in names
        for sign in entry.undrawn:
            assert not sign.hpo or terms[sign.hpo].name == sign.label
        for given in entry.lines:
            assert given.side is None or attributes()[given.attribute].sided


def test_every_omission_omits_something(diseases):
    for entry in supplement.load().values():
        base = diseases._from_hpo(entry.hpo) if entry.hpo else None
        held = {(sign.attribute, sign.direction) for sign in base.signs} if base else set()
        assert entry.omitted <= held, entry.id


@pytest.mark.parametrize("change", [('reference = "a"', 'reference = ""'), ('detail = "b"', 'detial = "b"')])
def test_a_line_without_its_citation_is_refused(change):
    toml = """
    ["DF:x"]
    name = "X"
    synonyms = []
    hpo = ""
    note = ""
    signs = [{ attribute = "pallor", direction = 1, reference = "a", detail = "b" }]
    omitted = []
    undrawn = []
    """
    assert supplement.parse(toml, attributes())
    with pytest.raises(CatalogueError, match="pallor"):
        supplement.parse(toml.replace(*change), attributes())


def test_the_supplement_stands_in_place_of_hpo_and_keeps_its_evidence(diseases):
    sign = next(sign for sign in diseases.find("Noonan").signs if sign.attribute == "epicanthus")
    assert sign.weight == 0.54
    slant = next(s for s in diseases.find("Down syndrome").signs if s.attribute == "palpebral_fissure_slant")
    assert slant.weight == pytest.approx(0.895)
    assert len(slant.evidence) == 2


def test_bells_palsy_takes_one_side_and_graves_disease_both(diseases):
    assert {sign.side for sign in diseases.find("Bell's palsy").signs} == {"one"}
    assert {sign.side for sign in diseases.find("Graves disease").signs} == {None}


# Names


@pytest.mark.parametrize(("name", "key"), (TWENTY | LATER).items())
def test_a_curated_disease_is_found_by_its_usual_names(diseases, name, key):
    assert diseases.find(name).id == key
    assert diseases.find(name.upper()).id == key


@pytest.mark.parametrize("key", ["ORPHA:870", "orpha:870", " Orphanet: 870 ", "OMIM:190685", "df:Rosacea"])
def test_a_disease_is_found_by_its_id(diseases, key):
    assert diseases.find(key).id.split(":")[1] in key.lower().replace(" ", "")


def test_an_own_name_of_hpo_goes_before_a_shortened_one(diseases):
    assert diseases.find("Cushing disease").id == "ORPHA:96253"


def test_an_ambiguous_name_lists_the_diseases_it_stands_for(diseases):
    with pytest.raises(UnknownDisease, match=r"OMIM:123500.*ORPHA:207"):
        diseases.find("Crouzon syndrome")


def test_a_misspelt_name_is_refused_with_the_nearest(diseases):
    with pytest.raises(UnknownDisease, match=r"Williams syndrome \(ORPHA:904\)"):
        diseases.find("Willims syndrom")


@pytest.mark.parametrize("name", ["", "  ", "?!", "xqzzy"])
def test_a_name_near_nothing_is_refused(diseases, name):
    with pytest.raises(UnknownDisease, match="No disease"):
        diseases.find(name)


def test_a_disease_without_a_sign_on_the_face_says_so(diseases):
    with pytest.raises(UnknownDisease, match="no sign"):
        diseases.find("OMIM:100070")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("cushing", "DF:cushing-syndrome"),
        ("cushng", "DF:cushing-syndrome"),
        ("parkinsn", "OMIM:168600"),
        ("trisomi 21", "ORPHA:870"),
        ("wiliams", "ORPHA:904"),
        ("ORPHA:870", "ORPHA:870"),
        ("myxoed", "DF:hypothyroidism"),
    ],
)
def test_search_finds_what_is_meant_first(diseases, text, key):
    assert diseases.search(text)[0].id == key


def test_search_returns_no_more_than_asked_and_each_once(diseases):
    found = diseases.search("syndrome", most=7)
    assert len(found) == 7
    assert len({match.id for match in found}) == 7
    assert diseases.search("qqqq") == []


def test_a_search_takes_less_than_twenty_milliseconds(diseases):
    diseases.search("warm")
    spent = []
    for text in ("systemic lupus erythematosus", "syndrome", "osteogenisis imperfecta"):
        begin = time.process_time()
        diseases.search(text)
        spent.append(time.process_time() - begin)
    assert min(spent) < 0.02


def test_the_list_holds_the_curated_and_those_with_three_visible_signs_and_a_drawable_one(diseases):
    listed = diseases.all()
    assert len(listed) > 3000
    curated = set(supplement.load())
    assert {match.id for match in listed[: len(curated)]} == curated
    assert all(match.signs >= 3 and match.drawable > 0 for match in listed[len(curated) :])
    for match in (listed[0], listed[100], listed[-1]):
        profile = diseases.find(match.id)
        assert match.signs == len(profile.signs) + len(profile.undrawn)
        assert match.drawable == pytest.approx(profile.drawable)


def test_asking_for_the_diseases_reads_nothing_yet(monkeypatch):
    monkeypatch.setattr(store, "load", lambda: pytest.fail("read too early"))
    assert isinstance(knowledge.load(), Diseases)


def test_the_data_files_are_valid_toml():
    folder = Path(supplement.__file__).parents[1] / "data"
    for name in ("attributes.toml", "supplement.toml", "terms.toml"):
        assert tomllib.loads((folder / name).read_text(encoding="utf-8"))
