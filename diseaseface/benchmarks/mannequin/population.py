"""People drawn by chance: shape, skin, hair, light and pose are independent of each other.

Nobody's skin follows their ancestry, and no light follows their skin; else a difference between tones could be one of
shape or of exposure.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from diseaseface.benchmarks.mannequin import sculpting, shape, truth
from diseaseface.benchmarks.mannequin.person import Hair, Person
from diseaseface.benchmarks.mannequin.studio import Light
from diseaseface.faces.mesh import canonical_mesh, placed_on

FIRST_SEED = {"tuning": 100_000, "test": 900_000}
"""People of one kind are never people of the other."""
TONES = ("light", "middle", "dark")
_MELANIN = {"light": (0.25, 0.75), "middle": (1.2, 2.2), "dark": (3.2, 5.2)}
_ANCESTRIES = ("caucasian", "african", "asian")
_GENTLE = 2.0
_VARIED = 0.55  # healthy SDs by which a person's own measures are drawn, on top of ancestry, sex and age
_ASYMMETRY = 0.25
_SKEWED = ("asym-brown-1", "asym-cheek-1", "asym-eye-1", "asym-jaw-1", "asym-mouth-1", "asym-nose-1")


@dataclass(frozen=True)
class Sitting:
    """A picture's pose and light.

    Attributes
    ----------
    yaw_deg, pitch_deg, roll_deg : float
    light : Light
    seed : int
        Of the camera's noise.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    light: Light
    seed: int


@cache
def centring() -> dict[str, float]:
    """Return the sliders that take MakeHuman's average adult towards the mean of healthy people, on the mesh."""
    ancestry = dict.fromkeys(_ANCESTRIES, 1 / 3)
    points = truth.points(shape.vertices(sex=0.5, age=0.69, ancestry=ancestry, details={}))
    now = truth.measures(placed_on(canonical_mesh(), points))
    usual = sculpting.usual()["mean"]
    away = {name: mean - now[name] for name, mean in usual.items()}
    return sculpting.sculpt(points, away, _GENTLE, people=True)


def person(kind: str, number: int) -> Person:
    """Draw a person of the tuning or of the test heads; skin tones take turns."""
    rng = np.random.default_rng(FIRST_SEED[kind] + number)
    tone = TONES[number % len(TONES)]
    hair = _hair(rng)
    return Person(
        id=f"{kind}-{number:04d}",
        label="Synthetic head",
        sex_word="",
        age_years=35,
        tone=tone,
        seed=FIRST_SEED[kind] + number,
        sex=float(rng.beta(0.5, 0.5)),
        age=float(rng.uniform(0.66, 0.80)),
        weight=float(rng.uniform(0.4, 0.6)),
        muscle=float(rng.uniform(0.4, 0.6)),
        ancestry=dict(zip(_ANCESTRIES, rng.dirichlet([0.6] * 3).tolist(), strict=True)),
        details=_own_shape(rng),
        melanin=float(rng.uniform(*_MELANIN[tone])),
        blood=float(rng.uniform(0.18, 0.27)),
        flush=float(rng.uniform(0.5, 1.2)),
        shadows=float(rng.uniform(0.4, 1.1)),
        freckles=float(rng.uniform(0.0, 0.2)),
        moles=float(rng.uniform(0.0, 0.3)),
        wrinkles=float(rng.uniform(0.05, 0.35)),
        oil=float(rng.uniform(0.2, 0.6)),
        beard=float(rng.choice([0.0, 0.0, 0.0, 0.4])),
        brow=float(rng.uniform(0.7, 1.3)),
        hair=hair,
        iris=tuple(np.array([0.09, 0.05, 0.025]) * rng.uniform(0.5, 1.6, 3)),
        shirt=tuple(rng.uniform(0.05, 0.5, 3)),
    )


def _own_shape(rng: np.random.Generator) -> dict[str, float]:
    """Return sliders of one's own: the population's mean, differences from it, and a little asymmetry."""
    own = dict(centring())
    names = sculpting.slider_names()
    for name in rng.choice(names, 40, replace=False):
        own[name] = own.get(name, 0.0) + _VARIED * float(rng.uniform(0, 0.5))
    for stem in _SKEWED:
        own[f"asym/{stem}-{rng.choice(['l', 'r'])}"] = _ASYMMETRY * float(rng.uniform())
    return own


def _hair(rng: np.random.Generator) -> Hair:
    dark = np.array([0.030, 0.018, 0.011]) * rng.uniform(0.3, 2.0)
    style = str(rng.choice(["cropped", "cropped", "tied"]))
    if style == "tied":
        return Hair("tied", 15.0, 6_000, tuple(dark), knot=str(rng.choice(["high", "low"])))
    return Hair("cropped", float(rng.uniform(0.6, 2.4)), 9_000, tuple(dark), recession_cm=float(rng.uniform(0, 0.8)))


def sitting(rng: np.random.Generator, turn_deg: float = 7.0) -> Sitting:
    """Draw pose and light."""
    yaw, pitch, roll = rng.uniform(-turn_deg, turn_deg, 3) * [1.0, 0.6, 0.6]
    light = Light(
        azimuth_deg=float(rng.choice([-1, 1]) * rng.uniform(10, 45)),
        elevation_deg=float(rng.uniform(15, 40)),
        key=float(rng.uniform(0.8, 1.2)),
        fill=float(rng.uniform(0.4, 1.0)),
        ambient=float(rng.uniform(0.3, 0.7)),
        warmth=float(rng.uniform(-0.6, 0.6)),
        exposure=float(rng.uniform(0.85, 1.2)),
    )
    return Sitting(float(yaw), float(pitch), float(roll), light, int(rng.integers(1 << 30)))


def again(was: Sitting, rng: np.random.Generator) -> Sitting:
    """Return the same studio on another day: a slightly other pose, exposure and light."""
    light = was.light
    changed = Light(
        light.azimuth_deg + float(rng.uniform(-6, 6)),
        light.elevation_deg + float(rng.uniform(-4, 4)),
        light.key * float(rng.uniform(0.93, 1.07)),
        light.fill * float(rng.uniform(0.93, 1.07)),
        light.ambient,
        light.warmth + float(rng.uniform(-0.1, 0.1)),
        light.exposure * float(rng.uniform(0.93, 1.07)),
    )
    yaw, pitch, roll = np.array([was.yaw_deg, was.pitch_deg, was.roll_deg]) + rng.uniform(-2.5, 2.5, 3)
    return Sitting(float(yaw), float(pitch), float(roll), changed, int(rng.integers(1 << 30)))
