"""What each command does: read the options, call the pipeline, write whole files or none."""

import importlib
import json
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from diseaseface import benchmarks, cohort, marks, pictures, survey
from diseaseface.engines.diffusion import models as weights
from diseaseface.engines.diffusion.options import from_environment
from diseaseface.errors import EngineUnavailable, RequestError, UnknownDisease
from diseaseface.knowledge import Diseases, language, learned, ontology, profile_file
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.knowledge.sources import conflicts
from diseaseface.pipeline import Pipeline
from diseaseface.results import strip_png
from diseaseface.settings import SETTINGS
from diseaseface.takeaway import bundle
from diseaseface.training import datasets, groups, lessons
from diseaseface.ui import presenters

ENCODERS = {".gif": pictures.encode_gif, ".mp4": pictures.encode_mp4}


def transform(options: Namespace, _rest: Sequence[str]) -> None:
    """Draw one picture; print its scores."""
    _require_room(options.out, options.report, options.pdf, options.csv, options.bundle)
    pipeline = _pipeline(options)
    result = pipeline.transform(options.photo, _disease(options), options.severity, **_settings(options))
    report = result.report.to_dict()
    files = {options.out: result.png(mark=options.mark), options.report: _json(report)}
    if options.pdf:
        files[options.pdf] = result.pdf(mark=options.mark)
    if options.csv:
        files[options.csv] = result.csv()
    if options.bundle:
        files[options.bundle] = bundle.zipped(pipeline.files(result, mark=options.mark))
    _write(files)
    print("\n".join(presenters.score_sentences(report)))


def strip(options: Namespace, _rest: Sequence[str]) -> None:
    """Draw a strip, and an animation of the same course where one is asked."""
    _require_room(options.out, options.report, options.animation)
    encode = _encoder(options.animation)
    pipeline, disease = _pipeline(options), _disease(options)
    face = pipeline.look(options.photo)
    results = pipeline.strip(face, disease, options.stages, **_settings(options))
    reports = [result.report.to_dict() for result in results]
    captions = [presenters.stage_caption(report["severity"]) for report in reports]
    files = {options.out: strip_png(results, mark=options.mark), options.report: _json(reports)}
    if encode:
        course = pipeline.draw_strip(face, disease, bundle.FRAMES, **_settings(options))
        frames = [marks.in_file(drawing.rendering.picture, options.mark) for drawing in course]
        files[options.animation] = encode(frames, reports[-1])
    _write(files)
    print(f"{len(results)} stages of {reports[-1]['disease']['name']}: {', '.join(captions)}")


def evaluate(options: Namespace, _rest: Sequence[str]) -> None:
    """Read a photo, or all below a folder; print what was found, and map or list it where that is asked."""
    _require_room(options.report, options.map, options.csv)
    if Path(options.photo).is_dir():
        _evaluate_folder(options)
        return
    if options.csv:
        raise RequestError("--csv is for a folder of photos; --report writes what was found in one.")
    pipeline = _pipeline(options)
    face = pipeline.look(options.photo)
    before = pipeline.look(options.before) if options.before else None
    report = pipeline.evaluate(face, options.disease, before, sex=options.sex, age=options.age).to_dict()
    files, notes = {options.report: _json(report)}, ()
    if options.map:
        drawn = pipeline.symptom_map(face, options.disease, before)
        files[options.map], notes = pictures.encode_png(drawn.sheet()), drawn.notes
    _write(files)
    print("\n".join((*presenters.score_sentences(report), *notes)))


def _evaluate_folder(options: Namespace) -> None:
    """Read all photos below a folder; files are written whole once all are read."""
    if options.before or options.map:
        raise RequestError("--before and --map are for one photo, not for a folder.")
    photos = cohort.photos_in(options.photo)
    rows = []
    for row in survey.survey(_pipeline(options), photos, options.disease, folder=Path(options.photo)):
        rows.append(row)
        print(f"{len(rows)} of {len(photos)}: {row.photo}", file=sys.stderr, flush=True)
    _write({options.csv: survey.to_csv(rows), options.report: _json([row.to_dict() for row in rows])})
    print("\n".join(survey.in_words(rows)))


def profile(options: Namespace, _rest: Sequence[str]) -> None:
    """Print a disease's signs with their evidence."""
    known = _pipeline(options).diseases
    found = known.find(options.disease)
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    print(_in_words(found))
    print("\n".join(_notes(found, known)))


def diseases(options: Namespace, _rest: Sequence[str]) -> None:
    """List diseases, all or the ones that a text finds."""
    known = Pipeline.load().diseases
    matches = known.search(options.search) if options.search else known.all()
    if options.json:
        print(json.dumps([match.to_dict() for match in matches], ensure_ascii=False, indent=2))
        return
    for match in matches:
        print(f"{match.id:<14} {match.name}  ({match.signs} signs, {match.drawable:.0%} drawn)")


def describe(options: Namespace, _rest: Sequence[str]) -> None:
    """Print the signs that a text in plain words names, best first."""
    found = language.describe(options.text)
    if options.json:
        print(json.dumps([sign.to_dict() for sign in found], ensure_ascii=False, indent=2))
        return
    for sign in found:
        side = f", {sign.side}" if sign.side else ""
        print(f"{sign.hpo}  {sign.label}{side}  (strength {sign.strength:.1f}, score {sign.score:.2f})")


def settings(_options: Namespace, _rest: Sequence[str]) -> None:
    """List every setting by environment, what it is for, and what holds now."""
    for one in SETTINGS:
        print(f"{one.name}\n    {one.meaning}\n    now: {os.environ.get(one.name) or one.usual}")


def learn(options: Namespace, _rest: Sequence[str]) -> None:
    """Measure both groups, learn the profile, write it, and print what was found."""
    _require_room(options.out, options.report)
    prior = _prior(options)
    healthy, diseased = (_measured(options, word) for word in ("healthy", "diseased"))
    lesson = lessons.learn(
        options.name,
        healthy,
        diseased,
        prior=prior,
        same_light=options.same_light,
        as_given=options.as_given,
        seed=options.seed,
    )
    _write({options.out: _json(lesson.profile.to_dict()), options.report: _json(lessons.report(lesson))})
    print(lessons.in_words(lesson))


def models(options: Namespace, _rest: Sequence[str]) -> None:
    """List the diffusion engine's weights; fetch what is missing where that is asked."""
    settings = from_environment()
    steps = weights.download(settings) if options.download else weights.lines(settings)
    for line in steps:
        print(line, flush=True)
    if not options.download and (reason := weights.refusal(settings)):
        print(reason)


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


def generate_cohort(options: Namespace, _rest: Sequence[str]) -> None:
    """Draw this process's share of a cohort; several processes share one by RANK and WORLD_SIZE."""
    asked = cohort.Cohort(
        cohort.photos_in(options.faces), tuple(options.disease), options.count, tuple(options.severity),
        options.presentation, options.engine, options.seed, options.mark,
    )  # fmt: skip
    folder = Path(options.out)
    if options.ray:
        print(f"{cohort.generate_with_ray(Pipeline.load, asked, folder, options.ray)} drawn")
        return
    for number in cohort.generate(Pipeline.load(), asked, folder):
        print(f"{number + 1} of {asked.count}", flush=True)


def benchmark(options: Namespace, rest: Sequence[str]) -> int:
    """Run one module of the benchmarks with the options that follow its name."""
    folder = Path(benchmarks.__file__).parent
    names = sorted(p.stem for p in folder.glob("*.py") if "\ndef run(" in p.read_text(encoding="utf-8"))
    name = (options.name or "").replace("-", "")
    if name not in names:
        raise RequestError(f"Name one of these benchmarks: {', '.join(names)}.")
    return importlib.import_module(f"{benchmarks.__name__}.{name}").run(list(rest))


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
    return groups.measure(found, _progress(word, len(found.paths)))


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


def _disease(options: Namespace) -> str | Profile:
    return profile_file.read(options.profile) if options.profile else options.disease


def _settings(options: Namespace) -> dict:
    return {
        name: getattr(options, name)
        for name in ("seed", "age", "photo_age", "sex", "side", "engine", "presentation", "toward")
    }


def _pipeline(options: Namespace) -> Pipeline:
    return Pipeline.load(
        primekg=options.primekg, inferred=options.inferred, language_model=options.language_model, progress=_bar
    )


def _bar(share: float) -> None:
    """Draw how much of kg.csv is read, on a terminal's one line."""
    end = "\n" if share >= 1 else ""
    print(f"\rPrimeKG [{'#' * round(24 * share):<24}] {share:4.0%}", end=end, file=sys.stderr, flush=True)


def _in_words(found: Profile) -> str:
    catalogue = attributes()
    lines = [f"{found.name} ({found.id})", *([found.note] if found.note else [])]
    for sign in found.signs:
        label = catalogue[sign.attribute].pole(sign.direction).label
        sources = "; ".join(f"{e.source}, {e.reference}: {e.detail}" for e in sign.evidence)
        often = f"{sign.weight:.0%}" if sign.known else "?"
        if sign.ages:
            label += f" (from {sign.from_age:g} to {sign.until_age:g} years)"
        lines.append(f"  {often:>5}  {label}  [{sources}]")
    lines += [f"  {sign.weight:>5.0%}  {sign.label}, not drawn: {sign.reason}" for sign in found.undrawn]
    return "\n".join(lines)


def _notes(found: Profile, known: Diseases) -> list[str]:
    """Return conflicts, the other entries of the disease, and what HPO asks to be told."""
    lines = [f"Form: {form.name}, {form.share:.0%} of people with it ({form.reference})" for form in found.forms]
    lines += [f"Conflict: {sentence}" for sentence in conflicts(found)]
    if twins := known.twins(found.id):
        lines.append(f"Other entries of this disease: {', '.join(twins)}")
    files = f"HPO {known.release}, annotations of {known.annotated or 'no stated date'}"
    return [*lines, f"{files}; {ontology.CITATION}; {ontology.LICENCE}."]


def _encoder(path: str | None):
    if path is None:
        return None
    suffix = Path(path).suffix.lower()
    if suffix not in ENCODERS:
        raise RequestError(f"An animation is written as .gif or .mp4, not as {suffix or 'a name without an ending'}.")
    return ENCODERS[suffix]


def _require_room(*paths: str | None) -> None:
    for path in filter(None, paths):
        if not Path(path).resolve().parent.is_dir():
            raise RequestError(f"There is no folder {Path(path).parent}: make it first, or write elsewhere.")


def _json(report: dict | list) -> bytes:
    return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _write(files: Mapping[str | None, bytes]) -> None:
    for path, data in files.items():
        if path is not None:
            pictures.write(path, data)
