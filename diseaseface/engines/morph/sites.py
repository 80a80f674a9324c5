"""Where lesions lie: sites thrown by lot on bare skin, and the pixels around each."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from diseaseface.engines.morph import maps, noise
from diseaseface.engines.morph.canvas import Canvas
from diseaseface.engines.morph.kinds import Kind

BARE_SKIN, UNSURE_SKIN = 0.85, 0.6  # share of skin at a site; lesions themselves may cost it some
LEAST_RADIUS_PX = 1.4  # smaller dots read as noise
_TRIES = 4000


@dataclass(frozen=True, eq=False)
class Site:
    """Centre in the window, pixels and canonical; full-grown radius; outline; lot; strength."""

    at_px: np.ndarray
    at_cm: np.ndarray
    radius_cm: float
    outline: np.ndarray
    lot: float
    vigour: float


@dataclass(frozen=True, eq=False)
class Ground:
    """The pixels that lesions take up, each by the one it lies deepest in; arrays of shape (n,).

    Attributes
    ----------
    flat : int array
        Indices into the raveled window.
    site : int array
        Which of the sites.
    dx_cm, dy_cm : float32 arrays
        From the site's centre.
    outline : float32 array
        The outline's radius in this direction, about one.
    """

    flat: np.ndarray
    site: np.ndarray
    dx_cm: np.ndarray
    dy_cm: np.ndarray
    outline: np.ndarray


def find_sites(canvas: Canvas, name: str, kind: Kind, seed: int, least_skin: float = BARE_SKIN) -> list[Site]:
    """Throw darts where the sign likes to be; keep those on bare skin and clear of each other."""
    random = noise.stream(seed, name)
    darts = random.uniform(kind.box[:2], kind.box[2:], (_TRIES, 2))
    wanted = random.uniform(size=_TRIES) < maps.area(kind.area, darts[:, 0], darts[:, 1])
    radii = kind.radius_cm[0] + (kind.radius_cm[1] - kind.radius_cm[0]) * random.beta(1.3, 2.4, _TRIES)
    shapes, lots = random.uniform(-1.0, 1.0, (_TRIES, 6)), random.uniform(size=_TRIES)
    vigour = random.uniform(*kind.vigour, _TRIES)
    chosen = np.flatnonzero(wanted)[: 12 * kind.most]
    places = canvas.to_px(darts[chosen])
    bare = look_up(_ground_for(canvas, kind), places) > least_skin
    sites: list[Site] = []
    taken = np.full((kind.most, 3), np.inf)  # centres and radii so far
    for k, at_px in zip(chosen[bare], places[bare], strict=True):
        if len(sites) == kind.most:
            break
        apart = np.hypot(taken[:, 0] - darts[k, 0], taken[:, 1] - darts[k, 1])
        if (apart[: len(sites)] > kind.gap * (taken[: len(sites), 2] + radii[k])).all():
            taken[len(sites)] = *darts[k], radii[k]
            sites.append(Site(at_px, darts[k], radii[k], kind.ragged * shapes[k], lots[k], vigour[k]))
    return sites


def _ground_for(canvas, kind):
    mask = np.minimum(sum(getattr(canvas, name) for name in kind.on), 1.0)
    return cv2.erode(mask, np.ones((3, 3), np.uint8), iterations=max(1, int(0.05 * canvas.px_per_cm)))


def look_up(mask: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Values of a mask (h, w) at places (n, 2)."""
    columns, rows = places[:, 0].astype(np.float32), places[:, 1].astype(np.float32)
    return cv2.remap(mask, columns[:, None], rows[:, None], cv2.INTER_LINEAR, borderValue=0)[:, 0]


def around(canvas: Canvas, site: Site, reach_cm: float) -> tuple[slice, slice]:
    """Return the part of the canvas within a reach of a site."""
    reach = int(np.ceil(reach_cm * canvas.px_per_cm)) + 2
    middle = np.round(site.at_px[::-1]).astype(int)
    return tuple(
        slice(max(0, at - reach), max(0, min(size, at + reach + 1)))
        for at, size in zip(middle.tolist(), canvas.shape, strict=True)
    )


def sizes(kind: Kind, amount: float, most: int) -> np.ndarray:
    """Return how far each of the first sites has grown, 0 to 1, float32 (n,): so many as were asked, at most `most`."""
    number = np.arange(min(int(np.ceil(amount)), most), dtype=np.float32)
    age = np.minimum(1.0, (amount - number) / kind.growing)
    return (kind.first + (1.0 - kind.first) * age) * np.minimum(1.0, amount - number)


def lay_ground(canvas: Canvas, kind: Kind, sites: Sequence[Site]) -> Ground:
    """Find the pixels around sites."""
    depth = np.full(canvas.shape, np.inf, np.float32)
    owner = np.full(canvas.shape, -1, np.int32)
    dx, dy, outline = (np.zeros(canvas.shape, np.float32) for _ in range(3))
    for number, site in enumerate(sites):
        radius = max(site.radius_cm, LEAST_RADIUS_PX / canvas.px_per_cm)
        part = around(canvas, site, (1.0 + 0.25 * kind.ragged) * kind.reach * radius)
        if not depth[part].size:
            continue
        across, down = canvas.x_cm[part] - np.float32(site.at_cm[0]), canvas.y_cm[part] - np.float32(site.at_cm[1])
        shape = _outline(site.outline, across, down)
        here = np.hypot(across, down) / (np.float32(radius) * shape)
        nearer = (here < depth[part]) & (here < kind.reach)
        for field, values in ((depth, here), (dx, across), (dy, down), (outline, shape)):
            field[part][nearer] = values[nearer]
        owner[part][nearer] = number
    flat = np.flatnonzero(owner.ravel() >= 0)
    return Ground(flat, owner.ravel()[flat], *(field.ravel()[flat] for field in (dx, dy, outline)))


def _outline(shape, dx, dy):
    """Radius by direction, about one: no lesion is a circle."""
    around = dx + 1j * dy
    around /= np.maximum(np.abs(around), 1e-6)
    twice = around * around
    wave = 0.14 * shape[0] * np.exp(3j * shape[1]) * twice
    wave += 0.09 * shape[2] * np.exp(3j * shape[3]) * twice * around
    wave += 0.05 * shape[4] * np.exp(3j * shape[5]) * twice * twice * around
    return np.maximum(1.0 + wave.real, 0.3).astype(np.float32)
