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
    kept : float
        Judgement of the weights that were written.
    """

    steps: int
    losses: tuple[float, ...]
    tests: tuple[tuple[int, float], ...]
    stopped_early: bool
    kept: float


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
    run = _Run(parts, student, folder, options, resume)
    held_out = [exam(number) for number in range(options.test_examples)]
    measure = judge or (lambda one: run.examples.held_out_loss(one, held_out))
    if not run.tests:
        run.test(measure)
    losses, batches = [], run.batches(lessons)
    while run.step < options.steps and not run.tired:
        losses.append(run.learn(next(batches)))
        last = run.step == options.steps
        if last or run.step % options.test_every == 0:
            run.test(measure)
        run.note(losses[-1])
        if last or run.tired or run.step % options.save_every == 0:
            run.save()
        if on_step:
            on_step(run.step, losses[-1])
    values = [value for _, value in run.tests]
    kept = min(values) if options.patience else values[-1]
    outcome = Outcome(run.step, tuple(losses), tuple(run.tests), run.step < options.steps, kept)
    run.finish(model_card(parts, options, outcome, told or {}))
    return outcome


class _Run:
    """One training under way: devices, optimizer, averaged weights, and where it stands."""

    def __init__(self, parts: Parts, student: Student, folder: Path, options: TrainingOptions, resume: bool):
        self.student, self.folder, self.options = student, folder, options
        self.accelerator = _accelerator(options, parts.device, folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.examples = Examples(parts, options)
        optimizer = torch.optim.AdamW(student.trained().values(), lr=options.learning_rate)
        self.average = {name: weight.detach().clone() for name, weight in student.trained().items()}
        self.best = dict(self.average)
        self.step, self.tests = _resumed(folder, student, optimizer, self.average, self.best) if resume else (0, [])
        self.model, self.optimizer = self.accelerator.prepare(student, optimizer)
        if options.tracker:
            self.accelerator.init_trackers("diseaseface")

    @property
    def tired(self) -> bool:
        """Whether the best test lies `patience` tests back."""
        values = [value for _, value in self.tests]
        patience = self.options.patience
        return bool(patience) and len(values) - 1 - values.index(min(values)) >= patience

    def batches(self, lessons: Source) -> Iterator[list]:
        """Yield this device's batches from where the training stands."""
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        return _batches(lessons, self.step * world + rank, world, self.options.batch)

    def learn(self, pairs: list) -> float:
        """Make one update; return the loss over all devices."""
        seed = (self.options.seed, self.step, self.accelerator.process_index)
        with self.accelerator.autocast():
            loss = self.examples.loss(self.model, pairs, seed)
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.student.trained().values(), _MOST_GRADIENT)
        self.optimizer.step()
        self.step += 1
        _follow(self.average, self.student, self.options.ema, self.step)
        return float(self.accelerator.gather(loss.detach().reshape(1)).mean())

    def test(self, measure: Judge) -> None:
        """Judge the averaged weights; where patience watches, the best ones so far are kept."""
        with _averaged(self.student, self.average):
            told = torch.tensor([measure(self.student)], device=self.accelerator.device)
        # Of one mind on all devices, or one would stop and the others wait for it.
        self.tests.append((self.step, float(self.accelerator.gather(told).mean())))
        if not self.options.patience or self.tests[-1][1] == min(value for _, value in self.tests):
            self.best = {name: weight.clone() for name, weight in self.average.items()}

    def note(self, loss: float) -> None:
        """Write a line of the log, and tell the tracker."""
        told = {"loss": loss} | ({"held_out": self.tests[-1][1]} if self.tests[-1][0] == self.step else {})
        self.accelerator.log(told, step=self.step)
        if self.accelerator.is_main_process:
            with (self.folder / LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": self.step, **told}) + "\n")

    def save(self) -> None:
        """Write a checkpoint."""
        if self.accelerator.is_main_process:
            state = {"step": self.step, "tests": self.tests, "options": asdict(self.options)}
            _save(self.folder, self.student, self.optimizer, {"average": self.average, "best": self.best}, state)

    def finish(self, card: str) -> None:
        """Write the averaged weights of the end, or the best ones, as the engine loads them, and their card."""
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            with _averaged(self.student, self.best):
                self.student.save(self.folder)
            (self.folder / "README.md").write_text(card, encoding="utf-8")
        self.accelerator.end_training()


def _accelerator(options: TrainingOptions, device: str, folder: Path):
    """Return accelerate's view of the devices; LearningError where precision or tracker are not to be had here."""
    from accelerate import Accelerator

    try:
        found = Accelerator(
            mixed_precision=options.precision, cpu=device == "cpu", log_with=options.tracker or None,
            project_dir=str(folder),
        )  # fmt: skip
    except ValueError as error:
        raise LearningError(f"Training cannot begin with these settings: {' '.join(str(error).split())}") from error
    if options.tracker and not found.log_with:  # accelerate goes on without it
        raise LearningError(
            f"The tracker {options.tracker} needs its package: run `pip install {options.tracker}`, or leave it out."
        )
    return found


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


def _save(folder, student, optimizer, averages, state) -> None:
    """Write a checkpoint under another name and rename it: a kill leaves none that is half."""
    room = folder / "checkpoint.new"
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir()
    weights = {name: weight.detach().contiguous() for name, weight in student.trained().items()}
    save_file(weights, room / "weights.safetensors")
    for which, values in averages.items():
        save_file({name: value.contiguous() for name, value in values.items()}, room / f"{which}.safetensors")
    save_file(_flat(optimizer.state_dict()["state"]), room / "optimizer.safetensors")
    (room / STATE).write_text(json.dumps(state), encoding="utf-8")
    target = folder / f"checkpoint-{state['step']:08d}"
    shutil.rmtree(target, ignore_errors=True)
    room.rename(target)
    for old in sorted(folder.glob("checkpoint-*"))[:-_KEPT]:
        shutil.rmtree(old)


def _flat(state) -> dict[str, torch.Tensor]:
    return {
        f"{index}.{name}": torch.as_tensor(value) for index, entry in state.items() for name, value in entry.items()
    }


def _resumed(folder, student, optimizer, average, best) -> tuple[int, list]:
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
    for which, values in (("average", average), ("best", best)):
        values.update(load_file(found[-1] / f"{which}.safetensors"))
    moments: dict[int, dict] = {}
    for name, value in load_file(found[-1] / "optimizer.safetensors").items():
        index, _, key = name.partition(".")
        moments.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": moments})
    return state["step"], [tuple(test) for test in state["tests"]]
