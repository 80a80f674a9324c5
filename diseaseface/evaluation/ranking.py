"""Which diseases explain what is measured, and whether there is anything to explain.

Each disease is a direction in the space of all measures, taken as far as fits best; its log-odds
against "no departure from healthy" follow from how much nearer the measured departure then lies,
by what healthy faces differ by, or by the reader's noise where there is a photo from before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from diseaseface.evaluation import colour
from diseaseface.evaluation.atlas import SEVERITIES, Atlas, Row, draw_atlas, full_moves, rows_of, shares
from diseaseface.evaluation.gains import gains
from diseaseface.evaluation.norms import Norms, Person, norms
from diseaseface.evaluation.readings import ALONE, RETAKEN, SURFACE, TONE, Readings
from diseaseface.evaluation.singles import singles
from diseaseface.faces.anthropometry import MEASURES
from diseaseface.faces.extents import EXTENTS
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.profiles import Profile

_RARE = frozenset({"ORPHA:740"})  # curated, though fewer than one in a million have it: progeria (Orphanet)
_LONGEST = 10
_COLOURS = frozenset(colour.READINGS)
_OWN_VARIATION = 0.5  # of healthy SDs: people with one disease differ in each sign by about so much
_MOST_COLOUR = 2.5  # index units, set by eye
_LEAST_DEPARTURE = 1.5  # three quarters of a healthy SD in one measure, or as much spread over several
_FOLLOWS, _PERSON = 0.3, 0.1  # of a change, and of healthy SDs: how far signs are read differently on each face
_RESPONSE = 0.8  # of a predicted move: how far a measure shows it less or more, by which diseases are told apart best
_WHOLE = 0.3  # of a disease's moves: how far faces show the whole of them less or more
_SPEAKS = 0.5  # of log-odds: less says nothing
# Second names of one reading, which would count twice.
DOUBLES = frozenset(
    {
        "plethora",
        "pallor",
        "hypopigmented_area",
        "mouth_corner_asymmetry_right",
        "nasal_deviation_right",
        "mouth_shift_right",
        "chin_deviation_right",
    }
)
COMPARED = frozenset((*MEASURES, *SURFACE, *EXTENTS)) - DOUBLES  # skin tone tells who is alike, and is no sign
_atlases: WeakKeyDictionary[Diseases, dict[str, Atlas]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Vote:
    """What one sign says of a disease.

    Attributes
    ----------
    sign : str
        The attribute's name.
    label : str
    side : str or None
    log_odds : float
        By how much the disease is likelier with it than without it; negative where the sign is not there.
    """

    sign: str
    label: str
    side: str | None
    log_odds: float


@dataclass(frozen=True)
class Candidate:
    """A disease that what is measured speaks for.

    Attributes
    ----------
    id, name : str
    score : float
        Natural logarithm of its odds against no departure from healthy, with how often it is met.
    severity : float
        At which it fits best.
    speaks_for, speaks_against : tuple of Vote
        Strongest first.
    same_signs : tuple of (id, name)
        Diseases with the same visible signs, which a face cannot tell from it.
    """

    id: str
    name: str
    score: float
    severity: float = 0.0
    speaks_for: tuple[Vote, ...] = ()
    speaks_against: tuple[Vote, ...] = ()
    same_signs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Departure:
    """What is measured, as one vector.

    Attributes
    ----------
    mode : str
        How the picture was read.
    measures : tuple of str
    values : float array of shape (k,)
    precision : float array of shape (k, k)
        Inverse covariance of what the values may be without any disease.
    covariance : float array of shape (k, k)
        What values are compared by with a disease: readers follow a sign on each face a little differently.
    freedom : float
        Degrees of freedom of their t distribution; infinite for a normal one.
    distance : float
        Length of the vector by `precision`.
    limit : float
        Distance below which nothing has departed.
    spread : float
        Standard deviation over faces of how much of a disease's moves they show, as a share of them.
    response : float
        Standard deviation over faces of how much of its predicted move each measure shows; then measures count as
        independent.
    colour_told : bool
        Whether colours are among the measures: the norms hold few dark faces.
    """

    mode: str
    measures: tuple[str, ...]
    values: np.ndarray
    precision: np.ndarray
    covariance: np.ndarray
    freedom: float
    distance: float
    limit: float
    spread: float = 0.0
    response: float = 0.0
    colour_told: bool = True

    @property
    def departs(self) -> bool:
        """Whether the face departs from healthy, or from the photo before."""
        return self.distance > self.limit

    def log_odds(self, moves: np.ndarray, at: Sequence[int] | None = None) -> np.ndarray:
        """Return the log-odds (...) of moves (..., k) against none; of more measures (..., m), those in columns `at`.

        A face may show a whole disease less or more than predicted, by `spread` of it; that adds spread² m mᵀ to the
        covariance, which is inverted after Sherman and Morrison.
        """
        if self.response:
            return self._log_odds_one_by_one(moves if at is None else np.take(moves, at, axis=-1))
        at = np.arange(len(self.values)) if at is None else np.asarray(at)
        weigh, values = (np.zeros((moves.shape[-1],) * axes, np.float32) for axes in (2, 1))
        weigh[np.ix_(at, at)], values[at] = np.linalg.inv(self.covariance), self.values
        pull = weigh @ values
        nothing = float(values @ pull)
        flat = moves.reshape(-1, moves.shape[-1])  # one product of matrices is several times as fast as many
        own = np.einsum("nk,nk->n", flat @ weigh, flat).reshape(moves.shape[:-1])
        along = (flat @ pull).reshape(moves.shape[:-1])
        loose = self.spread**2 / (1.0 + self.spread**2 * own)
        left = np.maximum(nothing - 2.0 * along + own - loose * (along - own) ** 2, 0.0)
        gained = self.log_likelihood(left) - self.log_likelihood(nothing)
        return gained - 0.5 * np.log1p(self.spread**2 * own)

    def _log_odds_one_by_one(self, moves):
        """The same for independent measures, each move being as unsure as it is large."""
        usual, values = np.diag(self.covariance).astype(np.float32), self.values.astype(np.float32)
        wider = 1.0 + (self.response * moves) ** 2 / usual
        weighed = moves / (usual * wider)
        missed = values - moves
        own, along = (weighed * moves).sum(axis=-1), (weighed * missed).sum(axis=-1)
        left = (missed**2 / (usual * wider)).sum(axis=-1) - self.spread**2 * along**2 / (1.0 + self.spread**2 * own)
        nothing = float((values**2 / usual).sum())
        return 0.5 * (nothing - left - np.log(wider).sum(axis=-1) - np.log1p(self.spread**2 * own))

    def log_likelihood(self, squared: np.ndarray | float) -> np.ndarray | float:
        """Return the log-likelihood of squared lengths, of any shape, but for what depends on the covariance."""
        if not np.isfinite(self.freedom):
            return -0.5 * squared
        return -0.5 * (self.freedom + len(self.values)) * np.log1p(squared / self.freedom)


def departure(readings: Readings, person: Person | None = None, known: Norms | None = None) -> Departure:
    """Put readings of a change, or differences from the norm, into one vector; other norms may stand in."""
    if readings.mode == ALONE:
        return _from_healthy(readings, person or Person(), known or norms())
    return _from_before(readings)


def _from_before(readings):
    sd, still = norms().sd, gains().still.get(readings.mode, {})
    usable = sd.keys() & still.keys() & COMPARED
    names = tuple(n for n, value in readings.values.items() if value is not None and n in usable)
    values = np.array([readings.values[name] for name in names])
    noise = readings.blur * np.array([still[name] for name in names])
    scale = np.array([variation(name, sd[name], one) for name, one in zip(names, noise, strict=True)])
    healthy = np.array([sd[name] for name in names])
    if readings.mode == RETAKEN:
        noise = np.hypot(noise, [singles().of(name).noise for name in names])
    follows = np.maximum(noise**2 + (_FOLLOWS * values) ** 2 + (_PERSON * healthy) ** 2, 1e-12)
    limit = max(gains().departure.get(readings.mode, 0.0), _LEAST_DEPARTURE) * np.sqrt(readings.blur)
    precision = np.diag(scale**-2.0)
    distance = _length(values, precision)
    return Departure(
        readings.mode, names, values, precision, np.diag(follows), np.inf, distance, float(limit),
        _WHOLE, _RESPONSE,
    )  # fmt: skip


def variation(name: str, sd: float, still: float) -> float:
    """Return how much a measure may change without a disease, in its unit.

    Half of what healthy people differ by, and the reader's own noise. Colour differs between
    people, by ancestry and camera, far more than a disease changes it in one.
    """
    own = _OWN_VARIATION * sd
    return float(max(np.hypot(min(own, _MOST_COLOUR) if name in _COLOURS else own, still), 1e-6))


def _from_healthy(readings, person, known):
    """A measure that is hidden, or that the norms say little of, is left out by conditioning on the others."""
    lighter = readings.values.get(TONE)
    offset, covariance = known.expected(person, readings.smile, lighter)
    told = known.tells_colour(lighter)
    seen = [
        number
        for number, name in enumerate(known.jointly)
        if readings.values.get(name) is not None and (told or name not in _COLOURS)
    ]
    names = tuple(known.jointly[number] for number in seen)
    values = np.array([readings.values[name] for name in names]) - offset[seen]
    covariance = covariance[np.ix_(seen, seen)]
    precision = np.linalg.inv(covariance)
    distance = _length(values, precision)
    reads, spread = np.array([singles().of(name).noise for name in names]), singles().spread
    limit = known.departure * np.sqrt(len(seen) / len(known.jointly))
    return Departure(
        ALONE, names, values, precision, covariance + np.diag(reads**2), known.freedom, distance, float(limit),
        spread, 0.0, told,
    )  # fmt: skip


def _length(values, precision):
    return float(np.sqrt(max(values @ precision @ values, 0.0)))


def judge(
    departed: Departure, diseases: Diseases | None, known: Norms | None = None
) -> tuple[bool, tuple[Candidate, ...]]:
    """Tell whether a face departs, and the diseases that speak for it, likeliest first; none where it does not.

    One photo departs where all diseases together, each by how often it is met, are likelier than for 97 in 100
    healthy faces; without diseases to try, where its distance from healthy is larger.
    """
    if diseases is None:
        return departed.departs, ()
    atlas = atlas_of(diseases, departed.mode)
    odds = log_odds(departed, atlas)
    departs = any_disease(odds, atlas) > (known or norms()).log_odds if departed.mode == ALONE else departed.departs
    return departs, _candidates(departed, atlas, odds) if departs else ()


def any_disease(odds: np.ndarray, atlas: Atlas) -> float:
    """Return the log-odds of having any disease of an atlas against none, from each one's (rows,)."""
    return float(np.logaddexp.reduce(odds + atlas.prior) - np.logaddexp.reduce(atlas.prior))


def atlas_of(diseases: Diseases, mode: str) -> Atlas:
    """Return the atlas of all diseases; it is drawn once, in about two seconds."""
    kept = _atlases.setdefault(diseases, {})
    if mode not in kept:
        measures = tuple(name for name in (*MEASURES, *SURFACE, *EXTENTS) if name in COMPARED)
        common = frozenset(profile.id for profile in diseases.curated()) - _RARE
        kept[mode] = draw_atlas(diseases.profiles(), measures, mode, common)
    return kept[mode]


def log_odds(departed: Departure, atlas: Atlas) -> np.ndarray:
    """Return the log-odds of each row of an atlas against none, (rows,), every severity being as likely as others."""
    at = [atlas.measures.index(name) for name in departed.measures]
    odds = departed.log_odds(atlas.moves, at)
    best = odds.max(axis=1)
    return best + np.log(np.exp(odds - best[:, None]).mean(axis=1))


def log_odds_of(departed: Departure, profile: Profile) -> float:
    """Return the log-odds of one disease against none, on the side that fits better; zero without a visible sign."""
    rows = rows_of([profile])
    odds = [departed.log_odds(_moves(departed, row, SEVERITIES)) for row in rows]
    return max((float(np.log(np.exp(one).mean())) for one in odds), default=0.0)


def _moves(departed: Departure, row: Row, severities: Sequence[float]) -> np.ndarray:
    return shares(row.changes, severities) @ full_moves(row.changes, departed.measures, departed.mode)


def _candidates(departed: Departure, atlas: Atlas, odds: np.ndarray) -> tuple[Candidate, ...]:
    found: dict[str, Candidate] = {}
    posterior = odds + atlas.prior
    for number in np.argsort(-posterior)[: 2 * _LONGEST]:
        row, score = atlas.rows[number], float(posterior[number])
        if odds[number] > 0 and row.profile.id not in found and len(found) < _LONGEST:
            found[row.profile.id] = _candidate(departed, row, score)
    return tuple(found.values())


def _candidate(departed: Departure, row: Row, score: float) -> Candidate:
    fine = np.linspace(0.0, 1.0, 21)[1:]
    share, full = shares(row.changes, fine), full_moves(row.changes, departed.measures, departed.mode)
    best = int(np.argmax(departed.log_odds(share @ full)))
    each = share[best][:, None] * full
    together = each.sum(axis=0)
    gained = departed.log_odds(together) - departed.log_odds(together - each)
    votes = sorted(
        (_vote(change, float(one)) for change, one in zip(row.changes, gained, strict=True) if abs(one) >= _SPEAKS),
        key=lambda vote: -abs(vote.log_odds),
    )
    return Candidate(
        row.profile.id,
        row.profile.name,
        score,
        round(float(fine[best]), 2),
        tuple(vote for vote in votes if vote.log_odds > 0),
        tuple(vote for vote in votes if vote.log_odds < 0),
        row.others,
    )


def _vote(change, log_odds):
    return Vote(change.attribute.name, change.pole.label, change.side, round(log_odds, 3))
