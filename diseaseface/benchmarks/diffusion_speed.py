"""What each condition of the diffusion engine costs, beside diffusers' own img2img, with the same number of steps.

Random weights are enough: time and memory do not depend on what the weights know.
"""

import math
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from diseaseface.benchmarks import random_models
from diseaseface.benchmarks.memory import forget_peak, peak_megabytes
from diseaseface.edits import Change
from diseaseface.engines.diffusion import stack
from diseaseface.engines.diffusion.options import CONDITIONS, Options
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.face import Face
from diseaseface.knowledge.catalogue import attributes

MOST_RATIO = 2.2  # of all five conditions with weighted embeddings to plain img2img
PLAIN, ALL, BATCHED = "diffusers' plain img2img", "all five, weighted", 8
_SIGNS = ("skin_jaundice", "nose_width", "palpebral_fissure_slant", "cyanosis", "upper_lid_position", "mouth_width",
          "interocular_distance", "papules")  # fmt: skip
_CONCEPTS = {"full": (1, 4, 8), "tiny": (1, 2)}  # signs of the rows on composed words; all rows else take the most
_SETS = {
    "words, weighted": ("words",),
    "words, start, strength": ("words", "start", "strength"),
    "words, structure": ("words", "structure"),
    "words, identity": ("words", "identity"),
    ALL: CONDITIONS,
}
_STRUCTURE, _IDENTITY = "words, structure", "words, identity"  # from here on each needs another model


@dataclass(frozen=True, eq=False)
class Job:
    """What every row draws: one face with some signs, in a number of steps.

    Attributes
    ----------
    start : Rendering
        The morph engine's picture, which is made once and not counted.
    """

    parts: object
    face: Face
    changes: tuple[Change, ...]
    start: object
    steps: int
    repeats: int


def measure(face: Face, size: str, steps: int = 20, repeats: int = 5, precision: str = "auto") -> dict:
    """Return a title, one row for each set of conditions, and what follows from them.

    Parameters
    ----------
    size : str
        Of `random_models.SIZES`.
    steps : int
        Denoising steps that every picture takes.
    repeats : int
        Pictures in a row; the median counts.
    """
    concepts = _CONCEPTS[size]
    morph, changes = MorphEngine(), tuple(_full(name) for name in _SIGNS[: concepts[-1]])
    job = Job(random_models.make(size, precision), face, changes, morph.render(face, changes), steps, repeats)
    options = Options(words="weighted", noise=1.0)
    rows = {PLAIN: _timed(job, _plain(job), 1)}
    rows[f"{PLAIN}, {BATCHED} at once"] = _timed(job, _plain(job, BATCHED), BATCHED)
    for name, conditions in _SETS.items():
        if name == _STRUCTURE:
            job = replace(job, parts=random_models.with_structure(job.parts, size))
        if name == _IDENTITY:
            random_models.add_identity(job.parts, size)
        rows[name] = _timed(job, _drawn(job, replace(options, conditions=conditions), changes), 1)
    rows[f"{ALL}, {BATCHED} at once"] = _timed(job, _batch(job, options), BATCHED)
    for signs in concepts:
        composed = replace(options, words="composed")
        rows[_composed(signs)] = _timed(job, _drawn(job, composed, changes[:signs]), 1)
    return {"title": _title(job, size), "rows": rows, "facts": _facts(rows, concepts), "training": _training(job)}


def _composed(signs: int) -> str:
    return f"all five, composed, signs: {signs}"


def _full(name: str) -> Change:
    return Change(attributes()[name], attributes()[name].positive.full)


def _timed(job: Job, draw, pictures: int) -> dict:
    draw()  # the first one prepares kernels and caches
    forget_peak()
    seconds = []
    for _ in range(job.repeats):
        begun = time.perf_counter()
        draw()
        _settle()
        seconds.append(time.perf_counter() - begun)
    middle = float(np.median(seconds))
    return {
        "seconds": round(middle / pictures, 4), "pictures_a_second": round(pictures / middle, 3),
        "peak_megabytes": peak_megabytes(),
    }  # fmt: skip


def _settle() -> None:
    torch = stack.torch()
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _plain(job: Job, pictures: int = 1):
    """diffusers' img2img from the morph engine's picture; with strength 1 it takes all steps."""
    from diffusers import StableDiffusionImg2ImgPipeline
    from PIL import Image

    from diseaseface.engines.diffusion import prompts
    from diseaseface.engines.diffusion.crop import Crop

    parts = job.parts
    kept = {role: getattr(parts.pipe, role) for role in ("vae", "text_encoder", "tokenizer", "unet")}
    pipe = StableDiffusionImg2ImgPipeline(
        **kept, scheduler=job.parts.scheduler(Options()), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    )  # fmt: skip
    pipe.set_progress_bar_config(disable=True)
    small = Image.fromarray(np.clip(Crop.around(job.face, parts.size).cut(job.start.picture), 0, 255).astype(np.uint8))
    return partial(
        pipe, [prompts.BASE] * pictures, negative_prompt=[Options().negative] * pictures, image=[small] * pictures,
        strength=1.0, guidance_scale=7.5, num_inference_steps=job.steps, output_type="np",
    )  # fmt: skip


def _drawn(job: Job, options: Options, changes: Sequence[Change]):
    """The engine's own drawing, with as many steps in all as give `job.steps` at the noise it starts from."""
    from diseaseface.engines.diffusion import drawing

    parts, morph = job.parts, MorphEngine()

    def draw(steps: int):
        return drawing.draw(parts, replace(options, steps=steps), job.face, job.start, changes, morph, 0)

    most = draw(1)[1]["most_noise"] if options.has("start") else options.noise
    return partial(draw, _asked_steps(most, job.steps))


def _asked_steps(most_noise: float, wanted: int) -> int:
    """Return of how many steps a schedule has to be for `wanted` of them to be made from a noise level."""
    return next(n for n in count(wanted) if n - math.ceil(n * (1.0 - most_noise)) == wanted)


def _batch(job: Job, options: Options):
    """Several pictures told the same, with different noise, through the engine's loop together."""
    from diseaseface.engines.diffusion import drawing, places, sampling
    from diseaseface.engines.diffusion.crop import Crop

    torch, parts, face = stack.torch(), job.parts, job.face
    found = places.find_places(face, job.changes, MorphEngine(), 0)
    crop = Crop.around(face, parts.size)

    @torch.inference_mode()
    def draw():
        guide = drawing.guide(parts, options, face, job.start, job.start.picture, found, job.changes, crop)
        clean = sampling.to_latents(parts, crop.cut(job.start.picture)).expand(BATCHED, -1, -1, -1)
        level = torch.ones_like(clean[:, :1])
        latents = sampling.denoise(parts, guide, clean, level, replace(options, steps=job.steps), 0)
        return [sampling.to_picture(parts, one[None]) for one in latents]

    return draw


def _training(job: Job) -> dict:
    """Return training samples a second, with and without hard negatives, on this machine's one device."""
    from diseaseface.engines.diffusion.tokens import ProfileTokens
    from diseaseface.training import pairs
    from diseaseface.training.adapter import Student
    from diseaseface.training.options import TrainingOptions
    from diseaseface.training.trainer import train

    parts = job.parts
    student = Student(parts.pipe.unet, ProfileTokens.fresh(parts.pipe.unet.config.cross_attention_dim), 8)
    student.to(parts.device)
    source = pairs.shown_pairs([job.face], [job.changes], parts.size, student.tokens.names)
    found, precision = {}, "fp16" if parts.machine.half and parts.device == "cuda" else "no"
    for name, contrast in (("without hard negatives", 0.0), ("with hard negatives", 0.1)):
        settings = TrainingOptions(
            steps=job.repeats + 2, contrast=contrast, test_examples=1, test_levels=1, precision=precision
        )
        clock: list[float] = []

        def told(*_, clock=clock):
            _settle()
            clock.append(time.perf_counter())

        with TemporaryDirectory() as room:
            train(parts, student, source, source, Path(room), settings, on_step=told)
        # The first step prepares, and the last one is tested and saved.
        found[name] = round(settings.batch * (len(clock) - 2) / (clock[-2] - clock[0]), 3)
    return found


def _facts(rows: dict, concepts: Sequence[int]) -> dict:
    first, last = (rows[_composed(signs)]["seconds"] for signs in (concepts[0], concepts[-1]))
    ratio = rows[ALL]["seconds"] / rows[PLAIN]["seconds"]
    return {
        "all_five_to_plain": round(ratio, 3), "most_allowed": MOST_RATIO, "kept": ratio <= MOST_RATIO,
        "seconds_a_concept": round((last - first) / (concepts[-1] - concepts[0]), 4),
    }  # fmt: skip


def _title(job: Job, size: str) -> str:
    torch, parts = stack.torch(), job.parts
    hardware = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} threads"
    kind = "TINY MODELS" if size == "tiny" else "STABLE DIFFUSION 1.5 AT FULL SIZE"
    return (
        f"{kind} WITH RANDOM WEIGHTS: time and memory alone. {parts.size} px, {job.steps} steps, {parts.dtype}, "
        f"{hardware}, torch {torch.__version__}, Python {platform.python_version()}"
    )


def in_words(table: dict) -> str:
    """Lay the table out for reading."""
    lines = [table["title"], "", f"{'':<40}{'s a picture':>14}{'pictures/s':>14}{'peak MB':>14}"]
    for name, row in table["rows"].items():
        lines.append(f"{name:<40}" + "".join(f"{'-' if value is None else value:>14}" for value in row.values()))
    facts = table["facts"]
    lines += ["", f"All five, weighted, to plain: {facts['all_five_to_plain']} (at most {facts['most_allowed']})"]
    lines.append(f"Composed words: {facts['seconds_a_concept']} s a concept more")
    lines += [f"Training samples a second, {name}: {value}" for name, value in table["training"].items()]
    return "\n".join(lines)
