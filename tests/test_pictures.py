"""Pictures as files: nothing is lost, nothing is half-written."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from diseaseface import pictures

REPORT = {
    "schema": "diseaseface.report/1",
    "disease": {"id": "ORPHA:870", "name": "Sjögren ±"},
    "timings_ms": {"face": 1},
}


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(0).integers(0, 256, (61, 40, 3), dtype=np.uint8)


def test_a_png_keeps_every_pixel(picture):
    with Image.open(io.BytesIO(pictures.encode_png(picture, REPORT))) as image:
        np.testing.assert_array_equal(np.asarray(image), picture)


def test_a_picture_can_be_opened_again_with_its_report_but_without_timings(picture, tmp_path):
    data = pictures.encode_png(picture, REPORT)
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    wanted = {name: value for name, value in REPORT.items() if name != "timings_ms"}
    assert pictures.read_report(data) == wanted
    assert pictures.read_report(path) == wanted
    assert pictures.read_report(str(path)) == wanted


def test_a_drawn_picture_says_that_it_is_synthetic(picture):
    with Image.open(io.BytesIO(pictures.encode_png(picture, REPORT))) as image:
        assert "digitalsourcetype/compositeSynthetic" in image.info["XML:com.adobe.xmp"]


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", '{"schema": "something/else"}'], ids=["empty", "text", "list", "other"]
)
def test_a_foreign_text_is_no_report(picture, text):
    file, texts = io.BytesIO(), PngInfo()
    texts.add_itxt(pictures.REPORT_KEY, text)
    Image.fromarray(picture).save(file, "PNG", pnginfo=texts)
    assert pictures.read_report(file.getvalue()) is None


@pytest.mark.parametrize("photo", [b"no picture", "/no/such/file.png", np.zeros((4, 4, 3), np.uint8), None])
def test_what_is_no_picture_file_has_no_report(photo):
    assert pictures.read_report(photo) is None


def test_the_same_picture_gives_the_same_bytes_whatever_the_clock_says(picture):
    slower = REPORT | {"timings_ms": {"face": 999}}
    assert pictures.encode_png(picture, REPORT) == pictures.encode_png(picture, slower)


def test_a_sheet_holds_every_stage_unchanged(picture):
    sheet = pictures.sheet([picture, 255 - picture], ["0 %", "100 %"])
    np.testing.assert_array_equal(sheet[:61, :40], picture)
    np.testing.assert_array_equal(sheet[:61, -40:], 255 - picture)
    assert sheet.shape[0] > 61


def test_an_animation_returns_to_its_start():
    frames = [np.full((32, 48, 3), value, np.uint8) for value in (0, 80, 160, 240)]
    there = [int(frame[0, 0, 0]) for frame in pictures.there_and_back(frames)]
    assert there == [0, 80, 160, 240, 160, 80]
    with Image.open(io.BytesIO(pictures.encode_gif(frames))) as image:
        assert image.format == "GIF"
        assert image.n_frames == 6
        assert image.size == (48, 32)


def test_a_film_is_an_mp4_that_browsers_play():
    frames = [np.full((33, 49, 3), value, np.uint8) for value in (0, 80, 160, 240)]
    film = pictures.encode_mp4(frames)
    assert film[4:8] == b"ftyp"
    assert b"avc1" in film


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    pictures.write(path, b"old")
    monkeypatch.setattr(pictures.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        pictures.write(path, json.dumps(REPORT).encode())
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]
