"""How far every measure can be trusted: writes the validity cards.

`--faces DIR` holds folders: `neutral` with healthy faces; beside it, where there are any, `smiling` with the same
people under the same file names, and `landmarks` with hand-placed points of the neutral photos (189-point template,
see `handmarks`). Only numbers are written.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import spearmanr

from diseaseface import __version__
from diseaseface.benchmarks import handmarks
from diseaseface.benchmarks.calibration import retaken
from diseaseface.benchmarks.photos import SUFFIXES
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.cards import cards
from diseaseface.evaluation.contours import traced_points_cm
from diseaseface.evaluation.frame import frame_of
from diseaseface.evaluation.measurements import definitions, read_all
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.faces.proportions import PROPORTIONS

_SHAPE = {**MEASURES, **PROPORTIONS}
_LEAST_FACES = 20
_TONE = "skin_typology_angle"


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark measures", description=__doc__)
    parser.add_argument("--faces", type=Path, required=True, help="folder with neutral, smiling, landmarks")
    parser.add_argument("--retakes", type=int, default=2, help="times each photo is read again (default 2)")
    parser.add_argument("--source", default="", help="who took the photos, and their licence")
    parser.add_argument("--out", type=Path, help="where to write validity.json; default: print it")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    options = parser.parse_args(arguments)
    table = {"version": __version__, "source": options.source, "measures": measure(options.faces, options.retakes)}
    text = json.dumps(table, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text if options.json else summary(table["measures"]))
    return 0


def measure(folder: Path, retakes: int) -> dict[str, dict]:
    """Return the card of every measure as plain values."""
    neutral, again, by_hand, smiles = {}, [], [], []
    for path in _photos(folder / "neutral"):
        face = _look(path)
        if face is None:
            continue
        neutral[path.stem] = read_all(face)
        for take in range(retakes):
            if (other := _look(retaken(face.image, 100 * take + len(neutral)))) is not None:
                again.append((neutral[path.stem], read_all(other)))
        marks = folder / "landmarks" / f"{path.stem}.tem"
        if marks.exists():
            by_hand.append(hand_and_automatic(face, marks, path))
    for path in _photos(folder / "smiling"):
        if path.stem in neutral and (face := _look(path)) is not None:
            smiles.append((neutral[path.stem], read_all(face)))
    if len(neutral) < _LEAST_FACES:
        raise DiseaseFaceError(f"Validity cards need {_LEAST_FACES} neutral faces; {len(neutral)} could be read.")
    return {name: _card(name, list(neutral.values()), again, smiles, by_hand) for name in definitions()}


def _photos(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)


def _look(photo) -> Face | None:
    try:
        return look(photo)
    except DiseaseFaceError:
        return None  # a photo that is refused has nothing to measure


def hand_and_automatic(face: Face, marks: Path, photo: Path) -> dict[str, tuple[float, float]]:
    """Return (by hand, automatic) of every measure of shape whose points were placed by hand."""
    with Image.open(photo) as image:
        scale = face.image.shape[1] / image.width
    placed = handmarks.in_face_frame(handmarks.read(marks) * scale, face)
    pairs = {}
    for name, one in _SHAPE.items():
        by_hand = one.compute(placed)
        if np.isfinite(by_hand):
            pairs[name] = by_hand, one.compute(traced_points_cm(frame_of(face)))
    return pairs


def _card(name, neutral, again, smiles, by_hand) -> dict:
    values = _column(neutral, name)
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    differences = _differences(again, name)
    changes = _differences(smiles, name)
    pairs = np.array([row[name] for row in by_hand if name in row])
    card = {"sd": round(sd, 4), "n": len(values), "retest": _rms(differences), "retest_n": len(differences)}
    if len(changes) and sd:
        card |= {"smile": round(float(np.mean(changes) / sd), 3), "smile_n": len(changes)}
    if (tone := _tone(neutral, name)) is not None:
        card["tone"] = tone
    if len(pairs) >= _LEAST_FACES:
        card["hand"] = agreement(pairs)
    if (known := cards().get(name)) is not None:  # what was found on other pictures: see `benchmark heads`
        card |= {part: found for part, found in asdict(known).items() if part in ("heads", "tones") and found}
    return card


def _column(rows: Sequence[Mapping], name: str) -> list[float]:
    return [row[name] for row in rows if row.get(name) is not None]


def _differences(pairs, name) -> list[float]:
    return [b[name] - a[name] for a, b in pairs if a.get(name) is not None and b.get(name) is not None]


def _rms(differences) -> float | None:
    return round(float(np.sqrt(np.mean(np.square(differences)))), 4) if len(differences) else None


def _tone(neutral, name) -> float | None:
    pairs = [(r[_TONE], r[name]) for r in neutral if r.get(name) is not None and r.get(_TONE) is not None]
    if len(pairs) < _LEAST_FACES or name == _TONE:
        return None
    rho = spearmanr(*np.transpose(pairs)).statistic
    return round(float(rho), 3) if np.isfinite(rho) else None


def agreement(pairs: np.ndarray) -> dict:
    """Compare pairs (n, 2) of by hand and automatic: ICC (McGraw & Wong 1996), bias, limits of agreement."""
    n = len(pairs)
    rows, columns, grand = pairs.mean(axis=1), pairs.mean(axis=0), pairs.mean()
    between = 2 * ((rows - grand) ** 2).sum() / (n - 1)
    raters = n * ((columns - grand) ** 2).sum()
    error = ((pairs - rows[:, None] - columns + grand) ** 2).sum() / (n - 1)
    off = pairs[:, 1] - pairs[:, 0]
    margin = 1.96 * off.std(ddof=1)
    return {
        "icc": round(float((between - error) / (between + error)), 3),
        "icc_absolute": round(float((between - error) / (between + error + 2 * (raters - error) / n)), 3),
        "bias": round(float(off.mean()), 3),
        "low": round(float(off.mean() - margin), 3),
        "high": round(float(off.mean() + margin), 3),
        "n": n,
    }


def summary(measures: Mapping[str, dict]) -> str:
    """Return the cards as lines of text."""
    lines = [f"{'measure':<30}{'sd':>9}{'retest':>9}{'smile':>8}{'tone':>8}{'ICC hand':>10}{'bias':>8}"]
    for name, card in measures.items():
        hand = card.get("hand") or {}
        cells = (card["sd"], card["retest"], card.get("smile"), card.get("tone"), hand.get("icc"), hand.get("bias"))
        widths = (9, 9, 8, 8, 10, 8)
        lines.append(f"{name:<30}" + "".join(_cell(cell, width) for cell, width in zip(cells, widths, strict=True)))
    return "\n".join(lines)


def _cell(value: float | None, width: int) -> str:
    return f"{'-' if value is None else format(value, '.2f'):>{width}}"
