"""Scalp hair without its pigment: all of it, single strands gone grey, or a white lock in front."""

import cv2
import numpy as np

from diseaseface.engines.morph import fibres, maps
from diseaseface.engines.morph.scalp import Scalp

_LEAST_LIGHT, _MOST_LIGHT, _USUAL_LIGHT = 0.4, 0.62, 0.5  # of white hair
_OVER_EYES = 1.5  # light of white hair over that of the whites of the eyes, which lie in shade
_DETAIL = 0.5  # of the hair's light and shade, natural logarithm, that white hair keeps
# Linear light over that of white hair: the pale yellow of hair without melanin, grey, white, red.
_TINTS = {
    "hair_hypopigmentation": (1.0, 0.86, 0.62),
    "hair_greying": (0.92, 0.92, 0.93),
    "white_forelock": (1.0, 0.98, 0.95),
    "red_hair": (0.42, 0.13, 0.04),
}
_FRAY = 0.55
_LOCK_CM = (0.3, 2.0)  # half widths of the lock at its root: whole, and where it ends
_LOCK_DEEP_CM = 2.4
_LOCK_STEPS = 7
_LEAST_CONTRAST = 0.4  # log light of skin over hair from which their mixture can be told


def bleached(head: Scalp, name: str, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each pixel goes towards its colour without pigment, (h, w), and that colour, (3,)."""
    target = white(head) * np.array(_TINTS[name], np.float32)
    hair = head.canvas.keep(("hair to bleach",), lambda: _without_skin(head))
    if name in ("hair_hypopigmentation", "red_hair"):
        return np.float32(min(share, 1.0)) * hair, target
    if name == "hair_greying":
        order = head.canvas.keep(("greying",), lambda: _order_of_greying(head))
        return maps.smoothstep(np.float32(share * (1.0 + _FRAY)) - order, 0.0, _FRAY) * hair, target
    lock = head.canvas.keep(("forelock",), lambda: _forelock(head))
    return np.float32(min(share, 1.0)) * lock * hair, target


def _without_skin(head):
    """Hair without the skin that shines through it at its edges, (h, w)."""
    canvas = head.canvas
    light, usual = cv2.log(np.maximum(canvas.planes[1], 1 / 512)), _usual(head)
    skin = canvas.skin * (canvas.y_cm > 3.0)
    level = float(np.log(max((canvas.planes[1] * skin).sum() / max(float(skin.sum()), 1.0), 1 / 512)))
    if level - usual < _LEAST_CONTRAST:
        return head.hair
    share = np.clip(1.25 * (level - light) / (level - usual), 0.0, 1.0)
    beside = maps.smoothstep(
        cv2.GaussianBlur(canvas.skin * (1.0 - head.hair), (0, 0), 0.45 * canvas.px_per_cm), 0.0, 0.25
    )
    return head.hair * (1.0 - beside * (1.0 - share))


def recolour(head: Scalp, planes: list[np.ndarray], way: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
    """Return planes (h, w) taken a part of the way, in optical density, to hair of a colour in the same light."""
    usual = _usual(head)
    light = cv2.log(np.maximum(planes[1], 1 / 512))
    lit = np.float32(_DETAIL) * np.clip(light - np.float32(usual), -2.5, 1.0)
    return [
        plane * cv2.exp(way * (lit + np.float32(np.log(to)) - cv2.log(np.maximum(plane, 1 / 512))))
        for plane, to in zip(planes, target, strict=True)
    ]


def _usual(head):
    """Usual light of the hair, natural logarithm."""

    def median():
        hair = head.hair > 0.7
        return float(np.median(np.log(np.maximum(head.canvas.planes[1][hair], 1 / 512)))) if hair.any() else -3.0

    return head.canvas.keep(("usual hair",), median)


def white(head: Scalp) -> float:
    """Return the linear light that white hair would have, going by the whites of the eyes."""
    face, region = head.canvas.face, head.canvas.face.regions.sclera
    eyes = region > 0.8
    if eyes.sum() < 12:
        return _USUAL_LIGHT
    codes = face.image[eyes].mean(axis=-1)
    light = float((np.percentile(codes, 80) / 255.0) ** 2.2)
    return float(np.clip(_OVER_EYES * light, _LEAST_LIGHT, _MOST_LIGHT))


def _order_of_greying(head):
    """When each strand goes grey: those of the temples first, the crown last, (h, w)."""
    x, y = np.abs(head.canvas.x_cm), head.canvas.y_cm
    temples = maps.smoothstep(x, 3.0, 7.0) * maps.smoothstep(y, 11.0, 7.0)
    front = maps.smoothstep(head.line_cm, 2.5, 0.0)
    early = np.maximum(temples, 0.5 * front)
    order = (0.6 * head.strand + 0.4 * (1.0 - early)).astype(np.float32)
    # So that a share of the order is a share of the hair.
    step = max(1, round(0.1 * head.canvas.px_per_cm))
    ranks = np.sort(order[::step, ::step][head.hair[::step, ::step] > 0.5])
    if not len(ranks):
        return order
    return np.interp(order, ranks, np.linspace(0.0, 1.0, len(ranks))).astype(np.float32)


def _forelock(head):
    """Hair whose strand comes from a narrow root zone on the midline of the hairline, (h, w)."""
    canvas = head.canvas
    root = maps.smoothstep(np.abs(canvas.x_cm), _LOCK_CM[1], _LOCK_CM[0]) * maps.smoothstep(
        head.line_cm, _LOCK_DEEP_CM, _LOCK_DEEP_CM - 0.5
    )
    total = (root * head.hair).astype(np.float32)
    for k in range(_LOCK_STEPS):
        total = np.maximum.reduce([total, *fibres.beside(total, head.along, 1.35**k * 0.1 * canvas.px_per_cm)])
    near = maps.smoothstep(np.abs(canvas.x_cm), 5.5, 3.0) * maps.smoothstep(canvas.y_cm, 4.5, 5.5)
    return maps.smoothstep(total * near * 1.4 - 0.75 * head.strand, 0.0, 0.5)
