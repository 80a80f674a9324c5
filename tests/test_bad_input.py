"""Whatever is handed over as a photo gives a picture or one sentence, soon and in little memory."""

import io
import json
import os
import subprocess
import sys
import time

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import ImageData
from PIL import Image

from diseaseface import Pipeline
from diseaseface.benchmarks import badfiles, badphotos, bounds, falsefiles
from diseaseface.benchmarks.badfiles import EITHER, PICTURE, REFUSED
from diseaseface.errors import DiseaseFaceError, FaceError, PhotoError
from diseaseface.faces.photo import read
from diseaseface.ui.handlers import Handlers
from diseaseface.ui.layout import build

PORTRAIT = np.ascontiguousarray(bounds.portrait()[20:240, 60:260])  # small: what is tested is the reading
FILES = [*badfiles.cases(PORTRAIT), *falsefiles.cases(PORTRAIT)]
LEVELS = 8.0  # of 255, that a file which loses detail may be off on average


def a_sentence(said: str) -> bool:
    return said.endswith((".", ".)")) and "\n" not in said and 20 < len(said) < 400


def refusal_of(work, kinds=DiseaseFaceError):
    """Return what work gives and None, or None and the refusal; whatever else is raised is raised."""
    try:
        return work(), None
    except kinds as error:
        return None, str(error)


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline.load()


def test_the_corpus_is_large_and_no_two_have_one_name(face):
    names = [*(case.name for case in FILES), *badphotos.photos(face)]
    assert len(names) == len(set(names)) >= 300


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_a_bad_file_is_read_or_refused(case, tmp_path):
    path = tmp_path / f"photo{case.suffix}"
    path.write_bytes(case.make())
    start = time.process_time()
    pixels, refusal = refusal_of(lambda: read(path), PhotoError)
    assert time.process_time() - start < bounds.MOST_SECONDS
    assert case.outcome in (REFUSED if refusal else PICTURE, EITHER), refusal
    assert refusal is None or a_sentence(refusal)
    if case.like and pixels is not None:
        assert pixels.shape == PORTRAIT.shape
        assert np.abs(pixels.astype(float) - PORTRAIT).mean() <= LEVELS


def test_a_bad_photo_is_drawn_on_or_refused(pipeline):
    drawn = refused = 0
    for name, make in badphotos.photos(pipeline.look(bounds.portrait())).items():
        start = time.process_time()
        drawing, refusal = refusal_of(
            lambda make=make: pipeline.draw(make(), bounds.DISEASE, 0.7), (PhotoError, FaceError)
        )
        assert drawing or a_sentence(refusal), name
        drawn, refused = drawn + bool(drawing), refused + bool(refusal)
        assert time.process_time() - start < bounds.MOST_SECONDS, name
    assert drawn >= 30, "masks, glasses, tilts, statues and cut faces are still faces"
    assert refused >= 20, "animals, things and noise are none"


@pytest.mark.parametrize("name", ["surgical mask", "black bar", "cut right", "statue", "silhouette"])
def test_a_bad_photo_is_scored_too(name, pipeline):
    photo = badphotos.photos(pipeline.look(bounds.portrait()))[name]()
    result = pipeline.transform(photo, bounds.DISEASE, 1.0)
    assert result.report.to_dict()["scores"].keys() >= {"severity", "identity", "profile_match", "unchanged_outside"}
    assert json.dumps(pipeline.evaluate(photo).to_dict())


def test_nothing_and_animals_show_no_face_that_could_be_drawn_on(face, pipeline):
    photos = badphotos.photos(face)
    for name in ("black", "white", "gradient", "noise", "checkers", "smiley", "chelsea", "coffee", "brick", "page"):
        with pytest.raises(FaceError):
            pipeline.look(np.ascontiguousarray(photos[name]()))


def test_forty_megapixels_take_less_than_a_gigabyte_and_ten_seconds():
    """In a process of its own, whose memory is its own."""
    command = [sys.executable, "-m", "diseaseface", "benchmark", "bounds", "--only", "bombs", "--quick", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, env=os.environ)
    rows = json.loads(done.stdout)
    assert len(rows) >= 4
    assert done.returncode == 0, [row for row in rows if not row["wanted"]]


ARRAYS = {
    "of NaN": np.full((300, 300, 3), np.nan),
    "of infinities": np.full((300, 300, 3), np.inf, np.float32),
    "of truths": np.ones((300, 300, 3), bool),
    "of signed bytes": np.ones((300, 300, 3), np.int8),
    "of 32 bits": np.ones((300, 300, 3), np.int32),
    "of complex numbers": np.ones((300, 300, 3), complex),
    "of objects": np.full((300, 300, 3), None),
    "of texts": np.full((300, 300, 3), "x"),
    "of dates": np.zeros((300, 300, 3), "datetime64[s]"),
    "of records": np.zeros((300, 300), [("r", np.uint8), ("g", np.uint8)]),
    "of no axis": np.array(7, np.uint8),
    "of four axes": np.zeros((1, 300, 300, 3), np.uint8),
    "of channels first": np.zeros((3, 300, 300), np.uint8),
    "of five channels": np.zeros((300, 300, 5), np.uint8),
    "of no width": np.zeros((300, 0, 3), np.uint8),
    "of one pixel": np.zeros((1, 1, 3), np.uint8),
    "of a million rows": np.broadcast_to(np.uint8(0), (1_000_000, 64, 3)),
    "a list": [[1, 2], [3, 4]],
    "a dictionary": {"path": "x"},
    "a function": len,
    "a class": Image.Image,
    "a text file": io.StringIO("x"),
    "a file of nothing": io.BytesIO(),
    "a long path": "x" * 100_000,
    "a path of lines": "a\nb\nc",
    "a path with a zero": "a\0b.jpg",
    "a device": "/dev/zero",
    "an address": "http://127.0.0.1:9/photo.jpg",
    "truth": True,
    "infinity": float("inf"),
}


@pytest.mark.parametrize("photo", ARRAYS.values(), ids=ARRAYS)
def test_what_is_no_photo_is_refused_through_python(photo, pipeline):
    with pytest.raises(DiseaseFaceError) as refusal:
        pipeline.transform(photo, bounds.DISEASE, 0.5)
    assert a_sentence(str(refusal.value))


@pytest.mark.parametrize(
    "turn",
    [
        np.asfortranarray,
        lambda a: np.ascontiguousarray(a[::-1])[::-1],
        lambda a: np.ma.masked_array(a, a > 250),
        lambda a: a.view(type("Own", (np.ndarray,), {})),
    ],
    ids=["by columns", "backwards", "masked", "of a kind of its own"],
)
def test_an_array_in_an_odd_layout_is_the_same_photo(turn):
    np.testing.assert_array_equal(read(turn(PORTRAIT)), PORTRAIT)


def test_a_pipe_and_a_closed_file_do_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    closed = io.BytesIO(b"x")
    closed.close()
    for photo in (tmp_path / "pipe", closed):
        with pytest.raises(PhotoError):
            read(photo)


def test_a_heic_photo_is_told_from_a_film_and_how_to_get_round_it():
    files = {case.name: case.make for case in FILES}
    for name, word in {"HEIC named .jpg": "HEIC", "JPEG XL": "JPEG XL", "film": "film", "SVG bomb": "SVG"}.items():
        with pytest.raises(PhotoError, match=f"{word} file.*save the photo as JPEG"):
            read(files[name]())


def test_the_page_says_in_a_sentence_what_is_wrong_with_a_file(tmp_path, pipeline):
    """Gradio would open the file first, and raise."""
    file = tmp_path / "photo.jpg"
    file.write_text("no picture")
    boxes = [one for one in build(pipeline).blocks.values() if isinstance(one, gr.Image) and one.type == "filepath"]
    assert boxes
    for box in boxes:
        assert box.preprocess(ImageData(path=str(file), orig_name="photo.jpg")) == str(file)
        assert box.preprocess(None) is None
    page = Handlers(pipeline)
    steps = list(page.show(str(file), "ORPHA:870", 70, 0, "", "", "left", "typical", "disease", "morph"))
    assert "cannot be read as a picture" in steps[-1][page.outputs().index("photo_notice")]
