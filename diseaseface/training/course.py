"""A whole training from folders of photos: who is taught on whom, and what the card tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from diseaseface.engines.diffusion import loading
from diseaseface.engines.diffusion.options import from_environment
from diseaseface.engines.diffusion.tokens import ProfileTokens
from diseaseface.errors import DiseaseFaceError, LearningError
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge.profiles import Profile
from diseaseface.training import datasets, distance, people
from diseaseface.training.adapter import Student
from diseaseface.training.options import TrainingOptions
from diseaseface.training.pairs import (
    Source,
    alternating,
    drawn_pairs,
    shown_pairs,
    typical_changes,
    written_changes,
)
from diseaseface.training.trainer import Outcome, train

_HELD_OUT = 0.2
_MOST_JUDGED = 24  # pictures drawn for one judgement
_FEW = 2  # held-out photos that a kernel distance needs


@dataclass(frozen=True)
class Material:
    """What an adapter is trained on.

    Attributes
    ----------
    healthy : str
        Folder of photos of healthy people.
    diseased : str
        Folder of photos of people with `profiles[0]`; "" draws on the healthy ones instead.
    drawn : str
        Folder of pictures made by this product, each with its report beside it; "" for none.
    profiles : tuple of Profile
        What is drawn; none draws signs at random.
    most : int
        Photos taken of each folder.
    """

    healthy: str
    diseased: str = ""
    drawn: str = ""
    profiles: tuple[Profile, ...] = ()
    most: int = 2000


def teach(material: Material, folder: Path, options: TrainingOptions, *, resume: bool = False, on_step=None) -> Outcome:
    """Train an adapter for the base model that the settings name, and write it to `folder`."""
    conditions = [name for name in from_environment().conditions if name in ("start", "strength", "words", "identity")]
    setting = replace(from_environment(), conditions=tuple(conditions), identity="clip", adapter="")
    parts = loading.load(setting)
    tokens = ProfileTokens.fresh(parts.pipe.unet.config.cross_attention_dim, options.seed)
    student = Student(parts.pipe.unet, tokens, options.rank, options.targets, options.seed)
    student.to(parts.device)
    lessons, exam, judge, told = _sources(material, parts, student.tokens.names, options, setting)
    return train(
        parts, student, lessons, exam, folder, options, resume=resume, judge=judge, told=told, on_step=on_step
    )  # fmt: skip


def _sources(material, parts, names, options, setting) -> tuple[Source, Source, object, dict]:
    healthy, unread = faces_in(material.healthy, "healthy", material.most)
    train_on, test_on = _split(healthy, options.seed)
    told = {"healthy photos": f"{len(train_on)} to train on, {len(test_on)} held out, {unread} passed over"}
    size = parts.size
    if material.diseased:
        return _few_shot(material, parts, names, options, setting, train_on, test_on, told)
    if material.drawn:
        return _drawn(material, size, names, options, told)
    told["pictures"] = "drawn by the morph engine on the healthy photos"
    told["diseases"] = ", ".join(profile.name for profile in material.profiles) or "none: signs at random"
    make = {"size": size, "names": names, "profiles": material.profiles}
    lessons = drawn_pairs(train_on, **make, seed=options.seed)
    return lessons, drawn_pairs(test_on, **make, seed=options.seed + 1), None, told


def _few_shot(material, parts, names, options, setting, train_on, test_on, told):
    """Photos of few people with a disease, alternating with healthy ones so that those are not forgotten."""
    if len(material.profiles) != 1:
        raise LearningError("Photos of people with a disease need the one disease they have: name it by --disease.")
    profile = material.profiles[0]
    diseased, unread = faces_in(material.diseased, profile.name, material.most)
    taught, tested = _split(diseased, options.seed)
    changes = typical_changes(profile)
    counts = f"{len(taught)} to train on, {len(tested)} held out, {unread} passed over"
    told[f"photos of people with {profile.name}"] = counts
    shown = shown_pairs(taught, [changes] * len(taught), parts.size, names, options.seed)
    kept = shown_pairs(train_on, [()] * len(train_on), parts.size, names, options.seed)
    exam = shown_pairs(tested, [changes] * len(tested), parts.size, names, options.seed + 1)
    judge = None
    if options.patience and min(len(tested), len(test_on)) >= _FEW:
        judge = distance.judge(parts, test_on[:_MOST_JUDGED], tested, changes, setting)
        told["early stopping"] = "by the kernel distance of drawn held-out people from real held-out ones"
    return alternating(shown, kept), exam, judge, told


def _drawn(material, size, names, options, told):
    found = datasets.find(material.drawn, "drawn").spread(material.most)
    read = [(face, written_changes(path)) for path in found.paths if (face := _face(path)) is not None]
    people_in = people.group([face for face, _ in read])
    taught, tested = people.split(people_in, _HELD_OUT, options.seed)
    told["drawn pictures"] = f"{len(taught)} to train on, {len(tested)} held out"

    def of(indices, seed):
        return shown_pairs([read[i][0] for i in indices], [read[i][1] for i in indices], size, names, seed)

    return of(taught, options.seed), of(tested, options.seed + 1), None, told


def faces_in(folder: str, wanted: str, most: int) -> tuple[list[Face], int]:
    """Analyse the photos of a folder; return the faces, and how many photos were passed over."""
    paths = datasets.find(folder, wanted).spread(most).paths
    faces = [face for path in paths if (face := _face(path)) is not None]
    return faces, len(paths) - len(faces)


def _face(path: Path) -> Face | None:
    try:
        return look(path)
    except DiseaseFaceError:
        return None


def _split(faces: Sequence[Face], seed: int) -> tuple[list[Face], list[Face]]:
    train_on, test_on = people.split(people.group(faces), _HELD_OUT, seed)
    return [faces[index] for index in train_on], [faces[index] for index in test_on]
