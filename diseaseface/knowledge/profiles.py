"""A disease profile: the signs, how often, which way, and who says so."""

import json
from dataclasses import asdict, dataclass

from diseaseface.knowledge.catalogue import attributes

# Weight of a sign whose frequency nobody states: as likely as not. It ranks and samples such signs;
# it is never shown as a frequency.
STAND_IN_WEIGHT = 0.5

OLDEST = 120.0  # years


@dataclass(frozen=True)
class Evidence:
    """One source of one sign: "HPO 2025-01-16", a disease id or citation, and what it says."""

    source: str
    reference: str
    detail: str


@dataclass(frozen=True)
class Sign:
    """One attribute of a profile, in one direction.

    Attributes
    ----------
    attribute : str
        Name in the catalogue.
    direction : int
        +1 or -1.
    weight : float
        Prevalence among people with the disease, 0 to 1. Never a magnitude.
    magnitude : float
        Share of the attribute's full-severity change that severity 1 stands for, 0 to 1.5.
    side : str or None
        None for both sides, "one" where the disease takes one side (the caller chooses),
        "left" or "right" (the subject's own).
    onset : (float, float) or None
        Severity at which the sign begins and is complete; None for the attribute's own.
    evidence : tuple of Evidence
    known : bool
        False where no source states how often; `weight` is then only a stand-in, STAND_IN_WEIGHT.
    typical : bool or None
        Whether the typical presentation has the sign; None leaves it to the weight.
    from_age, until_age : float
        Years between which the sign is seen: the youngest age of onset, 0 where none is stated, and OLDEST
        where it stays.
    graded : bool
        Whether somebody says how strong the sign is; False where a source only says that people have it. See
        `strengths`.
    """

    attribute: str
    direction: int
    weight: float
    magnitude: float = 1.0
    side: str | None = None
    onset: tuple[float, float] | None = None
    evidence: tuple[Evidence, ...] = ()
    known: bool = True
    typical: bool | None = None
    from_age: float = 0.0
    until_age: float = OLDEST
    graded: bool = True

    @property
    def ages(self) -> tuple[float, float] | None:
        """Years between which the sign is seen; None where no source tells of any."""
        told = self.from_age > 0 or self.until_age < OLDEST
        return (self.from_age, self.until_age) if told else None

    def at(self, age: float | None) -> bool:
        """Tell whether the sign is seen at an age in years; None for an age that is not told."""
        return age is None or self.from_age <= age <= self.until_age


@dataclass(frozen=True)
class Undrawn:
    """A visible sign of the disease that no attribute of the catalogue stands for."""

    hpo: str
    label: str
    weight: float
    reason: str


@dataclass(frozen=True)
class Form:
    """One form of a disease: signs that go together, or do not, in the people who have it.

    Attributes
    ----------
    name, reference : str
        What it is called, and who says how many people have it and with which signs.
    share : float
        Of the people with the disease, 0 to 1.
    weights : tuple of (attribute, direction, float)
        Prevalence of signs among people with this form; of all other signs it is that of the profile.
    """

    name: str
    share: float
    weights: tuple[tuple[str, int, float], ...]
    reference: str

    def weight_of(self, sign: Sign) -> float:
        """Return the prevalence of a sign among people with this form."""
        stated = {(name, direction): weight for name, direction, weight in self.weights}
        return stated.get((sign.attribute, sign.direction), sign.weight)


@dataclass(frozen=True)
class Profile:
    """How a disease shows on a face.

    Attributes
    ----------
    id : str
        ORPHA:…, OMIM:…, DECIPHER:…, or DF:… for the curated ones.
    name : str
    synonyms : tuple of str
    signs : tuple of Sign
        Strongest weight first.
    undrawn : tuple of Undrawn
        What the disease shows and this product does not draw.
    note : str
        What a reader should know (stage, limits of the evidence).
    forms : tuple of Form
        Where the sources tell forms of the disease, all of them; their shares add up to 1.
    """

    id: str
    name: str
    synonyms: tuple[str, ...]
    signs: tuple[Sign, ...]
    undrawn: tuple[Undrawn, ...] = ()
    note: str = ""
    forms: tuple[Form, ...] = ()

    @property
    def drawable(self) -> float:
        """Share of the visible weight that the morph engine draws, 0 to 1."""
        catalogue = attributes()
        seen = sum(sign.weight for sign in (*self.signs, *self.undrawn))
        drawn = sum(sign.weight for sign in self.signs if catalogue[sign.attribute].engine == "morph")
        return drawn / seen if seen else 0.0

    def to_dict(self) -> dict:
        """Return the profile as plain JSON values."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_dict(cls, data: object) -> "Profile":
        """Build a profile from `to_dict`'s values; raise CatalogueError where they are malformed."""
        from diseaseface.knowledge.profile_file import parse

        return parse(data)
