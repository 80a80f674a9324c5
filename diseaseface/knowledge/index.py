"""All diseases: found by id, name or synonym, searched as one types."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from diseaseface.errors import UnknownDisease
from diseaseface.knowledge import store as stores
from diseaseface.knowledge import supplement
from diseaseface.knowledge.assembly import curated, profile
from diseaseface.knowledge.names import NameSearch, core, plain
from diseaseface.knowledge.people import People, from_course
from diseaseface.knowledge.profiles import Profile
from diseaseface.knowledge.sources import Source
from diseaseface.knowledge.store import Store
from diseaseface.knowledge.supplement import Entry

_LEAST_SIGNS = 3
_LONGEST_NAME = 200  # characters of a name that are looked at and said again
_SOURCES = {"orphanet": "ORPHA", "mim": "OMIM"}


@dataclass(frozen=True)
class Match:
    """One disease in a list.

    Attributes
    ----------
    id, name : str
    synonyms : tuple of str
    signs : int
        Number of visible signs, drawn or not.
    drawable : float
        Share of the visible weight that the morph engine draws, 0 to 1.
    """

    id: str
    name: str
    synonyms: tuple[str, ...]
    signs: int
    drawable: float

    def to_dict(self) -> dict:
        """Return plain values for JSON."""
        return {**vars(self), "synonyms": list(self.synonyms), "drawable": round(self.drawable, 3)}


class Diseases:
    """The diseases of HPO and the curated ones.

    Nothing is read before the first question; then 0.2 s where the index is cached, else about
    two seconds.
    """

    def __init__(
        self,
        store: Store | None = None,
        entries: Mapping[str, Entry] | None = None,
        sources: Sequence[Source] = (),
    ):
        """Take further sources; and an index and curated diseases in place of the shipped ones, for tests."""
        self._given = store
        self._given_entries = entries
        self._sources = tuple(sources)

    @cached_property
    def _store(self) -> Store:
        return self._given or stores.load()

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return supplement.load() if self._given_entries is None else self._given_entries

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the further sources that profiles are completed from."""
        return tuple(source.name for source in self._sources)

    @property
    def annotated(self) -> str:
        """Date of HPO's annotations."""
        return self._store.annotated

    @property
    def release(self) -> str:
        """HPO's release, such as "2025-01-16"."""
        return self._store.release

    def all(self) -> list[Match]:
        """Return the curated diseases, then all of HPO's with three visible signs and a drawable one."""
        return list(self._matches.values())

    def curated(self) -> list[Profile]:
        """Return the profiles of the curated diseases."""
        return [self._profile(key) for key in self._entries]

    def profiles(self) -> list[Profile]:
        """Return the profiles of all the diseases that `all` lists, from HPO and the supplement, in that order."""
        return [self._profile(match.id) for match in self.all()]

    def search(self, text: str, most: int = 20) -> list[Match]:
        """Return the diseases whose names are nearest to a text, misspelt ones too, best first.

        Of OMIM's and ORPHA's entries of one name only the one with more signs is shown, of a curated disease that.
        Without letters in the text: the first of the list, the curated diseases.
        """
        text = text[:_LONGEST_NAME]
        if not plain(text):
            return self.all()[:most]
        if listed := self._matches.get(_as_id(text)):
            return [listed]
        return [self._matches[key] for key in self._once(self._search.nearest(text, 3 * most))[:most]]

    def find(self, name_or_id: str) -> Profile:
        """Return the profile of a disease named by id, name or synonym.

        A curated disease takes its names for itself; names count before names without their
        "disease" or "syndrome".

        Raises
        ------
        UnknownDisease
            Where no disease, or more than one, goes by the name; it lists the nearest.
        """
        key = _as_id(name_or_id)
        if key in self._entries or key in self._store.diseases:
            return self._completed(key)
        for form in (plain, core):
            keys = self._named(form, form(name_or_id))
            if len(keys) > 1:
                raise UnknownDisease(_ambiguous(name_or_id, [self._label(key) for key in keys]))
            if keys:
                return self._completed(keys[0])
        for source in self._sources:
            if found := source.find(name_or_id):
                return found
        if unseen := self._unseen(key, plain(name_or_id)):
            raise UnknownDisease(f"{unseen} has no sign in HPO that a face shows; choose another disease.")
        asked = " ".join(name_or_id[:_LONGEST_NAME].split())
        nearest = self.search(asked, 5) if plain(asked) else []
        raise UnknownDisease(_unknown(asked, [f"{match.name} ({match.id})" for match in nearest]))

    def people(self, disease: str) -> People:
        """Return who has a disease, by the supplement where it says so, else by HPO's terms of its course."""
        entry = self._entries.get(disease)
        return (entry and entry.people) or from_course(self._store.courses.get(self.in_hpo(disease), ()))

    def twins(self, disease: str) -> list[str]:
        """Return the ids of the other entries of one disease: OMIM's of an ORPHA one and the other way round."""
        return self._store.twins.get(self.in_hpo(disease), [])

    def _once(self, keys: Sequence[str]) -> list[str]:
        """Return ids with each disease once, in the place of its nearest entry."""
        shown: dict[frozenset[str], str] = {}
        for key in keys:
            same = self._same(key)
            held = shown.get(same)
            shown[same] = key if held is None else max(held, key, key=self._standing)
        return list(shown.values())

    def _same(self, key: str) -> frozenset[str]:
        """Return the ids in HPO under which a disease has one name; of a curated one alone its own."""
        hpo = self.in_hpo(key)
        if hpo not in self._store.diseases:
            return frozenset((key,))
        names = {other: core(self._store.diseases[other][0]) for other in (hpo, *self.twins(hpo))}
        return frozenset(other for other, name in names.items() if name == names[hpo])

    def _standing(self, key: str) -> tuple[bool, int]:
        return key in self._entries, self._matches[key].signs

    def in_hpo(self, disease: str) -> str:
        """Return the id under which HPO lists a disease, "" for a curated one that it lacks."""
        return self._entries[disease].hpo if disease in self._entries else disease

    def _completed(self, key: str) -> Profile:
        made, hpo = self._profile(key), self.in_hpo(key)
        for source in self._sources:
            made = source.complete(made, hpo)
        return made

    def _named(self, form: Callable[[str], str], wanted: str) -> list[str]:
        """Return the ids whose names have the wanted form: the curated ones', else HPO's."""
        names = {key: (entry.name, *entry.synonyms) for key, entry in self._entries.items()}
        if not wanted:
            return []
        return _holders(names, form, wanted) or _holders(self._hpo_names, form, wanted)

    def _unseen(self, key: str, wanted: str) -> str | None:
        """Return the label of a disease that HPO knows and a face does not show, if the name is one's."""
        unseen = self._store.unseen.items()
        return next((f"{name} ({id_})" for id_, name in unseen if id_ == key or plain(name) == wanted), None)

    @cached_property
    def _hpo_names(self) -> dict[str, tuple[str]]:
        diseases = self._store.diseases.items()
        return {key: (name,) for key, (name, _) in diseases if key not in self._entries}

    def _profile(self, key: str) -> Profile:
        entry = self._entries.get(key)
        if entry is None:
            return self._from_hpo(key)
        return curated(entry, self._from_hpo(entry.hpo) if entry.hpo in self._store.diseases else None)

    def _from_hpo(self, key: str) -> Profile:
        store = self._store
        return profile(key, store.diseases[key][0], store.facts(key), store.meanings, store.release)

    @cached_property
    def _matches(self) -> dict[str, Match]:
        matches = {key: _match(self._profile(key)) for key in self._entries}
        for key, (name, _) in self._store.diseases.items():
            signs, drawable = self._store.counts[key]
            if key not in matches and signs >= _LEAST_SIGNS and drawable > 0:
                matches[key] = Match(key, name, (), signs, drawable)
        return matches

    @cached_property
    def _search(self) -> NameSearch:
        names = {match.id: (match.name, *match.synonyms) for match in self.all()}
        return NameSearch(names, preferred=self._entries)

    def _label(self, key: str) -> str:
        name = self._entries[key].name if key in self._entries else self._store.diseases[key][0]
        return f"{key} ({name})"


def _holders(names: Mapping[str, Iterable[str]], form: Callable[[str], str], wanted: str) -> list[str]:
    return [key for key, given in names.items() if any(form(name) == wanted for name in given)]


def _match(made: Profile) -> Match:
    return Match(made.id, made.name, made.synonyms, len(made.signs) + len(made.undrawn), made.drawable)


def _as_id(text: str) -> str:
    """Return an id in its usual writing: "orphanet: 870" gives "ORPHA:870", "DF:Rosacea" "DF:rosacea"."""
    source, colon, number = str(text).strip().partition(":")
    source = _SOURCES.get(source.strip().lower(), source.strip().upper())
    return source + colon + (number.strip().lower() if source == "DF" else number.strip())


def _ambiguous(name: str, labels: list[str]) -> str:
    shown = ", ".join(labels[:6]) + (" and others" if len(labels) > 6 else "")
    return f'"{name}" is the name of {len(labels)} diseases: {shown}. Give the id of one.'


def _unknown(name: str, nearest: list[str]) -> str:
    if not nearest:
        return f'No disease goes by the name "{name}"; search the list of diseases for another name or an id.'
    return f'No disease goes by the name "{name}"; the nearest are {", ".join(nearest)}.'
