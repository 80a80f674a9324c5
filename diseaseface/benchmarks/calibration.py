"""How each measure answers to each sign: draws signs, reads them back, and writes the gains.

Gains come from every other face; noise and spread from the faces in between, in pictures that
show several signs at once. Use faces that no test uses. Only numbers are written.
"""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

from diseaseface.benchmarks.photos import photos
from diseaseface.benchmarks.processes import side_by_side
from diseaseface.edits import Change
from diseaseface.engines.base import Applied
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.gains import FILE, LOWERS, gains, measure_names, raw_value, sign_name
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.ranking import COMPARED, variation
from diseaseface.evaluation.readings import ALIGNED, RETAKEN, Readings, read_change
from diseaseface.faces.anthropometry import measures_for
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import Attribute, attributes

Sign = tuple[Attribute, int]  # with its direction

SHARES = (1.0,)
MIXTURES = 6
_SIGNS_TOGETHER = 5
_MOST_SPREAD, _LEAST_GAIN = 0.6, 0.2  # signs read less surely than this are not read at all
_LEAST_NOISE = 0.02  # of the full amount


@dataclass
class Samples:
    """What was read: applied amounts and raw values of each sign, responses and still pairs."""

    single: dict = field(default_factory=partial(defaultdict, list))  # (mode, sign) -> (face, applied, raw)
    mixed: dict = field(default_factory=partial(defaultdict, list))
    response: dict = field(default_factory=partial(defaultdict, list))  # sign -> {measure: value a unit}
    still: dict = field(default_factory=partial(defaultdict, list))  # mode -> {measure: value}

    def add(self, other: "Samples") -> None:
        """Take in what was read on another photo."""
        for name in ("single", "mixed", "response", "still"):
            for key, values in getattr(other, name).items():
                getattr(self, name)[key].extend(values)


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark calibration", description=__doc__)
    parser.add_argument("--faces", type=Path, required=True, help="folder of face photos, searched below")
    parser.add_argument("--most", type=int, default=16, help="photos taken, evenly spread (default 16)")
    parser.add_argument("--retaken", type=int, default=6, help="photos read again as if taken anew (default 6)")
    parser.add_argument("--missing", action="store_true", help="only signs that the shipped gains lack; keep the rest")
    parser.add_argument("--processes", type=int, default=1, help="photos read side by side (default 1)")
    parser.add_argument("--out", type=Path, help="where to write gains.json; default: print it")
    parser.add_argument("--json", action="store_true", help="print JSON, as without --out")
    options = parser.parse_args(arguments)
    chosen = [sign for sign in signs() if not options.missing or sign_name(*_named(sign)) not in gains().response]
    table = measure(options.faces, options.most, options.retaken, chosen, options.processes)
    table = (_joined(table) if options.missing else table) | {"heads": _shipped().get("heads", {})}
    text = json.dumps(table, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(summary(table) if options.out else text)
    return 0


def measure(folder: Path, most: int, retaken_most: int, chosen: Sequence[Sign], processes: int = 1) -> dict:
    """Draw and read signs on the faces of a folder and return the table of gains."""
    samples = Samples()
    jobs = [(number, photo, number < retaken_most, chosen) for number, (_, photo) in enumerate(photos(folder, most))]
    for found in side_by_side(_on_photo, jobs, processes):
        samples.add(found)
    return tabulate(samples)


def _on_photo(job) -> Samples:
    number, photo, again, chosen = job
    samples, engine = Samples(), MorphEngine()
    try:
        face = look(photo)
    except DiseaseFaceError:
        return samples  # a photo that is refused says nothing about reading
    _read_singles(samples, engine, face, number, again, chosen)
    _read_mixtures(samples, engine, face, number, chosen)
    _read_still(samples, face, number)
    return samples


def _joined(table: dict) -> dict:
    """Put what was calibrated beside the shipped rest; stills and limits are of the new pictures."""
    old = _shipped()
    own = {mode: old["own"].get(mode, {}) | rows for mode, rows in table["own"].items()}
    known = {sign_name(*_named(sign)) for sign in signs()}
    own = {mode: {name: row for name, row in rows.items() if name in known} for mode, rows in own.items()}
    response = {name: row for name, row in (old["response"] | table["response"]).items() if name in known}
    return {"own": own, "response": response, "still": table["still"], "departure": table["departure"]}


def _shipped() -> dict:
    return json.loads((Path(str(files("diseaseface"))) / FILE).read_text(encoding="utf-8"))


def _named(sign: Sign) -> tuple[str, int]:
    return sign[0].name, sign[1]


def signs() -> Iterator[Sign]:
    """Yield every sign of the morph engine: attribute and direction. What no measure reads still moves measures."""
    for attribute in (a for a in attributes().values() if a.engine == "morph"):
        for direction, pole in ((1, attribute.positive), (-1, attribute.negative)):
            if pole:
                yield attribute, direction


def _read_singles(samples, engine, face, number, again, chosen):
    for attribute, direction in chosen:
        for share in SHARES:
            change = _change(attribute, direction, share)
            drawn = engine.render(face, [change])
            applied = drawn.applied[0]
            if not applied.amount:
                continue
            found = read_change(face, with_picture(face, drawn.picture))
            name = sign_name(attribute.name, direction)
            _keep(samples.single, found, applied, number)
            if found.mode == ALIGNED:
                values = found.values.items()
                samples.response[name].append({m: v / applied.amount for m, v in values if v is not None})
            if again and attribute.measure and share == 1.0:
                _keep(samples.single, read_change(face, look(retaken(drawn.picture, number))), applied, number)


def _read_mixtures(samples, engine, face, number, chosen):
    random = np.random.default_rng(number)
    by_measure = defaultdict(list)
    for attribute, direction in filter(lambda sign: sign[0].measure, chosen):
        by_measure[attribute.measure].append((attribute, direction))
    for _ in range(MIXTURES):
        picked = random.choice(list(by_measure), min(_SIGNS_TOGETHER, len(by_measure)), replace=False)
        chosen = [by_measure[m][random.integers(len(by_measure[m]))] for m in picked]
        edit = [_change(a, d, float(random.uniform(0.2, 1.0))) for a, d in chosen]
        drawn = engine.render(face, edit, seed=number)
        found = read_change(face, with_picture(face, drawn.picture))
        for applied in drawn.applied:
            if applied.amount:
                _keep(samples.mixed, found, applied, number, _from_others(samples, drawn.applied, applied))


def _read_still(samples, face, number):
    """Read pairs in which nothing has changed but the file, or the taking of the photo."""
    for picture in (_as_jpeg(face.image, 92), _as_jpeg(face.image, 80)):
        found = read_change(face, with_picture(face, picture))
        samples.still[found.mode].append(found.values)
    found = read_change(face, look(retaken(face.image, number)))
    if found.mode == RETAKEN:
        samples.still[RETAKEN].append(found.values)


def _change(attribute, direction, share):
    side = "left" if attribute.measure == "mouth_corner_asymmetry" else None
    return Change(attribute, share * attribute.pole(direction).full, side)


def _keep(table, found: Readings, applied: Applied, number: int, others: float = 0.0) -> None:
    change = applied.change
    raw = raw_value(found, change.attribute, change.side)
    if raw is not None:
        name = sign_name(change.attribute.name, change.amount)
        table[found.mode, name].append((number, applied.amount, raw - others))


def _from_others(samples, drawn: Sequence[Applied], applied: Applied) -> float:
    """What the other signs of a mixture do to a sign's measure, by the single pictures so far."""
    names = measure_names(applied.change.attribute, applied.change.side)
    moved = 0.0
    for other in drawn:
        solved = all(measures_for(one.change.attribute.measure, one.change.side) for one in (other, applied))
        unit = samples.response.get(sign_name(other.change.attribute.name, other.change.amount))
        if other is not applied and other.amount and unit and not solved:
            moved += other.amount * np.mean([[one.get(name, 0.0) for name in names] for one in unit])
    return float(moved)


def with_picture(face: Face, picture: np.ndarray) -> Face:
    """Return the face with other pixels; enough for a picture that lies on the photo."""
    return Face(picture, face.landmarks_px, face.points_cm, face.pose, face.chart, face.regions, face.blendshapes)


def _as_jpeg(picture, quality):
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def retaken(picture, number):
    """Turn, shrink and re-light a picture a little, as if the photo had been taken again."""
    random = np.random.default_rng(1000 + number)
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-5, 5), random.uniform(0.85, 0.98))
    turned = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    light = (turned / 255.0) ** random.uniform(0.93, 1.07) * random.uniform(0.97, 1.03, 3)
    return _as_jpeg(np.clip(255 * light, 0, 255).astype(np.uint8), 90)


def tabulate(samples: Samples) -> dict:
    """Return the table of gains.json."""
    still = {mode: _spread(pairs) for mode, pairs in samples.still.items()}
    own: dict[str, dict] = {ALIGNED: {}, RETAKEN: {}}
    for mode, name in samples.single:
        mixed = samples.mixed.get((mode, name), [])
        if found := _gain(name, samples.single[mode, name], mixed, still.get(mode, {})):
            own[mode][name] = found
    return {
        "own": own,
        "response": {name: _mean_response(values) for name, values in samples.response.items()},
        "still": still,
        "departure": {mode: _limit(pairs) for mode, pairs in samples.still.items()},
    }


def _gain(name, single, mixed, still):
    """Slope on the even faces, noise on the odd ones; None where it is too unsure."""
    fitted = [s for s in single if s[0] % 2 == 0] or single
    gain = sum(a * raw for _, a, raw in fitted) / sum(a * a for _, a, _ in fitted)
    attribute, direction = attributes()[name[:-1]], 1 if name[-1] == "+" else -1
    full, in_unit = abs(attribute.pole(direction).full), attribute.measure != "telangiectasia_area"
    wrong = (gain < 0) != (attribute.name in LOWERS)
    if wrong or abs(gain) < (_LEAST_GAIN if in_unit else 1e-3):
        return None
    slopes = np.array([raw / (a * gain) for _, a, raw in single])
    spread = float(np.sqrt(np.mean((slopes - 1.0) ** 2)))
    noise = max(_held_noise(gain, spread, mixed or single), _still_noise(attribute, still) / abs(gain))
    if spread > _MOST_SPREAD or noise > full or np.median(slopes) < 0.3:
        return None
    noise = max(noise, _LEAST_NOISE * full)
    return {"gain": round(gain, 4), "noise": round(noise, 4), "spread": round(spread, 4), "n": len(single)}


def _held_noise(gain, spread, read):
    """Noise on the odd faces that does not grow with the amount."""
    held = [sample for sample in read if sample[0] % 2] or read
    missed = np.array([raw / gain - a for _, a, raw in held])
    amounts = np.array([a for _, a, _ in held])
    return float(np.sqrt(max(np.mean(missed**2 - (spread * amounts) ** 2), 0.0)))


def _still_noise(attribute, still):
    side = "left" if attribute.measure == "mouth_corner_asymmetry" else None
    return float(np.mean([still.get(name, 0.0) for name in measure_names(attribute, side)]))


def _mean_response(values: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = {name for value in values for name in value}
    means = {name: float(np.mean([v[name] for v in values if name in v])) for name in sorted(names)}
    return {name: round(mean, 5) for name, mean in means.items() if abs(mean) > 1e-4}


def _spread(pairs):
    names = {name for pair in pairs for name in pair}
    read = {name: [p[name] for p in pairs if p.get(name) is not None] for name in sorted(names)}
    return {name: round(float(np.sqrt(np.mean(np.square(values)))), 5) for name, values in read.items() if values}


def _limit(pairs):
    """Departure, as `ranking` computes it, that 95 of 100 pairs stay below."""
    still, sd = _spread(pairs), norms().sd
    usable = still.keys() & sd.keys() & COMPARED
    scale = {name: variation(name, sd[name], still[name]) for name in usable}
    distances = [np.sqrt(sum((pair[n] / scale[n]) ** 2 for n in usable if pair.get(n) is not None)) for pair in pairs]
    return round(float(np.percentile(distances, 95)), 3)


def summary(table: dict) -> str:
    """Return the gains as lines of text."""
    lines = [f"{'sign':<32}{'mode':<10}{'gain':>8}{'noise':>9}{'spread':>8}{'n':>5}"]
    for mode, found in table["own"].items():
        for name, g in found.items():
            lines.append(f"{name:<32}{mode:<10}{g['gain']:8.2f}{g['noise']:9.2f}{g['spread']:8.2f}{g['n']:5d}")
    return "\n".join([*lines, f"departure limits: {table['departure']}"])
