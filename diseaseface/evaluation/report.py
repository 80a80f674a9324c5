"""The report on one picture: what was asked, applied and measured, sign by sign, and the scores."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite

from diseaseface.evaluation.ranking import Candidate
from diseaseface.knowledge.profiles import Evidence

SCHEMA = "diseaseface.report/1"
MEASURED, NOT_AVAILABLE, NOT_MEASURABLE = "measured", "not_available", "not_measurable"


@dataclass(frozen=True)
class SignReport:
    """One sign.

    Attributes
    ----------
    name, label, hpo, unit : of the attribute, in its direction
    direction : int
        +1 or -1.
    weight : float or None
        Prevalence in the profile; None without a profile.
    side : "left", "right" or None
        The subject's own; None for both.
    baseline : float or None
        Reading of the photo itself, in the unit.
    asked, applied : float or None
        Changes in the unit; None where no rendering was given.
    onset : (float, float) or None
        Severities at which the sign begins and is complete.
    ages : (float, float) or None
        Years between which the sign is seen, as the sources tell; None where they do not.
    aged : float or None
        The part of `asked` that comes from the person's age and not from the disease.
    measured : float or None
        Change read from pixels alone; without a photo before, the difference from the norm.
    noise : float or None
        Standard deviation of `measured`.
    z : float or None
        `measured` in standard deviations of healthy faces.
    status, reason : str, str or None
        MEASURED, NOT_AVAILABLE or NOT_MEASURABLE; a sentence where there is no value, or
        where the engine drew less than asked.
    evidence : tuple of Evidence
    """

    name: str
    label: str
    hpo: tuple[str, ...]
    unit: str
    direction: int
    weight: float | None = None
    side: str | None = None
    baseline: float | None = None
    asked: float | None = None
    applied: float | None = None
    onset: tuple[float, float] | None = None
    ages: tuple[float, float] | None = None
    aged: float | None = None
    measured: float | None = None
    noise: float | None = None
    z: float | None = None
    status: str = MEASURED
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Measurement:
    """One measure of one face.

    Attributes
    ----------
    name, unit, formula, source : str
    value : float or None
        In the unit; None where it cannot be told.
    error : float or None
        Standard deviation of a reading taken again.
    norm, z : float or None
        Mean of healthy faces like it, and the difference from it in their standard deviations.
    status, reason : str, str or None
        MEASURED, or NOT_MEASURABLE with a sentence.
    """

    name: str
    unit: str
    formula: str
    source: str
    value: float | None = None
    error: float | None = None
    norm: float | None = None
    z: float | None = None
    status: str = MEASURED
    reason: str | None = None


@dataclass(frozen=True)
class Score:
    """One score, or why there is none.

    Attributes
    ----------
    value : float or None
    status, reason : str, str or None
    more : mapping
        Further fields of this score, such as low and high.
    """

    value: float | None
    status: str = MEASURED
    reason: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def missing(cls, status: str, reason: str, **more) -> "Score":
        """Make a score without a value."""
        return cls(None, status, reason, more)

    def to_dict(self) -> dict:
        """Return plain values for JSON."""
        told = {name: _plain(value) for name, value in self.more.items()}
        return {"value": _plain(self.value), **told, "status": self.status, "reason": self.reason}


@dataclass(frozen=True)
class Report:
    """Everything that is known about one picture; see `to_dict` for the published form.

    Attributes
    ----------
    disease : mapping or None
        {"id", "name"} of the profile compared with.
    settings : mapping
        severity, seed, engine, toward and further settings of the request; None where unknown.
    signs : tuple of SignReport
    scores : mapping of name to Score
    departs : bool
    ranking : tuple of Candidate
    reading : str
        How the picture was read: "aligned" with its photo, "retaken", or "alone".
    synthetic : bool or None
        True for a drawn picture, None where that is not known.
    warnings : tuple of str
    timings_ms : mapping
    versions : mapping
    measures : tuple of Measurement
        Everything that was measured on the face; filled where a photo is evaluated on its own account.
    engine_details : mapping
        How the engine drew, in its own words; empty where there is nothing to tell.
    """

    disease: Mapping[str, str] | None
    settings: Mapping[str, object]
    signs: tuple[SignReport, ...]
    scores: Mapping[str, Score]
    departs: bool
    ranking: tuple[Candidate, ...]
    reading: str
    synthetic: bool | None = None
    warnings: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str | None] = field(default_factory=dict)
    measures: tuple[Measurement, ...] = ()
    engine_details: Mapping[str, object] = field(default_factory=dict)

    def to_dict(self) -> dict:
        """Return the report as plain values, in the form diseaseface.report/1."""
        return {
            "schema": SCHEMA,
            "synthetic": self.synthetic,
            "disease": dict(self.disease) if self.disease else None,
            **{name: _plain(value) for name, value in self.settings.items()},
            "engine_details": dict(self.engine_details),
            "attributes": [_sign(sign) for sign in self.signs],
            "scores": {name: score.to_dict() for name, score in self.scores.items()},
            "departs": self.departs,
            "ranking": [_candidate(one) for one in self.ranking],
            "reading": self.reading,
            "measures": [{key: _plain(value) for key, value in vars(one).items()} for one in self.measures],
            "warnings": list(self.warnings),
            "timings_ms": {name: _plain(value) for name, value in self.timings_ms.items()},
            "versions": dict(self.versions),
        }


def _candidate(one: Candidate) -> dict:
    told = {name: _plain(getattr(one, name)) for name in ("id", "name", "score", "severity")}
    votes = {name: [asdict(vote) for vote in getattr(one, name)] for name in ("speaks_for", "speaks_against")}
    return {**told, **votes, "same_signs": [{"id": id_, "name": name} for id_, name in one.same_signs]}


def _sign(sign: SignReport) -> dict:
    told = {name: _plain(value) for name, value in vars(sign).items() if name not in ("evidence", "hpo")}
    return {**told, "hpo": list(sign.hpo), "evidence": [asdict(one) for one in sign.evidence]}


def _plain(value):
    """Round to what is meaningful; JSON has no infinity."""
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    number = float(value)
    return round(number, 4) if isfinite(number) else None
