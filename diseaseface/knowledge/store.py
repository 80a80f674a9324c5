"""The index of annotations: built once from HPO's files, kept in the user's cache folder."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from diseaseface.knowledge import annotations, ontology, people
from diseaseface.knowledge.assembly import Fact, profile
from diseaseface.knowledge.catalogue import attributes, catalogue_text
from diseaseface.knowledge.meaning import Meaning, Reader, terms_text
from diseaseface.knowledge.names import untyped

_FORMAT = 4
_KEPT = ("release", "diseases", "counts", "unseen", "annotated", "twins", "courses")


@dataclass(frozen=True)
class Store:
    """What is known of all diseases that HPO gives a visible sign.

    Attributes
    ----------
    release : str
        HPO's, such as "2025-01-16".
    meanings : dict of HPO id to Meaning
        Of the annotated terms that a frontal photo can show.
    diseases : dict of id to (name, facts)
        Facts as JSON lists, made into profiles when asked for.
    counts : dict of id to (signs, drawable share)
    unseen : dict of id to name
        Diseases that no visible sign is known of.
    annotated : str
        Date of the annotations, which need not be the ontology's release.
    twins : dict of id to list of id
        The other entries of one disease, in OMIM and ORPHA.
    courses : dict of id to list of [HPO id, label, frequency]
        Inheritance, onset and early death, as `people.from_course` reads them.
    """

    release: str
    meanings: dict[str, Meaning]
    diseases: dict[str, tuple[str, list[list]]]
    counts: dict[str, tuple[int, float]]
    unseen: dict[str, str]
    annotated: str = ""
    twins: dict[str, list[str]] = field(default_factory=dict)
    courses: dict[str, list[list]] = field(default_factory=dict)

    def facts(self, disease: str) -> list[Fact]:
        """Return the visible signs of a disease."""
        return [Fact(*row) for row in self.diseases[disease][1]]


def load(folder: Path | None = None) -> Store:
    """Return the index, from the cache folder where it is up to date, else built and kept there.

    A cache that cannot be read or written is done without.
    """
    path = (folder or cache_folder()) / "knowledge.json"
    key = _key()
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["key"] == key:
            return _from_json(data)
    store = build()
    with contextlib.suppress(OSError):
        write(path, {"key": key} | _to_json(store))
    return store


def cache_folder() -> Path:
    """Return the folder for files that can be built again: DISEASEFACE_CACHE, else the user's cache."""
    if chosen := os.environ.get("DISEASEFACE_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "diseaseface"


def build() -> Store:
    """Read HPO's files; about two seconds."""
    hpo = ontology.load()
    read = cache(Reader(hpo, attributes()).read)
    lines = annotations.read_lines()
    rows = list(annotations.parse(lines, lambda term: read(term) is not None))
    meanings = {term: read(term) for term in dict.fromkeys(row.hpo for row in rows)}
    diseases = {row.disease: (row.name, _facts(group)) for row, group in _by_disease(rows)}
    signs = {key: profile(key, name, facts, meanings, hpo.release) for key, (name, facts) in diseases.items()}
    return Store(
        release=hpo.release,
        meanings=meanings,
        diseases={key: (name, [_row(fact) for fact in facts]) for key, (name, facts) in diseases.items()},
        counts={key: (len(made.signs) + len(made.undrawn), made.drawable) for key, made in signs.items()},
        unseen={key: name for key, name in annotations.diseases(lines).items() if key not in diseases},
        annotated=annotations.version(lines),
        twins=_twins({key: name for key, (name, _) in diseases.items()}),
        courses=_courses(lines, hpo),
    )


def _twins(names: dict[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, name in names.items():
        groups.setdefault(untyped(name), []).append(key)
    return {
        key: [other for other in group if other != key] for group in groups.values() if len(group) > 1 for key in group
    }


def _courses(lines: list[str], hpo: ontology.Ontology) -> dict[str, list[list]]:
    found: dict[str, list[list]] = {}
    for disease, term, often in annotations.courses(lines, people.COURSE_TERMS.__contains__):
        found.setdefault(disease, []).append([term, hpo.terms[term].name, often])
    return found


def _by_disease(rows: list[annotations.Annotation]) -> Iterable[tuple[annotations.Annotation, list]]:
    groups: dict[str, list[annotations.Annotation]] = {}
    for row in rows:
        groups.setdefault(row.disease, []).append(row)
    return [(group[0], group) for group in groups.values()]


def _facts(rows: list[annotations.Annotation]) -> list[Fact]:
    groups: dict[str, list[annotations.Annotation]] = {}
    for row in rows:
        groups.setdefault(row.hpo, []).append(row)
    return [_fact(term, group) for term, group in groups.items()]


def _fact(term: str, rows: list[annotations.Annotation]) -> Fact:
    return Fact(
        hpo=term,
        frequency=annotations.pool(rows),
        from_age=min(row.from_age for row in rows),
        one_sided=all(row.one_sided for row in rows),
        detail="; ".join(dict.fromkeys(_detail(row) for row in rows)),
    )


def _detail(row: annotations.Annotation) -> str:
    words = row.stated
    if row.sex:
        words += f", {row.sex.lower()}"
    return f"{words} ({row.reference})" if row.reference.startswith("PMID") else words


def _row(fact: Fact) -> list:
    return [fact.hpo, fact.frequency, fact.from_age, fact.one_sided, fact.detail]


def _to_json(store: Store) -> dict:
    terms = {key: [m.label, m.shares, m.reason, m.one_sided] for key, m in store.meanings.items()}
    kept = {name: getattr(store, name) for name in _KEPT}
    return kept | {"terms": terms}


def _from_json(data: dict) -> Store:
    terms = {
        key: Meaning(label, tuple((name, share) for name, share in shares), reason, one_sided)
        for key, (label, shares, reason, one_sided) in data["terms"].items()
    }
    return Store(meanings=terms, **{name: data[name] for name in _KEPT})


def _key() -> str:
    """Return what the index was built from: format, HPO's files, catalogue and reading of terms."""
    files = [ontology.folder() / name for name in ontology.FILES]
    stamps = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    parts = (str(_FORMAT), *stamps, catalogue_text(), terms_text())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def write(path: Path, data: dict) -> None:
    """Write beside the place and move there, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", encoding="utf-8", delete=False) as part:
        json.dump(data, part, ensure_ascii=False, separators=(",", ":"))
    os.replace(part.name, path)
