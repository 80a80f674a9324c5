"""From a photo to a Face: landmarks, pose, canonical coordinates, regions, identity."""
