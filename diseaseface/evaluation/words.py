"""A report in plain words: scores as sentences, amounts with units, frequencies."""

from collections.abc import Mapping
from typing import NamedTuple

NOT_READ = "n/a"
UNREAD = " None of the disease's signs can be read, so this says little of it."
UNIT_MARKS = {"deg": "°", "%": " %"}
# Up to these shares of the threshold distance, whether two faces are of one person.
LIKENESS = ((0.5, "very likely"), (0.8, "likely"), (1.0, "only just"))
ANOTHER = "no"
FREQUENCIES = ((0.995, "in all"), (0.8, "very often"), (0.3, "often"), (0.05, "at times"), (0.0, "rarely"))
COMPARED = {
    "photo before": " Read from the change since the photo before.",
    "healthy faces": " Read from the difference from healthy faces: less sure than a change since a photo before.",
}


TITLES = {
    "severity": "Severity",
    "profile_match": "Profile match",
    "identity": "Same person",
    "unchanged_outside": "Background",
}


class Score(NamedTuple):
    """One score: its name in the report, the figure to show large, a sentence, and whether it was measured."""

    name: str
    figure: str
    sentence: str
    measured: bool = True

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.name]


def scores(report: Mapping) -> list[Score]:
    """Put the scores of a report into words, most asked for first."""
    told = report["scores"]
    words = {
        "severity": _severity,
        "profile_match": _profile_match,
        "identity": _identity,
        "unchanged_outside": _unchanged,
    }
    return [
        write(told[name], report) if told[name]["status"] == "measured" else _unread(name, told[name])
        for name, write in words.items()
        if name in told
    ]


def score_sentences(report: Mapping) -> list[str]:
    """Return the scores, the ranking and the warnings as plain lines."""
    lines = [f"{score.title}: {score.figure}. {score.sentence}" for score in scores(report)]
    return [*lines, ranking_sentence(report), *(f"Note: {w}" for w in report["warnings"])]


def _severity(score: Mapping, report: Mapping) -> Score:
    figure, asked = percent(score["value"]), report.get("severity")
    span = f"most likely between {percent(score['low'])} and {percent(score['high'])}"
    if asked is None:
        sentence = f"The pixels say {figure}, {span}.{COMPARED.get(score.get('compared_with'), '')}"
    elif report.get("toward") == "healthy":
        sentence = f"{percent(asked)} was to be taken away. Against the picture before, {figure} is added, {span}."
    else:
        sentence = f"{percent(asked)} was asked; {span} is read."
    return Score("severity", figure, sentence)


def _profile_match(score: Mapping, report: Mapping) -> Score:
    name = report["disease"]["name"] if report.get("disease") else "the profile"
    way = f"away from {name}; −1 is best" if report.get("toward") == "healthy" else f"the way of {name}; 1 is best"
    share = score.get("measured_share")
    by = f" Judged by the {percent(share)} of its weight that a photo shows." if share else ""
    figure = f"{score['value']:.2f}".replace("-", "−")
    return Score("profile_match", figure, f"How well what is read points {way}.{by}")


def _identity(score: Mapping, _report: Mapping) -> Score:
    nearer = "larger" if score["unit"] == "cosine" else "smaller"
    sentence = (
        f"{likeness(score)} by {score['model']}: {score['unit']} {score['value']:.2f}, {nearer} is nearer; "
        f"another person begins at {score['threshold']:.2f}."
    )
    return Score("identity", _same_person(score), sentence)


def likeness(score: Mapping) -> str:
    """Say how alike two faces are, from a distance (smaller is nearer) or a cosine."""
    same = _same_person(score)
    return "Read as another person" if same == ANOTHER else f"{same.capitalize()} read as the same person"


def _same_person(score: Mapping) -> str:
    distance, threshold = score["value"], score["threshold"]
    if score["unit"] == "cosine":
        distance, threshold = 1.0 - distance, 1.0 - threshold
    share = distance / max(threshold, 1e-9)
    return next((words for most, words in LIKENESS if share <= most), ANOTHER)


def _unchanged(score: Mapping, _report: Mapping) -> Score:
    whole = score["value"] >= 1.0
    sentence = (
        "Nothing outside the person changed." if whole else "of the pixels outside the person are as in the photo."
    )
    figure = f"{100 * score['value']:.0f} %" if whole else f"{100 * score['value']:.1f} %"
    return Score("unchanged_outside", figure, sentence)


def _unread(name: str, score: Mapping) -> Score:
    return Score(name, NOT_READ, score.get("reason") or "It could not be read.", False)


def ranking_sentence(report: Mapping) -> str:
    """Say which diseases the face reads most like, or that it reads like none."""
    names = [entry["name"] for entry in report.get("ranking", ())][:3]
    if not report.get("departs") or not names:
        return "What is read does not depart from healthy faces."
    signs = report["attributes"]
    unread = signs and all(sign["status"] != "measured" for sign in signs)
    return f"Reads most like {', then '.join(names)}.{UNREAD * bool(unread)}"


def frequency(weight: float) -> str:
    """Say in words how many people with the disease have a sign."""
    return next(words for least, words in FREQUENCIES if weight >= least)


def amount(value: float | None, unit: str) -> str:
    """Write a signed amount with its unit, as "+6.1°" or "−2 mm"."""
    if value is None:
        return "–"
    text = f"{value:+.1f}".replace("-", "−")
    return text + UNIT_MARKS.get(unit, f" {unit}")


def stage_caption(severity: float) -> str:
    """Name a stage of a strip."""
    return percent(severity)


def percent(share: float) -> str:
    """Write a share as "70 %"."""
    return f"{100 * share:.0f} %"
