"""Training a profile adapter: it learns, goes on after a kill, and steers the engine as its examples do."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
from PIL import Image

import diseaseface
from diseaseface import Pipeline
from diseaseface.__main__ import main
from diseaseface.edits import Change, plan
from diseaseface.engines.base import Applied, Rendering
from diseaseface.engines.diffusion import encoding, loading, prompts, sampling
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.diffusion.tokens import AGE, ProfileTokens, profile_vector
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import EngineUnavailable, LearningError
from diseaseface.evaluation.evaluate import evaluate
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes
from diseaseface.training import course, distance, negatives, pairs, people
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
    steps=60, batch=2, learning_rate=1e-2, targets=LAYERS, drop_text=1.0, contrast=0.0, save_every=20, test_every=30,
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
        if step == 23:
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


@pytest.fixture(scope="module")
def coloured(tiny_models, lessons, tmp_path_factory):
    """Weights whose autoencoder keeps colours and whose UNet knows yellow, blue and plain faces, untold which."""
    import torch

    folder = tmp_path_factory.mktemp("coloured")
    shutil.copytree(tiny_models / "base", folder / "base")
    tiny.colour_vae().save_pretrained(folder / "base" / "vae")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISEASEFACE_MODELS", str(folder))
        parts = loading.load(Options(conditions=("words",)))
        unet, schedule, chance = parts.pipe.unet, parts.scheduler(Options()), torch.Generator().manual_seed(0)
        clean = torch.cat([sampling.to_latents(parts, lessons(number).picture) for number in range(3)])
        nothing = encoding.encode(parts, [()]).states.expand(4, -1, -1).clone()
        learner = torch.optim.Adam(unet.requires_grad_(True).parameters(), 3e-3)
        for _ in range(60):
            shown = clean[torch.randint(0, 3, (4,), generator=chance)]
            noise = torch.randn(shown.shape, generator=chance)
            times = torch.randint(0, 1000, (4,), generator=chance)
            predicted = unet(schedule.add_noise(shown, noise, times), times, encoder_hidden_states=nothing).sample
            learner.zero_grad()
            ((predicted - noise) ** 2).mean().backward()
            learner.step()
        unet.save_pretrained(folder / "base" / "unet")
    return folder


def reading(face, adapter, asked) -> float:
    """What the report reads of jaundice in a picture drawn with an adapter alone, in yellowness."""
    options = Options(conditions=(), steps=8, noise=0.7, guidance=7.5, adapter=str(adapter))  # on all of the person
    drawn = DiffusionEngine(options).render(face, asked, seed=1)
    seen = Rendering(drawn.picture, tuple(Applied(change, change.amount) for change in YELLOW))
    signs = evaluate(replace(face, image=drawn.picture), before=face, rendering=seen).signs
    return next(sign.measured for sign in signs if sign.name == "skin_jaundice")


def test_the_trained_adapter_moves_the_reading_as_it_was_taught_and_an_untrained_one_does_not(
    coloured, lessons, face, tmp_path, monkeypatch
):
    monkeypatch.setenv("DISEASEFACE_MODELS", str(coloured))
    untrained().save(tmp_path / "untrained")
    school(tmp_path / "trained", lambda number: lessons(number % 2), replace(SCHOOL, steps=40, batch=4, ema=0.9))
    adapters = (tmp_path / name for name in ("trained", "untrained"))
    way, without = (reading(face, adapter, YELLOW) - reading(face, adapter, BLUE) for adapter in adapters)
    assert way > 5.0  # of 16 that jaundice has at full severity
    assert abs(without) < 0.1 * way


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
    older = taught_engine.render(face, [replace(YELLOW[0], age=80.0)], seed=1)
    assert (older.picture != drawn.picture).any()


@pytest.mark.parametrize("scheduler", ["lcm", "tcd"])
def test_few_steps_are_taken_with_weights_made_for_them_by_setting(taught, face, scheduler, monkeypatch):
    told = f"conditions=words+strength,noise=1,scheduler={scheduler}"
    drawn = []
    for lora in ("", f",lora={taught[0] / 'lora.safetensors'}"):
        monkeypatch.setenv("DISEASEFACE_DIFFUSION", told + lora)
        steps = []
        engine = DiffusionEngine()
        drawn.append(engine.render(face, YELLOW, seed=1, on_step=lambda done, _, steps=steps: steps.append(done)))
        assert steps == list(range(1, 9))
    assert (drawn[0].picture != drawn[1].picture).any()
    assert [one.details["lora"] for one in drawn] == [False, True]


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
    _, _, outcome = school(tmp_path / "long", lessons, options, judge=lambda student: next(judgements))
    assert outcome.stopped_early
    assert outcome.steps == 6
    school(tmp_path / "short", lessons, replace(options, steps=2, patience=0))
    best, second = (ProfileTokens.load(tmp_path / name).inner.weight for name in ("long", "short"))
    np.testing.assert_allclose(best.detach(), second.detach(), atol=1e-6)  # what was judged best is kept


def test_a_tracker_is_told_every_step_and_one_that_is_not_here_is_refused(lessons, tmp_path):
    from accelerate.tracking import GeneralTracker, register_tracker_class

    told = []

    class Notebook(GeneralTracker):
        name, requires_logging_directory, tracker = "notebook", False, None

        def __init__(self, run_name, **_):
            super().__init__()

        def store_init_configuration(self, values):
            pass

        def log(self, values, step=None, **_):
            told.append((step, sorted(values)))

    register_tracker_class(Notebook)
    short = replace(SCHOOL, steps=2, rank=0, test_every=2, test_examples=1, test_levels=1)
    school(tmp_path, lessons, replace(short, tracker="notebook"))
    assert told == [(1, ["loss"]), (2, ["held_out", "loss"])]
    for missing in ("swanlab", "a pencil"):
        with pytest.raises(LearningError, match=missing):
            school(tmp_path, lessons, replace(short, tracker=missing))


@pytest.mark.parametrize("precision", ["full", "half"])
def test_the_person_takes_part_in_training_where_an_image_encoder_is_loaded(lessons, tmp_path, precision):
    import torch

    parts = loading.load(Options(conditions=("words", "identity"), precision=precision))
    student = Student(parts.pipe.unet, untrained(), 2)
    options = replace(SCHOOL, steps=3, rank=2, drop_text=0.0, drop_image=0.5, contrast=0.1)
    outcome = train(parts, student, lessons, lessons, tmp_path, options)
    assert len(outcome.losses) == 3
    assert np.isfinite(outcome.losses).all()
    assert parts.pipe.unet.time_embedding.linear_1.weight.dtype == (
        torch.bfloat16 if precision == "half" else torch.float32
    )
    assert {weight.dtype for weight in student.trained().values()} == {torch.float32}


def test_a_wrong_profile_that_predicts_as_well_costs():
    import torch

    right, wrong = torch.tensor([1.0, 1.0, 1.0]), torch.tensor([0.9, 1.0, 1.2])
    np.testing.assert_allclose(negatives.contrast(right, wrong, 0.1), [0.2, 0.1, 0.0], atol=1e-6)


@pytest.mark.parametrize("kind", negatives.KINDS)
def test_a_hard_negative_differs_in_one_sign_only(kind):
    right = profile_vector([change("nose_width"), change("upper_lid_position", 0.5, "left")], NAMES)
    wrong = negatives.negative(right, kind, np.random.default_rng(0))
    differs = (wrong != right).reshape(-1, 2).any(axis=1)
    assert differs.sum() == {"swapped": 2, "removed": 1, "mirrored": 1, "reversed": 1}[kind]
    if kind == "mirrored":
        mirrored = profile_vector([change("nose_width"), change("upper_lid_position", 0.5, "right")], NAMES)
        np.testing.assert_array_equal(wrong, mirrored)


def test_an_empty_profile_gets_a_sign_for_its_negative():
    wrong = negatives.negative(profile_vector([], NAMES), "removed", np.random.default_rng(0))
    assert (wrong.reshape(-1, 2) != 0).any(axis=1).sum() == 1


def test_a_number_always_gives_the_same_pair_of_a_picture_and_what_it_shows(face):
    source = pairs.drawn_pairs([face], 64, tuple(CATALOGUE), seed=3)
    for number in (0, 7):
        once, again = source(number), source(number)
        np.testing.assert_array_equal(once.picture, again.picture)
        np.testing.assert_array_equal(once.vector, again.vector)
    assert not source(7).vector.any()  # every eighth is the photo itself
    assert source(0).vector[:-AGE].any()
    assert source(0).text.startswith(prompts.BASE)


def test_the_age_is_part_of_the_profile(face):
    profile = Pipeline.load().profile("DF:rosacea")
    asked = plan(profile, 1.0, age=40)
    told, untold = (profile_vector(changes, tuple(CATALOGUE)) for changes in (asked, plan(profile, 1.0)))
    np.testing.assert_array_equal(told[:-AGE], untold[:-AGE])
    np.testing.assert_allclose(told[-AGE:], (1.0, 0.4))
    assert not untold[-AGE:].any()
    assert not profile_vector([], NAMES).any()
    for number in (0, 7):  # with signs and without
        drawn = pairs.drawn_pairs([face], 64, tuple(CATALOGUE), profiles=[profile], ages=[25.0])(number)
        np.testing.assert_allclose(drawn.vector[-AGE:], (1.0, 0.25))


def test_ages_beside_photos_are_read(astronaut, tmp_path):
    Image.fromarray(astronaut).save(tmp_path / "a.png")
    Image.fromarray(np.zeros((90, 90, 3), np.uint8)).save(tmp_path / "b.png")
    (tmp_path / "ages.csv").write_text("file,age\na.png,33\nb.png,5\n")
    found = course.faces_in(str(tmp_path), "healthy", 9)
    assert (len(found.faces), found.ages, found.unread) == (1, (33.0,), 1)


@pytest.fixture
def few(face, monkeypatch):
    """Nine photos of five people with rosacea and seven of healthy ones, two of them the same people."""
    who = {}

    def photos(people):
        shown = [np.clip(face.image * (0.7 + 0.02 * n), 0, 255).astype(np.uint8) for n in range(len(people))]
        faces = tuple(replace(face, image=image) for image in shown)
        who.update({id(one): person for one, person in zip(faces, people, strict=True)})
        return course.Photos(faces, (50.0,) * len(faces))

    folders = {"healthy": photos("dexyzzy"), "diseased": photos("aabbccdde"), "fewer": photos("abcabca")}
    monkeypatch.setattr(course, "faces_in", lambda folder, *_: folders[folder])
    monkeypatch.setattr(course.people, "group", lambda faces: [who[id(one)] for one in faces])
    monkeypatch.setenv("DISEASEFACE_DIFFUSION", "conditions=words,words=weighted,steps=2")
    return who


def test_few_photos_alternate_with_healthy_ones_and_no_person_crosses_the_split(few, tmp_path, monkeypatch):
    rosacea = (Pipeline.load().profile("DF:rosacea"),)
    seen = {}

    def look_on(parts, student, lessons, exam, folder, options, **more):
        seen.update(lessons=lessons, exam=exam, patience=options.patience)
        return train(parts, student, lessons, exam, folder, options, **more)

    monkeypatch.setattr(course, "train", look_on)
    short = TrainingOptions(steps=2, batch=2, rank=0, test_every=1, test_examples=1, test_levels=1)
    outcome = course.teach(course.Material("healthy", "diseased", profiles=rosacea), tmp_path, short)
    taught, tested = ({few[id(seen[name](n).face)] for n in range(40)} for name in ("lessons", "exam"))
    assert taught.isdisjoint(tested)
    assert min(len(taught), len(tested)) > 0
    signs = [seen["lessons"](number).vector[:-AGE].any() for number in range(6)]
    assert signs == [True, False] * 3
    assert seen["lessons"](0).vector[-1] == pytest.approx(0.5)
    assert seen["patience"] == 5
    assert [step for step, _ in outcome.tests] == [0, 1, 2]
    assert "kernel distance" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_fewer_photos_than_can_teach_a_disease_are_refused(few, tmp_path):
    rosacea = (Pipeline.load().profile("DF:rosacea"),)
    with pytest.raises(LearningError, match="8 are needed"):
        course.teach(course.Material("healthy", "fewer", profiles=rosacea), tmp_path, TrainingOptions(rank=0))


def test_a_person_in_two_groups_lies_on_the_same_side_in_both():
    one, other = list("aabbccdd"), list("dxxyyzza")
    for seed in range(5):
        (taught, tested), (before, after) = people.split_together(one, other, 0.3, seed)
        lessons = {one[i] for i in taught} | {other[i] for i in before}
        exam = {one[i] for i in tested} | {other[i] for i in after}
        assert not lessons & exam
        assert min(map(len, (taught, tested, before, after))) > 0
    with pytest.raises(LearningError, match="same people"):
        people.split_together(list("ab"), list("aaa"), 0.5)


def test_two_processes_train_one_student_on_different_pairs(with_weights, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    alike = os.environ | {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
    alike |= {"DISEASEFACE_MODELS": str(with_weights), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "tests" / "ranks.py"), str(tmp_path)]
    places = ({"RANK": rank, "LOCAL_RANK": rank} for rank in "01")
    running = [subprocess.Popen(command, env=alike | place, stdout=subprocess.PIPE) for place in places]
    try:
        told = [json.loads(one.communicate()[0].decode().splitlines()[-1]) for one in running]
    finally:
        for one in running:
            one.kill()
    assert told[0]["weights"] == told[1]["weights"]  # one student
    assert told[0]["losses"] == told[1]["losses"]  # of both
    seen = [set(one["seen"]) - {100} for one in told]
    assert {0, 2} <= seen[0]
    assert {1, 3} <= seen[1]
    assert not seen[0] & seen[1]
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2]  # told once


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
    photo.with_suffix(".json").write_text(json.dumps({"attributes": signs, "age": 61}))
    assert pairs.written_changes(photo) == (Change(CATALOGUE["nose_width"], 3.0, age=61),)
    photo.with_suffix(".json").write_text("[]")
    with pytest.raises(LearningError, match="no report"):
        pairs.written_changes(photo)


def test_the_command_trains_is_killed_and_goes_on(with_weights, astronaut, tmp_path, monkeypatch, capsys):
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    Image.fromarray(astronaut[:320, 70:390]).save(photos / "astronaut.png")
    head = Image.open(ROOT / "assets" / "examples" / "head-01.jpg")
    head.resize((320, round(320 * head.height / head.width))).save(photos / "head.png")
    asked = [
        "train", "--healthy", str(photos), "--out", str(out), "--steps", "6", "--batch", "1", "--rank", "2",
        "--save-every", "2", "--test-every", "50", "--test-examples", "2",
    ]  # fmt: skip
    monkeypatch.setenv("DISEASEFACE_DIFFUSION", "conditions=words")
    command = [sys.executable, "-m", "diseaseface", *asked]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL)
    patience = time.monotonic() + 500
    while not list(out.glob("checkpoint-*")) and time.monotonic() < patience:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert list(out.glob("checkpoint-*"))
    assert main([*asked, "--resume"]) == 0
    assert "held out" in capsys.readouterr().out
    steps = [json.loads(line)["step"] for line in (out / "log.jsonl").read_text().splitlines()]
    assert steps[-1] == 6
    assert 1 in steps
    assert (out / "adapter.safetensors").is_file()
    assert (out / "lora.safetensors").is_file()
