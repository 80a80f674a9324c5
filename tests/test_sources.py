"""Further sources, newer HPO files, entries that are linked, and faces that do not fit."""

import known
import pytest
from test_primekg import kg as kg

from diseaseface import Pipeline
from diseaseface.__main__ import main
from diseaseface.errors import CatalogueError, RequestError, UnknownDisease
from diseaseface.knowledge import annotations, ontology, people, primekg, store, supplement
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.profiles import Evidence, Profile, Sign
from diseaseface.knowledge.sources import InferredSource, PrimeKGSource, conflicts


@pytest.fixture
def toy_kg(kg):
    """The hand-made kg.csv, its toy syndrome renamed to a disease of HPO."""
    kg.write_text(kg.read_text(encoding="utf-8").replace("toy syndrome", "Williams syndrome"), encoding="utf-8")
    return kg


def with_sources(*sources) -> Diseases:
    return Diseases(known.diseases()._store, sources=sources)


def test_primekg_adds_what_the_others_lack_and_says_so(toy_kg, tmp_path):
    source = PrimeKGSource(toy_kg, folder=tmp_path / "cache")
    plain, more = known.diseases().find("ORPHA:904"), with_sources(source).find("ORPHA:904")
    added = [sign for sign in more.signs if sign not in plain.signs]
    assert any(line.source == primekg.SOURCE for sign in added for line in sign.evidence)
    assert all(not sign.known for sign in added if {line.source for line in sign.evidence} == {primekg.SOURCE})
    assert {sign.attribute for sign in plain.signs} <= {sign.attribute for sign in more.signs}


def test_a_disease_that_only_primekg_knows_is_found(toy_kg, tmp_path):
    diseases = with_sources(PrimeKGSource(toy_kg, folder=tmp_path / "cache"))
    for name in ("MONDO:8000", "other disease, rare"):
        assert diseases.find(name).name == "other disease, rare"
    with pytest.raises(UnknownDisease):
        known.diseases().find("MONDO:8000")


def test_the_small_index_stands_in_for_the_file_until_it_changes(toy_kg, tmp_path, monkeypatch):
    folder, read = tmp_path / "cache", []
    load = primekg.load
    monkeypatch.setattr(primekg, "load", lambda *given: read.append(1) or load(*given))
    first, again = (PrimeKGSource(toy_kg, folder=folder).graph for _ in range(2))
    assert first == again
    assert len(read) == 1
    toy_kg.write_text(toy_kg.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    PrimeKGSource(toy_kg, folder=folder).graph  # noqa: B018
    assert len(read) == 2


def test_progress_is_told_while_kg_is_read(toy_kg, tmp_path):
    told = []
    PrimeKGSource(toy_kg, told.append, tmp_path / "cache").graph  # noqa: B018
    assert told[-1] == 1.0


def test_inferred_signs_come_last_and_say_that_nobody_stated_them():
    plain, more = known.diseases().find("ORPHA:870"), with_sources(InferredSource()).find("ORPHA:870")
    added = more.signs[len(plain.signs) :]
    assert more.signs[: len(plain.signs)] == plain.signs
    assert added
    assert all(sign.evidence[0].source == "inferred" and not sign.known for sign in added)


def test_a_curated_disease_that_hpo_lacks_is_not_completed_by_inference():
    diseases = with_sources(InferredSource())
    assert diseases.find("DF:rosacea") == known.diseases().find("DF:rosacea")


def test_the_command_line_takes_primekg(toy_kg, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DISEASEFACE_CACHE", str(tmp_path / "cache"))
    assert main(["profile", "ORPHA:904", "--primekg", str(toy_kg), "--json"]) == 0
    captured = capsys.readouterr()
    assert "PrimeKG" in captured.out
    assert "100%" in captured.err


def test_opposite_signs_and_denials_stay_visible():
    denied = Evidence("PrimeKG", "MONDO:1", "Ptosis: absent, against the other sources")
    signs = (
        Sign("philtrum_length", 1, 0.5),
        Sign("philtrum_length", -1, 0.3),
        Sign("pallor", 1, 0.5, evidence=(denied,)),
    )
    told = conflicts(Profile("X", "X", (), signs))
    assert len(told) == 2
    assert "are both reported" in told[0]
    assert "MONDO" not in told[1]
    assert "absent" in told[1]


@pytest.mark.parametrize(("one", "other"), [("ORPHA:870", "OMIM:190685"), ("ORPHA:648", "OMIM:163950")])
def test_the_entries_of_one_disease_in_omim_and_orpha_are_linked(one, other):
    diseases = known.diseases()
    assert other in diseases.twins(one)
    assert one in diseases.twins(other)
    assert one not in diseases.twins(one)


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """A pair of HPO files of another release, cut down to one disease."""
    folder = tmp_path / "hpo"
    folder.mkdir()
    obo = (ontology.folder() / "hp.obo").read_text(encoding="utf-8")
    (folder / "hp.obo").write_text(obo.replace(ontology.load().release, "2031-05-01"), encoding="utf-8")
    row = ["OMIM:1", "New syndrome", "", "HP:0000508", "PMID:1", "PCS", "", "3/4", "", "", "P", "HPO:x"]
    denied = [*row[:2], "NOT", "HP:0000316", *row[4:]]
    lines = ["#version: 2031-04-30", "database_id\tdisease_name", "\t".join(row), "\t".join(denied)]
    (folder / "phenotype.hpoa").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_newer_files_of_hpo_are_taken_by_a_setting(newer, monkeypatch, tmp_path):
    shipped = store._key()
    monkeypatch.setenv("DISEASEFACE_HPO", str(newer))
    assert store._key() != shipped
    diseases = Diseases(store.load(tmp_path / "cache"), entries={})
    assert (diseases.release, diseases.annotated) == ("2031-05-01", "2031-04-30")
    (sign,) = diseases.find("New syndrome").signs
    assert (sign.attribute, sign.weight) == ("upper_lid_position", 0.75)
    assert sign.evidence[0].source == "HPO 2031-05-01"


def test_a_folder_without_both_files_is_refused_with_the_remedy(newer, monkeypatch):
    (newer / "phenotype.hpoa").unlink()
    monkeypatch.setenv("DISEASEFACE_HPO", str(newer))
    with pytest.raises(CatalogueError, match="DISEASEFACE_HPO"):
        ontology.folder()


def test_the_profile_names_version_date_citation_and_licence(capsys):
    assert main(["profile", "ORPHA:870"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    for words in ("HPO 2025-01-16", "annotations of 2025-01-16", "Gargano", "free to use"):
        assert words in last


def test_frequencies_are_probabilities_in_every_path(toy_kg, tmp_path):
    sources = (PrimeKGSource(toy_kg, folder=tmp_path / "cache"), InferredSource())
    diseases = with_sources(*sources)
    paths = [*known.diseases()._store.diseases, *supplement.load()]
    plain = (known.diseases().find(key) for key in paths)
    completed = (diseases.find(key) for key in ("ORPHA:870", "ORPHA:904", "DF:rosacea", "MONDO:8000"))
    for profile in (*plain, *completed):
        weights = [one.weight for one in (*profile.signs, *profile.undrawn)]
        assert all(0.0 <= weight <= 1.0 for weight in weights), profile.id
        assert 0.0 <= profile.drawable <= 1.0


def test_what_hpo_negates_is_no_sign_and_obsolete_ids_are_replaced():
    hpo, kept = ontology.load(), known.diseases()._store
    lines = annotations.read_lines()
    asserted = {(row.disease, row.hpo) for row in annotations.parse(lines)}
    rows = (line.split("\t") for line in lines)
    negated = {(row[0], row[3]) for row in rows if len(row) > 10 and row[2] == "NOT"} - asserted
    facts = {(key, fact[0]) for key, (_, rows) in kept.diseases.items() for fact in rows}
    assert negated
    assert not negated & facts
    assert all(not hpo.terms[hpo.current(term)].obsolete for _, term in facts)


def test_every_id_of_the_catalogue_carries_its_label():
    terms = ontology.load().terms
    ids = [hpo for a in attributes().values() for pole in (a.positive, a.negative) if pole for hpo in pole.hpo]
    assert all(terms[hpo].name and not terms[hpo].obsolete for hpo in ids)


@pytest.mark.parametrize(
    ("rows", "age", "sex", "words"),
    [
        ([("HP:0003596", "Middle age onset", None)], 20.0, None, "begins at 40 years"),
        ([("HP:0001522", "Death in infancy", None)], 30.0, None, "die early"),
        ([("HP:0001522", "Death in infancy", None)], None, None, "no older face"),
        ([("HP:0001419", "X-linked recessive inheritance", None)], None, "female", "carries it"),
        ([("HP:0001419", "X-linked recessive inheritance", None)], None, None, None),
        ([("HP:0001423", "X-linked dominant inheritance", None)], None, "female", None),
        ([("HP:0001423", "X-linked dominant inheritance", None)], None, "male", None),
        ([("HP:0001417", "X-linked inheritance", None)], None, "female", None),
        (
            [("HP:0001419", "X-linked recessive inheritance", None), ("HP:0001423", "X-linked dominant", None)],
            None,
            "female",
            None,
        ),
        (
            [("HP:0001419", "X-linked recessive inheritance", None), ("HP:0000007", "Autosomal recessive", None)],
            None,
            "female",
            None,
        ),
        ([("HP:0001450", "Y-linked inheritance", None)], None, None, "one of males"),
        ([("HP:0001522", "Death in infancy", None)], 1.0, None, None),
        ([("HP:0001522", "Death in infancy", 0.1)], 30.0, None, None),
        ([("HP:0001522", "Death in infancy", None), ("HP:0003621", "Juvenile onset", None)], 30.0, None, None),
        ([("HP:0001419", "X-linked recessive inheritance", None)], None, "male", None),
        ([], 30.0, "female", None),
    ],
)
def test_a_person_who_does_not_fit_is_told_of(rows, age, sex, words):
    told = people.from_course(rows).misfits(age, sex)
    assert bool(told) == bool(words)
    assert not words or words in told[0]


def test_turner_syndrome_on_a_man_is_drawn_with_a_warning(face):
    report = Pipeline.load().transform(face, "Turner syndrome", 0.5, sex="male").report.to_dict()
    assert any("females" in warning for warning in report["warnings"])
    assert report["attributes"]


def test_a_disease_lethal_in_infancy_on_an_adult_is_drawn_with_a_warning(face):
    pipeline = Pipeline.load()
    lethal = next(
        key
        for key, rows in pipeline.diseases._store.courses.items()
        if [row[::2] for row in rows if row[0] not in people.INHERITANCE] == [["HP:0001522", None]]
        and pipeline.diseases._store.counts.get(key, (0, 0.0))[1] > 0
    )
    drawing = pipeline.draw(face, lethal, 0.5, age=40)
    assert any("die early" in note for note in drawing.notes)


def test_the_inheritance_terms_are_what_they_are_taken_for():
    terms = ontology.load().terms
    labels = {"HP:0001419": "X-linked recessive inheritance", "HP:0001450": "Y-linked inheritance"}
    assert {term: terms[term].name for term in labels} == labels
    assert all(terms[term].name and not terms[term].obsolete for term in people.COURSE_TERMS)


def test_a_disease_with_entries_of_one_name_is_shown_once():
    diseases = known.diseases()
    for name in ("Down syndrome", "Crouzon syndrome", "Gitelman syndrome", "alopecia areata", "Horner syndrome"):
        found = [match.id for match in diseases.search(name, 20)]
        same = [diseases._same(key) for key in found]
        assert len(same) == len(set(same)), name
    assert diseases.search("OMIM:123500")[0].id == "OMIM:123500"
    assert "OMIM:190685" not in [match.id for match in diseases.search("Down syndrome")]


def test_a_curated_disease_that_hpo_has_is_linked_to_it():
    diseases = known.diseases()
    linked = {"DF:alopecia-areata": "OMIM:104000", "DF:horner-syndrome": "OMIM:143000"}
    assert {key: diseases.in_hpo(key) for key in linked} == linked


def test_a_sex_that_is_none_is_refused(face):
    with pytest.raises(RequestError, match="female or male"):
        Pipeline.load().draw(face, "rosacea", 0.5, sex="x")


def test_signs_of_an_age_leave_the_face_when_it_is_older():
    sign = Sign("cheek_fullness", 1, 0.9, from_age=1.0, until_age=10.0)
    assert [sign.at(age) for age in (None, 0.5, 1.0, 10.0, 11.0)] == [True, False, True, True, False]


def test_the_supplement_tells_ages_and_people():
    text = supplement.text().replace(
        'note = "Adult and child faces differ',
        'people = { sex = "female", until_age = 30, reference = "Nobody 2001" }\nnote = "Adult and child faces differ',
        1,
    )
    entry = supplement.parse(text, attributes())["ORPHA:870"]
    assert (entry.people.sex, entry.people.until_age) == ("female", 30.0)
    assert "Nobody 2001" in entry.people.misfits(40.0, "male")[0]
    with pytest.raises(CatalogueError, match="people"):
        supplement.parse(text.replace('reference = "Nobody 2001"', 'refrence = ""'), attributes())
