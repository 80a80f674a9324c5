"""Sentences for the user on what makes a photo less reliable."""

import cv2
import numpy as np

from diseaseface.faces.contours import EYES, fill_each
from diseaseface.faces.detection import Detection
from diseaseface.faces.face import Regions
from diseaseface.faces.light import clipped_share, face_luminance, side_light_stops
from diseaseface.faces.mesh import Pose

TEMPLES = (234, 454)
# Set by eye on portraits; neutral ones stay below all of them.
_SMALL_PX = 96.0
_TURNED_DEG = 20.0
_OPEN_JAW, _OPEN_GAP = 0.2, 0.1
_SMILE, _SHUT = 0.5, 0.5
_SIDE_STOPS, _CLIPPED_SHARE, _DARK = 1.4, 0.03, 0.012
_COVERED = 0.3


def cautions(image: np.ndarray, found: Detection, pose: Pose, regions: Regions) -> tuple[str, ...]:
    """Return the warnings that hold for a face, most general first."""
    points = found.landmarks[:, :2]
    checks = (
        (found.others > 0, f"The photo shows {found.others + 1} faces; the largest was analysed."),
        *_about_size_and_turn(points, pose),
        *_about_what_covers_the_eyes(points, pose, regions),
        *_about_expression(points, found.blendshapes),
        *_about_light(image, points),
    )
    return tuple(sentence for holds, sentence in checks if holds)


def _about_size_and_turn(points, pose):
    width = temple_width_px(points)
    yaw = abs(pose.yaw_deg)
    yield width < _SMALL_PX, f"The face is only {width:.0f} px wide, so fine signs cannot be read well."
    yield yaw > _TURNED_DEG, f"The head is turned by {yaw:.0f}°, so the two sides cannot be compared well."


def _about_what_covers_the_eyes(points, pose, regions):
    worn = regions.glasses.any()
    yield worn, "Glasses seem to be worn, so signs around the eyes are less reliable."
    yield not worn and _covered(points, pose, regions), "Hair or something else seems to lie over an eye."


def _about_expression(points, blendshapes):
    gap = np.linalg.norm(points[13] - points[14]) / max(np.linalg.norm(points[61] - points[291]), 1e-6)
    smile = (blendshapes["mouthSmileLeft"] + blendshapes["mouthSmileRight"]) / 2
    shut = max(blendshapes["eyeBlinkLeft"], blendshapes["eyeBlinkRight"])
    is_open = blendshapes["jawOpen"] > _OPEN_JAW or gap > _OPEN_GAP
    yield is_open, "The mouth is open, so signs of mouth and jaw are less reliable."
    yield smile > _SMILE, "The face smiles broadly, which changes eyes, cheeks and mouth."
    yield shut > _SHUT, "An eye is nearly closed, so signs of lids and eyes are less reliable."


def _about_light(image, points):
    side, clipped = side_light_stops(image, points), clipped_share(image, points)
    harsh = side > _SIDE_STOPS or clipped > _CLIPPED_SHARE
    yield harsh, "The light is harsh, so signs of colour are less reliable."
    dark = not harsh and face_luminance(image, points) < _DARK
    yield dark, "The face is very dark in this photo, so signs of colour are less reliable."


def _covered(points, pose, regions):
    """Whether much of the surroundings of an eye is neither skin nor brow nor eye."""
    shape, reach = regions.skin.shape, round(0.5 * pose.px_per_cm)
    seen = regions.skin + regions.brows + regions.sclera + regions.iris
    for eye in EYES:
        lids = fill_each(points, [eye], shape)
        ring = cv2.dilate(lids, np.ones((2 * reach + 1,) * 2)) * (1 - cv2.dilate(lids, np.ones((5, 5))))
        if ring.any() and 1 - (seen * ring).sum() / ring.sum() > _COVERED:
            return True
    return False


def temple_width_px(points: np.ndarray) -> float:
    """Return the width of the face between the temples."""
    return float(np.linalg.norm(points[TEMPLES[0]] - points[TEMPLES[1]]))
