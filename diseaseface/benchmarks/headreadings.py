"""What the product reads from rendered heads, beside the truth of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from diseaseface.benchmarks.headscores import true_severity
from diseaseface.benchmarks.mannequin import signs
from diseaseface.benchmarks.mannequin.shots import Shot
from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.gains import raw_value
from diseaseface.evaluation.measurements import read_all
from diseaseface.evaluation.norms import Norms, from_norm
from diseaseface.evaluation.ranking import departure, judge
from diseaseface.evaluation.readings import ALIGNED, read_alone, read_change
from diseaseface.evaluation.report import Score
from diseaseface.evaluation.scores import severity_by_measures
from diseaseface.evaluation.severity import course_of
from diseaseface.faces.face import Face
from diseaseface.knowledge.catalogue import attributes
from diseaseface.knowledge.profiles import Profile
from diseaseface.pipeline import Pipeline

KINDS = (
    "ORPHA:870", "OMIM:275000", "Acromegaly", "Cushing syndrome", "Fetal alcohol syndrome",
    "Systemic lupus erythematosus", "Rosacea", "Jaundice",
)  # fmt: skip
"""Diseases that the mesh and its albedo can carry, by the names of the catalogue."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A disease as a mesh can carry it.

    Attributes
    ----------
    id, name : str
    profile : Profile
        The catalogue's, with the signs that a mesh can carry.
    names : tuple of str
        Attributes of its typical course.
    weights : float array of shape (signs,)
    course : float array of shape (stages, signs)
        Amounts at even severities from 0 to 1.
    """

    id: str
    name: str
    profile: Profile
    names: tuple[str, ...]
    weights: np.ndarray
    course: np.ndarray

    @property
    def amounts(self) -> list[dict[str, float]]:
        """Amounts by attribute, for each stage of the course."""
        return [dict(zip(self.names, map(float, row), strict=True)) for row in self.course]

    def severity(self, reached: dict[str, float]) -> float:
        """Return the true severity of a head that has so much of each sign."""
        return true_severity(self.course, self.weights, [reached[name] for name in self.names])


def kinds_of(pipeline: Pipeline, names: Sequence[str] = KINDS) -> list[Kind]:
    """Return the kinds that are drawn, from the catalogue's profiles."""
    return [_kind(pipeline.profile(name)) for name in names]


def _kind(whole: Profile) -> Kind:
    carried = set(signs.carried())
    profile = replace(whole, signs=tuple(s for s in whole.signs if s.attribute in carried and s.side != "one"))
    course = course_of(profile)
    weights = np.array([max(change.sign.weight, 0.01) for change in course.changes])
    names = tuple(change.attribute.name for change in course.changes)
    return Kind(whole.id, whole.name, profile, names, weights, course.amounts)


@dataclass(frozen=True, eq=False)
class _Few:
    """The eight kinds as they are drawn, where diseases are ranked: no head lacks a sign that no mesh can carry."""

    known: tuple[Profile, ...]
    release: str | None

    def curated(self) -> tuple[Profile, ...]:
        return self.known

    def profiles(self) -> tuple[Profile, ...]:
        return self.known


class Reader:
    """Reads pictures in the order in which a person sat for them: the face as it is comes first.

    Parameters
    ----------
    pipeline : Pipeline
    kinds : sequence of Kind
    own : Norms or None
        Of other rendered heads; single pictures are then read by these norms too.
    """

    def __init__(self, pipeline: Pipeline, kinds: Sequence[Kind], own: Norms | None = None):
        self.own = own
        self.kinds = {kind.id: kind for kind in kinds}
        drawn = tuple(kind.profile for kind in kinds)
        self.whole = pipeline
        self.pipeline = replace(pipeline, diseases=_Few(drawn, getattr(pipeline.diseases, "release", None)))
        self.rows: list[dict] = []
        self._before: tuple[int, Face, dict] | None = None

    def read(self, part: str, shot: Shot, picture: Path, truth: dict) -> None:
        """Read one picture and keep a row: what is there, and what is read."""
        row = {"person": shot.number, "tone": truth["tone"], "truth": truth, "disease": shot.disease, "failed": None}
        try:
            face = self.pipeline.look(picture)
            row |= getattr(self, f"_{part}")(shot, face, truth)
        except DiseaseFaceError as error:
            row["failed"] = str(error)
        if not shot.amounts:
            self._before = None if row["failed"] else (shot.number, face, truth)
        self.rows.append(row)

    def _earlier(self, shot: Shot) -> Face:
        if self._before is None or self._before[0] != shot.number:
            raise DiseaseFaceError("The face as it is could not be read.")
        return self._before[1]

    def _healthy(self, shot: Shot, face: Face, truth: dict) -> dict:
        report = self.whole.evaluate(face)
        return {"departs": bool(report.departs), "ranking": [one.id for one in report.ranking]}

    def _signs(self, shot: Shot, face: Face, truth: dict) -> dict:
        raw = read_all(face)
        if not shot.amounts:
            return {"raw": raw, "read": {}}
        report = self.pipeline.evaluate(face, before=self._earlier(shot))
        change = read_change(self._earlier(shot), face)
        return {
            "raw": raw,
            "mode": report.reading,
            "read": {sign.name: sign.measured for sign in report.signs},
            "reasons": {sign.name: sign.reason for sign in report.signs if sign.measured is None},
            "change": {
                name: raw_value(change, attributes()[name], None) for name in shot.amounts if change.mode == ALIGNED
            },
        }

    def _diseases(self, shot: Shot, face: Face, truth: dict) -> dict:
        raw = {"raw": dict(read_alone(face).values)}
        if not shot.amounts:
            return raw
        kind = self.kinds[shot.disease]
        after = self.pipeline.evaluate(face, kind.profile, before=self._earlier(shot))
        alone = self.pipeline.evaluate(face, kind.profile)
        return raw | {
            "true": kind.severity(truth["signs"]),
            "with_before": _severity(after.scores["severity"]), "alone": _severity(alone.scores["severity"]),
            "ranked_with_before": [one.id for one in after.ranking], "ranked_alone": [one.id for one in alone.ranking],
        } | self._by_own_norms(face, kind)  # fmt: skip

    def _by_own_norms(self, face: Face, kind: Kind) -> dict:
        if self.own is None:
            return {}
        departed = departure(from_norm(read_alone(face), self.own), known=self.own)
        _, ranking = judge(departed, self.pipeline.diseases, self.own)
        score = severity_by_measures(kind.profile, None, departed)
        return {"own_norms": _severity(score), "ranked_own_norms": [one.id for one in ranking]}


def _severity(score: Score) -> dict:
    return {"value": score.value, "low": score.more.get("low"), "high": score.more.get("high"), "reason": score.reason}
