"""SDXL by setting: the same conditions through two text encoders, checked against diffusers' own pipelines."""

import json
from dataclasses import replace

import numpy as np
import pytest
import tiny

from diseaseface.__main__ import main
from diseaseface.benchmarks import diffusion
from diseaseface.edits import Change
from diseaseface.engines.diffusion import encoding, loading, models, sampling, stack
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import CONDITIONS, Options, from_environment
from diseaseface.engines.diffusion.tokens import ProfileTokens
from diseaseface.errors import EngineUnavailable
from diseaseface.knowledge.catalogue import attributes
from diseaseface.training import pairs
from diseaseface.training.adapter import Student
from diseaseface.training.options import TrainingOptions
from diseaseface.training.trainer import train

FULL = Options(model="sdxl", structure="canny", steps=4)
PROMPT, KEPT_OUT, STEPS, GUIDANCE = "photo of a face, yellow skin", "drawing", 5, 4.0
EDIT = [
    Change(attribute, attribute.positive.full)
    for attribute in (attributes()[name] for name in ("palpebral_fissure_slant", "skin_jaundice", "papules"))
]


@pytest.fixture(scope="module", autouse=True)
def with_xl_weights(tmp_path_factory):
    """Tiny SDXL models, found by the settings while the tests of this module run."""
    stack.torch().set_num_threads(1)  # tiny arrays are quicker in one thread
    folder = tiny.save_models(tmp_path_factory.mktemp("xl"), xl=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISEASEFACE_MODELS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def parts():
    return loading.load(replace(FULL, conditions=("words", "structure")))


@pytest.fixture(scope="module")
def full(face):
    return DiffusionEngine(FULL).render(face, EDIT, seed=1)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_changes_the_picture_when_it_alone_is_left_out(face, full, condition):
    left = replace(FULL, conditions=tuple(c for c in CONDITIONS if c != condition))
    without = DiffusionEngine(left).render(face, EDIT, seed=1)
    assert (without.picture != full.picture).any()
    surroundings = face.regions.person <= 0.02
    if condition != "start":  # which moves the surroundings itself, as the morph engine does
        np.testing.assert_array_equal(without.picture[surroundings], full.picture[surroundings])


def test_the_same_seed_gives_the_same_bytes_and_each_sign_has_its_prediction(face, full):
    np.testing.assert_array_equal(DiffusionEngine(FULL).render(face, EDIT, seed=1).picture, full.picture)
    assert full.details["noise_predictions_per_step"] == len(EDIT) + 2
    assert full.details["model"] == "sdxl"


def test_prompts_are_encoded_as_diffusers_does(parts):
    ours = encoding.encode(parts, [(), ((PROMPT, 1.0),)])
    theirs, nothing, pooled, pooled_nothing = parts.pipe.encode_prompt(PROMPT, device="cpu")
    np.testing.assert_allclose(ours.states, np.concatenate([nothing, theirs]), atol=1e-5)
    np.testing.assert_allclose(ours.pooled, np.concatenate([pooled_nothing, pooled]), atol=1e-5)


@pytest.mark.parametrize("control", [0.0, 0.8])
def test_without_places_the_loop_draws_what_diffusers_img2img_draws(parts, control):
    import torch
    from diffusers import StableDiffusionXLControlNetImg2ImgPipeline

    chance = np.random.default_rng(0)
    picture, lines = (chance.uniform(0, 255, (64, 64, 3)).astype(np.float32) for _ in range(2))
    shown = torch.from_numpy(lines / 255.0).permute(2, 0, 1)[None]
    with torch.inference_mode():
        words = encoding.encode(parts, [((KEPT_OUT, 1.0),), ((PROMPT, 1.0),)])
        guide = sampling.Guide(
            words.states, torch.full((1, 1, 16, 16), GUIDANCE), None, shown if control else None, control, words.pooled
        )
        clean = sampling.to_latents(parts, picture)
        ours = sampling.denoise(parts, guide, clean, torch.ones(1, 1, 16, 16), Options(steps=STEPS), seed=3)
        pipe = StableDiffusionXLControlNetImg2ImgPipeline(
            **{k: v for k, v in parts.pipe.components.items() if k not in ("image_encoder", "feature_extractor")},
            controlnet=parts.controlnet, add_watermarker=False,
        )  # fmt: skip
        pipe.scheduler = parts.scheduler(Options())
        pipe.set_progress_bar_config(disable=True)
        theirs = pipe(
            PROMPT, negative_prompt=KEPT_OUT, image=clean, control_image=shown, strength=1.0, height=64, width=64,
            num_inference_steps=STEPS, guidance_scale=GUIDANCE, controlnet_conditioning_scale=control,
            generator=torch.Generator().manual_seed(3), output_type="latent",
        ).images  # fmt: skip
    np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_ledits_compares_with_it_too(face):
    editor = diffusion.Ledits(FULL)
    once, again = (editor.render(face, EDIT, seed=1).picture for _ in range(2))
    assert (once != face.image).any()
    np.testing.assert_array_equal(once, again)


def test_the_command_lists_its_parts_and_the_engine_names_what_is_missing(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DISEASEFACE_MODELS", str(tmp_path))
    monkeypatch.setenv("DISEASEFACE_DIFFUSION", "model=sdxl")
    assert main(["models"]) == 0
    told = capsys.readouterr().out
    for words in ("base_xl", "controlnet_xl", "RAIL++-M", "missing 6.9 GB", "text_encoder_2/model"):
        assert words in told
    assert "SDXL base 1.0" in models.refusal(from_environment())


def test_the_setting_chooses_a_control_that_has_weights():
    assert from_environment({"DISEASEFACE_DIFFUSION": "model=sdxl"}).structure == "canny"
    assert from_environment({"DISEASEFACE_DIFFUSION": "model=sdxl,structure=mesh"}).structure == "mesh"


def test_a_model_of_the_other_kind_is_refused_with_the_setting_that_takes_it(with_xl_weights, monkeypatch):
    monkeypatch.setenv("DISEASEFACE_MODEL_BASE", str(with_xl_weights / "base_xl"))
    with pytest.raises(EngineUnavailable, match="model=sdxl"):
        DiffusionEngine(Options(conditions=("words",))).load()


def test_a_refiner_is_refused(with_xl_weights, monkeypatch, tmp_path):
    for source in (with_xl_weights / "base_xl").iterdir():
        if source.name != "model_index.json":
            (tmp_path / source.name).symlink_to(source)
    index = json.loads((with_xl_weights / "base_xl" / "model_index.json").read_text())
    (tmp_path / "model_index.json").write_text(json.dumps(index | {"text_encoder": [None, None]}))
    monkeypatch.setenv("DISEASEFACE_MODEL_BASE_XL", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="refiner"):
        DiffusionEngine(replace(FULL, conditions=("words",))).load()


def test_an_adapter_is_trained_beside_it_and_loaded(face, tmp_path):
    plain = replace(FULL, conditions=("words",))
    learner = loading.load(plain)
    names = tuple(attributes())
    tokens = ProfileTokens.fresh(learner.pipe.unet.config.cross_attention_dim)
    student = Student(learner.pipe.unet, tokens, 2)
    lessons = pairs.shown_pairs([face], [EDIT], learner.size, names)
    options = TrainingOptions(steps=2, batch=1, rank=2, test_examples=1, test_levels=1)
    outcome = train(learner, student, lessons, lessons, tmp_path, options)
    assert np.isfinite(outcome.losses).all()
    drawn = DiffusionEngine(replace(plain, adapter=str(tmp_path))).render(face, EDIT, seed=1).picture
    assert (drawn != DiffusionEngine(plain).render(face, EDIT, seed=1).picture).any()
