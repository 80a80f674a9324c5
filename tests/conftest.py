import numpy as np
import pytest
import skimage.data

from diseaseface.faces.look import look


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """A real photo, uint8 of shape (512, 512, 3), in the public domain."""
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def face(astronaut):
    """The analysed astronaut."""
    return look(astronaut)
