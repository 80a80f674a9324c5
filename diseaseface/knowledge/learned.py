"""A profile from two groups of people: how far each sign's readings differ, and how surely.

Hedges and Olkin 1985, Statistical Methods for Meta-Analysis; the shrinkage is the posterior of `crosstalk`, which takes
away what other signs do to a sign's measure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from diseaseface.errors import LearningError
from diseaseface.knowledge.catalogue import Attribute, Pole, attributes
from diseaseface.knowledge.crosstalk import Comparison
from diseaseface.knowledge.difference import (
    bootstrapped,
    hedges_g,
    pooled_sd,
    posterior,
    share_beyond,
    variance_of_g,
)
from diseaseface.knowledge.profiles import Evidence, Profile, Sign

LEAST_PICTURES = 8  # of each group; below it the spread itself is unknown
SOURCE = "Pictures"

LEAST_EFFECT = 0.2  # SD; smaller differences are no sign whatever their interval (Cohen's "small")

# What is believed before any picture, set by judgement: most measures differ by less than half an SD in
# most diseases, and a group of people with a sign shows it half as marked as severity 1 draws it.
USUAL_SD = 0.5
USUAL_SHARE = 0.4  # of the full amount; chosen as the constants of `crosstalk` are
_PRIOR_SEVERITY, PRIOR_DOUBT = 0.5, 0.5
_SURE = 1.96

# Measures that are second names of one reading.
_SAME_READING = {"plethora": "facial_erythema", "pallor": "facial_erythema"}


@dataclass(frozen=True)
class Effect:
    """How one attribute differs between the groups, positive in its positive direction.

    Attributes
    ----------
    attribute : str
    g, low, high : float
        Hedges g with its bootstrapped 95 % interval, in pooled standard deviations.
    difference : float
        Of the groups' means, in the attribute's unit.
    sd : float
        Pooled, in the attribute's unit.
    prior, prior_sd : float
        What the graph expects, in pooled SD; 0 where it is silent.
    shrunk, shrunk_sd : float
        The sign's own share of g, with the prior, each by its precision.
    seen : float
        How much of a real change in the direction of the effect a single picture shows, above 0; NaN
        where that is not known, and nothing is learned.
    share : float
        Of the people with the disease, how many more than of the healthy lie an SD beyond the healthy
        mean, on the side of the effect (Abbott 1925); 0 to 1.
    healthy, diseased : int
        People whose picture could be read for it.
    """

    attribute: str
    g: float
    low: float
    high: float
    difference: float
    sd: float
    prior: float
    prior_sd: float
    shrunk: float
    shrunk_sd: float
    seen: float
    share: float
    healthy: int
    diseased: int

    @property
    def certain(self) -> bool:
        """Whether there is a sign to speak of: 95 % of the posterior on one side, not small, and drawable."""
        return self.drawable and abs(self.shrunk) >= max(LEAST_EFFECT, _SURE * self.shrunk_sd)

    @property
    def likely(self) -> bool:
        """Whether it can be drawn and is larger than its doubt."""
        return self.drawable and abs(self.shrunk) > self.shrunk_sd

    @property
    def drawable(self) -> bool:
        """Whether its direction can be drawn, and single pictures show it."""
        return self.seen > 0 and self.pole is not None

    @property
    def pole(self) -> Pole | None:
        """The direction of the attribute that the effect takes; None where it has none."""
        return attributes()[self.attribute].toward(self.shrunk)

    @property
    def amount(self) -> float:
        """The change, in the attribute's unit, that would be read as the shrunk effect if it were drawn."""
        return self.shrunk * self.sd / self.seen


def effects(
    healthy: Mapping[str, np.ndarray],
    diseased: Mapping[str, np.ndarray],
    seen: Mapping[str, tuple[float, float]],
    prior: Profile | None = None,
    seed: int = 0,
    comparison: Comparison | None = None,
) -> dict[str, Effect]:
    """Compare two groups attribute by attribute.

    Parameters
    ----------
    healthy, diseased : mapping of attribute to float array of shape (people,)
        In the attribute's unit; NaN where a picture could not be read for it.
    seen : mapping of attribute to (float, float)
        How much of a change in its positive and in its negative direction single pictures show: what finds
        a face's points draws them towards the usual face. NaN where that is not known.
    prior : Profile or None
        What other sources say of the disease.
    seed : int
        Of the bootstrap, which draws people, each with all their readings.
    comparison : Comparison or None
        All measures of the groups together, with what each sign does to them; without it a sign moves only its own.

    Raises
    ------
    LearningError
        Where a group is smaller than LEAST_PICTURES.
    """
    names = [name for name in healthy if name in diseased]
    groups = [np.stack([group[name] for name in names], axis=1) for group in (healthy, diseased)]
    for word, group in zip(("healthy", "diseased"), groups, strict=True):
        require_enough(word, len(group))
    drawn = bootstrapped(groups, seed)
    expected = expected_of(prior)
    found = {}
    for column, name in enumerate(names):
        one, other = (group[np.isfinite(group[:, column]), column] for group in groups)
        if min(len(one), len(other)) >= LEAST_PICTURES and pooled_sd(one, other) > 1e-9:
            found[name] = _effect(name, one, other, drawn[:, column], seen[name], expected.get(name, 0.0))
    if comparison is None:
        return found
    shares = _untangled(found, comparison, expected)
    own = {name: _own(found[name], *values, seen[name]) for name, values in shares.items()}
    told = {name: replace(effect, share=_share(effect, healthy[name], diseased[name])) for name, effect in own.items()}
    untold = {name: replace(effect, seen=float("nan")) for name, effect in found.items() if name not in own}
    return untold | told


def _untangled(found, comparison: Comparison, expected) -> dict[str, tuple[float, float]]:
    """Return each sign's share of its full amount and how surely it is known, of one attribute a reading."""
    names = [effect.attribute for effect in one_a_reading(found) if effect.attribute in comparison.signs]
    prior = np.array([expected.get(name, 0.0) / full_amount(name, expected.get(name, 0.0)) for name in names])
    mean, sd = comparison.explained(names, prior, np.hypot(USUAL_SHARE, PRIOR_DOUBT * prior))
    return {name: (float(mean[at]), float(sd[at])) for at, name in enumerate(names)}


def full_amount(name: str, amount: float) -> float:
    """Return an attribute's full amount in the direction of an amount, as a size; that of its only one if need be."""
    attribute = attributes()[name]
    return abs((attribute.toward(amount) or attribute.positive or attribute.negative).full)


def _own(effect: Effect, share: float, share_sd: float, seen: tuple[float, float]) -> Effect:
    """Return an effect that is a share of the full amount, as single pictures show it."""
    shown = seen[share < 0]
    unit = full_amount(effect.attribute, share) * shown / effect.sd
    return replace(effect, shrunk=share * unit, shrunk_sd=share_sd * unit, seen=shown)


def _share(effect: Effect, healthy: np.ndarray, diseased: np.ndarray) -> float:
    read = (group[np.isfinite(group)] for group in (healthy, diseased))
    return share_beyond(*read, 1.0 if effect.shrunk >= 0 else -1.0)


def require_enough(word: str, count: int) -> None:
    """Raise LearningError for a group too small to learn from."""
    if count < LEAST_PICTURES:
        raise LearningError(
            f"Only {count} {word} pictures could be read, and at least {LEAST_PICTURES} are needed to tell a "
            "disease from how people differ anyway: add frontal photos of other people."
        )


def _effect(name, healthy, diseased, drawn, seen: tuple[float, float], expected: float) -> Effect:
    g, sd = hedges_g(healthy, diseased), pooled_sd(healthy, diseased)
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    prior = float(np.nan_to_num(seen[expected < 0])) * expected / sd
    prior_sd = float(np.hypot(USUAL_SD, PRIOR_DOUBT * prior))
    spread = max(float(np.nanvar(drawn)), variance_of_g(g, len(healthy), len(diseased)))
    shrunk, shrunk_sd = posterior(g, spread, prior, prior_sd**2)
    return Effect(
        attribute=name,
        g=g,
        low=float(low),
        high=float(high),
        difference=float(diseased.mean() - healthy.mean()),
        sd=sd,
        prior=prior,
        prior_sd=prior_sd,
        shrunk=shrunk,
        shrunk_sd=shrunk_sd,
        seen=seen[shrunk < 0],
        share=share_beyond(healthy, diseased, 1.0 if shrunk >= 0 else -1.0),
        healthy=len(healthy),
        diseased=len(diseased),
    )


def expected_of(prior: Profile | None) -> dict[str, float]:
    """Return the mean change that a profile lets one expect of a group, by attribute, in its unit."""
    expected: dict[str, float] = {}
    for sign in prior.signs if prior else ():
        full = attributes()[sign.attribute].pole(sign.direction).full
        share = _PRIOR_SEVERITY * sign.weight * sign.magnitude
        expected[sign.attribute] = expected.get(sign.attribute, 0.0) + share * full
    return expected


def points_backwards(found: Mapping[str, Effect]) -> bool:
    """Tell whether the groups differ against what the graph expects, as if they were swapped.

    The readings are regressed on the prior, weighted by their precision; backwards is a slope that
    lies below zero with 95 % certainty.
    """
    rows = [(e.g, e.prior, variance_of_g(e.g, e.healthy, e.diseased)) for e in found.values() if e.prior]
    if not rows:
        return False
    g, prior, variance = np.array(rows).T
    weight = (prior**2 / variance).sum()
    return bool((g * prior / variance).sum() / weight + 1.645 / sqrt(weight) < 0)


def profile(name: str, found: Mapping[str, Effect], prior: Profile | None = None, note: str = "") -> Profile:
    """Return the learned profile: at severity 1 the mean face of the group, its prior's other signs kept.

    A sign's magnitude is its shrunk effect as a share of the attribute's full change; its weight is the
    prior's frequency where that is stated, else the share of pictures that show it.
    """
    held = {(sign.attribute, sign.direction): sign for sign in prior.signs} if prior else {}
    chosen = _one_a_measure(found, {attribute for attribute, _ in held})
    signs = []
    for effect in chosen:
        toward = 1 if effect.shrunk > 0 else -1
        told = held.pop((effect.attribute, toward), None)
        against = held.pop((effect.attribute, -toward), None)
        signs.append(_sign(effect, toward, told, against))
    signs += held.values()
    slug = "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split()) or "learned"
    ranked = tuple(sorted(signs, key=lambda sign: (-sign.weight, not sign.known)))
    return Profile(f"LEARNED:{slug}", name, (), ranked, prior.undrawn if prior else (), note)


def _one_a_measure(found: Mapping[str, Effect], expected: set[str]) -> list[Effect]:
    """Return the certain effects that can be drawn; of attributes that share a measure, the expected one."""
    known_first = sorted(found.values(), key=lambda effect: effect.attribute not in expected)
    kept = _first_of_each(effect for effect in known_first if effect.certain)
    return sorted(kept, key=lambda effect: -abs(effect.shrunk))


def one_a_reading(found: Mapping[str, Effect]) -> list[Effect]:
    """Return one effect for each reading: the one that is expected, else the first that single pictures show."""
    return _first_of_each(sorted(found.values(), key=lambda effect: (not effect.prior, not effect.seen > 0)))


def _first_of_each(effects: Iterable[Effect]) -> list[Effect]:
    kept: dict[str, Effect] = {}
    for effect in effects:
        measure = attributes()[effect.attribute].measure
        kept.setdefault(_SAME_READING.get(measure, measure), effect)
    return list(kept.values())


def _sign(effect: Effect, direction: int, told: Sign | None, against: Sign | None) -> Sign:
    pole, attribute = effect.pole, attributes()[effect.attribute]
    most = min(1.5, pole.limit / pole.full)
    known = told is not None and told.known
    return Sign(
        attribute=effect.attribute,
        direction=direction,
        weight=told.weight if known else effect.share,
        magnitude=min(effect.amount / pole.full, most),
        side=told.side if told else ("one" if attribute.measure == "mouth_corner_asymmetry" else None),
        onset=told.onset if told else None,
        evidence=(*(told.evidence if told else ()), *_contradicted(against), _evidence(effect, attribute)),
        typical=True,
        from_age=told.from_age if told else 0.0,
    )


def _contradicted(against: Sign | None) -> tuple[Evidence, ...]:
    if against is None:
        return ()
    label = attributes()[against.attribute].pole(against.direction).label
    return tuple(
        Evidence(e.source, e.reference, f"{label}, against the pictures: {e.detail}") for e in against.evidence
    )


def _evidence(effect: Effect, attribute: Attribute) -> Evidence:
    prior = (
        f", drawn from {effect.g:+.2f} towards {effect.prior:+.2f} that other sources expect" if effect.prior else ""
    )
    detail = (
        f"{effect.shrunk:+.2f} SD ({effect.difference:+.1f} {attribute.unit} read); Hedges g {effect.g:+.2f}, "
        f"95 % {effect.low:+.2f} to {effect.high:+.2f}{prior}; "
        f"{effect.share:.0%} of the pictures lie beyond the healthy ones"
    )
    return Evidence(SOURCE, f"{effect.healthy} healthy, {effect.diseased} with the disease", detail)
