"""The training loop: one or many devices, averaged weights, and checkpoints that are whole or not there."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from diseaseface.engines.diffusion.loading import Parts
from diseaseface.errors import LearningError
from diseaseface.training.adapter import Examples, Student
from diseaseface.training.card import model_card
from diseaseface.training.options import TrainingOptions
from diseaseface.training.pairs import Source

LOG, STATE = "log.jsonl", "state.json"
_KEPT = 2  # checkpoints
_MOST_GRADIENT = 1.0
# Judges the student as it stands; smaller is better.
Judge = Callable[[Student], float]


@dataclass(frozen=True)
class Outcome:
    """How a training went.

    Attributes
    ----------
    steps : int
        Updates made in all.
    losses : tuple of float
        Of each update of this run.
    tests : tuple of (int, float)
        Step and judgement of the averaged weights, of the whole training.
    stopped_early : bool
    """

    steps: int
    losses: tuple[float, ...]
    tests: tuple[tuple[int, float], ...]
    stopped_early: bool = False


def train(
    parts: Parts, student: Student, lessons: Source, exam: Source, folder: Path, options: TrainingOptions,
    *, resume: bool = False, judge: Judge | None = None, told: dict | None = None,
    on_step: Callable[[int, float], None] | None = None,
) -> Outcome:  # fmt: skip
    """Train a student and write it to `folder`.

    Parameters
    ----------
    lessons, exam : Source
        Pairs to train on and held-out ones, of other people.
    resume : bool
        Go on from the newest checkpoint in `folder`; without one, begin.
    judge : function or None
        What early stopping and the choice of the best weights go by; None is the held-out loss.
    told : dict or None
        What the model card says of the data.

    Notes
    -----
    A batch and its chance follow from seed, step and device alone, so a resumed training sees what an
    unbroken one sees.
    """
    from accelerate import Accelerator

    accelerator = Accelerator(
        mixed_precision=options.precision, cpu=parts.device == "cpu", log_with=options.tracker or None,
        project_dir=str(folder),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    examples = Examples(parts, options)
    optimizer = torch.optim.AdamW(student.trained().values(), lr=options.learning_rate)
    average = {name: weight.detach().clone() for name, weight in student.trained().items()}
    step, tests = _resumed(folder, student, optimizer, average) if resume else (0, [])
    model, optimizer = accelerator.prepare(student, optimizer)
    if options.tracker:
        accelerator.init_trackers("diseaseface")
    held_out = [exam(number) for number in range(options.test_examples)]
    measure = judge or (lambda one: examples.held_out_loss(one, held_out))
    if not tests:
        tests = [(0, _judged(student, average, measure))]
    losses, rank, world = [], accelerator.process_index, accelerator.num_processes
    ahead = _batches(lessons, step * world + rank, world, options.batch)
    while step < options.steps and not _tired(tests, options.patience):
        pairs = next(ahead)
        with accelerator.autocast():
            loss = examples.loss(model, pairs, (options.seed, step, rank))
        optimizer.zero_grad()
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(student.trained().values(), _MOST_GRADIENT)
        optimizer.step()
        step += 1
        _follow(average, student, options.ema, step)
        losses.append(float(accelerator.gather(loss.detach().reshape(1)).mean()))
        accelerator.log({"loss": losses[-1]}, step=step)
        if step % options.test_every == 0 or step == options.steps:
            tests.append((step, _judged(student, average, measure)))
            accelerator.log({"held_out": tests[-1][1]}, step=step)
        if accelerator.is_main_process:
            _log(folder, step, losses[-1], tests)
            if step % options.save_every == 0 or step == options.steps or _tired(tests, options.patience):
                _save(folder, step, student, optimizer, average, tests, options)
        if on_step:
            on_step(step, losses[-1])
    accelerator.wait_for_everyone()
    outcome = Outcome(step, tuple(losses), tuple(tests), step < options.steps)
    if accelerator.is_main_process:
        with _averaged(student, average):
            student.save(folder)
        (folder / "README.md").write_text(model_card(parts, options, outcome, told or {}), encoding="utf-8")
    accelerator.end_training()
    return outcome


def _batches(lessons: Source, first: int, world: int, size: int) -> Iterator[list]:
    """Yield this device's batches; the next one is made while one is worked on."""

    def make(turn: int) -> list:
        start = (first + turn * world) * size
        return [lessons(number) for number in range(start, start + size)]

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(make, 0)
        for turn in count(1):
            batch = coming.result()
            coming = pool.submit(make, turn)
            yield batch


def _tired(tests, patience) -> bool:
    """Tell whether the best test lies `patience` tests back."""
    values = [value for _, value in tests]
    return bool(patience) and len(values) - 1 - values.index(min(values)) >= patience


def _follow(average, student, decay, step) -> None:
    """Move the average towards the weights; in the first steps faster, so that it forgets the beginning."""
    decay = min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        for name, weight in student.trained().items():
            average[name].lerp_(weight.detach().to(average[name]), 1.0 - decay)


@contextmanager
def _averaged(student: Student, average: dict) -> Iterator[None]:
    """Lend the student its averaged weights."""
    own = {name: weight.detach().clone() for name, weight in student.trained().items()}
    _take(student, average)
    try:
        yield
    finally:
        _take(student, own)


def _take(student, weights) -> None:
    with torch.no_grad():
        for name, weight in student.trained().items():
            weight.copy_(weights[name])


def _judged(student, average, measure) -> float:
    with _averaged(student, average):
        return measure(student)


def _log(folder, step, loss, tests) -> None:
    line = {"step": step, "loss": loss} | ({"held_out": tests[-1][1]} if tests[-1][0] == step else {})
    with (folder / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _save(folder, step, student, optimizer, average, tests, options) -> None:
    """Write a checkpoint under another name and rename it: a kill leaves none that is half."""
    room = folder / "checkpoint.new"
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir()
    weights = {name: weight.detach().contiguous() for name, weight in student.trained().items()}
    save_file(weights, room / "weights.safetensors")
    save_file({name: value.contiguous() for name, value in average.items()}, room / "average.safetensors")
    save_file(_flat(optimizer.state_dict()["state"]), room / "optimizer.safetensors")
    (room / STATE).write_text(json.dumps({"step": step, "tests": tests, "options": asdict(options)}), encoding="utf-8")
    target = folder / f"checkpoint-{step:08d}"
    shutil.rmtree(target, ignore_errors=True)
    room.rename(target)
    for old in sorted(folder.glob("checkpoint-*"))[:-_KEPT]:
        shutil.rmtree(old)


def _flat(state) -> dict[str, torch.Tensor]:
    return {
        f"{index}.{name}": torch.as_tensor(value) for index, entry in state.items() for name, value in entry.items()
    }


def _resumed(folder, student, optimizer, average) -> tuple[int, list]:
    found = sorted(folder.glob("checkpoint-*"))
    if not found:
        return 0, []
    state = json.loads((found[-1] / STATE).read_text(encoding="utf-8"))
    weights = load_file(found[-1] / "weights.safetensors")
    if {name: tuple(value.shape) for name, value in weights.items()} != {
        name: tuple(value.shape) for name, value in student.trained().items()
    }:
        raise LearningError(f"{found[-1]} was trained with other settings: name another --out, or resume with those.")
    _take(student, weights)
    average.update(load_file(found[-1] / "average.safetensors"))
    moments: dict[int, dict] = {}
    for name, value in load_file(found[-1] / "optimizer.safetensors").items():
        index, _, key = name.partition(".")
        moments.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": moments})
    return state["step"], [tuple(test) for test in state["tests"]]
