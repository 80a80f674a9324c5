"""From a profile and a severity to the changes asked of a face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from diseaseface.errors import RequestError
from diseaseface.knowledge import ageing, strengths
from diseaseface.knowledge.catalogue import Attribute, Pole, attributes
from diseaseface.knowledge.profiles import OLDEST, Form, Profile, Sign

PRESENTATIONS = ("typical", "sampled")
DIRECTIONS = ("disease", "healthy")
SIDES = ("left", "right")

TYPICAL_WEIGHT = 0.5
LEAST_SIGNS = 3
_FREQUENT = 0.3  # HPO's "Frequent" is 30 to 79 %; what fewer people have is occasional or very rare
DEFAULT_SIDE = "left"

# A sampled sign is this much weaker or stronger than the profile says, uniformly: people with one
# disease differ in how marked a sign is, and no source says by how much. Set by eye.
SAMPLED_MAGNITUDE = (0.6, 1.1)
_FORM = 1  # names the stream of chance that draws the form


@dataclass(frozen=True)
class Change:
    """One attribute to be changed by a signed amount.

    Attributes
    ----------
    attribute : Attribute
    amount : float
        In the attribute's unit, signed; zero changes nothing.
    side : "left", "right" or None
        The subject's own side; None for both.
    sign : Sign or None
        The profile's sign that asks for it.
    aged : float
        The part of the amount that comes from the person's age and not from the disease.
    age : float or None
        Years of the person who is drawn, for engines that draw by it; None where not told.
    """

    attribute: Attribute
    amount: float
    side: str | None = None
    sign: Sign | None = None
    aged: float = 0.0
    age: float | None = None

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides of the face that the change takes."""
        return (self.side,) if self.side else SIDES

    @property
    def pole(self) -> Pole:
        """The direction that the amount takes, with its label and full amount."""
        return self.attribute.pole(1 if self.amount > 0 else -1)

    @property
    def share(self) -> float:
        """Amount as a share of the full-severity change in its direction, never negative.

        Taking a rash away goes in a direction that has no full-severity change of its own; the
        other direction's is the measure then.
        """
        same, other = self.attribute.positive, self.attribute.negative
        if self.amount < 0:
            same, other = other, same
        return abs(self.amount / (same or other).full)


Edit = Sequence[Change]


def plan(
    profile: Profile,
    severity: float,
    *,
    side: str | None = None,
    presentation: str = "typical",
    seed: int = 0,
    toward: str = "disease",
    age: float | None = None,
    photo_age: float | None = None,
    sex: str | None = None,
) -> tuple[Change, ...]:
    """Return the changes that a disease at a severity asks of a face.

    The amount of a sign is its attribute's full-severity change, times the sign's magnitude, times
    `progress` of its onset, within the attribute's limit. Many signs whose magnitude nobody states are
    weaker together, see `strengths`. Weight, a prevalence, only decides who has the sign.

    Parameters
    ----------
    profile : Profile
    severity : float
        0, no change at all, to 1, the marked end.
    side : "left", "right" or None
        The subject's own side for signs that take one side; None is the left.
    presentation : "typical" or "sampled"
        The signs that most people with the disease have (see `typical_signs`), or each drawn by its
        weight from the seed (see `sampled_signs`).
    seed : int
    toward : "disease" or "healthy"
        Healthy takes the same amounts away.
    age : float or None
        Years; signs that begin later in life, or have gone, are left out. None leaves out nothing.
    photo_age : float or None
        Years of the person in the photo; with it the face also grows or ages from there to `age`.
    sex : "female", "male" or None
        Of the person, for what ages one sex only.

    Raises
    ------
    RequestError
        Where a setting is out of range or unknown.
    """
    _require(severity, side, presentation, seed, toward)
    _require_age(age)
    _require_age(photo_age)
    grown = [sign for sign in profile.signs if sign.at(age)]
    sampled = presentation == "sampled"
    chosen = sampled_signs(grown, seed, form_of(profile, seed)) if sampled else typical_signs(grown)
    factor = -1.0 if toward == "healthy" else 1.0
    changes = [_change(sign, severity, factor, side) for sign in strengths.together(without_conflicts(chosen))]
    if age is not None and photo_age is not None and toward == "disease":
        changes = aged(changes, ageing.changes(photo_age, age, sex))
    shown = photo_age if age is None else age
    return tuple(replace(change, age=shown) for change in changes if change.amount)


def aged(changes: Sequence[Change], drift: Mapping[str, float]) -> list[Change]:
    """Add what age does to an attribute, by its amount, to what the disease does, within the limits."""
    found = []
    for change in changes:
        found.append(_sum(change, drift.get(change.attribute.name, 0.0)))
    taken = {(change.attribute.name, side) for change in changes for side in change.sides}
    for name, amount in drift.items():
        free = [side for side in SIDES if (name, side) not in taken]
        for side in [None] if len(free) == len(SIDES) else free:
            found.append(_sum(Change(attributes()[name], 0.0, side), amount))
    return found


def _sum(change: Change, amount: float) -> Change:
    total = change.amount + amount
    same, other = change.attribute.positive, change.attribute.negative
    limit = abs(((same if total > 0 else other) or same or other).limit)
    total = min(max(total, -limit), limit)
    return replace(change, amount=total, aged=total - change.amount)


def progress(severity: float, onset: tuple[float, float]) -> float:
    """Return how far a sign has come: 0 up to its beginning, 1 from its completion on.

    Between them it rises strictly, gently at both ends: the mean of a ramp and a smoothstep.
    """
    begin, end = onset
    return _eased(min(max((severity - begin) / (end - begin), 0.0), 1.0))


def _eased(part):
    return 0.5 * (part + part * part * (3.0 - 2.0 * part))


def typical_signs(signs: Sequence[Sign]) -> list[Sign]:
    """Return the signs of the typical presentation, in the given order.

    Those that the supplement marks, and those with a known weight of at least a half. Where nothing
    is marked and that makes fewer than three, those of unknown frequency too; then the most frequent
    of the rest, as far as it is frequent, until there are three. What is occasional or rare is drawn
    only of diseases that have nothing else.
    """
    ranks = [_rank(sign) for sign in signs]
    chosen = {number for number, rank in enumerate(ranks) if rank == 1}
    if not any(sign.typical for sign in signs) and len(chosen) < LEAST_SIGNS:
        chosen |= {number for number, rank in enumerate(ranks) if rank == 2}
        few = [number for number, rank in enumerate(ranks) if rank == 3 and signs[number].weight > 0]
        rest = [number for number in few if signs[number].weight >= _FREQUENT or not chosen]
        rest.sort(key=lambda number: -signs[number].weight)
        chosen.update(rest[: max(0, LEAST_SIGNS - len(chosen))])
    return [sign for number, sign in enumerate(signs) if number in chosen]


def _rank(sign: Sign) -> int:
    """Return 1 for a sign most people have, 2 of unknown frequency, 3 of few people, 4 never."""
    if sign.typical is not None:
        return 1 if sign.typical else 4
    if not sign.known:
        return 2
    return 1 if sign.weight >= TYPICAL_WEIGHT else 3


def form_of(profile: Profile, seed: int) -> Form | None:
    """Return the form of the disease that a sampled person has, drawn by the forms' shares; None without forms."""
    if not profile.forms:
        return None
    place = np.random.default_rng((seed, _FORM)).random() * sum(form.share for form in profile.forms)
    ends = np.cumsum([form.share for form in profile.forms])
    return profile.forms[min(int(np.searchsorted(ends, place, side="right")), len(ends) - 1)]


def sampled_signs(signs: Sequence[Sign], seed: int, form: Form | None = None) -> list[Sign]:
    """Return the signs of one person, each drawn by its weight and with a magnitude of its own.

    Signs that the sources tie to forms of the disease are drawn by their weight in the person's form: they
    come together, or keep apart, as they do in people, and are as frequent over all people as the profile says.
    A person without any sign gets the most frequent one, so that there is something to see.
    """
    rng = np.random.default_rng(seed)
    has = rng.random(len(signs)) < [form.weight_of(sign) if form else sign.weight for sign in signs]
    factors = rng.uniform(*SAMPLED_MAGNITUDE, len(signs))
    if len(signs) and not has.any():
        has[max(range(len(signs)), key=lambda number: signs[number].weight)] = True
    return [
        replace(sign, magnitude=sign.magnitude * float(factor))
        for sign, present, factor in zip(signs, has, factors, strict=True)
        if present
    ]


def without_conflicts(signs: Sequence[Sign]) -> list[Sign]:
    """Return the signs with one for each attribute and side, in the given order.

    What the supplement marks stays before the likelier, the likelier before the more marked.
    Opposite signs are never averaged: that would draw a face that nobody has.
    """
    kept: list[int] = []
    for number in sorted(range(len(signs)), key=lambda number: _precedence(signs[number])):
        if not any(_clash(signs[number], signs[other]) for other in kept):
            kept.append(number)
    return [signs[number] for number in sorted(kept)]


def _precedence(sign: Sign) -> tuple[bool, float, float]:
    return not sign.typical, -sign.weight, -sign.magnitude


def _clash(one: Sign, other: Sign) -> bool:
    return one.attribute == other.attribute and {one.side, other.side} != {"left", "right"}


def amount(sign: Sign, severity: float) -> float:
    """Return by how much a sign has changed at a severity, signed, in its attribute's unit, within the limit."""
    attribute = attributes()[sign.attribute]
    pole = attribute.pole(sign.direction)
    asked = sign.magnitude * progress(severity, sign.onset or attribute.onset) * pole.full
    return pole.limit if abs(asked) > abs(pole.limit) else asked


def amounts(signs: Sequence[Sign], severities: Sequence[float]) -> np.ndarray:
    """Return `amount` of several signs at several severities at once, float64 (severities, signs)."""
    catalogue = attributes()
    poles = [catalogue[sign.attribute].pole(sign.direction) for sign in signs]
    onsets = np.array([sign.onset or catalogue[sign.attribute].onset for sign in signs]).reshape(-1, 2)
    full = np.array([sign.magnitude * pole.full for sign, pole in zip(signs, poles, strict=True)])
    limits = np.abs([pole.limit for pole in poles])
    begin, end = onsets.T
    part = np.clip((np.asarray(severities, float)[:, None] - begin) / (end - begin), 0.0, 1.0)
    return np.clip(full * _eased(part), -limits, limits)


def _change(sign: Sign, severity: float, factor: float, side: str | None) -> Change:
    placed = (side or DEFAULT_SIDE) if sign.side == "one" else sign.side
    return Change(attributes()[sign.attribute], factor * amount(sign, severity), placed, sign)


def _require(severity: float, side: str | None, presentation: str, seed: int, toward: str) -> None:
    if not _is_number(severity) or not 0.0 <= severity <= 1.0:
        raise RequestError(f"Severity must be a number from 0 to 1, not {severity!r}.")
    if side is not None and side not in SIDES:
        raise RequestError(f"Side must be left or right (the person's own), not {side!r}.")
    if presentation not in PRESENTATIONS:
        raise RequestError(f"Presentation must be typical or sampled, not {presentation!r}.")
    if toward not in DIRECTIONS:
        raise RequestError(f"The direction must be disease or healthy, not {toward!r}.")
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
        raise RequestError(f"The seed must be a whole number from 0, not {seed!r}.")


def _require_age(age: float | None) -> None:
    if age is not None and not (_is_number(age) and 0 <= age <= OLDEST):
        raise RequestError(f"The age must be from 0 to {OLDEST:g} years, not {age!r}.")


def _is_number(value: object) -> bool:
    real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    return real and isfinite(value)
