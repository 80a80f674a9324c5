"""From a photo to a Face: landmarks, pose, canonical coordinates, regions, identity."""

from diseaseface.faces.products import by_one_thread

by_one_thread()
