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
_FEWEST = 8  # photos of people with a disease: fewer teach these people and not the disease
_PATIENCE = 5
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
    if options.patience is None and material.diseased:
        options = replace(options, patience=_PATIENCE)
    tokens = ProfileTokens.fresh(parts.pipe.unet.config.cross_attention_dim, options.seed)
    student = Student(parts.pipe.unet, tokens, options.rank, options.targets, options.seed)
    student.to(parts.device)
    lessons, exam, judge, told = _sources(material, parts, student.tokens.names, options, setting)
    return train(
        parts, student, lessons, exam, folder, options, resume=resume, judge=judge, told=told, on_step=on_step
    )  # fmt: skip


def _sources(material, parts, names, options, setting) -> tuple[Source, Source, object, dict]:
    if material.diseased:
        return _few_shot(material, parts, names, options, setting)
    if material.drawn:
        return _drawn(material, parts.size, names, options)
    healthy = faces_in(material.healthy, "healthy", material.most)
    taught, tested = people.split(people.group(healthy.faces), _HELD_OUT, options.seed)
    told = {
        "healthy photos": healthy.counts(taught, tested),
        "pictures": "drawn by the morph engine on the healthy photos",
        "diseases": ", ".join(profile.name for profile in material.profiles) or "none: signs at random",
    }

    def drawn(indices, seed):
        faces, ages = healthy.of(indices)
        return drawn_pairs(faces, parts.size, names, profiles=material.profiles, ages=ages, seed=seed)

    return drawn(taught, options.seed), drawn(tested, options.seed + 1), None, told


def _few_shot(material, parts, names, options, setting):
    """Photos of few people with a disease, alternating with healthy ones so that those are not forgotten."""
    if len(material.profiles) != 1:
        raise LearningError("Photos of people with a disease need the one disease they have: name it by --disease.")
    profile = material.profiles[0]
    healthy, diseased = (
        faces_in(folder, wanted, material.most)
        for folder, wanted in ((material.healthy, "healthy"), (material.diseased, profile.name))
    )
    if len(diseased.faces) < _FEWEST:
        raise LearningError(
            f"{len(diseased.faces)} photos of people with {profile.name} can be read: {_FEWEST} are needed at least."
        )
    numbers = people.group([*diseased.faces, *healthy.faces])
    split = people.split_together(
        numbers[: len(diseased.faces)], numbers[len(diseased.faces) :], _HELD_OUT, options.seed
    )
    (taught, tested), (before, after) = split
    changes = typical_changes(profile)

    def shown(photos, indices, changes, seed):
        faces, ages = photos.of(indices)
        return shown_pairs(faces, [changes] * len(faces), parts.size, names, ages=ages, seed=seed)

    told = {
        "healthy photos": healthy.counts(before, after),
        f"photos of people with {profile.name}": diseased.counts(taught, tested),
    }
    judge = None
    if options.patience and min(len(tested), len(after)) >= _FEW:
        held_out = healthy.of(after[:_MOST_JUDGED])[0]
        judge = distance.judge(parts, held_out, diseased.of(tested)[0], changes, setting)
        told["early stopping"] = "by the kernel distance of drawn held-out people from real held-out ones"
    lessons = alternating(shown(diseased, taught, changes, options.seed), shown(healthy, before, (), options.seed))
    return lessons, shown(diseased, tested, changes, options.seed + 1), judge, told


def _drawn(material, size, names, options):
    found = datasets.find(material.drawn, "drawn").spread(material.most)
    read = [(face, written_changes(path)) for path in found.paths if (face := _face(path)) is not None]
    people_in = people.group([face for face, _ in read])
    taught, tested = people.split(people_in, _HELD_OUT, options.seed)
    told = {"drawn pictures": f"{len(taught)} to train on, {len(tested)} held out"}

    def of(indices, seed):
        return shown_pairs([read[i][0] for i in indices], [read[i][1] for i in indices], size, names, seed=seed)

    return of(taught, options.seed), of(tested, options.seed + 1), None, told


@dataclass(frozen=True, eq=False)
class Photos:
    """The photos of a folder that show a face.

    Attributes
    ----------
    faces : tuple of Face
    ages : tuple of float or None
        Years of the person in each, where the folder tells.
    unread : int
        Photos passed over.
    """

    faces: tuple[Face, ...]
    ages: tuple[float | None, ...]
    unread: int = 0

    def of(self, indices: Sequence[int]) -> tuple[list[Face], list[float | None]]:
        """Return some of the faces, and the ages with them."""
        return [self.faces[index] for index in indices], [self.ages[index] for index in indices]

    def counts(self, taught: Sequence[int], tested: Sequence[int]) -> str:
        """Say for what the photos are taken."""
        return f"{len(taught)} to train on, {len(tested)} held out, {self.unread} passed over"


def faces_in(folder: str, wanted: str, most: int) -> Photos:
    """Analyse the photos of a folder."""
    found = datasets.find(folder, wanted).spread(most)
    read = {path: face for path in found.paths if (face := _face(path)) is not None}
    return Photos(tuple(read.values()), tuple(map(found.ages.get, read)), len(found.paths) - len(read))


def _face(path: Path) -> Face | None:
    try:
        return look(path)
    except DiseaseFaceError:
        return None
