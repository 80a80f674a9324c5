"""Distances and angles of a drawn face, read apart from its photo but without the masks and colours of an analysis."""

import numpy as np

from diseaseface.evaluation.contours import traced_points_cm
from diseaseface.evaluation.frame import frame_of
from diseaseface.faces.anthropometry import readings
from diseaseface.faces.detection import find_face
from diseaseface.faces.face import Face
from diseaseface.faces.mesh import fit_pose


def shape_of(face: Face) -> dict[str, float]:
    """Return the distances and angles of an analysed face as single photos are read."""
    return readings(traced_points_cm(frame_of(face)))


def shape_drawn(face: Face, picture: np.ndarray) -> dict[str, float]:
    """Return those of a picture drawn from a face, several times as fast as analysing it.

    Raises
    ------
    DiseaseFaceError
        Where no face is found in it.
    """
    found = find_face(picture)
    pose, points_cm = fit_pose(found.landmarks)
    marks = np.ascontiguousarray(found.landmarks[:, :2])
    return shape_of(Face(picture, marks, points_cm, pose, face.chart, face.regions, face.blendshapes))
