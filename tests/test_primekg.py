"""A user's PrimeKG, from a small hand-made file of the exact layout."""

import tracemalloc

import known
import pytest

from diseaseface.errors import CatalogueError
from diseaseface.knowledge import ontology, primekg
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.meaning import Reader
from diseaseface.knowledge.profiles import STAND_IN_WEIGHT, Evidence, Profile, Sign

HEADER = "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source"
PRESENT = "disease_phenotype_positive,phenotype present"
ABSENT = "disease_phenotype_negative,phenotype absent"
TOY = "1,7000_7001,disease,toy syndrome,MONDO_grouped"
OTHER = '2,8000,disease,"other disease, rare",MONDO'
PTOSIS = "10,508,effect/phenotype,Ptosis,HPO"
JAUNDICE = "11,952,effect/phenotype,Jaundice,HPO"
JOINED = "12,9755,effect/phenotype,Ankyloblepharon,HPO"
SEIZURE = "13,1250,effect/phenotype,Seizure,HPO"
CHEEKS = "14,293,effect/phenotype,Full cheeks,HPO"
GENE = "15,4763,gene/protein,NF1,NCBI"
DRUG = "16,DB00001,drug,Lepirudin,DrugBank"
EDGES = [
    (PRESENT, TOY, PTOSIS),
    (PRESENT, TOY, JOINED),
    (PRESENT, TOY, SEIZURE),
    (PRESENT, TOY, CHEEKS),
    (ABSENT, TOY, CHEEKS),
    (ABSENT, TOY, JAUNDICE),
    (PRESENT, OTHER, JAUNDICE),
    ("disease_protein,associated with", TOY, GENE),
    ("contraindication,contraindication", OTHER, DRUG),
]


@pytest.fixture
def kg(tmp_path):
    """PrimeKG stores every edge from both ends."""
    lines = [HEADER]
    for relation, one, other in EDGES:
        lines += [f"{relation},{one},{other}", f"{relation},{other},{one}"]
    path = tmp_path / "kg.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def read():
    return Reader(ontology.load(), attributes()).read


def toy(*signs: Sign) -> Profile:
    return Profile("ORPHA:1", "Toy syndrome", (), signs)


def hpo_sign(attribute: str, direction: int) -> Sign:
    return Sign(attribute, direction, 0.9, evidence=(Evidence("HPO", "ORPHA:1", "Very frequent"),))


def test_signs_genes_and_grouped_ids_are_read_and_drugs_are_not(kg):
    graph = primekg.load(kg)
    assert set(graph.diseases) == {"MONDO:7000_7001", "MONDO:8000"}
    node = graph.diseases["MONDO:7000_7001"]
    assert node.present == {"HP:0000508", "HP:0009755", "HP:0001250", "HP:0000293"}
    assert node.absent == {"HP:0000293", "HP:0000952"}
    assert node.genes == {"NF1"}
    assert graph.diseases["MONDO:8000"].name == "other disease, rare"


@pytest.mark.parametrize(
    ("number", "hpo"), [("1250", "HP:0001250"), ("508.0", "HP:0000508"), ("6000001", "HP:6000001")]
)
def test_an_unpadded_number_becomes_an_hpo_id(number, hpo):
    assert primekg.hpo_id(number) == hpo


def test_what_hpo_lacks_is_added_with_primekg_named_on_the_line(kg, read):
    made = primekg.enriched(toy(hpo_sign("scleral_icterus", 1)), primekg.load(kg), read)
    added = next(sign for sign in made.signs if sign.attribute == "upper_lid_position")
    assert added.direction == -1
    assert (added.weight, added.known) == (STAND_IN_WEIGHT, False)
    assert added.evidence == (Evidence("PrimeKG", "MONDO:7000_7001", "Ptosis: present"),)
    assert [sign.label for sign in made.undrawn] == ["Ankyloblepharon"]
    assert "PrimeKG" in made.undrawn[0].reason


def test_what_the_face_does_not_show_is_not_added(kg, read):
    made = primekg.enriched(toy(), primekg.load(kg), read)
    assert "Seizure" not in str(made)


def test_a_sign_that_both_have_stays_as_hpo_has_it(kg, read):
    own = hpo_sign("upper_lid_position", -1)
    made = primekg.enriched(toy(own), primekg.load(kg), read)
    assert [sign for sign in made.signs if sign.attribute == "upper_lid_position"] == [own]


def test_a_denied_sign_is_never_added(kg, read):
    names = {sign.attribute for sign in primekg.enriched(toy(), primekg.load(kg), read).signs}
    assert not names & {"cheek_fullness", "skin_jaundice", "scleral_icterus"}


def test_a_contradiction_stays_visible(kg, read):
    made = primekg.enriched(toy(hpo_sign("skin_jaundice", 1)), primekg.load(kg), read)
    sign = next(sign for sign in made.signs if sign.attribute == "skin_jaundice")
    assert sign.weight == 0.9
    assert [line.source for line in sign.evidence] == ["HPO", "PrimeKG"]
    assert "absent" in sign.evidence[1].detail


def test_a_disease_that_primekg_lacks_is_left_alone(kg, read):
    own = Profile("ORPHA:2", "Third syndrome", (), (hpo_sign("pallor", 1),))
    assert primekg.enriched(own, primekg.load(kg), read) == own


def test_diseases_are_joined_by_name_synonym_and_without_generic_words(kg):
    graph = primekg.load(kg)
    assert [node.id for node in graph.named("TOY Syndrome")] == ["MONDO:7000_7001"]
    assert [node.id for node in graph.named("nothing", "Toy's disease")] == ["MONDO:7000_7001"]
    assert graph.named("") == ()


def test_an_enriched_profile_of_the_shipped_diseases_is_a_valid_profile(kg, read):
    base = known.diseases().find("ORPHA:870")
    text = kg.read_text(encoding="utf-8").replace("toy syndrome", "Down syndrome")
    kg.write_text(text, encoding="utf-8")
    made = primekg.enriched(base, primekg.load(kg), read)
    assert len(made.signs) > len(base.signs)
    assert Profile.from_dict(made.to_dict()) == made


def test_progress_rises_to_one(kg, monkeypatch):
    monkeypatch.setattr(primekg, "_REPORT_EVERY", 3)
    shares = []
    primekg.load(kg, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 3


def test_memory_does_not_grow_with_rows_that_are_not_kept(kg):
    with kg.open("a", encoding="utf-8") as file:
        line = f"drug_drug,synergistic interaction,{DRUG},{DRUG}\n"
        file.writelines([line] * 100_000)
    tracemalloc.start()
    primekg.load(kg)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000  # bytes; the file has nine times as many


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEADER.replace("x_source,", ""), "lacks the column x_source"),
        ("a,b\n1,2", "lacks the column relation"),
        ("", "lacks the column"),
        (HEADER + ",more", "more of them"),
        (HEADER, "no disease"),
        (f"{HEADER}\n{PRESENT},{TOY}", "Row 2"),
        (f"{HEADER}\n{PRESENT},{TOY},{PTOSIS.replace('508', 'HP_508')}", "no HPO number"),
    ],
)
def test_another_file_is_refused_in_one_sentence(tmp_path, text, says):
    path = tmp_path / "kg.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=says):
        primekg.load(path)


def test_a_missing_or_packed_file_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match="cannot be read"):
        primekg.load(tmp_path / "none.csv")
    packed = tmp_path / "kg.csv"
    packed.write_bytes(b"\x1f\x8b\x08\xff\xfe")
    with pytest.raises(CatalogueError, match="unpacked"):
        primekg.load(packed)
