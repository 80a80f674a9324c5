"""Commands on photos: draw a disease, its course or a cohort, and read what is there."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from diseaseface import cohort, marks, pictures, survey
from diseaseface.commands.files import as_json, require_room, write
from diseaseface.commands.loading import load
from diseaseface.errors import RequestError
from diseaseface.knowledge import profile_file
from diseaseface.knowledge.profiles import Profile
from diseaseface.pipeline import Pipeline
from diseaseface.results import strip_png
from diseaseface.takeaway import bundle
from diseaseface.ui import presenters

ENCODERS = {".gif": pictures.encode_gif, ".mp4": pictures.encode_mp4}


def transform(options: Namespace, _rest: Sequence[str]) -> None:
    """Draw one picture; print its scores."""
    require_room(options.out, options.report, options.pdf, options.csv, options.bundle)
    pipeline = load(options)
    result = pipeline.transform(options.photo, _disease(options), options.severity, **_settings(options))
    report = result.report.to_dict()
    files = {options.out: result.png(mark=options.mark), options.report: as_json(report)}
    if options.pdf:
        files[options.pdf] = result.pdf(mark=options.mark)
    if options.csv:
        files[options.csv] = result.csv()
    if options.bundle:
        files[options.bundle] = bundle.zipped(pipeline.files(result, mark=options.mark))
    write(files)
    print("\n".join(presenters.score_sentences(report)))


def strip(options: Namespace, _rest: Sequence[str]) -> None:
    """Draw a strip, and an animation of the same course where one is asked."""
    require_room(options.out, options.report, options.animation)
    encode = _encoder(options.animation)
    pipeline, disease = load(options), _disease(options)
    face = pipeline.look(options.photo)
    results = pipeline.strip(face, disease, options.stages, **_settings(options))
    reports = [result.report.to_dict() for result in results]
    captions = [presenters.stage_caption(report["severity"]) for report in reports]
    files = {options.out: strip_png(results, mark=options.mark), options.report: as_json(reports)}
    if encode:
        course = pipeline.draw_strip(face, disease, bundle.FRAMES, **_settings(options))
        frames = [marks.in_file(drawing.rendering.picture, options.mark) for drawing in course]
        files[options.animation] = encode(frames, reports[-1])
    write(files)
    print(f"{len(results)} stages of {reports[-1]['disease']['name']}: {', '.join(captions)}")


def evaluate(options: Namespace, _rest: Sequence[str]) -> None:
    """Read a photo, or all below a folder; print what was found, and map or list it where that is asked."""
    require_room(options.report, options.map, options.csv)
    if Path(options.photo).is_dir():
        _evaluate_folder(options)
        return
    if options.csv:
        raise RequestError("--csv is for a folder of photos; --report writes what was found in one.")
    pipeline = load(options)
    face = pipeline.look(options.photo)
    before = pipeline.look(options.before) if options.before else None
    report = pipeline.evaluate(face, options.disease, before, sex=options.sex, age=options.age).to_dict()
    files, notes = {options.report: as_json(report)}, ()
    if options.map:
        drawn = pipeline.symptom_map(face, options.disease, before, sex=options.sex, age=options.age)
        files[options.map], notes = pictures.encode_png(drawn.sheet()), drawn.notes
    write(files)
    print("\n".join((*presenters.score_sentences(report), *notes)))


def _evaluate_folder(options: Namespace) -> None:
    """Read all photos below a folder; files are written whole once all are read."""
    if options.before or options.map:
        raise RequestError("--before and --map are for one photo, not for a folder.")
    photos = cohort.photos_in(options.photo)
    rows = []
    for row in survey.survey(load(options), photos, options.disease, folder=Path(options.photo)):
        rows.append(row)
        print(f"{len(rows)} of {len(photos)}: {row.photo}", file=sys.stderr, flush=True)
    write({options.csv: survey.to_csv(rows), options.report: as_json([row.to_dict() for row in rows])})
    print("\n".join(survey.in_words(rows)))


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


def _disease(options: Namespace) -> str | Profile:
    return profile_file.read(options.profile) if options.profile else options.disease


def _settings(options: Namespace) -> dict:
    return {
        name: getattr(options, name)
        for name in ("seed", "age", "photo_age", "sex", "side", "engine", "presentation", "toward")
    }


def _encoder(path: str | None):
    if path is None:
        return None
    suffix = Path(path).suffix.lower()
    if suffix not in ENCODERS:
        raise RequestError(f"An animation is written as .gif or .mp4, not as {suffix or 'a name without an ending'}.")
    return ENCODERS[suffix]
