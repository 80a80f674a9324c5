"""The diffusion engine with real models at tiny size: five conditions, one lock, and nothing outside the person."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.diffusion import encoding, likeness, prompts, structure
from diseaseface.engines.diffusion.crop import Crop
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import CONDITIONS, Options, from_environment
from diseaseface.engines.diffusion.places import Place, find_places
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import EngineUnavailable, OutOfMemory, RequestError
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Sign

pytestmark = pytest.mark.usefixtures("with_weights")
CATALOGUE = attributes()
FULL = Options(steps=4)


def change(name: str, share: float = 1.0) -> Change:
    return Change(CATALOGUE[name], share * CATALOGUE[name].positive.full)


EDIT = [change("palpebral_fissure_slant"), change("skin_jaundice"), change("papules")]
# A sign that only this engine draws.
TONGUE = replace(CATALOGUE["mouth_width"], name="tongue", engine="diffusion", operator="content")


def draw(face, options: Options = FULL, edit=EDIT, seed: int = 1):
    return DiffusionEngine(options).render(face, edit, seed=seed)


@pytest.fixture(scope="module")
def full(face):
    return draw(face)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_changes_the_picture_when_it_alone_is_left_out(face, full, condition):
    without = draw(face, replace(FULL, conditions=tuple(c for c in CONDITIONS if c != condition)))
    assert (without.picture != full.picture).any()
    assert without.details["conditions"][condition] is False
    assert full.details["conditions"][condition]


@pytest.mark.parametrize(
    ("condition", "setting", "value"),
    [
        ("structure", "control", 2.0),
        ("structure", "structure", "canny"),
        ("words", "words", "weighted"),
        ("words", "negative", "blue"),
        ("identity", "likeness", 2.0),
    ],
)
def test_a_condition_that_is_off_changes_nothing(face, condition, setting, value):
    off = tuple(c for c in CONDITIONS if c != condition)
    once, again = (draw(face, replace(FULL, conditions=off, **{setting: v})) for v in (getattr(FULL, setting), value))
    np.testing.assert_array_equal(once.picture, again.picture)


def test_the_general_noise_level_counts_only_where_regions_do_not_choose_theirs(face, full):
    np.testing.assert_array_equal(draw(face, replace(FULL, noise=0.9)).picture, full.picture)
    plain = replace(FULL, conditions=("strength", "words"))
    assert (draw(face, replace(plain, noise=0.9)).picture != draw(face, plain).picture).any()


def test_weights_of_a_condition_that_is_off_are_not_missed(face, with_weights, tmp_path, monkeypatch):
    (tmp_path / "base").symlink_to(with_weights / "base")
    off = replace(FULL, conditions=("start", "strength", "words"))
    here = draw(face, off)
    monkeypatch.setenv("DISEASEFACE_MODELS", str(tmp_path))
    np.testing.assert_array_equal(draw(face, off).picture, here.picture)
    with pytest.raises(EngineUnavailable, match="ControlNet"):
        draw(face, FULL)


def test_nothing_changes_outside_the_person_whatever_takes_part(face):
    start = MorphEngine().render(face, EDIT, seed=1).picture
    for conditions in ((), ("start",), CONDITIONS):
        drawn = draw(face, replace(FULL, conditions=(*conditions, "words")))
        base = start if conditions else face.image
        surroundings = face.regions.person <= 0.02
        np.testing.assert_array_equal(drawn.picture[surroundings], base[surroundings])
        assert (drawn.picture != base).any()


def test_untouched_skin_keeps_its_bytes(face):
    eyes = [change("palpebral_fissure_slant", 0.5)]
    drawn = draw(face, edit=eyes).picture
    start = MorphEngine().render(face, eyes, seed=1).picture
    chin = np.round(face.landmarks_px[152]).astype(int)
    part = np.s_[chin[1] - 8 : chin[1], chin[0] - 6 : chin[0] + 6]
    np.testing.assert_array_equal(drawn[part], start[part])
    assert (drawn != start).any()


def test_the_seed_chooses_the_noise_and_the_same_seed_gives_the_same_bytes(face, full):
    np.testing.assert_array_equal(draw(face).picture, full.picture)
    assert (draw(face, seed=2).picture != full.picture).any()


def test_severity_zero_is_the_photo(face):
    np.testing.assert_array_equal(draw(face, edit=[change("skin_jaundice", 0.0)]).picture, face.image)


@pytest.mark.parametrize("scheduler", ["dpm", "lcm", "tcd"])
def test_every_scheduler_runs_and_repeats(face, scheduler):
    once, again = (draw(face, replace(FULL, scheduler=scheduler, guidance=2.0)).picture for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_half_precision_draws_nearly_the_same(face, full):
    import torch

    engine = DiffusionEngine(replace(FULL, precision="half"))
    assert engine.load().pipe.unet.dtype == torch.bfloat16
    drawn = engine.render(face, EDIT, seed=1)
    assert drawn.details["precision"] == "half"
    off = np.abs(drawn.picture.astype(float) - full.picture).mean()
    assert off < 0.25 * np.abs(full.picture.astype(float) - face.image).mean()


def test_composed_words_cost_a_prediction_a_sign_and_weighted_ones_two_in_all(face, full):
    assert full.details["noise_predictions_per_step"] == len(EDIT) + 2
    assert draw(face, replace(FULL, words="weighted")).details["noise_predictions_per_step"] == 2


def test_composed_predictions_are_made_in_batches_as_large_as_the_machine_allows(face, full):
    engine = DiffusionEngine(FULL)
    parts, calls, steps = engine.load(), [], []
    hook = parts.pipe.unet.register_forward_hook(lambda _module, _inputs, output: calls.append(len(output[0])))
    for batch in (1, 4, 64):
        engine._loaded = engine._loaded[0], replace(parts, machine=replace(parts.machine, batch=batch))
        calls.clear(), steps.clear()
        drawn = engine.render(face, EDIT, seed=1, on_step=lambda done, _: steps.append(done)).picture
        predictions = len(EDIT) + 2
        assert len(calls) == len(steps) * -(-predictions // batch)
        assert sum(calls) == len(steps) * predictions
        assert np.abs(drawn.astype(int) - full.picture).max() <= 1
    hook.remove()


def test_a_sign_that_only_this_engine_draws_is_drawn_where_it_lies(face):
    asked = Change(TONGUE, TONGUE.positive.full)
    assert MorphEngine().render(face, [asked]).applied[0].amount is None
    drawn = draw(face, edit=[asked])
    assert drawn.applied[0].amount == asked.amount
    assert drawn.applied[0].reason
    rows, columns = np.nonzero((drawn.picture != face.image).any(axis=-1))
    mouth = face.landmarks_px[13]
    assert np.hypot(columns.mean() - mouth[0], rows.mean() - mouth[1]) < 1.5 * face.pose.px_per_cm


def test_a_sign_that_nothing_tells_the_model_of_is_left_out_with_the_reason(face):
    drawn = draw(face, replace(FULL, conditions=("start", "strength")), [Change(TONGUE, TONGUE.positive.full)])
    np.testing.assert_array_equal(drawn.picture, face.image)
    assert drawn.applied[0].amount is None
    assert "words" in drawn.applied[0].reason


def test_a_sign_to_be_taken_away_counts_against_its_words(face):
    jaundice = CATALOGUE["skin_jaundice"]
    undone = Change(jaundice, -jaundice.positive.full, sign=Sign("skin_jaundice", 1, 1.0))
    place = Place(undone, np.ones(face.image.shape[:2], np.float32), 0.3)
    words, weight = prompts.wording(undone)
    assert (words, weight) == (jaundice.positive.prompt, -1.0)
    concepts, kept_out = prompts.compose([place], replace(FULL, words="weighted"), False)
    assert (words, 1.0) in kept_out
    assert all(words not in text for concept in concepts for text, _ in concept.pieces)


def test_long_prompts_are_encoded_window_by_window_and_weights_count():
    parts = DiffusionEngine(FULL).load()
    long = (("a very long prompt " * 12, 1.0),)
    texts = encoding.encode(parts, [(), long, (("yellow skin", 1.0),), (("yellow skin", 0.0),)]).states
    assert texts.shape[0] == 4
    assert texts.shape[1] % 77 == 0
    assert texts.shape[1] > 77
    np.testing.assert_allclose(texts[3, 1:11], texts[0, 1:11], atol=1e-5)  # weight zero says nothing
    assert abs(texts[2] - texts[0]).max() > 0.1


def test_the_mesh_is_drawn_where_the_sign_takes_the_landmarks(face):
    wide = change("interocular_distance")
    drawn = MorphEngine().render(face, [wide])
    distance = [np.linalg.norm(p[468] - p[473]) for p in (face.landmarks_px, drawn.landmarks_px)]
    assert distance[1] > 1.05 * distance[0]
    shown = structure.draw("mesh", drawn.picture, drawn.landmarks_px, Crop.around(face, 512))
    left_iris = np.argwhere((shown == (10, 200, 250)).all(axis=-1)).mean(axis=0)
    expected = Crop.around(face, 512).points(drawn.landmarks_px[473][None])[0]
    np.testing.assert_allclose(left_iris[::-1], expected, atol=2.0)


@pytest.mark.parametrize("kind", ["mesh", "canny", "lineart"])
def test_every_kind_of_structure_shows_lines_on_black(face, kind):
    shown = structure.draw(kind, face.image, face.landmarks_px, Crop.around(face, 256))
    assert shown.shape == (256, 256, 3)
    assert 0.002 < (shown.max(axis=-1) > 60).mean() < 0.5


def test_raised_lids_raise_their_landmarks(face):
    moved = MorphEngine().render(face, [change("upper_lid_position")]).landmarks_px - face.landmarks_px
    up_cm = -moved[[159, 386], 1] / face.pose.px_per_cm
    assert (up_cm > 0.1).all()
    np.testing.assert_allclose(moved[[145, 374]], 0.0, atol=1e-9)


def test_more_of_a_sign_needs_more_noise_and_none_needs_none(face):
    shares = (0.0, 0.3, 1.0)
    levels = [find_places(face, [Change(TONGUE, s * TONGUE.positive.full)], MorphEngine(), 0)[0].level for s in shares]
    assert levels[0] == 0.0
    assert levels == sorted(levels)


def test_a_crop_goes_there_and_back(face):
    crop = Crop.around(face, 256)
    smooth = np.indices(face.image.shape[:2], np.float32).sum(axis=0)
    back = crop.paste(crop.cut(smooth), smooth.shape)
    x, y = np.round(face.landmarks_px[4]).astype(int)
    assert back[y, x] == pytest.approx(smooth[y, x], abs=1.5)


def test_steps_are_told_and_a_picture_can_be_stopped_between_them(face):
    told = []
    engine = DiffusionEngine(replace(FULL, steps=9))
    engine.render(face, EDIT, seed=1, on_step=lambda done, all_: told.append((done, all_)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))

    class Stopped(Exception):
        pass

    def stop(done, _):
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        engine.render(face, EDIT, seed=1, on_step=stop)
    np.testing.assert_array_equal(engine.render(face, EDIT, seed=1).picture, draw(face, replace(FULL, steps=9)).picture)


def test_two_requests_at_once_do_not_mix(face):
    engine = DiffusionEngine(FULL)
    alone = {seed: engine.render(face, EDIT, seed=seed).picture for seed in (1, 2)}
    together = {}

    def work(seed):
        together[seed] = engine.render(face, EDIT, seed=seed).picture

    threads = [threading.Thread(target=work, args=(seed,)) for seed in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, picture in alone.items():
        np.testing.assert_array_equal(together[seed], picture)


def test_full_memory_is_one_clear_sentence_and_the_engine_lives_on(face):
    import torch

    engine = DiffusionEngine(FULL)
    unet = engine.load().pipe.unet

    def full_memory(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    hook = unet.register_forward_pre_hook(full_memory)
    with pytest.raises(OutOfMemory, match="morph") as told:
        engine.render(face, EDIT)
    assert "\n" not in str(told.value)
    hook.remove()
    engine.render(face, EDIT)


def test_an_error_of_ours_is_not_taken_for_full_memory(face):
    engine = DiffusionEngine(FULL)

    def broken(*_):
        raise RuntimeError("shapes differ")

    hook = engine.load().pipe.unet.register_forward_pre_hook(broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        engine.render(face, EDIT)
    hook.remove()


def test_faceid_takes_a_recognisers_vector_and_says_so_where_there_is_none(face):
    import torch

    engine = DiffusionEngine(replace(FULL, identity="faceid"))
    parts = engine.load()
    someone, nobody = likeness.from_vector(parts, np.full(512, 512**-0.5))
    tokens = [parts.pipe.unet.encoder_hid_proj([one]) for one in (someone, nobody)]
    assert not torch.equal(tokens[0][0], tokens[1][0])
    with pytest.raises(EngineUnavailable, match="InsightFace"):
        engine.render(face, EDIT)


def test_identity_reads_the_photo_and_not_the_drawn_picture(face):
    pixels = likeness.clip_pixels(face, 32)
    assert pixels.shape == (3, 32, 32)
    assert 0.3 < pixels.std() < 3.0


def test_options_are_read_from_the_environment():
    told = from_environment({"DISEASEFACE_DIFFUSION": "scheduler=lcm, conditions=start+words, seamless=no"})
    assert (told.scheduler, told.steps, told.guidance) == ("lcm", 8, 1.5)
    assert told.conditions == ("start", "words")
    assert told.seamless is False
    hyper = from_environment({"DISEASEFACE_DIFFUSION": "scheduler=tcd,lora=Hyper-SD15-8steps-lora.safetensors"})
    assert (hyper.scheduler, hyper.steps, hyper.guidance) == ("tcd", 8, 1.5)
    assert from_environment({}) == Options()


@pytest.mark.parametrize(
    "text", ["conditions=magic", "steps=many", "steps=0", "scheduler=euler", "colour=blue", "words=loud"]
)
def test_a_malformed_option_is_refused_by_name(text):
    with pytest.raises(RequestError, match=text.partition("=")[0].removesuffix("s")):
        from_environment({"DISEASEFACE_DIFFUSION": text})
