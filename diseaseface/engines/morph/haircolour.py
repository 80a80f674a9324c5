"""Scalp hair without its pigment: all of it, single strands gone grey, or a white lock in front."""

import cv2
import numpy as np

from diseaseface.engines.morph import fibres, maps, skull
from diseaseface.engines.morph.scalp import Scalp

_LEAST_LIGHT, _MOST_LIGHT, _USUAL_LIGHT = 0.4, 0.62, 0.5  # of white hair
_OVER_EYES = 1.5  # light of white hair over that of the whites of the eyes, which lie in shade
_DETAIL = 0.7  # of the light and shade of strands, natural logarithm, that white hair keeps
_BROADLY, _BROAD_CM = 0.45, 0.3  # of that of locks and sheen, which the dark of pigment makes strong
_SHEEN, _SHEEN_CM = 0.8, (0.3, 1.5)  # the most of it; towards the hair's edge it is skin or wall that shines through
# Dark hair hides the shade of the head's form, natural logarithm: towards its outline, and beside the face.
_OUTLINE, _TO_OUTLINE = -0.3, (0.72, 1.2)
_BESIDE, _TO_BESIDE_CM = -0.3, (8.5, 2.0)
_USUAL_FORM = 0.25  # so that form leaves hair as light as it is, by eye
# Where hair ends on skin it is seen through the more the less pigment is left, strand by strand; cm inside its edge.
_THROUGH_CM, _UNEVENLY_CM, _OFF_WALL_CM = (-0.15, 0.2), 0.3, (0.5, 1.0)
# Linear light over that of white hair: the pale yellow of hair without melanin, grey, white, red.
_TINTS = {
    "hair_hypopigmentation": (1.05, 0.88, 0.66),
    "hair_greying": (0.92, 0.92, 0.93),
    "white_forelock": (1.0, 0.98, 0.95),
    "red_hair": (0.42, 0.13, 0.04),
}
_EARLIER = 0.6  # share of grey hairs at the temples over that on the crown
_SINGLE, _TOLD = 0.5, 0.3  # how sharply single strands differ, and by how much of the whole way
_LOCK_CM, _LOCK_WIDENS = 1.3, 0.08  # half width of the lock at its root, and how it grows with each cm
_LOCK_ENDS_CM = (6.5, 3.0)  # above the hairline: the whole of it, and its end
_LOCK_STEPS = 6
_TOLD_APART = (0.04, 0.12)  # linear light between hair and what is behind, from which their mixture can be told
_EDGE_CM = (1.5, 0.8)  # inside the hair's edge it is whole
_DEEP_CM = (0.4, 0.8)  # no skin shines through there
_OFF_MIXTURE = (0.35, 0.15)  # what is no mixture is sheen
_SURELY_HAIR = (0.35, 0.85)
_EDGE_LIGHT, _EDGE_STRANDS = 1.1, 0.5  # of hair at an edge over that within; natural logarithm between its strands
_WHOLE = (1.0, 0.96)  # share of hair from which nothing is seen through it: the wall is far lighter than dark hair
_DARK, _DARK_STRANDS = (-1.0, -2.2), 0.7  # natural logarithm of light: below the usual hair, and between strands there


def bleached(head: Scalp, name: str, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the hair of each pixel goes towards its colour without pigment, (h, w), and that colour, (3,)."""
    target = white(head) * np.array(_TINTS[name], np.float32)
    share = np.float32(min(share, 1.0))
    if name in ("hair_hypopigmentation", "red_hair"):
        return np.full(head.canvas.shape, share), target
    if name == "hair_greying":
        order = head.canvas.keep(("greying",), lambda: _order_of_greying(head))
        level = share + 4.0 * _EARLIER * share * (1.0 - share) * (0.5 - order)
        return _strand_by_strand(head, np.clip(level, 0.0, 1.0)), target
    return share * head.canvas.keep(("forelock",), lambda: _forelock(head)), target


def _share(head):
    """How much of each pixel is hair, (h, w): at its edges by how far its colour lies from what is behind."""
    canvas = head.canvas
    behind, light = cv2.split(head.behind), canvas.planes
    own = _deep(head)
    apart = sum((b - o) ** 2 for b, o in zip(behind, own, strict=True))
    along = sum((b - p) * (b - o) for b, p, o in zip(behind, light, own, strict=True))
    seen = np.clip(along / np.maximum(apart, 1e-6), 0.0, 1.0)
    aside = sum(((1.0 - seen) * b + seen * o - p) ** 2 for b, p, o in zip(behind, light, own, strict=True))
    told = maps.smoothstep(np.sqrt(apart), *_TOLD_APART) * maps.smoothstep(head.off_hair_cm, *_EDGE_CM)
    told *= maps.smoothstep(np.sqrt(aside / np.maximum(apart, 1e-6)), *_OFF_MIXTURE)
    hair = cv2.GaussianBlur(head.pigmented, (0, 0), max(0.6, 0.07 * canvas.px_per_cm))
    # Skin that curves into shade is on the way to hair, too: where hair is not expected, only what is near it is hair.
    seen = seen + (1.0 - hair) * (maps.smoothstep(seen, *_SURELY_HAIR) - seen)
    return ((hair + told * (seen - hair)) * head.reach).astype(np.float32)


def _deep(head):
    """Light of the hair where no skin shines through, continued to its edges, planes (h, w)."""

    def filled():
        deep = head.hair * maps.smoothstep(head.off_hair_cm, *_DEEP_CM)
        return cv2.split(skull.fill(head.canvas, np.maximum(deep, 1e-3 * head.hair), 0.2))

    return head.canvas.keep(("deep hair",), filled)


def recolour(head: Scalp, hairs: list[np.ndarray], way: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
    """Return planes (h, w) of the hair's light taken a part of the way, in optical density, to a colour."""
    lit = head.canvas.keep(("light of pale hair",), lambda: _light(head))
    pale = np.float32(target.min() / white(head))
    through = pale * way * head.canvas.keep(("skin through pale hair",), lambda: _through(head))
    light = zip(hairs, cv2.split(head.behind), [lit + np.float32(np.log(to)) for to in target], strict=True)
    drawn = ((hair * cv2.exp(way * (goal - cv2.log(hair))), behind) for hair, behind, goal in light)
    return [hair + through * (behind - hair) for hair, behind in drawn]


def _through(head):
    """How much of the skin is seen through hair without pigment, (h, w), 0 to 1."""
    ends = maps.smoothstep(head.off_hair_cm - _UNEVENLY_CM * head.strand, *_THROUGH_CM[::-1])
    return (ends * head.bare[1] * maps.smoothstep(head.off_cm, *_OFF_WALL_CM)).astype(np.float32)


def _light(head):
    """Light and shade of hair without pigment, (h, w), natural logarithm."""
    detail = cv2.log(strands(head)[1][1]) - np.float32(_usual(head))
    broad = cv2.GaussianBlur(detail, (0, 0), _BROAD_CM * head.canvas.px_per_cm)
    sheen = _SHEEN * maps.smoothstep(head.off_hair_cm, *_SHEEN_CM)
    lit = _BROADLY * np.clip(broad, -2.5, sheen) + _DETAIL * np.clip(detail - broad, -1.2, 1.2)
    # What is told from its mixture has no strands of its own left.
    lost = maps.smoothstep(strands(head)[0], *_WHOLE) * (head.strand - np.float32(0.6))
    lit += _OUTLINE * maps.smoothstep(skull.radius(head.canvas), *_TO_OUTLINE) + _USUAL_FORM
    lit += _BESIDE * maps.smoothstep(head.canvas.y_cm, *_TO_BESIDE_CM)
    return lit.astype(np.float32) + _EDGE_STRANDS * lost + _in_the_dark(head, detail)


def strands(head: Scalp) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the share of each pixel that is hair, (h, w), and the light of that hair, planes (h, w)."""

    def made():
        share = _share(head)
        seen = zip(head.canvas.planes, cv2.split(head.behind), _deep(head), strict=True)
        return share, [_own(plane, behind, deep, share) for plane, behind, deep in seen]

    return head.canvas.keep(("share of hair",), made)


def _own(plane, behind, deep, share):
    """One plane of the hair's light, (h, w), without what shows through at its edges."""
    own = np.clip((plane - (1.0 - share) * behind) / np.maximum(share, 0.15), 1 / 512, 1.0)
    through = maps.smoothstep(share, *_WHOLE)
    own = np.minimum(np.minimum(own, plane), _EDGE_LIGHT * deep)
    return np.maximum(plane + through * (own - plane), 1 / 512)


def _in_the_dark(head, detail):
    """Strands where pigment lets nothing be seen of them, (h, w), natural logarithm of light."""
    return _DARK_STRANDS * maps.smoothstep(detail, *_DARK) * (head.strand - np.float32(0.6))


def _usual(head):
    """Usual light of the hair, natural logarithm."""

    def median():
        hair = head.hair > 0.7
        return float(np.median(np.log(np.maximum(head.canvas.planes[1][hair], 1 / 512)))) if hair.any() else -3.0

    return head.canvas.keep(("usual hair",), median)


def white(head: Scalp) -> float:
    """Return the linear light that white hair would have, going by the whites of the eyes."""
    return head.canvas.keep(("white hair",), lambda: _by_eyes(head.canvas.face))


def _by_eyes(face):
    region = face.regions.sclera
    eyes = region > 0.8
    if eyes.sum() < 12:
        return _USUAL_LIGHT
    codes = face.image[eyes].mean(axis=-1)
    light = float((np.percentile(codes, 80) / 255.0) ** 2.2)
    return float(np.clip(_OVER_EYES * light, _LEAST_LIGHT, _MOST_LIGHT))


def _order_of_greying(head):
    """When hair goes grey: that of the temples first, the crown last, (h, w)."""
    x, y = np.abs(head.canvas.x_cm), head.canvas.y_cm
    temples = maps.smoothstep(x, 3.0, 7.0) * maps.smoothstep(y, 11.0, 7.0)
    front = maps.smoothstep(head.line_cm, 2.5, 0.0)
    early = np.maximum(temples, 0.5 * front)
    order = (1.0 - early + 0.12 * head.canvas.noise(0, "greying", 1.2)).astype(np.float32)
    # So that a share of the order is a share of the hair.
    step = max(1, round(0.1 * head.canvas.px_per_cm))
    ranks = np.sort(order[::step, ::step][head.hair[::step, ::step] > 0.5])
    if not len(ranks):
        return order
    return np.interp(order, ranks, np.linspace(0.0, 1.0, len(ranks))).astype(np.float32)


def _forelock(head):
    """A tuft from the midline of the hairline, along the strands, with single white strands at its sides, (h, w)."""
    canvas = head.canvas
    wide = np.float32(_LOCK_CM) + _LOCK_WIDENS * np.clip(head.line_cm, 0.0, 6.0)
    tuft = np.exp(-((canvas.x_cm / wide) ** 4)) * maps.smoothstep(head.line_cm, *_LOCK_ENDS_CM)
    for k in range(_LOCK_STEPS):
        tuft = (tuft + sum(fibres.beside(tuft, head.along, 1.6**k * 0.1 * canvas.px_per_cm))) / 3.0
    return _strand_by_strand(head, maps.smoothstep(tuft, 0.15, 0.8)) * maps.smoothstep(canvas.y_cm, 4.5, 5.5)


def _strand_by_strand(head, level):
    """A share of white hairs (h, w) as strands show it: most hairs are too thin to be told from their neighbours."""
    whole = maps.smoothstep(level * (1.0 + _SINGLE) - head.strand, 0.0, _SINGLE)
    return level + _TOLD * (whole - level)
