"""Names of diseases made comparable, and the search among them."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

# Words that a disease is called with or without.
_GENERIC = {"disease", "syndrome", "disorder", "the", "of", "s", "type"}

_NUMBERED = re.compile(r"\d+[a-z]?|[ivx]+|[a-z]|[a-z]?\d+[a-z]\d*")

_SPELLINGS = (
    ("oedema", "edema"),
    ("oesoph", "esoph"),
    ("oestr", "estr"),
    ("haem", "hem"),
    ("aemi", "emi"),
    ("anaem", "anem"),
    ("paed", "ped"),
    ("leuco", "leuko"),
    ("tumour", "tumor"),
    ("colour", "color"),
    ("fibre", "fiber"),
)

_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon"})


def plain(name: str) -> str:
    """Return a name without case, accents, punctuation, possessive s and British spellings."""
    text = unicodedata.normalize("NFKD", name.casefold().translate(_GREEK))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"['’`´]s?\b", "", text)
    text = " ".join(re.findall(r"[^\W_]+", text))
    for british, american in _SPELLINGS:
        text = text.replace(british, american)
    return text


def core(name: str) -> str:
    """Return the plain name without generic words and plural s: "Noonan's syndrome" gives "noonan"."""
    words = [word for word in plain(name).split() if word not in _GENERIC]
    return " ".join(word.rstrip("s") if len(word) > 4 else word for word in words)


def untyped(name: str) -> str:
    """Return what the names of one disease's entries share: no generic words, order, type numbers, causes.

    "Noonan syndrome 1" and "Noonan syndrome" agree, "Turner syndrome due to …" and "Turner syndrome".
    """
    words = core(name.partition(" due to ")[0]).split()
    while len(words) > 1 and _NUMBERED.fullmatch(words[-1]):
        words.pop()
    return " ".join(sorted(words))


class NameSearch:
    """Finds the names nearest to a text by the pairs and triples of letters they share.

    Built once over all names; a search takes a few milliseconds over thousands of them.
    """

    def __init__(self, names: Mapping[str, Iterable[str]], preferred: Iterable[str] = ()):
        """Take the names of each id, and the ids that go first where names are equally near."""
        self._entries = [(key, plain(name)) for key, given in names.items() for name in given]
        self._preferred = set(preferred)
        self._sizes = []
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, (_, name) in enumerate(self._entries):
            grams = _grams(name)
            self._sizes.append(len(grams))
            for gram in grams:
                self._holders[gram].append(number)

    def nearest(self, text: str, most: int) -> list[str]:
        """Return up to `most` ids, the nearest name first; none for a text without letters."""
        wanted = plain(text[:100])
        grams = _grams(wanted)
        shared = Counter(number for gram in grams for number in self._holders.get(gram, ()))
        scores: dict[str, float] = {}
        for number, count in shared.items():
            key, name = self._entries[number]
            score = self._score(wanted, len(grams), number, count, name, key)
            if score > max(scores.get(key, 0.0), 0.3):
                scores[key] = score
        return sorted(scores, key=lambda key: -scores[key])[:most]

    def _score(self, wanted: str, size: int, number: int, count: int, name: str, key: str) -> float:
        """Overlap of letter groups, higher for names that begin with the text or hold it as words."""
        overlap = 2 * count / (size + self._sizes[number])
        held = count / size
        bonus = (name == wanted) + 0.6 * name.startswith(wanted) + 0.5 * (f" {wanted}" in f" {name}")
        return 0.5 * overlap + 0.4 * held + bonus + 0.15 * (key in self._preferred)


def _grams(name: str) -> set[str]:
    if not name:
        return set()
    padded = f"  {name} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
