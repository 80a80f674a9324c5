"""Does a profile drawn on faces come back when it is learned from the pictures?

Draws known profiles on healthy faces at severities of chance, measures both groups as strangers' pictures
and learns: as if signs added up, and by drawing what was learned and mending it. Healthy faces and drawn ones are
different people where there are enough of them. Beside both it says how near one could come at best, see `ceiling`.
Use faces that `benchmark responses` did not use.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
from scipy.stats import norm, spearmanr

from diseaseface import edits
from diseaseface.benchmarks.ceiling import at_best
from diseaseface.benchmarks.knownprofiles import HELD_OUT, PROFILES, drawn_by_chance
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
from diseaseface.training import groups, lessons, synthesis
from diseaseface.training.comparison import compared

LARGE = 0.5  # SD of healthy faces; the direction of larger effects has to come back
SEVERITIES = (0.6, 1.0)
SURE = 1.96
_SURENESS = ("surely_right", "surely_wrong", "expected_wrong")


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark learning", description=__doc__)
    add_faces_option(parser, 40)
    parser.add_argument("--rounds", type=int, default=synthesis.ROUNDS, help="how often what was learned is drawn")
    parser.add_argument("--chance", type=int, default=0, help="profiles drawn by chance, in place of the kept ones")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    faces = list(_faces(options.faces, options.most))
    known = drawn_by_chance(options.chance, options.seed) or PROFILES | HELD_OUT
    results = recover_all(faces, options.seed, options.rounds, known)
    print(json.dumps(results, indent=1) if options.json else in_words(results))
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


def recover_all(
    faces: Sequence[Face], seed: int = 0, rounds: int = synthesis.ROUNDS, known: Mapping = PROFILES | HELD_OUT
) -> list[dict]:
    """Draw every profile on half of the faces and learn it against the other half, where there are enough."""
    apart = len(faces) >= 4 * groups.learned.LEAST_PICTURES
    people, drawn_on = (faces[::2], faces[1::2]) if apart else (faces, faces)
    kept = people[:: -(-len(people) // synthesis.FACES)]
    healthy = groups.gathered([groups.read(face) for face in people], faces=tuple(kept))
    found = (recover(healthy, drawn_on, name, shares, seed, rounds) for name, shares in known.items())
    return [row | {"other_people": apart, "held_out": row["profile"] not in PROFILES} for row in found]


def recover(
    healthy: groups.Group,
    faces: Sequence[Face],
    name: str,
    shares: Mapping[str, float],
    seed: int = 0,
    rounds: int = synthesis.ROUNDS,
) -> dict:
    """Draw a profile, learn it from the pictures, and compare; each effect in SD of healthy faces."""
    diseased, drawn = drawn_group(faces, known_profile(name, shares), seed)
    added, lesson = (lessons.learn(name, healthy, diseased, seed=seed, rounds=count) for count in (0, rounds))
    effects = rows_of(lesson, drawn)
    return {
        "profile": name,
        "healthy": healthy.size,
        "diseased": diseased.size,
        **score(effects),
        "added_up": score(rows_of(added, drawn)),
        "at_best": _at_best(lesson, drawn, seed),
        "drawn": asdict(lesson.synthesis) if lesson.synthesis else None,
        "swapped_refused": _refused(name, diseased, healthy, seed),
        "effects": effects,
        "unread": sorted(set(drawn) - set(effects)),
    }


def rows_of(lesson: lessons.Lesson, drawn: Mapping[str, float]) -> dict[str, dict]:
    """Return what was learned of each attribute that pictures show beside the mean amount drawn, by attribute."""
    return {attribute: _row(effect, drawn) for attribute, effect in lesson.effects.items() if effect.seen > 0}


def _at_best(lesson: lessons.Lesson, drawn: Mapping[str, float], seed: int) -> dict[str, float]:
    """Return how near one could come from these readings if the shipped responses held exactly."""
    comparison = compared(lesson.healthy, lesson.diseased, list(lesson.effects))
    names = [name for name, effect in lesson.effects.items() if effect.seen > 0 and name in comparison.signs]
    sd = np.array([healthy_sd(name) for name in names])
    true = np.array([drawn.get(name, 0.0) for name in names]) / sd
    large = np.abs(true) > LARGE
    return at_best(comparison, names, drawn, lambda amounts: near(true[large], (amounts / sd)[large]), seed)


def near(true: np.ndarray, found: np.ndarray) -> tuple[int, int, float]:
    """Return how many directions are right, of how many, and Spearman's rho."""
    return int((np.sign(true) == np.sign(found)).sum()), len(true), float(spearmanr(true, found).statistic)


def score(rows: Mapping[str, dict]) -> dict:
    """Return how near learned effects are to drawn ones."""
    true, found = (np.array([row[key] for row in rows.values()]) for key in ("drawn", "learned"))
    large = np.abs(true) > LARGE
    right, _, ranks = near(true[large], found[large])
    return {
        "large": int(large.sum()),
        "right_direction": right,
        **_sureness([row for row, is_large in zip(rows.values(), large, strict=True) if is_large]),
        "spearman": round(ranks, 3),
        "spearman_of_all": round(float(spearmanr(true, found).statistic), 3),
        "error": round(float(np.sqrt(np.mean((true - found) ** 2))), 3),
        "false_signs": sum(row["certain"] and row["drawn"] == 0 for row in rows.values()),
    }


def _sureness(rows: Sequence[Mapping]) -> dict:
    """Return how many effects have a 95 % interval on the right side of zero, and on the wrong one; and how many wrong
    directions their own doubts let one expect."""
    toward = np.array([row["learned"] * np.sign(row["drawn"]) / row["learned_sd"] for row in rows])
    return {
        "surely_right": int((toward > SURE).sum()),
        "surely_wrong": int((toward < -SURE).sum()),
        "expected_wrong": round(float(norm.cdf(-np.abs(toward)).sum()), 2),
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
        "learned_sd": round(effect.shrunk_sd * effect.sd / effect.seen / sd, 4),
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


def in_words(results: Sequence[dict]) -> str:
    """Return a table for each profile, and what holds over those that constants were chosen on and over the others."""
    apart = [[row for row in results if row["held_out"] is held] for held in (False, True)]
    lines = (f"{name}. {summary(rows)}" for name, rows in zip(("Chosen on", "Held out"), apart, strict=True) if rows)
    return "\n\n".join((*map(table, results), *lines))


def summary(results: Sequence[dict]) -> str:
    """Return what holds over some profiles, as a line for each way to learn."""
    ways = {"added up": [result["added_up"] for result in results], "drawn": results}
    people = ", ".join(sorted({f"{one['healthy']} healthy and {one['diseased']} drawn" for one in results}))
    lines = (f"\n{name + ':':10}{_over(scores)}" for name, scores in ways.items())
    return f"{len(results)} profiles, {people}.{''.join(lines)}\n{'at best:':10}{_over_best(results)}"


def _over_best(results: Sequence[dict]) -> str:
    right, ranks, held = (
        np.array([one["at_best"][name] for one in results]) for name in ("right", "spearman", "both_held")
    )
    return (
        f"with responses that held exactly, the people of these groups would leave {right.sum():.1f} directions right "
        f"and Spearman {ranks.mean():.2f}; all directions right and ranks of 0.8 in {held.mean():.0%} of profiles."
    )


def _over(scores: Sequence[dict]) -> str:
    right, large, false = (sum(one[name] for one in scores) for name in ("right_direction", "large", "false_signs"))
    sure, wrong, expected = (sum(one[name] for one in scores) for name in _SURENESS)
    ranks, errors = ([one[name] for one in scores] for name in ("spearman", "error"))
    return (
        f"direction of {right} of {large} large effects is right ({expected:.1f} wrong ones expected by their doubts; "
        f"95 % intervals leave out the wrong direction of {sure}, the right one of {wrong}), "
        f"Spearman {np.mean(ranks):.2f} on average ({', '.join(f'{rank:.2f}' for rank in ranks)}), "
        f"error {np.mean(errors):.2f} SD, {false} false signs."
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
            f"Spearman {result['spearman']:.2f} of these ({result['added_up']['spearman']:.2f} if signs added up), "
            f"{result['spearman_of_all']:.2f} of all measures.",
            f"{result['false_signs']} signs were learned that were not drawn; swapped folders are {swapped}.",
            f"Not readable in single pictures: {', '.join(result['unread']) or 'none'}.",
        ]
    )
