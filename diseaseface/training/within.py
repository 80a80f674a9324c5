"""What a disease changed within people: two pictures of each that lie on each other, one before and one with it.

Such pairs are made by whatever draws on photos, this product or a generator under test, and by a camera on a stand.
Between them points are followed, so that how people differ drops out, and a sign is read as its own measure has
changed (Becker 1988, Br J Math Stat Psychol 41:257: the mean change over how people differ before).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diseaseface.errors import DiseaseFaceError
from diseaseface.evaluation.gains import measure_names, reading
from diseaseface.evaluation.norms import norms
from diseaseface.evaluation.readings import ALIGNED, Readings, read_change
from diseaseface.evaluation.responses import UNSIDED
from diseaseface.faces.face import Face
from diseaseface.faces.look import look
from diseaseface.knowledge import learned
from diseaseface.knowledge.catalogue import Attribute, attributes
from diseaseface.knowledge.difference import DRAWS
from diseaseface.knowledge.profiles import Profile
from diseaseface.training.groups import Group

_LEAST_OF_FULL = 0.1  # of a full amount: what is drawn less marked is not seen
MOST_PEOPLE = 0.8  # of the smaller group; with fewer in both, groups are read as strangers
FACES = 3  # of the people before, kept to draw on
# Of measures that no norms have, of hair and spots: full amounts are 3.3 SD in the median of those that norms have.
_FULL_SD = 3.3

Pair = tuple[int, int]
OnPair = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Within:
    """What changed within people.

    Attributes
    ----------
    amounts : mapping of attribute to float array of shape (people,)
        In the attribute's unit and positive direction; NaN where it could not be read.
    noise : mapping of attribute to float
        Standard deviation of one person's reading, apart from its amount.
    pairs : tuple of (int, int)
        Places of the people in the healthy and in the diseased group.
    faces : tuple of (int, Face)
        Some of the people before, with their places in `amounts`.
    """

    amounts: Mapping[str, np.ndarray]
    noise: Mapping[str, float]
    pairs: tuple[Pair, ...] = ()
    faces: tuple[tuple[int, Face], ...] = ()

    @property
    def on_faces(self) -> dict[str, np.ndarray]:
        """What was read on the people of `faces`."""
        return {name: amounts[[at for at, _ in self.faces]] for name, amounts in self.amounts.items()}


def partners(healthy: Group, diseased: Group) -> tuple[Pair, ...]:
    """Return places in both groups of pictures that may be one photo before and after; none unless most are."""
    fewer = min(healthy.size, diseased.size)
    if fewer < learned.LEAST_PICTURES:
        return ()
    one, two = healthy.glances, diseased.glances
    apart = np.stack([np.abs(two[:, 2:] - photo[2:]).mean(axis=1) for photo in one])
    apart[(one[:, None, :2] != two[None, :, :2]).any(axis=-1)] = np.inf
    nearest, back = apart.argmin(axis=1), apart.argmin(axis=0)
    mutual = ((at, int(to)) for at, to in enumerate(nearest) if back[to] == at)
    found = tuple(pair for pair in mutual if np.isfinite(apart[pair]))
    return found if len(found) >= max(learned.LEAST_PICTURES, MOST_PEOPLE * fewer) else ()


def read_pairs(
    healthy: Sequence[Path], diseased: Sequence[Path], pairs: Sequence[Pair], on_pair: OnPair | None = None
) -> Within | None:
    """Read what changed in each pair of files; None where too few of them lie on each other.

    Parameters
    ----------
    healthy, diseased : sequences of Path
    pairs : sequence of (int, int)
        As `partners` finds them.
    on_pair : callable or None
        Told how many pairs are read, and how many there are.
    """
    changes, kept, faces = [], [], []
    for done, (one, two) in enumerate(pairs, 1):
        change, before = _change(healthy[one], diseased[two])
        if change is not None:
            faces += [(len(kept), before)] if done % -(-len(pairs) // FACES) == 0 else []
            changes.append(change)
            kept.append((one, two))
        if done - len(kept) > (1.0 - MOST_PEOPLE) * len(pairs):
            return None
        if on_pair:
            on_pair(done, len(pairs))
    return gathered(changes, kept, faces) if len(kept) >= learned.LEAST_PICTURES else None


def _change(before: Path, after: Path) -> tuple[Readings | None, Face | None]:
    try:
        first, then = look(before), look(after)
    except DiseaseFaceError:
        return None, None
    change = read_change(first, then)
    return (change, first) if change.mode == ALIGNED else (None, None)


def gathered(changes: Sequence[Readings], pairs: Sequence[Pair] = (), faces: Sequence[tuple[int, Face]] = ()) -> Within:
    """Put the changes of single people together."""
    rows = [{name: _told(change, sign) for name, sign in attributes().items() if sign.measure} for change in changes]
    amounts = {name: np.array([row[name][0] for row in rows]) for name in rows[0]}
    noise = {name: _root_mean_square([row[name][1] for row in rows]) for name in rows[0]}
    return Within(amounts, noise, tuple(pairs), tuple(faces))


def read_amounts(change: Readings, names: Sequence[str]) -> dict[str, float]:
    """Return how much of some attributes a change is, in their units; NaN for what cannot be read."""
    return {name: _told(change, attributes()[name])[0] for name in names}


def _told(change: Readings, attribute: Attribute) -> tuple[float, float]:
    """Amount and noise of an attribute, as its own measure has changed."""
    names = measure_names(attribute, None)
    unsided = names[0] in UNSIDED
    if unsided:  # weakness takes either side: sides would cancel
        value = change.values.get(names[0])
        mirrored = None if value is None else abs(value)
        change = Readings(change.mode, {**change.values, **dict.fromkeys(names, mirrored)}, change.blur)
    amount, noise = _along(change, attribute)
    return (abs(amount) if unsided else amount), noise


def _along(change: Readings, attribute: Attribute) -> tuple[float, float]:
    """Read an attribute by the gain of the direction that it takes, where it has that."""
    found = (float("nan"), float("inf"))
    for way, pole in ((-1, attribute.negative), (1, attribute.positive)):
        one = reading(change, attribute, None, way) if pole else None
        if one is not None and one.value is not None:
            found = (one.value, float(np.sqrt(max(one.noise**2 - (one.spread * one.value) ** 2, 0.0))))
            if one.value * way > 0:
                break
    return found


def _root_mean_square(values: Sequence[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(np.sqrt(np.mean(np.square(finite)))) if finite else float("inf")


def sd_of(name: str) -> float:
    """Return how healthy people differ in an attribute's measure, in its unit; from the full amount without norms."""
    attribute = attributes()[name]
    known = [norms().sd.get(measure) for measure in measure_names(attribute, None)]
    return float(np.mean(known)) if all(known) else learned.full_amount(name, 1.0) / _FULL_SD


def effects(within: Within, prior: Profile | None = None, seed: int = 0) -> dict[str, learned.Effect]:
    """Return the mean change of each attribute within people, in standard deviations of healthy people.

    Parameters
    ----------
    within : Within
    prior : Profile or None
        What other sources say of the disease; effects are shrunk towards it.
    seed : int
        Of the bootstrap, which draws people.

    Raises
    ------
    LearningError
        Where fewer than LEAST_PICTURES people could be read.
    """
    learned.require_enough("diseased", max((len(v) for v in within.amounts.values()), default=0))
    random, expected, found = np.random.default_rng(seed), learned.expected_of(prior), {}
    for name, amounts in within.amounts.items():
        read = amounts[np.isfinite(amounts)]
        if len(read) >= learned.LEAST_PICTURES:
            found[name] = _effect(name, read, within.noise[name], expected.get(name, 0.0), random)
    return found


def _effect(name: str, read: np.ndarray, noise: float, expected: float, random) -> learned.Effect:
    sd, people = sd_of(name), len(read)
    unbiased = 1.0 - 3.0 / (4.0 * (people - 1) - 1.0)
    drawn = unbiased * random.choice(read, (DRAWS, people)).mean(axis=1) / sd
    g = float(unbiased * read.mean() / sd)
    low, high = np.percentile(drawn, (2.5, 97.5))
    prior = expected / sd
    # Of measures in which hardly anybody differs, such as parted lips, signs are many deviations.
    usual = max(learned.USUAL_SD, learned.USUAL_SHARE * learned.full_amount(name, read.mean()) / sd)
    prior_sd = float(np.hypot(usual, learned.PRIOR_DOUBT * prior))
    spread = max(float(drawn.var()), (noise / sd) ** 2 / people)
    shrunk, shrunk_sd = learned.posterior(g, spread, prior, prior_sd**2)
    way = 1.0 if shrunk >= 0 else -1.0
    return learned.Effect(
        attribute=name,
        g=g,
        low=float(low),
        high=float(high),
        difference=float(read.mean()),
        sd=sd,
        prior=prior,
        prior_sd=prior_sd,
        shrunk=shrunk,
        shrunk_sd=shrunk_sd,
        seen=1.0,
        share=float((way * read > learned.LEAST_EFFECT * sd).mean()),
        healthy=people,
        diseased=people,
    )


def readable(found: Mapping[str, learned.Effect]) -> list[learned.Effect]:
    """Return one effect for each reading, certain ones first."""
    return learned.one_a_reading(dict(sorted(found.items(), key=lambda item: not item[1].certain)))


def signs(found: Mapping[str, learned.Effect]) -> list[str]:
    """Return the attributes that changed surely and so much that it shows, as they may be signs."""
    certain = (effect for effect in found.values() if effect.certain)
    return [
        e.attribute for e in certain if abs(e.amount) >= _LEAST_OF_FULL * learned.full_amount(e.attribute, e.amount)
    ]
