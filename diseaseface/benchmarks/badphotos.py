"""Photos that are no plain portrait: turned, hidden, cut, many, drawn, of stone, of animals, or of nothing."""

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np

from diseaseface.faces.face import Face
from diseaseface.faces.mesh import canonical_mesh

Photos = Mapping[str, Callable[[], np.ndarray]]
SIDE_PX = 320  # of what is made of nothing

# MediaPipe's numbers: the outline from ear to ear below the nose; the eyes.
_MASK = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 6)
_RIGHT_EYE, _LEFT_EYE = (33, 133), (362, 263)
_ANIMALS = ("chelsea", "horse")
_THINGS = ("coffee", "coins", "brick", "moon", "page", "text", "rocket", "retina", "hubble_deep_field", "logo")


def photos(face: Face) -> dict[str, Callable[[], np.ndarray]]:
    """Return all bad photos around one analysed portrait by name; each is made when it is called."""
    return {
        **_turned(face),
        **_hidden(face),
        **_framed(face.image),
        **_spoilt(face.image),
        **_of_nothing(),
        **_others(),
    }


def _turned(face: Face) -> Photos:
    photo = face.image
    made = {f"turned by {angle}°": partial(profile_of, face, angle) for angle in (-90, -60, -40, -20, 20, 40, 60, 90)}
    made |= {f"tilted by {angle}°": partial(_tilted, photo, angle) for angle in (-90, -45, 30, 90, 135, 180)}
    return made | {"mirrored": lambda: photo[:, ::-1]}


def profile_of(face: Face, angle_deg: float) -> np.ndarray:
    """Turn a head about its long axis: the face's own mesh with its own texture, painted from back to front."""
    turn = np.radians(angle_deg)
    spin = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    points = np.asarray(face.points_cm)[:468]
    middle = points.mean(axis=0) - (0, 0, 4.0)
    moved = (points - middle) @ spin.T + middle
    target = face.pose.to_px(moved).astype(np.float32)
    source = np.asarray(face.landmarks_px)[:468].astype(np.float32)
    picture = np.full_like(face.image, 150)
    triangles = canonical_mesh().triangles
    for corners in triangles[np.argsort(moved[triangles, 2].sum(axis=1))]:
        _paint(picture, face.image, source[corners], target[corners])
    return picture


def _paint(picture, photo, source, target) -> None:
    """Carry one triangle over, (3, 2) pixels each."""
    left, top = np.maximum(np.floor(target.min(axis=0)).astype(int), 0)
    right, bottom = np.ceil(target.max(axis=0)).astype(int) + 1
    room = picture[top:bottom, left:right]
    if 0 in room.shape[:2]:
        return
    corner = np.array([left, top], np.float32)
    carried = cv2.warpAffine(photo, cv2.getAffineTransform(source, target - corner), room.shape[1::-1])
    inside = np.zeros(room.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, np.round(target - corner).astype(np.int32), 1)
    room[inside > 0] = carried[inside > 0]


def _tilted(photo, angle_deg: float):
    height, width = photo.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 0.9)
    return cv2.warpAffine(photo, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _hidden(face: Face) -> Photos:
    mask, eyes = partial(_covered, face, _MASK), partial(_glasses, face)
    return {
        "surgical mask": lambda: mask((150, 190, 210)),
        "black mask": lambda: mask((15, 15, 15)),
        "mask and sunglasses": lambda: _glasses(face, mask((240, 240, 240))),
        "sunglasses": lambda: eyes(face.image),
        "patch on one eye": lambda: eyes(face.image, (_LEFT_EYE,)),
        "black bar": lambda: _bar(face),
        "veil": lambda: _below(face, 6, 30),
        "forehead hidden": lambda: _above(face, 9, 40),
        "half in paint": lambda: _half(face),
    }


def _covered(face: Face, outline, colour):
    picture = face.image.copy()
    cv2.fillPoly(picture, [np.round(face.landmarks_px[list(outline)]).astype(np.int32)], colour)
    return picture


def _glasses(face: Face, photo, eyes=(_RIGHT_EYE, _LEFT_EYE)):
    picture, points = photo.copy(), np.asarray(face.landmarks_px)
    for outer, inner in eyes:
        middle, wide = points[[outer, inner]].mean(axis=0), np.linalg.norm(points[outer] - points[inner])
        axes = int(0.85 * wide), int(0.7 * wide)
        cv2.ellipse(picture, np.round(middle).astype(int).tolist(), axes, 0, 0, 360, (10, 10, 12), -1)
    return picture


def _bar(face: Face):
    picture, eyes = face.image.copy(), face.landmarks_px[[33, 263]]
    thick = int(0.4 * np.linalg.norm(eyes[0] - eyes[1]))
    cv2.line(picture, *(np.round(eye).astype(int).tolist() for eye in eyes), (0, 0, 0), thick)
    return picture


def _below(face: Face, landmark: int, grey: int):
    picture = face.image.copy()
    picture[int(face.landmarks_px[landmark, 1]) :] = grey
    return picture


def _above(face: Face, landmark: int, grey: int):
    picture = face.image.copy()
    picture[: int(face.landmarks_px[landmark, 1])] = grey
    return picture


def _half(face: Face):
    picture = face.image.copy()
    picture[:, int(face.landmarks_px[1, 0]) :] = (20, 90, 40)
    return picture


def _framed(photo: np.ndarray) -> Photos:
    height, width = photo.shape[:2]
    made = {f"{count} x {count} faces": partial(_tiled, photo, count) for count in (2, 3, 6)}
    made |= {f"face of {share:.0%}": partial(_small, photo, share) for share in (0.6, 0.4, 0.2, 0.08)}
    third = {"left": np.s_[:, width // 3 :], "right": np.s_[:, : 2 * width // 3], "above": np.s_[height // 4 :]}
    halves = {"below": np.s_[: height // 2], "to a strip": np.s_[height // 5 : height // 3 + 20]}
    made |= {f"cut {word}": partial(np.copy, photo[part]) for word, part in {**third, **halves}.items()}
    return made | {
        "stretched wide": lambda: cv2.resize(photo, None, fx=2.5, fy=1),
        "stretched tall": lambda: cv2.resize(photo, None, fx=1, fy=2.5),
        "two unlike faces": lambda: np.hstack([photo, photo[:, ::-1] // 2]),
    }


def _tiled(photo, count: int):
    return np.tile(photo, (count, count, 1))


def _small(photo, share: float):
    picture = np.full_like(photo, 180)
    little = cv2.resize(photo, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    top, left = (photo.shape[0] - little.shape[0]) // 2, (photo.shape[1] - little.shape[1]) // 3
    picture[top : top + little.shape[0], left : left + little.shape[1]] = little
    return picture


def _spoilt(photo: np.ndarray) -> Photos:
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    random = np.random.default_rng(0)
    return {
        "dark": lambda: photo // 20,
        "bright": lambda: np.clip(photo.astype(int) * 4 + 60, 0, 255).astype(np.uint8),
        "flat": lambda: (120 + photo // 25).astype(np.uint8),
        "negative": lambda: 255 - photo,
        "blue for red": lambda: photo[..., ::-1],
        "red light": lambda: (photo * (1.0, 0.1, 0.05)).astype(np.uint8),
        "blurred": lambda: cv2.GaussianBlur(photo, None, 12),
        "shaken": lambda: cv2.blur(photo, (41, 1)),
        "mosaic": lambda: cv2.resize(photo[::16, ::16], photo.shape[1::-1], interpolation=cv2.INTER_NEAREST),
        "noisy": lambda: np.clip(photo + random.normal(0, 70, photo.shape), 0, 255).astype(np.uint8),
        "halftone": lambda: _grey(np.where(grey > random.integers(0, 255, grey.shape), 255, 0)),
        "statue": lambda: _grey(cv2.createCLAHE(3).apply(grey)),
        "statue of bronze": lambda: (grey[..., None] * (0.7, 0.5, 0.3)).astype(np.uint8),
        "pencil drawing": lambda: _grey(255 - cv2.dilate(cv2.Canny(grey, 60, 140), None)),
        "cartoon": lambda: cv2.pyrMeanShiftFiltering(photo, 12, 40) // 48 * 48,
        "silhouette": lambda: _grey(np.where(grey > 128, 255, 0)),
    }


def _grey(values) -> np.ndarray:
    return np.repeat(np.asarray(values, np.uint8)[..., None], 3, axis=2)


def _of_nothing() -> Photos:
    shape = (SIDE_PX, SIDE_PX)
    ramp = np.linspace(0, 255, SIDE_PX).astype(np.uint8)
    random = np.random.default_rng(1)
    return {
        "black": lambda: _grey(np.zeros(shape)),
        "white": lambda: _grey(np.full(shape, 255)),
        "gradient": lambda: _grey(np.broadcast_to(ramp, shape)),
        "noise": lambda: random.integers(0, 256, (*shape, 3), dtype=np.uint8),
        "checkers": lambda: _grey(np.indices(shape).sum(axis=0) // 20 % 2 * 255),
        "smiley": _smiley,
        "stick man": _stick_man,
    }


def _smiley():
    picture = np.full((SIDE_PX, SIDE_PX, 3), 255, np.uint8)
    cv2.circle(picture, (160, 160), 120, (250, 210, 40), -1)
    for x in (120, 200):
        cv2.circle(picture, (x, 130), 14, (0, 0, 0), -1)
    cv2.ellipse(picture, (160, 180), (60, 45), 0, 10, 170, (0, 0, 0), 6)
    return picture


def _stick_man():
    picture = np.full((SIDE_PX, SIDE_PX, 3), 255, np.uint8)
    cv2.circle(picture, (160, 80), 40, (0, 0, 0), 3)
    for start, end in (((160, 120), (160, 220)), ((160, 150), (100, 190)), ((160, 150), (220, 190))):
        cv2.line(picture, start, end, (0, 0, 0), 3)
    return picture


def _others() -> Photos:
    import skimage.data

    def shown(name: str) -> np.ndarray:
        picture = np.asarray(getattr(skimage.data, name)())
        picture = picture[..., :3] if picture.ndim == 3 else picture
        picture = picture.astype(np.uint8) * (255 if picture.dtype == bool else 1)
        picture = picture if picture.ndim == 3 else _grey(picture)
        scale = SIDE_PX / max(picture.shape[:2])
        return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)

    made = {name.replace("_", " "): partial(shown, name) for name in (*_ANIMALS, *_THINGS)}
    return made | {"cat upside down": lambda: shown("chelsea")[::-1], "man with a camera": lambda: shown("camera")}
