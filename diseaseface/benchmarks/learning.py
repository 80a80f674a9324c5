"""Does a profile drawn on faces come back when it is learned from the pictures?

Draws known profiles on healthy faces at severities of chance, measures both groups as strangers' pictures
and learns: as if signs added up, and by drawing what was learned and mending it. Healthy faces and drawn ones are
different people where there are enough of them. Beside both it says how near one could come at best, see `ceiling`.
With --within both groups are the same photos, and what changed is read within people.
Use faces that `benchmark responses` did not use.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np
from scipy.stats import norm, spearmanr

from diseaseface import edits
from diseaseface.benchmarks.ceiling import at_best
from diseaseface.benchmarks.knownprofiles import HELD_OUT, PROFILES, drawn_by_chance
from diseaseface.benchmarks.learningtables import LARGE, in_words
from diseaseface.benchmarks.photos import add_faces_option, photos, resized
from diseaseface.benchmarks.responses import LONGEST_PX
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError, LearningError
from diseaseface.evaluation.readings import read_change
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.profiles import Profile, Sign
from diseaseface.training import groups, lessons, synthesis, within
from diseaseface.training.comparison import compared

SEVERITIES = (0.6, 1.0)
SURE = 1.96


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark learning", description=__doc__)
    add_faces_option(parser, 40)
    parser.add_argument("--rounds", type=int, default=synthesis.ROUNDS, help="how often what was learned is drawn")
    parser.add_argument("--chance", type=int, default=0, help="profiles drawn by chance, in place of the kept ones")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--within", action="store_true", help="the same photos before and after")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    faces = list(_faces(options.faces, options.most))
    known = drawn_by_chance(options.chance, options.seed) or PROFILES | HELD_OUT
    if options.within:
        results = [recover_within(faces, name, shares, options.seed) for name, shares in known.items()]
    else:
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
    return _result(name, lesson, drawn) | {
        "added_up": score(rows_of(added, drawn)),
        "at_best": _at_best(lesson, drawn, seed),
        "drawn": asdict(lesson.synthesis) if lesson.synthesis else None,
        "swapped_refused": _refused(lambda: lessons.learn(name, diseased, healthy, seed=seed)),
    }


def recover_within(faces: Sequence[Face], name: str, shares: Mapping[str, float], seed: int = 0) -> dict:
    """Draw a profile on every face, learn it from what changed, and compare; as `recover` returns it."""
    healthy, diseased, changes, applied, kept = [], [], [], [], []
    profile, severities = known_profile(name, shares), chosen(len(faces), seed)
    for at, before in enumerate(map(replace, faces)):  # what is worked out for a face goes with it
        after, amounts = drawn_on(before, profile, severities[at], seed)
        healthy.append(groups.read(before))
        diseased.append(groups.read(after))
        changes.append(read_change(before, after))
        applied.append(amounts)
        kept += [(at, before)] if at % -(-len(faces) // within.FACES) == 0 else []
    groups_read, drawn = [groups.gathered(side) for side in (healthy, diseased)], _means(applied)
    changed = within.gathered(changes, [(at, at) for at in range(len(faces))], kept)
    undrawn = replace(changed, faces=())
    backwards = replace(undrawn, amounts={n: -v for n, v in changed.amounts.items()})
    read, lesson = (lessons.learn_within(name, *groups_read, one, seed=seed) for one in (undrawn, changed))
    return _result(name, lesson, drawn) | {
        "other_people": False,
        "held_out": name not in PROFILES,
        "added_up": score(rows_of(read, drawn)),
        "at_best": None,
        "drawn": asdict(lesson.selection),
        "swapped_refused": _refused(lambda: lessons.learn_within(name, *groups_read[::-1], backwards, seed=seed)),
    }


def _result(name: str, lesson: lessons.Lesson, drawn: Mapping[str, float]) -> dict:
    effects = rows_of(lesson, drawn)
    return {
        "profile": name,
        "healthy": lesson.healthy.size,
        "diseased": lesson.diseased.size,
        **score(effects),
        "effects": effects,
        "unread": sorted(set(drawn) - set(effects)),
    }


def rows_of(lesson: lessons.Lesson, drawn: Mapping[str, float]) -> dict[str, dict]:
    """Return what was learned of each attribute that pictures show beside the mean amount drawn, by attribute."""
    shown = {attribute: effect for attribute, effect in lesson.effects.items() if effect.seen > 0}
    return {attribute: _row(effect, drawn) | {"certain": lesson.is_sign(effect)} for attribute, effect in shown.items()}


def _at_best(lesson: lessons.Lesson, drawn: Mapping[str, float], seed: int) -> dict[str, float]:
    """Return how near one could come from these readings if the shipped responses held exactly."""
    comparison = compared(lesson.healthy, lesson.diseased, list(lesson.effects))
    names = [name for name, effect in lesson.effects.items() if effect.seen > 0 and name in comparison.signs]
    sd = np.array([within.sd_of(name) for name in names])
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
    of_large = [row for row, is_large in zip(rows.values(), large, strict=True) if is_large]
    return {
        "large": int(large.sum()),
        "right_direction": right,
        "told": sum(row["certain"] for row in of_large),
        **_sureness(of_large),
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


def chosen(count: int, seed: int = 0) -> list[float]:
    """Return severities of chance."""
    return np.random.default_rng(seed).uniform(*SEVERITIES, count).tolist()


def drawn_on(face: Face, profile: Profile, severity: float, seed: int = 0) -> tuple[Face, dict[str, float]]:
    """Draw a profile on a face; return it analysed anew, and what was applied of each sign, in its unit."""
    drawn = MorphEngine().render(face, edits.plan(profile, severity), seed=seed)
    return look(drawn.picture), {done.change.attribute.name: done.amount or 0.0 for done in drawn.applied}


def drawn_group(faces: Sequence[Face], profile: Profile, seed: int = 0) -> tuple[groups.Group, dict[str, float]]:
    """Return the readings of faces drawn at severities of chance, and the mean amount applied of each sign."""
    read, applied = [], []
    for face, severity in zip(faces, chosen(len(faces), seed), strict=True):
        drawn, amounts = drawn_on(face, profile, severity, seed)
        read.append(groups.read(drawn))
        applied.append(amounts)
    return groups.gathered(read), _means(applied)


def _means(applied: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for one in applied for name in one)
    return {name: float(np.mean([one[name] for one in applied if name in one])) for name in names}


def _row(effect, drawn: Mapping[str, float]) -> dict:
    sd = within.sd_of(effect.attribute)
    return {
        "drawn": round(drawn.get(effect.attribute, 0.0) / sd, 3),
        "learned": round(effect.amount / sd, 3),
        "learned_sd": round(effect.shrunk_sd * effect.sd / effect.seen / sd, 4),
        "g": round(effect.g, 3),
        "low": round(effect.low, 3),
        "high": round(effect.high, 3),
    }


def _refused(lesson: Callable[[], lessons.Lesson]) -> bool:
    try:
        lesson()
    except LearningError:
        return True
    return False
