"""A kit for clinicians to rate the pictures blind: sheets, a form to fill in, and a key kept apart.

Five questions, in random order: edited or untouched? which sign? which disease? how severe, 0 to 100? the same
person? `--out` holds the sheets, an index to look through and form.csv; the key goes to `--key`, outside of it.
Untouched photos go through the same encoding as drawn ones. With `--analyse FORM ...` and `--key`, filled-in forms
are scored: d', accuracy, agreement between raters, with 95 % intervals.
"""

import csv
import io
import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from diseaseface import __version__, edits, knowledge
from diseaseface.benchmarks import ratings
from diseaseface.benchmarks.gallery import portrait
from diseaseface.benchmarks.photos import photos
from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError, RequestError
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile

QUESTIONS = {
    "edited": "Is this picture an untouched photo, or has it been edited?",
    "sign": "Left: the photo. Right: one sign has been drawn. Which one?",
    "disease": "Which disease does this picture show best?",
    "severity": "Left: the photo. Right: {disease}. How severe does it look, from 0 (none) to 100 (marked)?",
    "identity": "Do the two pictures show the same person?",
}
_CHOICES = 5
_WIDTH_PX, _QUALITY = 420, 90
_LEAST_FACES = 4
_FIELDS = ("item", "question", "choices", "answer", "remark")


@dataclass(frozen=True)
class Item:
    """One sheet: what is asked, what may be answered, and the truth, which goes to the key alone."""

    number: int
    kind: str
    question: str
    choices: tuple[str, ...]
    truth: str
    face: str
    detail: str

    @property
    def file(self) -> str:
        """Name of the sheet's picture."""
        return f"item-{self.number:03d}.jpg"


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark ratingkit", description=__doc__)
    parser.add_argument("--faces", type=Path, help="folder of face photos whose owners consent to being shown")
    parser.add_argument("--most", type=int, default=24, help="photos taken, evenly spread (default 24)")
    parser.add_argument("--each", type=int, default=12, help="items of each question (default 12)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="folder for sheets, index.html and form.csv")
    parser.add_argument("--key", type=Path, help="file of the key, outside of --out")
    parser.add_argument("--analyse", type=Path, nargs="+", metavar="FORM", help="filled-in forms, one a rater")
    options = parser.parse_args(arguments)
    if options.key is None:
        raise RequestError("Name the file of the key with --key.")
    if options.analyse:
        print(json.dumps(ratings.analyse(options.analyse, options.key), indent=1))
        return 0
    if not (options.faces and options.out):
        raise RequestError("Name the folder of photos with --faces and the folder for the kit with --out.")
    if options.out.resolve() in options.key.resolve().parents:
        raise RequestError("Keep the key apart: name a file outside of the folder that the raters get.")
    items = make(options.faces, options.most, options.each, options.seed, options.out)
    _write_key(options.key, items, options.seed)
    print(f"{len(items)} sheets in {options.out}; the key is {options.key}.")
    return 0


def make(folder: Path, most: int, each: int, seed: int, out: Path) -> list[Item]:
    """Draw the sheets, write them with index and form, and return the items with their truths."""
    faces = _faces(folder, most)
    if len(faces) < _LEAST_FACES:
        raise DiseaseFaceError(f"A rating kit needs at least {_LEAST_FACES} readable photos; {len(faces)} were found.")
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    order = rng.permutation([kind for kind in QUESTIONS for _ in range(each)])
    kit = _Kit(faces, rng)
    items = []
    for number, kind in enumerate(order, 1):
        item, sheet = kit.draw(number, str(kind))
        (out / item.file).write_bytes(_jpeg(sheet))
        items.append(item)
    _write_form(out / "form.csv", items)
    (out / "index.html").write_text(_index(items), encoding="utf-8")
    return items


def _faces(folder: Path, most: int) -> list[tuple[str, Face]]:
    found = []
    for name, photo in photos(folder, most):
        try:
            found.append((name, look(photo)))
        except DiseaseFaceError:
            continue  # a photo that is refused cannot be drawn on
    return found


class _Kit:
    """Draws single items; chance comes from one generator, so that a seed gives one kit."""

    def __init__(self, faces: Sequence[tuple[str, Face]], rng: np.random.Generator):
        self._faces, self._rng, self._engine = faces, rng, MorphEngine()
        self._profiles = knowledge.load().curated()
        self._signs = [
            (attribute, pole.full, pole.label)
            for attribute in attributes().values()
            if attribute.engine == "morph"
            for pole in (attribute.positive, attribute.negative)
            if pole
        ]

    def draw(self, number: int, kind: str) -> tuple[Item, np.ndarray]:
        name, face = self._faces[self._rng.integers(len(self._faces))]
        question, choices, truth, detail, pictures = getattr(self, f"_{kind}")(face)
        return Item(number, kind, question, choices, truth, name, detail), np.hstack(pictures)

    def _drawn(self, face: Face, profile: Profile, severity: float) -> np.ndarray:
        seed = int(self._rng.integers(1 << 16))
        return self._engine.render(face, edits.plan(profile, severity, seed=seed), seed=seed).picture

    def _profile(self) -> Profile:
        return self._profiles[self._rng.integers(len(self._profiles))]

    def _edited(self, face):
        touched = bool(self._rng.integers(2))
        profile, severity = self._profile(), float(self._rng.uniform(0.4, 1.0))
        picture = self._drawn(face, profile, severity) if touched else face.image
        detail = f"{profile.name} at {severity:.2f}" if touched else "photo"
        truth = "edited" if touched else "untouched"
        return QUESTIONS["edited"], ("untouched", "edited"), truth, detail, [_tile(picture, face)]

    def _sign(self, face):
        for _ in range(50):
            attribute, full, label = self._signs[self._rng.integers(len(self._signs))]
            side = "left" if attribute.name == "facial_weakness" else None
            done = self._engine.render(face, [Change(attribute, full, side)], seed=0)
            if done.applied[0].amount:
                break
        others = sorted({other for _, _, other in self._signs} - {label})
        choices = self._shuffled(label, others)
        return QUESTIONS["sign"], choices, label, attribute.name, [_tile(face.image, face), _tile(done.picture, face)]

    def _disease(self, face):
        profile = self._profile()
        choices = self._shuffled(profile.name, sorted({p.name for p in self._profiles} - {profile.name}))
        picture = self._drawn(face, profile, 0.8)
        return QUESTIONS["disease"], choices, profile.name, "severity 0.80", [_tile(picture, face)]

    def _severity(self, face):
        profile, severity = self._profile(), float(self._rng.uniform(0.0, 1.0))
        pair = [_tile(face.image, face), _tile(self._drawn(face, profile, severity), face)]
        question = QUESTIONS["severity"].format(disease=profile.name)
        return question, (), f"{100 * severity:.0f}", profile.name, pair

    def _identity(self, face):
        same = bool(self._rng.integers(2))
        others = [other for _, other in self._faces if other is not face]
        other = face if same else others[self._rng.integers(len(others))]
        profile = self._profile()
        pair = [_tile(face.image, face), _tile(self._drawn(other, profile, 0.8), other)]
        return QUESTIONS["identity"], ("same", "different"), "same" if same else "different", profile.name, pair

    def _shuffled(self, truth: str, others: Sequence[str]) -> tuple[str, ...]:
        picked = self._rng.choice(others, _CHOICES - 1, replace=False)
        return tuple(str(one) for one in self._rng.permutation([truth, *picked]))


def _tile(picture: np.ndarray, face: Face) -> np.ndarray:
    return portrait(picture, face, _WIDTH_PX)


def _jpeg(sheet: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _write_form(path: Path, items: Sequence[Item]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_FIELDS)
        writer.writerows((item.number, item.question, " | ".join(item.choices), "", "") for item in items)


def _write_key(path: Path, items: Sequence[Item], seed: int) -> None:
    table = {"version": __version__, "seed": seed, "items": [asdict(item) for item in items]}
    path.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _index(items: Iterator[Item]) -> str:
    sheets = "\n".join(
        f"<section><h2>{item.number}</h2><p>{escape(item.question)}</p>"
        f'<img loading="lazy" src="{item.file}" alt="sheet {item.number}">'
        f"<p>{escape(' | '.join(item.choices))}</p></section>"
        for item in items
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Rating kit</title>'
        "<style>body{font:16px system-ui;margin:2rem}img{max-width:100%}</style><h1>Rating kit</h1>"
        "<p>Some pictures are synthetic. Answer every item in form.csv, in the words of its choices. The pictures are "
        "for this rating alone; nothing in them is a diagnosis.</p>\n" + sheets
    )
