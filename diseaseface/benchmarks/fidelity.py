"""Whether every geometric sign is drawn as asked: alone, at any size, tilt and in the mirror; and identity.

For each geometric sign at full severity over the photos: applied over asked (least, median, most), the least
Jacobian, how far the displacement in face units departs at other photo sizes and tilts (per cent of the
largest displacement, and degrees of its direction), and how far the mirrored photo's result is from the
mirrored result (per cent of the inter-pupillary distance). Then the identity distance of each curated disease
at severity 1.
"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence

import numpy as np
from PIL import Image

from diseaseface import edits, knowledge
from diseaseface.benchmarks.photos import add_faces_option, photos
from diseaseface.edits import Change
from diseaseface.engines.morph import geometry
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.engines.morph.eyes import find_eye
from diseaseface.engines.morph.fields import takes_one_side
from diseaseface.engines.morph.shape import LID_ATTRIBUTES, solve
from diseaseface.errors import DiseaseFaceError
from diseaseface.faces.look import look
from diseaseface.faces.mirror import mirror_points
from diseaseface.knowledge.catalogue import attributes

SIZES_PX = (256, 512, 1024)
TILTS_DEG = (-25, 25)


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark fidelity", description=__doc__)
    add_faces_option(parser, 8)
    parser.add_argument("--no-identity", action="store_true", help="leave the identity part out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    pictures = list(photos(options.faces, options.most))
    result = {"faces": len(pictures), "signs": measure_signs(pictures)}
    if not options.no_identity:
        result["identity"] = measure_identity(pictures)
    print(json.dumps(result, indent=1) if options.json else _text(result))
    return 0


def full_changes() -> dict[str, Change]:
    """Every geometric sign, in each direction, at full severity."""
    changes = {}
    for attribute in attributes().values():
        if attribute.name not in geometry.recipes() and attribute.name not in LID_ATTRIBUTES:
            continue
        for direction, mark in ((1, "+"), (-1, "-")):
            if pole := attribute.toward(direction):
                side = "left" if takes_one_side(attribute.name) else None
                changes[attribute.name + mark] = Change(attribute, pole.full, side)
    return changes


def measure_signs(pictures) -> dict[str, dict]:
    """Return for each sign its figures over all photos."""
    rows: dict[str, dict[str, list]] = {name: {} for name in full_changes()}
    for _, photo in pictures:
        views = _views(photo)
        for name, change in full_changes().items():
            for key, value in _figures(views, change).items():
                rows[name].setdefault(key, []).append(value)
    return {name: {key: _summary(key, values) for key, values in row.items()} for name, row in rows.items()}


def _views(photo) -> dict:
    """The same photo analysed at several sizes and tilts, and mirrored."""
    image = Image.fromarray(photo)
    largest = image.resize((round(1024 * image.width / max(image.size)), round(1024 * image.height / max(image.size))))
    views = {"mirror": look(np.ascontiguousarray(np.array(largest)[:, ::-1]))}
    for size in SIZES_PX:
        scale = size / max(largest.size)
        view = largest.resize((round(largest.width * scale), round(largest.height * scale)), Image.LANCZOS)
        try:
            views[f"{size} px"] = look(np.array(view))
        except DiseaseFaceError:
            continue  # a face too small to be analysed is refused, not measured
    for tilt in TILTS_DEG:
        turned = largest.rotate(tilt, Image.BICUBIC, fillcolor=tuple(int(v) for v in photo[2, 2]))
        views[f"tilt {tilt}"] = look(np.array(turned))
    return views


def _drawn(face, change):
    """Displacement of the landmarks, canonical centimetres, with what was applied."""
    eyes = {side: find_eye(face, side) for side in ("left", "right")}
    shape = solve(face, [change], lambda c: geometry.evaluate_recipe(face, c), eyes)
    return face.chart.at(shape.move_cm, face.landmarks_px), shape


def _figures(views, change) -> dict[str, float]:
    reference = views["1024 px"]
    moved, shape = _drawn(reference, change)
    figures = {
        "applied/asked": shape.applied[0].amount / change.amount if shape.applied[0].amount else 0.0,
        "jacobian": shape.least_jacobian,
    }
    if change.attribute.name in LID_ATTRIBUTES:
        return figures
    largest = np.linalg.norm(moved, axis=1).max()
    for name, face in views.items():
        if name in ("mirror", "1024 px"):
            continue
        other = _drawn(face, change)[0]
        strong = np.linalg.norm(moved, axis=1) > 0.5 * largest
        ratio = np.linalg.norm(other[strong], axis=1).mean() / np.linalg.norm(moved[strong], axis=1).mean()
        figures[f"{name} %"] = 100.0 * abs(ratio - 1.0)
        if name.startswith("tilt"):
            figures[f"{name} deg"] = _angle(moved[strong][:, :2].copy(), other[strong][:, :2])
    figures["mirror % IPD"] = _mirror_error(reference, views["mirror"], change, moved)
    return figures


def _angle(one, other) -> float:
    cross = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return float(np.degrees(np.abs(np.arctan2(cross.sum(), (one * other).sum()))))


def _mirror_error(reference, mirrored, change, moved):
    side = {"left": "right", "right": "left", None: None}[change.side]
    there = _drawn(mirrored, Change(change.attribute, change.amount, side))[0]
    expected = reference.landmarks_px + reference.pose.vectors_to_px(moved)
    got = mirrored.landmarks_px + mirrored.pose.vectors_to_px(there)
    expected = mirror_points(expected, reference.image.shape[1])
    pupils = np.linalg.norm(expected[468] - expected[473])
    return float(100.0 * np.linalg.norm(got - expected, axis=1).mean() / pupils)


def _summary(key, values):
    if key == "applied/asked":
        return [round(float(v), 3) for v in (np.min(values), np.median(values), np.max(values))]
    return round(float(np.min(values) if key == "jacobian" else np.max(values)), 3)


def measure_identity(pictures) -> dict[str, dict]:
    """Distance of each curated disease at severity 1 to the photo, over the photos."""
    from diseaseface.faces.identity import compare

    engine = MorphEngine()
    faces = [look(photo) for _, photo in pictures]
    rows = {}
    for profile in knowledge.load().curated():
        values = []
        for face in faces:
            picture = engine.render(face, edits.plan(profile, 1.0, seed=1), seed=1).picture
            values.append(compare(face, look(picture)))
        rows[profile.name] = {"median": _round(values, 50), "p95": _round(values, 95), "model": values[0].model}
    distances = [row["median"] for row in rows.values()]
    rows["all"] = {"median": round(float(np.median(distances)), 3), "worst p95": max(r["p95"] for r in rows.values())}
    return rows


def _round(values, percentile):
    return round(float(np.percentile([v.value for v in values], percentile)), 3)


def _text(result) -> str:
    lines = [f"{result['faces']} photos"]
    for name, row in result["signs"].items():
        lines.append(f"{name:28s} " + "  ".join(f"{key} {value}" for key, value in row.items()))
    for name, row in result.get("identity", {}).items():
        lines.append(f"{name:40s} " + "  ".join(f"{key} {value}" for key, value in row.items()))
    return "\n".join(lines)
