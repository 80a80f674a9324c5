"""What makes one synthetic person. Nobody of them exists."""

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
