"""How ways of drawing with a diffusion model compare, over one report.

Plain img2img with a prompt, ControlNet alone, LEDITS++, the morph engine alone, and both together: profile match,
severity error, identity, surroundings kept, time and memory. On tiny models the table shows that all of it runs.

With --random full it measures what each condition costs, with random weights made in memory: for a machine with a GPU.
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from diseaseface import knowledge
from diseaseface.benchmarks import diffusion_speed
from diseaseface.benchmarks.memory import forget_peak, peak_megabytes
from diseaseface.benchmarks.photos import add_faces_option, photos
from diseaseface.engines.base import Applied, Engine, Rendering
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import CONDITIONS, Options, from_environment
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import EngineUnavailable, FaceError
from diseaseface.faces.look import look
from diseaseface.pipeline import Pipeline

DISEASES = ("DF:rosacea", "ORPHA:870")
SEVERITY = 0.8
_TINY_WEIGHTS = 50_000_000
_LEAST_MASKED_PX = 256  # its attention masks are read at a sixteenth of a picture's side, which tiny models lack
_COLUMNS = ("unreadable", "profile_match", "severity_error", "identity", "surroundings_kept", "seconds", "megabytes")


class Ledits:
    """LEDITS++ as diffusers has it: the photo inverted, then one edit a sign."""

    name, exact = "ledits", False

    def __init__(self, options: Options):
        self._engine = DiffusionEngine(replace(options, conditions=("words",)))
        self._options = options

    def refusal(self) -> str | None:
        """Say what is missing; None where it can draw."""
        return self._engine.refusal()

    def render(self, face, edit, *, seed: int = 0, on_step=None) -> Rendering:
        """Draw `edit` on the square around the face."""
        import torch
        from PIL import Image

        from diseaseface.engines.diffusion import prompts
        from diseaseface.engines.diffusion.crop import Crop

        parts = self._engine.load()
        unet = parts.pipe.unet
        kept, editor = unet.attn_processors, _editor(parts)
        editor.set_progress_bar_config(disable=True)
        crop = Crop.around(face, parts.size)
        small = Image.fromarray(np.clip(crop.cut(face.image), 0, 255).astype(np.uint8))
        words = [prompts.wording(change) for change in edit]
        chance = torch.Generator().manual_seed(seed)
        with torch.inference_mode():
            editor.invert(image=small, num_inversion_steps=self._options.steps, skip=0.2, generator=chance)
            drawn = editor(
                editing_prompt=[prompt for prompt, _ in words], generator=chance, output_type="np",
                reverse_editing_direction=[weight < 0 for _, weight in words],
                edit_guidance_scale=[7.0 * abs(weight) for _, weight in words],
                use_intersect_mask=crop.size >= _LEAST_MASKED_PX,
            ).images[0]  # fmt: skip
        unet.set_attn_processor(kept)
        inside = crop.paste(np.ones((crop.size, crop.size), np.float32), face.image.shape[:2]) > 0.5
        picture = face.image.copy()
        picture[inside] = np.clip(crop.paste(drawn * 255.0, face.image.shape[:2]), 0, 255).astype(np.uint8)[inside]
        return Rendering(picture, tuple(Applied(change, change.amount, "Asked in words.") for change in edit))


def _editor(parts):
    """LEDITS++ around the engine's models."""
    import diffusers

    pipe = parts.pipe
    models = {"vae": pipe.vae, "text_encoder": pipe.text_encoder, "tokenizer": pipe.tokenizer, "unet": pipe.unet}
    models["scheduler"] = diffusers.DPMSolverMultistepScheduler.from_config(
        pipe.scheduler.config, algorithm_type="sde-dpmsolver++", solver_order=2
    )
    if parts.is_xl:
        more = {"text_encoder_2": pipe.text_encoder_2, "tokenizer_2": pipe.tokenizer_2, "add_watermarker": False}
        return diffusers.LEditsPPPipelineStableDiffusionXL(**models, **more)
    more = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    return diffusers.LEditsPPPipelineStableDiffusion(**models, **more)


def ways(options: Options) -> dict[str, Engine]:
    """Return the engines to compare, by name."""
    morph = MorphEngine()

    def diffusion(*conditions, **changes):
        return DiffusionEngine(replace(options, conditions=conditions, **changes), morph)

    return {
        "plain img2img with a prompt": diffusion("words", words="weighted", seamless=False),
        "ControlNet only": diffusion("words", "structure", words="weighted", seamless=False),
        "LEDITS++": Ledits(options),
        "morph only": morph,
        "morph + diffusion": diffusion(*CONDITIONS),
    }


def run(arguments: Sequence[str]) -> int:
    """Run the benchmark from command-line arguments."""
    parser = ArgumentParser("benchmark diffusion", description=__doc__)
    add_faces_option(parser, 4)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--random", choices=("full", "tiny"), help="time and memory alone, with random weights")
    parser.add_argument("--steps", type=int, default=20, help="of each picture with --random (default 20)")
    parser.add_argument("--repeats", type=int, default=5, help="pictures a row with --random (default 5)")
    options = parser.parse_args(arguments)
    if options.random:
        face = look(next(photo for _, photo in photos(options.faces, 1)))
        table = diffusion_speed.measure(face, options.random, options.steps, options.repeats)
        print(json.dumps(table, indent=1) if options.json else diffusion_speed.in_words(table))
        return 0
    settings = from_environment()
    if reason := DiffusionEngine(replace(settings, conditions=CONDITIONS)).refusal():
        raise EngineUnavailable(reason)
    faces = [look(photo) for _, photo in photos(options.faces, options.most)]
    table = measure(faces, settings)
    print(json.dumps(table, indent=1) if options.json else in_words(table))
    return 0


def measure(faces, options: Options) -> dict:
    """Draw every disease on every face in every way; return a title and one row a way."""
    engines, diseases = ways(options), knowledge.load()
    rows = {}
    for name, engine in engines.items():
        pipeline = Pipeline(diseases, {"morph": engine})
        pipeline.draw(faces[0], DISEASES[0], SEVERITY)  # models load once
        forget_peak()
        read = [_read(pipeline, face, disease) for face in faces for disease in DISEASES]
        rows[name] = {column: _mean([one.get(column) for one in read]) for column in _COLUMNS[:-1]}
        rows[name]["megabytes"] = peak_megabytes()
    return {"title": title(engines["morph + diffusion"].load(), len(faces)), "rows": rows}


def title(parts, faces: int) -> str:
    """Say what the table was made on."""
    count = sum(weight.numel() for weight in parts.pipe.unet.parameters())
    on = f"{faces} faces, {len(DISEASES)} diseases at severity {SEVERITY:g}, on {parts.machine.device}"
    if count < _TINY_WEIGHTS:
        return f"TINY MODELS WITH {count:,} WEIGHTS: shows that everything runs, says nothing of quality. {on}"
    return f"{parts.names['base']}: {on}"


def _read(pipeline, face, disease) -> dict:
    start = time.perf_counter()
    drawing = pipeline.draw(face, disease, SEVERITY)
    seconds = time.perf_counter() - start
    try:
        scores = pipeline.judge(drawing).report.to_dict()["scores"]
    except FaceError:  # the drawn picture shows no face any more: that counts, and nothing can be read
        return {"unreadable": 1.0, "seconds": seconds}
    severity = scores["severity"]["value"]
    return {
        "unreadable": 0.0,
        "profile_match": scores["profile_match"]["value"],
        "severity_error": None if severity is None else abs(severity - SEVERITY),
        "identity": scores["identity"]["value"],
        "surroundings_kept": scores["unchanged_outside"]["value"],
        "seconds": seconds,
    }


def _mean(values):
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 3) if known else None


def in_words(table: Mapping) -> str:
    """Lay the table out for reading."""
    lines = [table["title"], "", f"{'':<28}" + "".join(f"{column:>19}" for column in _COLUMNS)]
    for name, row in table["rows"].items():
        cells = "".join(f"{'-' if row[column] is None else row[column]:>19}" for column in _COLUMNS)
        lines.append(f"{name:<28}{cells}")
    return "\n".join(lines)
