"""Names of the visible signs with their sentence vectors, shipped so that nothing is embedded twice."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from diseaseface.errors import CatalogueError
from diseaseface.knowledge import aliases, annotations, minilm, ontology
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.meaning import Reader
from diseaseface.knowledge.names import plain


@dataclass(frozen=True, eq=False)
class Names:
    """What the visible signs are called.

    Attributes
    ----------
    release, model : str
        HPO's release and the language model that the file was built from.
    terms : tuple of str
        HPO id of each name.
    texts : tuple of str
        The names: HPO's name and synonyms of a term, own aliases.
    own : bool array of shape (N,)
        Which names are own aliases.
    first : bool array of shape (N,)
        Which names are a term's name in HPO.
    vectors : float16 array of shape (N, 384)
        Unit length.
    diseases : dict of HPO id to int
        Number of diseases annotated with the term: how usual it is.
    """

    release: str
    model: str
    terms: tuple[str, ...]
    texts: tuple[str, ...]
    own: np.ndarray
    first: np.ndarray
    vectors: np.ndarray
    diseases: dict[str, int]


def path() -> Path:
    """Return where the shipped names lie."""
    return Path(str(files("diseaseface").joinpath("data/synonym_vectors.npz")))


@cache
def load() -> Names:
    """Return the shipped names; raise CatalogueError where the file is missing or of another model."""
    try:
        with np.load(path()) as data:
            head = json.loads(str(data["head"]))
            names = Names(own=data["own"], first=data["first"], vectors=data["vectors"], **_from_json(head))
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise CatalogueError(f"{path()} cannot be read; build it with `benchmark vectors --write`.") from error
    if names.model != minilm.NAME:
        raise CatalogueError(f"{path()} is of the model {names.model}; build it with `benchmark vectors --write`.")
    return names


def _from_json(head: dict) -> dict:
    return head | {"terms": tuple(head["terms"]), "texts": tuple(head["texts"])}


def write(names: Names, where: Path) -> None:
    """Write names as a file that `load` reads."""
    head = {field: getattr(names, field) for field in ("release", "model", "terms", "texts", "diseases")}
    np.savez_compressed(
        where,
        head=np.array(json.dumps(head, ensure_ascii=False)),
        own=names.own,
        first=names.first,
        vectors=names.vectors,
    )


def build(known: Names | None = None) -> Names:
    """Embed the names of all visible terms; two minutes, seconds where most are `known`."""
    hpo = ontology.load()
    rows = list(dict.fromkeys(_rows(hpo)))
    texts = [text for _, text, _, _ in rows]
    return Names(
        release=hpo.release,
        model=minilm.NAME,
        terms=tuple(term for term, _, _, _ in rows),
        texts=tuple(texts),
        own=np.array([own for _, _, own, _ in rows]),
        first=np.array([first for _, _, _, first in rows]),
        vectors=_embedded(texts, known),
        diseases=_counts({term for term, _, _, _ in rows}),
    )


def _embedded(texts: list[str], known: Names | None) -> np.ndarray:
    vectors = dict(zip(known.texts, known.vectors, strict=True)) if known else {}
    fresh = [text for text in dict.fromkeys(texts) if text not in vectors]
    vectors |= zip(fresh, minilm.encode([text.lower() for text in fresh]).astype(np.float16), strict=True)
    return np.array([vectors[text] for text in texts])


def _rows(hpo: ontology.Ontology):
    """Yield (term, text, own, first) of every name, near-duplicates of one term once."""
    reader, words = Reader(hpo, attributes()), aliases.load()
    for term in hpo.terms.values():
        if term.obsolete or reader.read(term.id) is None:
            continue
        seen = set()
        for number, text in enumerate((term.name, *term.synonyms, *words.terms.get(term.id, ()))):
            if (key := " ".join(sorted(map(aliases.stem, plain(text).split())))) and key not in seen:
                seen.add(key)
                yield term.id, text, number > len(term.synonyms), number == 0


def _counts(terms: set[str]) -> dict[str, int]:
    rows = annotations.parse(annotations.read_lines(), terms.__contains__)
    return dict(Counter(term for term, _ in {(row.hpo, row.disease) for row in rows}))
