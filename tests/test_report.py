"""The report has the published form, whatever was measured."""

import json

import pytest

from diseaseface.evaluation.ranking import Candidate
from diseaseface.evaluation.report import MEASURED, NOT_MEASURABLE, Report, Score, SignReport
from diseaseface.knowledge.profiles import Evidence

SIGN_FIELDS = (
    "name", "label", "hpo", "weight", "side", "unit", "baseline", "asked", "applied", "measured", "z", "onset", "ages",
    "status", "reason", "evidence",
)  # fmt: skip
SLANT = SignReport(
    "palpebral_fissure_slant", "Upslanted palpebral fissure", ("HP:0000582",), "deg", 1, weight=0.9, baseline=3.1,
    asked=6.3, applied=6.1, measured=5.23456, noise=0.3, z=2.4,
    evidence=(Evidence("HPO 2025-01-16", "ORPHA:870", "Very frequent"),),
)  # fmt: skip
HIDDEN = SignReport(
    "midface_projection", "Midface retrusion", ("HP:0011800",), "mm", -1, status=NOT_MEASURABLE, reason="No depth."
)


@pytest.fixture
def report():
    scores = {
        "profile_match": Score(0.93),
        "severity": Score(0.66, more={"low": 0.55, "high": 0.79}),
        "identity": Score.missing("not_available", "No model.", unit="distance", model=None, threshold=None),
        "unchanged_outside": Score(1.0),
    }
    settings = {"severity": 0.7, "seed": 0, "engine": "morph", "toward": "disease"}
    return Report(
        {"id": "ORPHA:870", "name": "Down syndrome"}, settings, (SLANT, HIDDEN), scores, True,
        (Candidate("ORPHA:870", "Down syndrome", 0.91),), "aligned", True, ("Turned.",), {"face": 140.0},
        {"diseaseface": "0.1.0", "hpo": "2025-01-16"},
    )  # fmt: skip


def test_the_report_has_the_published_fields(report):
    told = report.to_dict()
    assert told["schema"] == "diseaseface.report/1"
    for name in (
        "synthetic", "disease", "severity", "seed", "engine", "toward", "attributes", "scores", "departs",
        "ranking", "warnings", "timings_ms", "versions",
    ):  # fmt: skip
        assert name in told
    assert all(name in told["attributes"][0] for name in SIGN_FIELDS)
    assert told["ranking"][0].items() >= {"id": "ORPHA:870", "name": "Down syndrome", "score": 0.91}.items()
    assert told["attributes"][0]["evidence"][0]["reference"] == "ORPHA:870"


def test_the_report_survives_json_unchanged(report):
    told = report.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_a_score_without_a_value_says_why(report):
    identity = report.to_dict()["scores"]["identity"]
    assert identity["value"] is None
    assert identity["status"] == "not_available"
    assert identity["reason"] == "No model."


def test_a_severity_carries_its_interval(report):
    score = report.to_dict()["scores"]["severity"]
    assert score["low"] <= score["value"] <= score["high"]
    assert score["status"] == MEASURED


def test_what_is_not_finite_is_told_as_missing():
    assert Score(float("nan")).to_dict()["value"] is None
    assert Score(1.0, more={"high": float("inf")}).to_dict()["high"] is None
