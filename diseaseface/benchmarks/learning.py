"""Does a profile drawn on faces come back when it is learned from the pictures?

Draws known profiles on healthy faces at severities of chance, measures both groups as strangers' pictures
and learns. Healthy faces and drawn ones are different people where there are enough of them.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import spearmanr

from diseaseface import edits
from diseaseface.benchmarks.photos import add_faces_option, photos, resized
from diseaseface.benchmarks.responses import LONGEST_PX
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError, LearningError
from diseaseface.evaluation.gains import measure_names
from diseaseface.evaluation.norms import norms
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile, Sign
from diseaseface.training import groups, lessons

LARGE = 0.5  # SD of healthy faces; the direction of larger effects has to come back
SEVERITIES = (0.6, 1.0)

# Shapes, lids, colour and hair, both ways, from slight to marked: attribute to share of the full amount.
PROFILES = {
    "first": {
        "palpebral_fissure_slant": 1.0,
        "interocular_distance": 0.8,
        "nose_width": 1.0,
        "mouth_width": -0.9,
        "upper_lid_position": -0.8,
        "upper_vermilion_height": -0.5,
        "nose_length": -0.5,
        "jaw_width": 0.5,
        "malar_erythema": 0.8,
        "eyebrow_loss": 0.7,
    },
    "opposite": {
        "palpebral_fissure_slant": -0.9,
        "interocular_distance": -0.7,
        "nose_length": 0.8,
        "mouth_width": 0.8,
        "mouth_corners": -0.9,
        "philtrum_length": 0.8,
        "lower_vermilion_height": 0.6,
        "mandible_size": -0.7,
        "upper_lid_position": 0.8,
        "centrofacial_erythema": 0.8,
    },
    "coarse": {
        "nose_width": 0.8,
        "nasal_tip_width": 0.8,
        "upper_vermilion_height": 0.8,
        "lower_vermilion_height": 0.8,
        "mandible_size": 0.7,
        "jaw_width": 0.7,
        "mouth_width": 0.5,
        "palpebral_fissure_length": -0.6,
    },
    "fine": {
        "nose_width": -0.8,
        "mouth_width": -0.8,
        "upper_vermilion_height": -0.7,
        "lower_vermilion_height": -0.6,
        "mandible_size": -0.7,
        "jaw_width": -0.6,
        "interocular_distance": -0.5,
        "lower_lid_position": 0.7,
    },
    "one-sided": {
        "facial_weakness": 0.8,
        "upper_lid_position": 0.7,
        "lower_lid_position": 0.8,
        "mouth_width": 0.6,
        "philtrum_length": 0.5,
    },
    "long": {
        "nose_length": 0.8,
        "philtrum_length": 0.7,
        "mandible_size": 0.8,
        "palpebral_fissure_slant": -0.7,
        "interocular_distance": 0.7,
        "upper_lid_position": -0.7,
        "centrofacial_erythema": 0.7,
        "mouth_corners": -0.7,
    },
}


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark learning", description=__doc__)
    add_faces_option(parser, 40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    faces = list(_faces(options.faces, options.most))
    results = recover_all(faces, options.seed)
    print(json.dumps(results, indent=1) if options.json else "\n\n".join((*map(table, results), summary(results))))
    return 0


def _faces(folder, most):
    for _, photo in photos(folder, most):
        try:
            yield look(resized(photo, LONGEST_PX))
        except DiseaseFaceError:
            continue


def known_profile(name: str, shares: Mapping[str, float]) -> Profile:
    """Return a profile in which everybody has the signs, each at a share of its full amount."""
    signs = (Sign(a, 1 if share > 0 else -1, 1.0, abs(share), typical=True) for a, share in shares.items())
    return Profile(f"KNOWN:{name}", name, (), tuple(signs))


def recover_all(faces: Sequence[Face], seed: int = 0) -> list[dict]:
    """Draw every profile on half of the faces and learn it against the other half, where there are enough."""
    apart = len(faces) >= 4 * groups.learned.LEAST_PICTURES
    healthy = groups.gathered([groups.read(face) for face in (faces[::2] if apart else faces)])
    drawn_on = faces[1::2] if apart else faces
    found = (recover(healthy, drawn_on, name, shares, seed) for name, shares in PROFILES.items())
    return [row | {"other_people": apart} for row in found]


def recover(
    healthy: groups.Group, faces: Sequence[Face], name: str, shares: Mapping[str, float], seed: int = 0
) -> dict:
    """Draw a profile, learn it from the pictures, and compare; each effect in SD of healthy faces."""
    diseased, drawn = drawn_group(faces, known_profile(name, shares), seed)
    lesson = lessons.learn(name, healthy, diseased, seed=seed)
    rows = {attribute: _row(effect, drawn) for attribute, effect in lesson.effects.items() if effect.seen > 0}
    true, found = (np.array([row[key] for row in rows.values()]) for key in ("drawn", "learned"))
    large = np.abs(true) > LARGE
    return {
        "profile": name,
        "healthy": healthy.size,
        "diseased": diseased.size,
        "large": int(large.sum()),
        "right_direction": int((np.sign(true) == np.sign(found))[large].sum()),
        "spearman": round(float(spearmanr(true[large], found[large]).statistic), 3),
        "spearman_of_all": round(float(spearmanr(true, found).statistic), 3),
        "false_signs": sum(row["certain"] and row["drawn"] == 0 for row in rows.values()),
        "swapped_refused": _refused(name, diseased, healthy, seed),
        "effects": rows,
        "unread": sorted(set(drawn) - set(rows)),
    }


def drawn_group(faces: Sequence[Face], profile: Profile, seed: int = 0) -> tuple[groups.Group, dict[str, float]]:
    """Return the readings of faces drawn at severities of chance, and the mean amount applied of each sign."""
    engine, random = MorphEngine(), np.random.default_rng(seed)
    read, applied = [], {}
    for face in faces:
        drawn = engine.render(face, edits.plan(profile, float(random.uniform(*SEVERITIES))), seed=seed)
        for done in drawn.applied:
            applied.setdefault(done.change.attribute.name, []).append(done.amount or 0.0)
        read.append(groups.read(look(drawn.picture)))
    return groups.gathered(read), {name: float(np.mean(amounts)) for name, amounts in applied.items()}


def _row(effect, drawn: Mapping[str, float]) -> dict:
    sd = healthy_sd(effect.attribute)
    return {
        "drawn": round(drawn.get(effect.attribute, 0.0) / sd, 3),
        "learned": round(effect.amount / sd, 3),
        "g": round(effect.g, 3),
        "low": round(effect.low, 3),
        "high": round(effect.high, 3),
        "certain": effect.certain,
    }


def healthy_sd(attribute: str) -> float:
    """Return the standard deviation of healthy faces in an attribute's measure."""
    return float(np.mean([norms().sd[name] for name in measure_names(attributes()[attribute], None)]))


def _refused(name: str, healthy: groups.Group, diseased: groups.Group, seed: int) -> bool:
    try:
        lessons.learn(name, healthy, diseased, seed=seed)
    except LearningError:
        return True
    return False


def summary(results: Sequence[dict]) -> str:
    """Return what holds over all profiles, as one line."""
    pairs = [(row["drawn"], row["learned"]) for result in results for row in result["effects"].values()]
    large = np.array([pair for pair in pairs if abs(pair[0]) > LARGE])
    right, false = (sum(result[name] for result in results) for name in ("right_direction", "false_signs"))
    ranks = ", ".join(f"{result['spearman']:.2f}" for result in results)
    return (
        f"All {len(results)} profiles: direction of {right} of {len(large)} large effects is right, Spearman "
        f"{spearmanr(*large.T).statistic:.2f} of them together ({ranks} one by one), {false} false signs."
    )


def table(result: dict) -> str:
    """Return one profile's result as lines of text."""
    lines = [f"{'effects in SD of healthy faces':<30}{'drawn':>8}{'learned':>9}{'g':>7}  95 %"]
    for name, row in sorted(result["effects"].items(), key=lambda item: -abs(item[1]["drawn"])):
        mark = "*" if row["certain"] else " "
        span = f"{row['low']:+.2f} … {row['high']:+.2f}"
        lines.append(f"{mark} {name:<28}{row['drawn']:+8.2f}{row['learned']:+9.2f}{row['g']:+7.2f}  {span}")
    people = "other people" if result["other_people"] else "the same people"
    swapped = "refused" if result["swapped_refused"] else "NOT noticed"
    return "\n".join(
        [
            *lines,
            f"{result['profile']}: {result['healthy']} healthy, {result['diseased']} drawn ({people}).",
            f"Direction of {result['right_direction']} of {result['large']} effects over {LARGE} SD is right; "
            f"Spearman {result['spearman']:.2f} of these, {result['spearman_of_all']:.2f} of all measures.",
            f"{result['false_signs']} signs were learned that were not drawn; swapped folders are {swapped}.",
            f"Not readable in single pictures: {', '.join(result['unread']) or 'none'}.",
        ]
    )
