"""Commands that learn: a profile from pictures, and an adapter of the diffusion engine."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from diseaseface import cohort
from diseaseface.commands.files import as_json, require_room, write
from diseaseface.engines.diffusion import models as weights
from diseaseface.engines.diffusion.options import from_environment
from diseaseface.errors import EngineUnavailable, RequestError, UnknownDisease
from diseaseface.knowledge import learned
from diseaseface.knowledge.profiles import Profile
from diseaseface.pipeline import Pipeline
from diseaseface.training import datasets, groups, lessons, synthesis, within


def learn(options: Namespace, _rest: Sequence[str]) -> None:
    """Measure both groups, learn the profile, write it, and print what was found."""
    require_room(options.out, options.report)
    prior = _prior(options)
    healthy, diseased = (_measured(options, word) for word in ("healthy", "diseased"))
    told = {"prior": prior, "as_given": options.as_given, "seed": options.seed}
    changed = None if options.strangers else _changed(healthy, diseased, bool(options.rounds))
    if changed:
        one, two = zip(*changed.pairs, strict=True)
        lesson = lessons.learn_within(
            options.name, healthy.of(one), diseased.of(two), changed, on_drawn=_trying, **told
        )
    else:
        told |= {"same_light": options.same_light, "rounds": options.rounds, "on_face": _drawing}
        lesson = lessons.learn(options.name, healthy, diseased, **told)
    write({options.out: as_json(lesson.profile.to_dict()), options.report: as_json(lessons.report(lesson))})
    print(lessons.in_words(lesson))


def train(options: Namespace, _rest: Sequence[str]) -> None:
    """Train a profile adapter; print the loss now and then and the held-out judgement."""
    if reason := weights.refusal(replace(from_environment(), conditions=("words",))):
        raise EngineUnavailable(reason)
    from diseaseface.training.course import Material, teach
    from diseaseface.training.options import TrainingOptions

    known = Pipeline.load()
    profiles = tuple(known.profile(name) for name in options.disease)
    material = Material(options.healthy, options.diseased, options.drawn, profiles, options.most)
    names = {field.name for field in fields(TrainingOptions)} & set(vars(options))
    settings = TrainingOptions(**{name: getattr(options, name) for name in names})

    first = cohort.share_of_this_process()[0] == 0

    def tell(step: int, loss: float) -> None:
        if first and (step % 10 == 0 or step == settings.steps):
            print(f"step {step} of {settings.steps}: loss {loss:.4f}", flush=True)

    done = teach(material, Path(options.out), settings, resume=options.resume, on_step=tell)
    if first:
        print(f"held out: {done.tests[0][1]:.4f} before, {done.kept:.4f} after {done.steps} steps; {options.out}")


def _prior(options: Namespace) -> Profile | None:
    """Return the profile to shrink towards: the one asked for, else the one that goes by the name."""
    if options.no_prior:
        return None
    known = Pipeline.load().diseases
    if options.prior:
        return known.find(options.prior)
    try:
        return known.find(options.name)
    except UnknownDisease:
        print(f"No known disease goes by “{options.name}”: effects are shrunk towards none.", file=sys.stderr)
        return None


def _measured(options: Namespace, word: str) -> groups.Group:
    wanted = "healthy" if word == "healthy" else options.name
    found = datasets.find(getattr(options, word), wanted, _filters(options.filter)).spread(options.most)
    print(f"{word}: {len(found.paths)} pictures from {found.layout}", file=sys.stderr)
    learned.require_enough(word, len(found.paths))
    keep = synthesis.FACES if word == "healthy" and options.rounds else 0
    return groups.measure(found, _progress(word, len(found.paths)), keep)


def _changed(healthy: groups.Group, diseased: groups.Group, draw: bool) -> within.Within | None:
    """Return what changed within people where the pictures of most lie on each other."""
    pairs = within.partners(healthy, diseased)
    found = within.read_pairs(healthy.paths, diseased.paths, pairs, _pairing) if pairs else None
    if found:
        print(f"{len(found.pairs)} pictures lie on each other: what changed is read within people.", file=sys.stderr)
        return found if draw else replace(found, faces=())
    return None


def _pairing(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        print(f"changes: {done} of {total}", file=sys.stderr)


def _trying(sets: int) -> None:
    if sets % 10 == 0:
        print(f"sets of signs drawn: {sets}", file=sys.stderr)


def _drawing(done: int, total: int) -> None:
    if done % synthesis.FACES == 0 or done == total:
        print(f"drawn to compare: {done} of {total}", file=sys.stderr)


def _progress(word: str, total: int):
    done = 0

    def tell(path: Path, reason: str | None) -> None:
        nonlocal done
        done += 1
        if reason:
            print(f"{path}: passed over. {reason}", file=sys.stderr)
        elif done % 20 == 0 or done == total:
            print(f"{word}: {done} of {total}", file=sys.stderr)

    return tell


def _filters(text: str | None) -> dict[str, bool] | None:
    if text is None:
        return None
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if wrong := [name for name, _, value in pairs if value not in ("0", "1")]:
        raise RequestError(f"A filter is written as Smiling=0,Young=1; check {wrong[0]}.")
    return {name.strip(): value == "1" for name, _, value in pairs}
