"""How often a description is understood.

Phrases of phrases.toml: right at the first place, for the phrases that were looked at while the aliases and
weights were chosen and for those that were not; whole descriptions with sides, denials and strengths. Then
HPO's own layperson synonyms, each looked up with that name left out: harder, since many are of rare terms.
Intervals are Wilson's, 95 %.
"""

import json
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from importlib.resources import files

import numpy as np

from diseaseface.knowledge import aliases, language, ontology, vectors
from diseaseface.knowledge.matching import Matcher, matcher


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark language", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="take each n-th layperson synonym only")
    parser.add_argument("--misses", action="store_true", help="print what is not understood among the open phrases")
    options = parser.parse_args(arguments)
    rows = measure(options.every)
    print(json.dumps(rows, indent=1, ensure_ascii=False) if options.json else table(rows))
    if options.misses:
        print("\n".join(_misses("open")))
    return 0


def phrases() -> dict[str, dict]:
    """Return the tables of phrases.toml."""
    return tomllib.loads(files("diseaseface.benchmarks").joinpath("phrases.toml").read_text(encoding="utf-8"))


def measure(every: int = 1) -> list[dict]:
    """Return one row a set of phrases."""
    tables = phrases()
    rows = [
        _row(f"phrases, {part.replace('_', ' ')}", (understood(text, ids) for text, ids in tables[part].items()))
        for part in tables
        if not part.startswith("spoken_")
    ]
    for part in (part for part in tables if part.startswith("spoken_")):
        name = part.removeprefix("spoken_").replace("_", " ")
        rows.append(_row(f"sides, denials, strengths, {name}", (fulfilled(case) for case in tables[part])))
    return [*rows, *_layperson(every)]


def understood(text: str, ids: Sequence[str]) -> bool:
    """Tell whether the first sign found is one of the right terms."""
    found = language.describe(text)
    return bool(found) and found[0].hpo in ids


def fulfilled(case: dict) -> bool:
    """Tell whether a description gives all its signs as they should be, and none that it denies."""
    found = language.describe(case["text"])
    if any(sign.attribute in case["absent"] for sign in found):
        return False
    return all(any(_is(sign, wanted) for sign in found) for wanted in case["signs"])


def _is(sign: language.Found, wanted: Sequence) -> bool:
    attribute, direction, side, strength = wanted
    if (sign.attribute, sign.direction) != (attribute, direction):
        return False
    if side and sign.side != (None if side == "both" else side):
        return False
    return {"": True, "mild": sign.strength < 0.4, "marked": sign.strength > 0.9}[strength]


def _layperson(every: int) -> list[dict]:
    """Look up HPO's layperson synonyms, the exact name itself left out."""
    known, names = matcher(), vectors.load()
    own = {(term, text) for term, text in layperson()}
    numbers = [n for n, pair in enumerate(zip(names.terms, names.texts, strict=True)) if pair in own][::every]
    found = [(names.terms[number], _without(known, number)) for number in numbers]
    drawn = [(_signs(term), _signs(hit)) for term, hit in found if _signs(term)]
    return [
        _row("HPO layperson names left out, term", (term == hit for term, hit in found)),
        _row("the same, drawn signs, attribute", (bool(hit) and one[0] == hit[0] for one, hit in drawn)),
    ]


def layperson() -> Iterable[tuple[str, str]]:
    """Yield (term, synonym) of the synonyms that HPO marks as layperson's."""
    term = ""
    for line in (ontology.folder() / "hp.obo").read_text(encoding="utf-8").split("\n"):
        if line.startswith("id: "):
            term = line[4:]
        elif line.startswith("synonym: ") and " layperson" in line.rpartition('"')[2]:
            yield term, line.split('"')[1]


def _without(known: Matcher, number: int) -> str | None:
    """Return the term nearest to a name, as if that name and ones of the same words were not known."""
    names = vectors.load()
    key = _words(names.texts[number])
    same = [other for other in known.alike(names.texts[number]) if _words(names.texts[other]) != key]
    if same:
        return names.terms[same[0]]
    hit = known.near(names.texts[number], without=known.alike(names.texts[number]))
    return hit.hpo if hit else None


def _words(text: str) -> list[str]:
    return sorted(aliases.stem(word) for word in aliases.plain(text).split())


def _signs(term: str | None) -> tuple:
    meaning = language.meaning_of(term) if term else None
    return tuple((name, share > 0) for name, share in meaning.shares) if meaning else ()


def _row(name: str, results: Iterable[bool]) -> dict:
    right = np.array(list(results), bool)
    low, high = wilson(int(right.sum()), len(right))
    share = round(float(right.mean()), 3)
    return {"set": name, "right": int(right.sum()), "of": len(right), "share": share, "low": low, "high": high}


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)


def _misses(part: str) -> list[str]:
    return [f"  {text}" for text, ids in phrases()[part].items() if not understood(text, ids)]


def table(rows: list[dict]) -> str:
    """Lay the rows out for reading."""
    return "\n".join(
        f"{row['set']:<38}{row['right']:>5} of {row['of']:<5}{row['share']:>6.1%}"
        f"  ({row['low']:.1%} to {row['high']:.1%})"
        for row in rows
    )
