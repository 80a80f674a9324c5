"""What filled-in rating forms say: how well raters tell, and how well they agree."""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import binomtest, norm, spearmanr
from sklearn.metrics import cohen_kappa_score

from diseaseface.errors import RequestError

_BOOTSTRAPS = 2000
_LEAST = 3  # answers below which nothing is said


def analyse(forms: Sequence[Path], key: Path) -> dict:
    """Score filled-in forms against the key.

    Returns
    -------
    dict
        For each kind of question n, accuracy with its 95 % interval (Wilson), d' for edited and identity,
        mean absolute error and Spearman's rho for severity, each with a bootstrapped interval, and Cohen's kappa
        of each pair of raters.
    """
    items = _items(key)
    answers = {form.stem: _answers(form, items) for form in forms}
    result: dict = {"raters": len(answers), "kinds": {}}
    for kind in dict.fromkeys(item["kind"] for item in items.values()):
        told = [
            (items[number]["truth"], given)
            for rater in answers.values()
            for number, given in rater.items()
            if items[number]["kind"] == kind
        ]
        result["kinds"][kind] = _severity(told) if kind == "severity" else _choices(kind, told)
        result["kinds"][kind]["kappa"] = _kappa(kind, items, answers)
    return result


def _items(key: Path) -> dict[int, dict]:
    try:
        return {item["number"]: item for item in json.loads(key.read_text(encoding="utf-8"))["items"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(f"{key} is no key of a rating kit: {error}") from error


def _answers(form: Path, items: Mapping[int, dict]) -> dict[int, str]:
    """Read the answers of one rater; an empty one is left out, one that is no choice is refused."""
    try:
        with form.open(newline="", encoding="utf-8-sig") as file:
            rows = {int(row["item"]): row["answer"].strip() for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise RequestError(f"{form} is no form of a rating kit: {error}") from error
    for number, answer in rows.items():
        if number not in items:
            raise RequestError(f"{form.name} answers item {number}, which the key does not have.")
        if answer and not _possible(answer, items[number]):
            raise RequestError(f"{form.name}, item {number}: {answer!r} is none of the choices.")
    return {number: answer for number, answer in rows.items() if answer}


def _possible(answer: str, item: Mapping) -> bool:
    if item["kind"] != "severity":
        return answer in item["choices"]
    try:
        return 0.0 <= float(answer) <= 100.0
    except ValueError:
        return False


def _choices(kind: str, told: Sequence[tuple[str, str]]) -> dict:
    if len(told) < _LEAST:
        return {"n": len(told)}
    right = sum(truth == given for truth, given in told)
    interval = binomtest(right, len(told)).proportion_ci(method="wilson")
    found = {"n": len(told), "accuracy": round(right / len(told), 3), "interval": _pair(interval.low, interval.high)}
    signal = {"edited": "edited", "identity": "same"}.get(kind)
    if signal:
        found["d_prime"] = round(d_prime(told, signal), 3)
        found["d_prime_interval"] = _bootstrapped(told, lambda sample: d_prime(sample, signal))
    return found


def d_prime(told: Sequence[tuple[str, str]], signal: str) -> float:
    """Return d' of a yes-no task: z of hits minus z of false alarms, log-linear corrected (Hautus 1995)."""
    hits = [given == signal for truth, given in told if truth == signal]
    alarms = [given == signal for truth, given in told if truth != signal]
    rates = [(sum(said) + 0.5) / (len(said) + 1.0) for said in (hits, alarms)]
    return float(norm.ppf(rates[0]) - norm.ppf(rates[1]))


def _severity(told: Sequence[tuple[str, str]]) -> dict:
    if len(told) < _LEAST:
        return {"n": len(told)}
    pairs = np.array(told, dtype=float)
    return {
        "n": len(told),
        "mean_absolute_error": round(_error(pairs), 2),
        "mean_absolute_error_interval": _bootstrapped(pairs, _error),
        "spearman": round(_rank(pairs), 3),
        "spearman_interval": _bootstrapped(pairs, _rank),
    }


def _error(pairs) -> float:
    return float(np.abs(np.subtract(*np.transpose(pairs))).mean())


def _rank(pairs) -> float:
    truth, given = np.transpose(pairs)
    return float(spearmanr(truth, given).statistic) if np.ptp(truth) and np.ptp(given) else 0.0


def _bootstrapped(told, score) -> list[float]:
    """95 % percentile interval over items drawn again with replacement."""
    rng = np.random.default_rng(0)
    draws = rng.integers(len(told), size=(_BOOTSTRAPS, len(told)))
    return _pair(*np.percentile([score([told[k] for k in draw]) for draw in draws], (2.5, 97.5)))


def _pair(low, high) -> list[float]:
    return [round(float(low), 3), round(float(high), 3)]


def _kappa(kind: str, items: Mapping[int, dict], answers: Mapping[str, Mapping[int, str]]) -> dict[str, float]:
    """Cohen's kappa of each pair of raters on the items that both answered; severity in quarters, weighted."""
    shared: dict[str, float] = {}
    names = sorted(answers)
    for one, other in ((a, b) for i, a in enumerate(names) for b in names[i + 1 :]):
        both = defaultdict(list)
        for number in sorted(answers[one].keys() & answers[other].keys()):
            if items[number]["kind"] == kind:
                for rater in (one, other):
                    both[rater].append(_category(kind, answers[rater][number]))
        if len(both[one]) >= _LEAST and len({*both[one], *both[other]}) > 1:
            weights = "linear" if kind == "severity" else None
            shared[f"{one} / {other}"] = round(float(cohen_kappa_score(both[one], both[other], weights=weights)), 3)
    return shared


def _category(kind: str, answer: str) -> str | int:
    return min(int(float(answer) // 25), 3) if kind == "severity" else answer
