"""The people of the examples. Nobody of them exists."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Hair:
    """How scalp hair is cut.

    Attributes
    ----------
    style : str
        "cropped", "tied" or "none".
    length_cm : float
    strands : int
    colour : tuple of three floats
        Linear RGB of the light that a strand throws back.
    grey : float
        Share of white strands.
    knot : str
        "high", "low" or "": where tied hair goes.
    recession_cm : float
        How far temples and forehead are bare.
    """

    style: str = "cropped"
    length_cm: float = 2.0
    strands: int = 60_000
    colour: tuple[float, float, float] = (0.030, 0.017, 0.010)
    grey: float = 0.0
    recession_cm: float = 0.0
    knot: str = ""


@dataclass(frozen=True)
class Person:
    """One synthetic person; shape first, then skin, then hair and eyes."""

    id: str
    label: str
    sex_word: str
    age_years: int
    tone: str
    seed: int
    sex: float
    age: float
    weight: float = 0.5
    muscle: float = 0.5
    ancestry: dict = field(default_factory=lambda: {"caucasian": 1.0})
    details: dict = field(default_factory=dict)
    melanin: float = 0.4
    blood: float = 0.22
    flush: float = 1.0
    lip_colour: float = 0.0
    shadows: float = 1.0
    freckles: float = 0.2
    age_spots: float = 0.0
    moles: float = 0.5
    wrinkles: float = 0.15
    oil: float = 0.5
    beard: float = 0.0
    beard_cm: float = 0.12
    brow: float = 1.0
    hair: Hair = field(default_factory=Hair)
    iris: tuple[float, float, float] = (0.10, 0.045, 0.018)
    shirt: tuple[float, float, float] = (0.25, 0.28, 0.32)


AWAKE = {
    "mouth/mouth-angles-up": 0.2,
    "eyes/?-eye-scale-incr": 0.3,
    "eyes/?-eye-height1-incr": 0.15,
    "eyes/?-eye-height2-incr": 0.2,
    "eyes/?-eye-height3-incr": 0.15,
}

PEOPLE = (
    Person(
        "head-01",
        "Synthetic head, woman, about 30, tan skin",
        "female",
        30,
        "tan",
        1,
        sex=0.95,
        age=0.69,
        weight=0.48,
        ancestry={"caucasian": 0.5, "african": 0.2, "asian": 0.3},
        details=AWAKE
        | {
            "head/head-oval": 0.4,
            "cheek/?-cheek-bones-incr": 0.4,
            "chin/chin-width-decr": 0.3,
            "nose/nose-scale-horiz-decr": 0.3,
            "mouth/mouth-upperlip-volume-incr": 0.2,
            "asym/asym-nose-1-l": 0.3,
            "asym/asym-mouth-1-r": 0.25,
            "asym/asym-eye-1-l": 0.2,
        },
        melanin=1.5,
        blood=0.24,
        flush=0.9,
        wrinkles=0.1,
        freckles=0.06,
        moles=0.3,
        brow=0.75,
        hair=Hair("tied", 16.0, 60_000, (0.020, 0.012, 0.008), knot="high"),
        shirt=(0.05, 0.15, 0.17),
    ),
    Person(
        "head-02",
        "Synthetic head, man, about 35, light skin, stubble",
        "male",
        35,
        "light",
        2,
        sex=0.05,
        age=0.71,
        muscle=0.6,
        ancestry={"caucasian": 0.9, "asian": 0.1},
        details=AWAKE
        | {
            "head/head-rectangular": 0.4,
            "chin/chin-cleft-incr": 0.3,
            "nose/nose-hump-incr": 0.3,
            "nose/nose-scale-vert-incr": 0.3,
            "eyebrows/eyebrows-trans-down": 0.3,
            "asym/asym-nose-2-r": 0.3,
            "asym/asym-jaw-1-l": 0.2,
            "asym/asym-brown-1-l": 0.3,
        },
        melanin=0.42,
        blood=0.26,
        flush=1.2,
        wrinkles=0.35,
        freckles=0.3,
        beard=0.8,
        brow=1.3,
        hair=Hair("cropped", 2.6, 70_000, (0.060, 0.035, 0.018)),
        iris=(0.10, 0.16, 0.20),
        shirt=(0.10, 0.13, 0.20),
    ),
    Person(
        "head-03",
        "Synthetic head, man, about 28, dark brown skin",
        "male",
        28,
        "dark brown",
        3,
        sex=0.02,
        age=0.68,
        muscle=0.6,
        ancestry={"african": 1.0},
        details=AWAKE | {"asym/asym-mouth-1-l": 0.25, "asym/asym-nose-1-r": 0.25},
        melanin=3.5,
        blood=0.16,
        flush=0.6,
        wrinkles=0.12,
        freckles=0.0,
        beard=0.6,
        beard_cm=0.12,
        hair=Hair("cropped", 0.5, 90_000, (0.006, 0.005, 0.004)),
        iris=(0.045, 0.020, 0.010),
        oil=0.9,
        shirt=(0.42, 0.40, 0.36),
    ),
    Person(
        "head-04",
        "Synthetic head, woman, about 70, light skin",
        "female",
        70,
        "light",
        4,
        sex=0.95,
        age=0.90,
        weight=0.5,
        muscle=0.4,
        ancestry={"caucasian": 1.0},
        details=AWAKE
        | {
            "nose/nose-curve-convex": 0.3,
            "mouth/mouth-upperlip-height-decr": 0.3,
            "head/head-age-incr": 0.7,
            "neck/neck-double-incr": 0.3,
            "asym/asym-cheek-1-l": 0.3,
            "asym/asym-mouth-2-r": 0.25,
        },
        melanin=0.48,
        blood=0.22,
        flush=1.0,
        wrinkles=1.1,
        freckles=0.2,
        age_spots=0.35,
        brow=0.6,
        hair=Hair("cropped", 4.0, 70_000, (0.10, 0.09, 0.08), grey=0.9),
        iris=(0.12, 0.18, 0.24),
        shirt=(0.30, 0.16, 0.20),
    ),
    Person(
        "head-05",
        "Synthetic head, woman, about 45, dark brown skin",
        "female",
        45,
        "dark brown",
        5,
        sex=0.98,
        age=0.77,
        weight=0.62,
        ancestry={"african": 0.85, "caucasian": 0.15},
        details=AWAKE
        | {
            "head/head-round": 0.5,
            "mouth/mouth-lowerlip-volume-incr": 0.2,
            "cheek/?-cheek-volume-incr": 0.3,
            "asym/asym-eye-2-l": 0.2,
            "asym/asym-nose-1-l": 0.3,
        },
        melanin=2.6,
        blood=0.17,
        flush=0.7,
        wrinkles=0.35,
        freckles=0.0,
        age_spots=0.15,
        oil=0.8,
        brow=0.8,
        hair=Hair("tied", 14.0, 60_000, (0.007, 0.006, 0.005), knot="low"),
        iris=(0.05, 0.022, 0.010),
        shirt=(0.45, 0.22, 0.12),
    ),
    Person(
        "head-06",
        "Synthetic head, man, about 55, tan skin",
        "male",
        55,
        "tan",
        6,
        sex=0.05,
        age=0.83,
        weight=0.58,
        ancestry={"asian": 0.7, "caucasian": 0.3},
        details=AWAKE
        | {
            "head/head-square": 0.4,
            "nose/nose-width3-incr": 0.3,
            "eyebrows/eyebrows-angle-up": 0.3,
            "head/head-age-incr": 0.3,
            "asym/asym-jaw-2-r": 0.2,
            "asym/asym-brown-2-r": 0.3,
        },
        melanin=1.3,
        blood=0.26,
        flush=1.0,
        wrinkles=0.7,
        freckles=0.1,
        age_spots=0.3,
        beard=0.2,
        brow=1.15,
        hair=Hair("cropped", 2.4, 65_000, (0.018, 0.014, 0.011), grey=0.35, recession_cm=1.2),
        iris=(0.07, 0.032, 0.014),
        shirt=(0.16, 0.18, 0.17),
    ),
    Person(
        "head-07",
        "Synthetic head, girl, about 8, light skin",
        "female",
        8,
        "light",
        7,
        sex=0.8,
        age=0.31,
        ancestry={"caucasian": 0.7, "asian": 0.3},
        details=AWAKE
        | {"head/head-round": 0.3, "nose/nose-scale-vert-decr": 0.2, "asym/asym-mouth-1-r": 0.2},
        melanin=0.55,
        blood=0.20,
        flush=0.75,
        wrinkles=0.0,
        freckles=0.3,
        brow=0.6,
        shadows=0.4,
        hair=Hair("tied", 14.0, 60_000, (0.10, 0.055, 0.026), knot="high"),
        iris=(0.09, 0.13, 0.08),
        shirt=(0.55, 0.45, 0.20),
    ),
    Person(
        "head-08",
        "Synthetic head, man, about 75, light brown skin",
        "male",
        75,
        "light brown",
        8,
        sex=0.05,
        age=0.93,
        muscle=0.4,
        ancestry={"caucasian": 0.6, "african": 0.2, "asian": 0.2},
        details=AWAKE
        | {
            "nose/nose-scale-vert-incr": 0.4,
            "nose/nose-hump-incr": 0.4,
            "ears/?-ear-scale-incr": 0.4,
            "cheek/?-cheek-volume-decr": 0.4,
            "head/head-age-incr": 0.8,
            "neck/neck-double-incr": 0.2,
            "asym/asym-cheek-2-r": 0.3,
            "asym/asym-nose-3-l": 0.3,
        },
        melanin=1.25,
        blood=0.24,
        flush=1.1,
        wrinkles=1.1,
        freckles=0.1,
        age_spots=0.5,
        beard=0.25,
        brow=1.1,
        hair=Hair("cropped", 1.6, 45_000, (0.06, 0.06, 0.06), grey=0.9, recession_cm=2.5),
        iris=(0.08, 0.04, 0.02),
        shirt=(0.20, 0.24, 0.30),
    ),
)
