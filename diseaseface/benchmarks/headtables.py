"""Tables of the benchmark on rendered heads: from rows of readings to numbers with intervals, and to words."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

from diseaseface.benchmarks.headscores import (
    difference_interval,
    dose,
    mean_interval,
    pooled,
    share_interval,
    through_none,
    tone_difference,
)
from diseaseface.benchmarks.headshares import shares
from diseaseface.benchmarks.mannequin import signs
from diseaseface.benchmarks.mannequin.pigments import PIGMENTS
from diseaseface.benchmarks.mannequin.population import TONES
from diseaseface.evaluation.gains import CONTRADICTED, gains
from diseaseface.evaluation.readings import ALIGNED
from diseaseface.knowledge.catalogue import attributes

WAYS = {
    "with_before": "with a photo before",
    "alone": "one photo alone",
    "own_norms": "one photo alone, by norms of rendered heads",
}
_FIRST = 3
_LEAST_HEADS = 3  # for a card: fewer say nothing of how heads differ
_EXPRESSED = 0.3  # of the full amount, below which the mesh does not carry a sign


def sign_table(rows: Sequence[Mapping]) -> dict:
    """Return, for each sign, how the estimate with a photo before follows the true level within a head.

    Returns
    -------
    dict
        `signs`: by "attribute+" or "attribute-", `pooled` values, the mode of reading, `by_tone` slopes, or why there
        are none; `measures`: by measure of the product, the same of single readings against the mesh's own.
    """
    read = [row for row in rows if not row["failed"]]
    return {"signs": _signs(read), "measures": _measures(read), "failed": len(rows) - len(read)}


def _signs(rows: Sequence[Mapping]) -> dict:
    read, changed = (defaultdict(lambda: defaultdict(list)) for _ in range(2))
    reached, tones, reasons = defaultdict(float), {}, {}
    for row in rows:
        tones[row["person"]] = row["tone"]
        for name, amount in row["truth"]["signs"].items():
            key = name + ("+" if amount > 0 else "-")
            pole = attributes()[name].toward(amount)
            reached[key] = max(reached[key], amount / pole.full if pole else 0.0)
            reasons[key] = row.get("reasons", {}).get(name) or reasons.get(key)
            for values, found in ((row["read"], read), (row.get("change", {}), changed)):
                if values.get(name) is not None:
                    found[key][row["person"]].append((amount, values[name]))
    return {
        key: _sign(key, read[key], tones, reached[key], reasons[key]) | _rendered_gain(key, changed[key], reached[key])
        for key in sorted(reached)
    }


def _sign(key: str, people: Mapping, tones: Mapping, reached: float, reason: str | None) -> dict:
    blind = {"expected_blind": True} if key[:-1] in signs.BLIND else {}
    if reached < _EXPRESSED:
        return blind | {"reason": "The mesh does not carry this sign."}
    known, kept = gains().own[ALIGNED].get(key), _followed(people)
    if known and known.contradicted:
        return blind | {"reason": CONTRADICTED}
    if not kept:
        why = attributes()[key[:-1]].unreadable or reason
        return blind | {"reason": why or "It could not be read at enough levels."}
    slopes = defaultdict(list)
    for person, one in kept.items():
        slopes[tones[person]].append(one["slope"])
    by_tone = {tone: [round(v, 3) for v in values] for tone, values in slopes.items()}
    return blind | pooled(list(kept.values())) | {"by_tone": by_tone, "dark_against_light": tone_difference(slopes)}


def _followed(people: Mapping) -> dict:
    """Return what `dose` finds, by person; the face as it is has none of the sign, and its change is none."""
    found = {person: dose(*zip((0.0, 0.0), *pairs, strict=True)) for person, pairs in people.items()}
    return {person: one for person, one in found.items() if one}


def _rendered_gain(key: str, people: Mapping, reached: float) -> dict:
    """Return a `gains.RenderedGain` as a row: what was read before any calibration, for each unit that is there."""
    known, kept = gains().own[ALIGNED].get(key), _followed(people)
    if known is None or not kept or reached < _EXPRESSED:
        return {}
    slope, spread = through_none([people[person] for person in kept])
    row = {
        "gain": round(slope, 4),
        "spread": round(spread / abs(known.drawn), 4),
        "n": len(kept),
        "order": pooled(list(kept.values()))["spearman"][0],
    }
    return {"rendered": row}


def _measures(rows: Sequence[Mapping]) -> dict:
    """Single readings of every measure that the mesh knows, over the pictures that ask for it, within a head."""
    levels = defaultdict(lambda: defaultdict(list))
    for row in rows:
        asked = {m for name in row["truth"]["signs"] for m in signs.measures_of(attributes()[name])}
        for name in row["truth"]["measures"] if not row["truth"]["signs"] else asked:
            if row["raw"].get(name) is not None:
                levels[name][row["person"]].append((row["truth"]["measures"][name], row["raw"][name]))
    found = {}
    for name, people in levels.items():
        kept = [one for pairs in people.values() if (one := dose(*zip(*pairs, strict=True)))]
        if kept:
            found[name] = pooled(kept)
    return found


def disease_table(rows: Sequence[Mapping]) -> dict:
    """Return severity errors (of 100) with and without a photo before, how often the disease is among the first, and
    what single pictures show of the moves that drawn ones let expect."""
    cases = [row for row in rows if row["disease"]]
    read = [row for row in cases if not row["failed"]]
    found = {"n": len(cases), "unread": len(cases) - len(read), "shares": shares(rows)}
    for way in (way for way in WAYS if all(way in row for row in read)):
        answered = [row for row in read if row[way]["value"] is not None]
        errors = [100 * abs(row[way]["value"] - row["true"]) for row in answered]
        inside = [row[way]["low"] <= row["true"] <= row[way]["high"] for row in answered if row[way]["low"] is not None]
        hits = sum(row["disease"] in row[f"ranked_{way}"][:_FIRST] for row in read)
        found[way] = {
            "error": _rounded(mean_interval(errors)) if errors else None,
            "bias": _mean([100 * (row[way]["value"] - row["true"]) for row in answered]),
            "unanswered": _rounded(share_interval(len(cases) - len(answered), len(cases))) if cases else None,
            "covered": _rounded(share_interval(sum(inside), len(inside))) if inside else None,
            "first_three": _rounded(share_interval(hits, len(cases))) if cases else None,
            "by_disease": _by_disease(read, way),
        }  # fmt: skip
    return found


def _by_disease(rows: Sequence[Mapping], way: str) -> dict:
    found = {}
    for name in sorted({row["disease"] for row in rows}):
        own = [row for row in rows if row["disease"] == name]
        errors = [100 * abs(r[way]["value"] - r["true"]) for r in own if r[way]["value"] is not None]
        hits = sum(name in row[f"ranked_{way}"][:_FIRST] for row in own)
        found[name] = {"error": _mean(errors), "first_three": round(hits / len(own), 3), "n": len(own)}
    return found


def healthy_table(rows: Sequence[Mapping]) -> dict:
    """Return the share of healthy heads that are told they depart, by thirds of skin tone."""
    counts = {
        tone: (sum(row["departs"] for row in own), len(own))
        for tone in TONES
        if (own := [row for row in rows if row["tone"] == tone and not row["failed"]])
    }
    shares = {tone: [*_rounded(share_interval(*count)), count[1]] for tone, count in counts.items()}
    found = {"told_they_depart": shares, "unread": sum(bool(row["failed"]) for row in rows)}
    if len(counts) > 1:
        least, *_, most = sorted(counts, key=lambda tone: counts[tone][0] / counts[tone][1])
        found["largest_difference"] = [most, least, *_rounded(difference_interval(counts[most], counts[least]))]
    return found


TABLES = {"signs": sign_table, "diseases": disease_table, "healthy": healthy_table}


def into_cards(path: Path, table: Mapping) -> None:
    """Write what heads tell into a validity.json: gains of measures, where enough heads tell them, slopes by tone."""
    cards = json.loads(path.read_text(encoding="utf-8"))
    for name, found in table["measures"].items():
        if name in cards["measures"] and found["n"] >= _LEAST_HEADS:
            rho, low, high = found["spearman"]
            cards["measures"][name]["heads"] = {
                "spearman": rho, "low": low, "high": high,
                "gain": found["slope"], "monotone": found["monotone"], "n": found["n"],
            }  # fmt: skip
    for sign, found in table["signs"].items():
        measure = attributes()[sign[:-1]].measure
        if sign[:-1] in PIGMENTS and measure in cards["measures"] and (slopes := _by_tone(found)):
            cards["measures"][measure].setdefault("tones", {})[sign] = slopes
    path.write_text(json.dumps(cards, indent=1) + "\n", encoding="utf-8")


def into_gains(path: Path, table: Mapping) -> None:
    """Write what heads say of each sign's gain into a gains.json, beside what drawn signs say."""
    known = json.loads(path.read_text(encoding="utf-8"))
    rows = {name: found["rendered"] for name, found in table["signs"].items() if "rendered" in found}
    known["heads"] = known.get("heads", {}) | rows
    path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def _by_tone(found: Mapping) -> dict | None:
    """Return a sign's mean slope on each third of skin tone; None where the lightest or the darkest is missing."""
    slopes = found.get("by_tone", {})
    if found.get("dark_against_light") is None:
        return None
    means = {tone: round(mean(values), 3) for tone, values in slopes.items()}
    return means | {"difference": round(found["dark_against_light"], 3), "n": found["n"]}


def in_words(found: Mapping) -> str:
    """Return all tables as lines of text."""
    lines = [f"{found['people']} {found['kind']} people"]
    if "signs" in found:
        lines += _sign_lines(found["signs"])
    if "diseases" in found:
        lines += _disease_lines(found["diseases"])
    if "healthy" in found:
        told = found["healthy"]
        for tone, (share, low, high, n) in told["told_they_depart"].items():
            lines.append(f"healthy, {tone}: {share:.1%} told they depart ({low:.1%} to {high:.1%}; n {n})")
        if "largest_difference" in told:
            most, least, gap, low, high = told["largest_difference"]
            lines.append(f"largest difference: {most} over {least} by {gap:.1%} ({low:.1%} to {high:.1%})")
    return "\n".join(lines)


def _sign_lines(table: Mapping) -> list[str]:
    lines = [f"{'sign':<32}{'Spearman':>9}{'  95 %':<16}{'slope':>7}{'monotone':>9}{'dark/light':>11}{'n':>4}"]
    for name, one in table["signs"].items():
        if "reason" in one:
            lines.append(f"{name:<32}{one['reason']}")
            continue
        rho, low, high = one["spearman"]
        tone = "-" if one["dark_against_light"] is None else f"{one['dark_against_light']:+.0%}"
        span = f"  {low:.2f} to {high:.2f}"
        lines.append(
            f"{name:<32}{rho:>9.2f}{span:<16}{one['slope']:>7.2f}{one['monotone']:>9.2f}{tone:>11}{one['n']:>4}"
        )
    seen = [one for name, one in table["signs"].items() if "spearman" in one and "expected_blind" not in one]
    good = sum(one["spearman"][0] >= 0.9 for one in seen)
    lines.append(
        f"frontal signs with Spearman of at least 0.9: {good} of {len(seen)}; unread pictures {table['failed']}"
    )
    return lines


def _disease_lines(table: Mapping) -> list[str]:
    lines = []
    for way, words in WAYS.items():
        one = table.get(way)
        if one is None or one["error"] is None:
            continue
        error, low, high = one["error"]
        lines.append(
            f"severity {words}: error {error:.1f} of 100 ({low:.1f} to {high:.1f}), bias {one['bias']:+.1f}, "
            f"unanswered {one['unanswered'][0]:.1%}, true value in the interval {one['covered'][0]:.0%}, "
            f"disease among the first three {one['first_three'][0]:.0%} "
            f"({one['first_three'][1]:.0%} to {one['first_three'][2]:.0%}; n {table['n']})"
        )
        lines += [
            f"  {name:<14} error {d['error']}, first three {d['first_three']:.0%}, n {d['n']}"
            for name, d in one["by_disease"].items()
        ]
    return lines


def _rounded(values) -> list[float]:
    return [round(float(v), 3) for v in values]


def _mean(values: Sequence[float]) -> float | None:
    return round(float(sum(values) / len(values)), 2) if values else None
