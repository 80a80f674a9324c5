"""From a photo to a Face, in one call."""

import numpy as np

from diseaseface.errors import FaceError
from diseaseface.faces.cautions import cautions, temple_width_px
from diseaseface.faces.chart import draw_chart, ring_box
from diseaseface.faces.detection import find_face
from diseaseface.faces.face import Face
from diseaseface.faces.mesh import Pose, fit_pose
from diseaseface.faces.photo import read
from diseaseface.faces.regions import find_regions

LEAST_WIDTH_PX = 64.0
MOST_YAW_DEG = 35.0


def look(photo) -> Face:
    """Analyse the largest face of a photo.

    Parameters
    ----------
    photo : str, Path, bytes, binary file, PIL image or uint8 array of shape (H, W, 3)

    Returns
    -------
    Face

    Raises
    ------
    PhotoError
        When the photo cannot be read.
    FaceError
        When it shows no face that can be analysed.
    """
    image = read(photo)
    found = find_face(image)
    pose, points_cm = fit_pose(found.landmarks)
    landmarks_px = np.ascontiguousarray(found.landmarks[:, :2])
    refuse(landmarks_px, pose)
    height, width = image.shape[:2]
    chart = draw_chart(landmarks_px, pose, ring_box(pose, width, height))
    regions = find_regions(image, landmarks_px, points_cm, pose, chart)
    warnings = cautions(image, found, pose, regions)
    return Face(image, landmarks_px, points_cm, pose, chart, regions, found.blendshapes, warnings)


def refuse(landmarks_px: np.ndarray, pose: Pose) -> None:
    """Raise FaceError for a head turned too far and for a face too small to analyse."""
    width_px = temple_width_px(landmarks_px)
    if abs(pose.yaw_deg) > MOST_YAW_DEG:
        raise FaceError(
            f"The head is turned by {abs(pose.yaw_deg):.0f}°; use a photo from the front, "
            f"turned by less than {MOST_YAW_DEG:.0f}°."
        )
    if width_px < LEAST_WIDTH_PX:
        raise FaceError(
            f"The face is only {width_px:.0f} px wide between the temples; "
            f"use a photo where it is at least {LEAST_WIDTH_PX:.0f} px, better 200."
        )
