import os

import cv2
import numpy as np
import pytest
import skimage.data
import tiny
from PIL import Image

from diseaseface.faces.look import look
from diseaseface.ui.examples import examples


@pytest.fixture(scope="session", autouse=True)
def no_weights_of_ones_own(tmp_path_factory):
    """Tests find only the models that they ask for, whatever this machine has."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("DISEASEFACE_")]:
            patch.delenv(name)
        patch.setenv("HF_HUB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """A real photo, uint8 of shape (512, 512, 3), in the public domain."""
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def face(astronaut):
    """The analysed astronaut."""
    return look(astronaut)


@pytest.fixture(scope="session")
def small_faces(astronaut):
    """Nine faces of 256 px: eight synthetic heads and the astronaut."""
    heads = [np.asarray(Image.open(one.path).convert("RGB")) for one in examples() if one.synthetic]
    return [look(_at_256_px(picture)) for picture in (*heads, astronaut[:300, 70:370])]


def _at_256_px(picture):
    scale = 256 / max(picture.shape)
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="session")
def wall(tmp_path_factory):
    """A photo without a face."""
    path = tmp_path_factory.mktemp("photo") / "wall.png"
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(path)
    return str(path)


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory):
    """A folder of real diffusion models at tiny size, with random weights."""
    from diseaseface.engines.diffusion import stack

    stack.torch().set_num_threads(1)  # tiny arrays are quicker in one thread, and others may be at work
    return tiny.save_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def with_weights(tiny_models):
    """The tiny models, found by the settings while the tests of a module run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISEASEFACE_MODELS", str(tiny_models))
        yield tiny_models
