"""The synthetic heads that the page offers as examples."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diseaseface.faces import landmarks

FOLDER = Path(__file__).parents[1] / "assets" / "examples"
LISTED = json.loads((FOLDER / "examples.json").read_text())
IRIS_CENTRES = (468, 473)
IRIS_RIMS = (slice(469, 473), slice(474, 478))


def photo(file: str) -> np.ndarray:
    return np.asarray(Image.open(FOLDER / file).convert("RGB"))


@pytest.fixture(params=LISTED, ids=lambda example: example["file"])
def example(request) -> dict:
    return request.param


def test_every_picture_is_listed_and_every_listed_picture_exists():
    pictures = {path.name for path in FOLDER.glob("*.jpg")}
    assert pictures == {example["file"] for example in LISTED}
    assert len(LISTED) >= 6


def test_the_examples_show_both_sexes_several_ages_and_several_skin_tones():
    assert {example["sex"] for example in LISTED} == {"female", "male"}
    ages = [example["age"] for example in LISTED]
    assert min(ages) < 35
    assert max(ages) > 65
    assert len({example["skin_tone"] for example in LISTED}) >= 3


def test_an_example_says_that_it_is_synthetic_and_under_which_licence(example):
    assert "synthetic" in example["label"].lower()
    assert example["licence"].startswith("CC0-1.0")


def test_an_example_carries_no_metadata_but_the_word_synthetic(example):
    with Image.open(FOLDER / example["file"]) as picture:
        assert not picture.getexif()
        assert picture.info.get("comment") == b"synthetic"


def test_exactly_one_face_is_found_and_it_fills_a_fair_part_of_the_picture(example):
    image = photo(example["file"])
    faces = landmarks.detect(image)
    assert len(faces) == 1
    points, _ = faces[0]
    assert np.ptp(points[:, 1]) > 0.35 * image.shape[0]


def test_the_irises_are_found_on_the_irises(example):
    """The ring of the iris is darker than the face around the eye, and the pupils are level."""
    image = photo(example["file"])
    points, _ = landmarks.detect(image)[0]
    light = image.mean(axis=2)
    skin = np.median(
        light[points[:, 1].astype(int).clip(0, len(light) - 1), points[:, 0].astype(int).clip(0, light.shape[1] - 1)]
    )
    for centre, rim in zip(IRIS_CENTRES, IRIS_RIMS, strict=True):
        half = np.abs(points[rim, 0] - points[centre, 0]).max() / 2
        x, y = points[centre, :2]
        disc = light[int(y - half) : int(y + half) + 1, int(x - half) : int(x + half) + 1]
        assert np.median(disc) < 0.75 * skin
    (_, right), (_, left) = points[list(IRIS_CENTRES), :2]
    assert abs(right - left) < 0.02 * image.shape[0]
