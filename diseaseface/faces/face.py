"""The record of one analysed face, made once per photo and used by every part."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from diseaseface.faces.chart import Chart, ring_window
from diseaseface.faces.mesh import Pose

NOBODY = 0.02  # a pixel that is the person's by no more than that is not


@dataclass(frozen=True, eq=False)
class Regions:
    """Soft masks of the photo, float32 arrays of shape (H, W) from 0 to 1.

    Attributes
    ----------
    person : head, hair, ears, neck and clothes (against the background)
    skin : bare skin of face, ears and neck; no hair, brows, beard, lips, eyes, mouth
    hair : scalp hair
    brows : eyebrow hair
    beard : beard, moustache and stubble, by how dense it is
    lips : vermilion of both lips
    mouth : what shows between the lips (teeth, tongue, dark)
    sclera : white of both eyes, open part
    iris : iris and pupil of both eyes, visible part
    glasses : spectacle frames and lenses; all zero without
    """

    person: np.ndarray
    skin: np.ndarray
    hair: np.ndarray
    brows: np.ndarray
    beard: np.ndarray
    lips: np.ndarray
    mouth: np.ndarray
    sclera: np.ndarray
    iris: np.ndarray
    glasses: np.ndarray


@dataclass(frozen=True, eq=False)
class Face:
    """One face in one photo.

    Attributes
    ----------
    image : uint8 array of shape (H, W, 3)
        RGB, upright, at most 1,600 px on the long side. Read-only.
    landmarks_px : float64 array of shape (478, 2)
        MediaPipe's face mesh and irises, (x, y) in pixels of `image`. Read-only.
    points_cm : float64 array of shape (478, 3)
        The same points in the canonical frame with pose and photo size taken out
        (X to the subject's left, Y up, Z towards the camera). Read-only.
    pose : Pose
    chart : Chart
        Canonical coordinates of the pixels around the face.
    regions : Regions
    blendshapes : dict of str to float
        MediaPipe's expression coefficients, 0 to 1.
    warnings : tuple of str
        Sentences for the user on what makes this photo less reliable.
    """

    image: np.ndarray
    landmarks_px: np.ndarray
    points_cm: np.ndarray
    pose: Pose
    chart: Chart
    regions: Regions
    blendshapes: dict[str, float]
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.image, self.landmarks_px, self.points_cm):
            array.setflags(write=False)

    @cached_property
    def iris_px(self) -> float:
        """Mean diameter of the irises, pixels; a person's iris is 11.7 mm wide whatever the face's size."""
        across = self.landmarks_px[[469, 474]] - self.landmarks_px[[471, 476]]
        return float(np.linalg.norm(across, axis=1).mean())

    @cached_property
    def pixels_cm(self) -> np.ndarray:
        """Canonical X, Y, Z of every pixel of the chart's box, float32 (h, w, 3)."""
        return self.chart.to_pixels(self.chart.nodes_cm)

    @cached_property
    def within_reach(self) -> np.ndarray:
        """The person and the ring, beyond which no sign changes anything, bool (H, W)."""
        x0, y0, x1, y1 = self.chart.box
        reach = self.regions.person > NOBODY
        reach[y0:y1, x0:x1] |= ring_window(self.pixels_cm[..., 0], self.pixels_cm[..., 1]) > 0.0
        return reach
