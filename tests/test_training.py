"""Training a profile adapter: it learns, goes on after a kill, and steers the engine as its examples do."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import diseaseface
from diseaseface.edits import Change
from diseaseface.engines.diffusion import encoding, loading, prompts, sampling
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.diffusion.tokens import ProfileTokens, profile_vector
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import EngineUnavailable, LearningError
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.training import distance, negatives, pairs, people
from diseaseface.training.adapter import Student
from diseaseface.training.options import TrainingOptions
from diseaseface.training.trainer import train

pytestmark = pytest.mark.usefixtures("with_weights")
ROOT = Path(diseaseface.__file__).parents[1]
CATALOGUE = attributes()
NAMES = ("skin_jaundice", "cyanosis", "nose_width", "upper_lid_position", "pallor")
# All layers, since a base model of random weights has everything to learn.
LAYERS = ("to_q", "to_k", "to_v", "to_out.0", "conv_in", "conv_out", "conv1", "conv2")
SCHOOL = TrainingOptions(
    steps=60, learning_rate=1e-2, targets=LAYERS, drop_text=1.0, contrast=0.0, save_every=20, test_every=30,
    test_examples=4,
)  # fmt: skip


def change(name: str, share: float = 1.0, side: str | None = None) -> Change:
    return Change(CATALOGUE[name], share * CATALOGUE[name].positive.full, side)


YELLOW, BLUE = [change("skin_jaundice")], [change("cyanosis")]


@pytest.fixture(scope="module")
def lessons(face):
    """Pairs of a small world in which jaundice tints the whole picture yellow and cyanosis blue."""
    small = pairs.shown_pairs([face], [()], 64, NAMES)(0)

    def tinted(changes, colour):
        picture = np.clip(small.picture * np.array(colour), 0, 255).astype(np.uint8)
        return replace(small, picture=picture, vector=profile_vector(changes, NAMES))

    pool = [tinted(YELLOW, (1, 0.9, 0.1)), tinted(BLUE, (0.1, 0.3, 1)), small, small]
    return lambda number: pool[number % 4]


def untrained():
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ProfileTokens(NAMES, 32)


def school(folder, lessons, options=SCHOOL, **more):
    parts = loading.load(Options(conditions=("words",)))
    student = Student(parts.pipe.unet, untrained(), options.rank, options.targets)
    return parts, student, train(parts, student, lessons, lessons, folder, options, **more)


@pytest.fixture(scope="module")
def taught(with_weights, lessons, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taught")
    return folder, *school(folder, lessons)


def test_sixty_steps_lower_the_held_out_loss_by_half(taught):
    outcome = taught[3]
    assert outcome.steps == 60
    assert outcome.tests[-1][1] < 0.5 * outcome.tests[0][1]


def test_after_a_kill_training_goes_on_to_the_same_loss(lessons, taught, tmp_path):
    class Killed(BaseException):
        pass

    def kill(step, _):
        if step == 33:
            raise Killed

    with pytest.raises(Killed):
        school(tmp_path, lessons, on_step=kill)
    assert sorted(path.name for path in tmp_path.glob("checkpoint-*")) == ["checkpoint-00000020"]
    _, _, outcome = school(tmp_path, lessons, resume=True)
    assert outcome.steps == 60
    assert len(outcome.losses) == 40
    np.testing.assert_allclose(outcome.losses, taught[3].losses[20:], rtol=1e-4)
    assert outcome.tests[-1][1] == pytest.approx(taught[3].tests[-1][1], rel=1e-4)


def test_a_checkpoint_of_other_settings_is_refused(lessons, taught):
    with pytest.raises(LearningError, match="other settings"):
        school(taught[0], lessons, replace(SCHOOL, rank=2), resume=True)


def drawn_latents(parts, tokens, changes, start, seed):
    """What the model makes of a picture when told a profile alone."""
    import torch

    vector = torch.from_numpy(profile_vector(changes, NAMES))[None]
    with torch.inference_mode():
        texts = torch.cat([encoding.encode(parts, [(), ()]).states, tokens(torch.cat([vector * 0, vector]))], dim=1)
        guide = sampling.Guide(texts, torch.full((1, 1, 16, 16), 3.0), None, None, 0.0)
        return sampling.denoise(parts, guide, start, torch.full((1, 1, 16, 16), 0.8), Options(steps=10), seed)


def test_the_trained_adapter_draws_in_the_trained_direction_and_an_untrained_one_does_not(lessons, tmp_path):
    # In the latents: the decoder's weights are random and give no colours back.
    longer = replace(SCHOOL, steps=120, drop_profile=0.05, test_every=200, save_every=200)
    parts, student, _ = school(tmp_path, lambda number: lessons(number % 2), longer)
    yellow, blue, plain = (sampling.to_latents(parts, lessons(number).picture) for number in range(3))
    goal = (yellow - blue).mean(dim=(0, 2, 3))

    def share(tokens):
        made = 0.0
        for seed in range(4):
            drawn = [drawn_latents(parts, tokens, asked, plain, seed) for asked in (YELLOW, BLUE)]
            made = made + (drawn[0] - drawn[1]).mean(dim=(0, 2, 3)) / 4
        return float(made @ goal / (goal @ goal))  # 1: as far apart as the examples

    way = share(student.tokens)
    assert way > 0.03
    assert abs(share(untrained())) < 0.2 * way


def test_the_engine_loads_the_adapter_and_its_profile_changes_the_picture(taught, face, tmp_path):
    plain = Options(conditions=("start", "strength"), steps=4)
    untrained().save(tmp_path / "fresh")
    taught_engine = DiffusionEngine(replace(plain, adapter=str(taught[0])))
    drawn = taught_engine.render(face, YELLOW, seed=1)
    assert drawn.details["adapter"] is True
    without = DiffusionEngine(plain).render(face, YELLOW, seed=1).picture
    fresh = DiffusionEngine(replace(plain, adapter=str(tmp_path / "fresh"))).render(face, YELLOW, seed=1).picture
    assert (drawn.picture != without).any()
    assert (drawn.picture != fresh).any()


def test_an_adapter_that_is_not_there_is_refused(face, tmp_path):
    with pytest.raises(EngineUnavailable, match="no profile adapter"):
        DiffusionEngine(Options(conditions=("start",), adapter=str(tmp_path))).render(face, YELLOW)


def test_the_card_tells_of_base_data_and_limits(taught):
    card = (taught[0] / "README.md").read_text(encoding="utf-8")
    for words in ("base_model: base", "60 steps", "Held-out", "No diagnostic device", "## Limits"):
        assert words in card
    lines = [json.loads(line) for line in (taught[0] / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, 61))


def test_only_safetensors_are_written(taught):
    kinds = {path.suffix for path in taught[0].rglob("*") if path.is_file()}
    assert kinds == {".safetensors", ".json", ".jsonl", ".md"}


def test_training_ends_early_when_the_judgement_gets_no_better(lessons, tmp_path):
    options = replace(SCHOOL, test_every=2, patience=2, steps=40, contrast=0.1)
    judgements = iter([3.0, 2.0, 2.5, 2.6, 2.7])
    _, _, outcome = school(tmp_path, lessons, options, judge=lambda student: next(judgements))
    assert outcome.stopped_early
    assert outcome.steps == 6


def test_the_person_takes_part_in_training_where_an_image_encoder_is_loaded(lessons, tmp_path):
    parts = loading.load(Options(conditions=("words", "identity")))
    student = Student(parts.pipe.unet, untrained(), 2)
    options = replace(SCHOOL, steps=3, rank=2, drop_text=0.0, drop_image=0.5, contrast=0.1)
    outcome = train(parts, student, lessons, lessons, tmp_path, options)
    assert len(outcome.losses) == 3
    assert np.isfinite(outcome.losses).all()


def test_a_wrong_profile_that_predicts_as_well_costs():
    import torch

    right, wrong = torch.tensor([1.0, 1.0, 1.0]), torch.tensor([0.9, 1.0, 1.2])
    np.testing.assert_allclose(negatives.contrast(right, wrong, 0.1), [0.2, 0.1, 0.0], atol=1e-6)


@pytest.mark.parametrize("kind", negatives.KINDS)
def test_a_hard_negative_differs_in_one_sign_only(kind):
    right = profile_vector([change("nose_width"), change("upper_lid_position", 0.5, "left")], NAMES)
    wrong = negatives.negative(right, kind, np.random.default_rng(0))
    differs = (wrong != right).reshape(-1, 2).any(axis=1)
    assert differs.sum() == {"swapped": 2, "removed": 1, "mirrored": 1}[kind]
    if kind == "mirrored":
        mirrored = profile_vector([change("nose_width"), change("upper_lid_position", 0.5, "right")], NAMES)
        np.testing.assert_array_equal(wrong, mirrored)


def test_an_empty_profile_gets_a_sign_for_its_negative():
    wrong = negatives.negative(np.zeros(2 * len(NAMES), np.float32), "removed", np.random.default_rng(0))
    assert (wrong.reshape(-1, 2) != 0).any(axis=1).sum() == 1


def test_a_number_always_gives_the_same_pair_of_a_picture_and_what_it_shows(face):
    source = pairs.drawn_pairs([face], 64, tuple(CATALOGUE), seed=3)
    for number in (0, 7):
        once, again = source(number), source(number)
        np.testing.assert_array_equal(once.picture, again.picture)
        np.testing.assert_array_equal(once.vector, again.vector)
    assert not source(7).vector.any()  # every eighth is the photo itself
    assert source(0).vector.any()
    assert source(0).text.startswith(prompts.BASE)


def test_photos_of_one_person_stay_on_one_side(face, astronaut):
    other = look(ROOT / "assets" / "examples" / "head-01.jpg")
    same = look(np.clip(astronaut * 0.9, 0, 255).astype(np.uint8))
    numbers = people.group([face, other, same])
    assert numbers[0] == numbers[2] != numbers[1]
    for seed in range(4):
        taught, tested = people.split(numbers, 0.5, seed)
        assert not {numbers[i] for i in taught} & {numbers[i] for i in tested}
        assert sorted(taught + tested) == [0, 1, 2]
    with pytest.raises(LearningError, match="one person"):
        people.split([1, 1], 0.5)


def test_the_kernel_distance_tells_groups_apart_and_draws_of_one_do_not_differ():
    chance = np.random.default_rng(0)
    one, other = chance.normal(size=(40, 8)), chance.normal(size=(40, 8))
    assert abs(distance.kernel_distance(one, other)) < 0.3
    assert distance.kernel_distance(one, other + 1.5) > 1.0
    with pytest.raises(ValueError, match="two pictures"):
        distance.kernel_distance(one[:1], other)


def test_a_judgement_draws_held_out_people(face, taught):
    _, parts, student, _ = taught
    shown = MorphEngine().render(face, YELLOW).picture
    diseased = [replace(face, image=shown), replace(face, image=np.clip(shown * 1.02, 0, 255).astype(np.uint8))]
    measure = distance.judge(parts, [face, face], diseased, YELLOW, Options(conditions=("start", "words"), steps=4))
    assert np.isfinite(measure(student))


def test_what_a_photo_shows_is_read_from_the_report_beside_it(tmp_path):
    photo = tmp_path / "drawn.png"
    signs = [{"name": "nose_width", "applied": 3.0, "side": None}, {"name": "pallor", "applied": None}]
    photo.with_suffix(".json").write_text(json.dumps({"attributes": signs}))
    assert pairs.written_changes(photo) == (Change(CATALOGUE["nose_width"], 3.0),)
    photo.with_suffix(".json").write_text("[]")
    with pytest.raises(LearningError, match="no report"):
        pairs.written_changes(photo)


def test_the_command_trains_is_killed_and_goes_on(with_weights, astronaut, tmp_path):
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    Image.fromarray(astronaut).save(photos / "astronaut.png")
    head = Image.open(ROOT / "assets" / "examples" / "head-01.jpg")
    head.resize((512, round(512 * head.height / head.width))).save(photos / "head.png")
    command = [
        sys.executable, "-m", "diseaseface", "train", "--healthy", str(photos), "--disease", "rosacea",
        "--out", str(out), "--steps", "6", "--batch", "1", "--rank", "2", "--save-every", "2", "--test-every", "50",
        "--test-examples", "2",
    ]  # fmt: skip
    surroundings = os.environ | {"DISEASEFACE_MODELS": str(with_weights), "OMP_NUM_THREADS": "1"}
    surroundings["DISEASEFACE_DIFFUSION"] = "conditions=words"
    running = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL)
    patience = time.monotonic() + 120
    while not list(out.glob("checkpoint-*")) and time.monotonic() < patience:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert list(out.glob("checkpoint-*"))
    done = subprocess.run(
        [*command, "--resume"], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "held out" in done.stdout
    assert (out / "adapter.safetensors").is_file()
    assert (out / "lora.safetensors").is_file()
