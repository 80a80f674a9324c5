"""Kinds of lesions and spots, read from lesions.toml, and their colours in the light of a photo."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

import numpy as np

from diseaseface.engines.morph import maps
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.errors import CatalogueError

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Skin of any tone has nearly this colour in neutral light: what a photo's skin departs from it is its light's.
_USUAL_SKIN = np.array([1.46, 0.91, 0.66])
_DARK_SKIN, _LIGHT_SKIN = 0.10, 0.28  # usual red light of photographed skin, which blood hardly changes; set by eye


@dataclass(frozen=True)
class Stain:
    """One colour of a lesion; its strength falls as exp(-(|r - at| / reach) ** power) with the radius r.

    Attributes
    ----------
    pigment : str
        A pigment of pigments.toml, taken up by the skin, or a paint of lesions.toml, which covers it.
    strength : float
        Density, or how much a paint covers.
    at, reach, power : float
        In radii of the lesion.
    share : (float, float)
        Which lesions have it, as an interval of lots from 0 to 1.
    grain : float
        How far noise makes it uneven.
    """

    pigment: str
    strength: float
    at: float = 0.0
    reach: float = 1.0
    power: float = 3.2
    share: tuple[float, float] = (0.0, 1.0)
    grain: float = 0.0


@dataclass(frozen=True)
class Kind:
    """How one kind of lesion looks; lengths in canonical centimetres, set by eye.

    Attributes
    ----------
    area : str
        Where it likes to be, of pigments.toml.
    box : (float, float, float, float)
        Least x and y, greatest x and y, between which places are drawn by lot.
    on : tuple of str
        Regions of the face that carry it.
    radius_cm : (float, float)
        Smallest and largest of full-grown lesions.
    ragged : float
        How far outlines depart from circles; 1 is usual.
    gap : float
        Least distance of two centres, in sums of their radii.
    height : float
        Of the dome, as a share of its radius.
    flat : float
        Share of the dome's radius that is its flat top.
    shine : float
        Highlight on the side of the light, as a share of the skin's usual brightness.
    most : int
        Sites to look for.
    first : float
        Size of a lesion when it appears, as a share of the full-grown one.
    growing : float
        Number of later lesions after which one is full-grown.
    vigour : (float, float)
        Least and greatest strength of single lesions.
    stains : tuple of Stain
        Upper ones last.
    legs_cm : float
        Length of the vessels that leave each lesion; 0 without.
    """

    area: str
    box: tuple[float, float, float, float]
    on: tuple[str, ...]
    radius_cm: tuple[float, float]
    ragged: float
    gap: float
    height: float
    flat: float
    shine: float
    most: int
    first: float
    growing: float
    vigour: tuple[float, float]
    stains: tuple[Stain, ...]
    legs_cm: float

    @property
    def reach(self) -> float:
        """Radii beyond which nothing of it is seen."""
        return max(1.15, *(s.at + s.reach * 5.5 ** (1.0 / s.power) for s in self.stains))


@cache
def kinds() -> dict[str, Kind]:
    """Return all kinds by name, refusing unknown or missing fields and colours by name."""
    tables = _tables()
    found = {name: _kind(name, {**tables["usual"], **table}) for name, table in tables["kinds"].items()}
    known = {*tables["paints"], *maps.recipes()["pigments"]}
    for name, kind in found.items():
        if unknown := sorted({stain.pigment for stain in kind.stains} - known):
            raise CatalogueError(f"lesions.toml [kinds.{name}] has unknown colours: {', '.join(unknown)}")
    return found


@cache
def _tables():
    return tomllib.loads((files("diseaseface") / "data" / "lesions.toml").read_text(encoding="utf-8"))


def _kind(name, table):
    try:
        stains = tuple(Stain(**stain) for stain in table["stains"])
        return Kind(**table | {"stains": stains, "on": tuple(table["on"])})
    except (KeyError, TypeError) as error:
        wanted = ", ".join(field.name for field in fields(Kind))
        raise CatalogueError(f"lesions.toml [kinds.{name}] must have {wanted}: {error}") from error


def covers(pigment: str) -> bool:
    """Tell whether a colour is a paint, which hides what is below."""
    return pigment in _tables()["paints"]


def density(canvas: Canvas, pigment: str) -> tuple[float, float, float]:
    """Return the optical density in red, green and blue of a colour on the skin of this photo."""
    return canvas.keep(("colour", pigment), lambda: tuple(float(d) for d in _density(canvas, pigment)))


def _density(canvas, pigment):
    if covers(pigment):
        return _paint(canvas, **_tables()["paints"][pigment])
    usual, dark = (np.array(maps.recipes()[table].get(pigment, 0.0)) for table in ("pigments", "on_dark_skin"))
    share = darkness(canvas) if dark.any() else 0.0
    return (1.0 - share) * usual + share * dark


def darkness(canvas: Canvas) -> float:
    """Return how dark the skin is in this photo, 0 to 1: below much melanin inflamed skin looks brown or violet."""
    bare = canvas.inside > 0.5
    red = np.median(canvas.planes[0][bare]) if bare.any() else _LIGHT_SKIN
    return 1.0 - float(maps.smoothstep(np.float32(red), _DARK_SKIN, _LIGHT_SKIN))


def _paint(canvas, colour, light):
    """From the usual skin to a colour of its own, `light` times as bright as half-way from it to unpigmented skin."""
    own = float(np.median(canvas.smooth_colour(0.5)[canvas.inside > 0.5] @ _LUMINANCE)) if canvas.inside.any() else 0.3
    white = max(min(0.62, 0.30 + 0.62 * own), 1.12 * own)
    brighter = light * np.sqrt(white * min(1.5 * own, white)) / own  # the epidermis above still filters light
    chroma = np.array(colour) / float(np.array(colour) @ _LUMINANCE)
    return -np.log(brighter * chroma / _USUAL_SKIN)
