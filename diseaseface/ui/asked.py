"""What a visitor set on the page, read and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from diseaseface.errors import RequestError
from diseaseface.ui import texts

FIRST_DISEASE = "Down syndrome"
# The page's own values when it opens, as its components hold them.
FIRST = {
    "severity": 70,
    "seed": 0,
    "age": "",
    "sex": "",
    "side": "left",
    "presentation": "typical",
    "toward": "disease",
    "engine": "morph",
}


@dataclass(frozen=True)
class Asked:
    """The page's values of one picture: everything but the photo and the visitor's own profile."""

    disease: str
    severity: float
    seed: float | None = 0
    age: str | None = ""
    sex: str | None = ""
    side: str | None = "left"
    presentation: str = "typical"
    toward: str = "disease"
    engine: str = "morph"

    def settings(self) -> dict:
        """Return the keywords of the pipeline."""
        return {
            "seed": int(self.seed or 0),
            **ages(self.age),
            "sex": self.sex or None,
            "side": self.side or None,
            "presentation": self.presentation,
            "toward": self.toward,
            "engine": self.engine,
        }


def first(disease: str, **changed) -> Asked:
    """Return the values with which the page opens, some of them changed."""
    return Asked(disease, **{**FIRST, **changed})


def ages(text: str | None) -> dict[str, float | None]:
    """Read "30", the age to show, or "30 > 60", the age in the photo and the age to show."""
    parts = [part.strip().replace(",", ".") for part in (text or "").replace("→", ">").split(">")]
    try:
        years = [float(part) for part in parts if part or len(parts) > 1]
    except ValueError:
        years = [0.0] * 3
    if len(years) > 2:
        raise RequestError(texts.AGE_UNCLEAR)
    return {"age": years[-1] if years else None, "photo_age": years[0] if len(years) == 2 else None}


def restored(report: Mapping | None, known: Callable[[str], bool]) -> dict[str, Any]:
    """Return the page's values for the settings in a picture's report; none where it is not one of ours.

    `known` tells whether a disease can be opened here by its id. Files can be forged: what is not as it should
    be is left as it is on the page.
    """
    disease = (report or {}).get("disease")
    name = disease.get("id") if isinstance(disease, Mapping) else None
    severity = (report or {}).get("severity")
    if not (isinstance(name, str) and _number(severity) and 0.0 <= severity <= 1.0 and known(name)):
        return {}
    told = {"disease": name, "severity": round(100 * severity), "age": _ages(report)}
    if _number(report.get("seed")) and report["seed"] >= 0:
        told["seed"] = int(report["seed"])
    told |= {name: report.get(name) for name, allowed in _CHOICES.items() if report.get(name) in allowed}
    return told | {"sex": told.get("sex", "")}


_CHOICES = {
    "sex": ("female", "male"),
    "side": ("left", "right"),
    "presentation": ("typical", "sampled"),
    "toward": ("disease", "healthy"),
}


def _ages(report: Mapping) -> str:
    years = [report.get(name) for name in ("photo_age", "age")]
    return " > ".join(f"{age:g}" for age in years if _number(age)) if _number(years[1]) else ""


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
