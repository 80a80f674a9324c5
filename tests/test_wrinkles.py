"""Lines and inflamed patches are read from pixels as they were drawn."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from diseaseface.edits import Change
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation.readings import read_alone, read_change
from diseaseface.evaluation.wrinkles import READINGS
from diseaseface.faces.look import look
from diseaseface.knowledge.catalogue import attributes

LINES = ["forehead_lines", "glabellar_lines", "periorbital_lines", "perioral_lines"]
PATCHES = ["eczema", "psoriasis", "seborrhoeic_dermatitis", "discoid_plaques"]


@pytest.fixture(scope="module")
def large(astronaut):
    return look(cv2.resize(astronaut[:330, 90:370], None, fx=2.6, fy=2.6, interpolation=cv2.INTER_CUBIC))


@pytest.fixture(scope="module")
def engine():
    return MorphEngine()


def read(face, engine, name, share):
    attribute = attributes()[name]
    pole = attribute.pole(1 if share > 0 else -1)
    drawn = engine.render(face, [Change(attribute, abs(share) * pole.full)], seed=1)
    found = read_change(face, replace(face, image=drawn.picture)).values[attribute.measure]
    return found, drawn.applied[0].amount


@pytest.mark.parametrize("name", LINES)
def test_deeper_lines_read_deeper(large, engine, name):
    depths = [read(large, engine, name, share)[0] for share in (0.4, 0.7, 1.0)]
    assert depths[0] > 0.0
    assert (np.diff(depths) > 0.0).all()


def test_lines_of_the_forehead_are_not_read_beside_the_eyes(large, engine):
    drawn = engine.render(large, [Change(attributes()["forehead_lines"], 4.0)], seed=1)
    values = read_change(large, replace(large, image=drawn.picture)).values
    assert abs(values["periorbital_line_depth"]) < 0.1 * values["forehead_line_depth"]


@pytest.mark.parametrize(("measure", "axis"), [("forehead_line_depth", 1), ("perioral_line_depth", 0)])
def test_only_lines_that_run_the_way_of_the_muscles_count(large, measure, axis):
    x0, y0, x1, y1 = large.chart.box

    def striped(axis):
        """The face with dark lines, 0.5 cm apart, along x (axis 1) or along y (axis 0)."""
        stripes = 1.0 - 0.15 * np.exp(-((np.mod(large.pixels_cm[..., axis], 0.5) - 0.25) ** 2) / 0.06**2)
        picture = large.image.astype(np.float32)
        picture[y0:y1, x0:x1] *= stripes[..., None]
        return read_change(large, replace(large, image=picture.astype(np.uint8))).values[measure]

    assert striped(axis) > 3.0 * max(striped(1 - axis), 0.01)


@pytest.mark.parametrize("name", PATCHES)
def test_inflamed_patches_are_read_as_the_share_that_they_cover(large, engine, name):
    for share in (0.6, 1.0):
        found, applied = read(large, engine, name, share)
        assert found == pytest.approx(applied, rel=0.45)


def test_an_even_flush_is_no_patch(large, engine):
    drawn = engine.render(large, [Change(attributes()["facial_erythema"], 9.0)], seed=1)
    assert read_change(large, replace(large, image=drawn.picture)).values["inflamed_area"] < 8.0


def test_a_small_photo_shows_no_lines(astronaut):
    small = look(cv2.resize(astronaut[:300, 80:380], (220, 220), interpolation=cv2.INTER_AREA))
    values = read_alone(small).values
    assert all(values[name] is None for name in READINGS if name.endswith("line_depth"))
