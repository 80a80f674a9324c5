"""Folders of photos: a row a photo, a bad one with its reason, and a CSV that is whole or not there."""

import csv
import io
import json

import known
import numpy as np
import pytest
from PIL import Image

from diseaseface import Pipeline, pictures, survey
from diseaseface.__main__ import main
from diseaseface.errors import UnknownDisease
from diseaseface.survey import REFUSED, Row


@pytest.fixture(scope="module")
def folder(tmp_path_factory, astronaut):
    """Two readable photos, one of them drawn here, a wall, and a text that calls itself a photo."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "inner").mkdir()
    small = np.ascontiguousarray(astronaut[:320, 60:380])
    Image.fromarray(small).save(folder / "a.png")
    inside = {"schema": "diseaseface.report/1", "disease": {"id": "DF:rosacea", "name": "Rosacea"}, "severity": 0.7}
    (folder / "inner" / "b.png").write_bytes(pictures.encode_png(small[:, ::-1].copy(), inside))
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(folder / "c.jpg")
    (folder / "d.jpg").write_text("no photo", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def done(folder, tmp_path_factory):
    """What the command line makes of that folder: rows of the CSV, and the reports."""
    out = tmp_path_factory.mktemp("out")
    asked = ["evaluate", str(folder), "--disease", "Rosacea", "--csv", str(out / "t.csv")]
    assert main([*asked, "--report", str(out / "t.json")]) == 0
    text = (out / "t.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text))), json.loads((out / "t.json").read_text(encoding="utf-8"))


def test_every_photo_is_a_row_named_by_its_place_in_the_folder(done):
    assert [row["photo"] for row in done[0]] == ["a.png", "c.jpg", "d.jpg", "inner/b.png"]
    assert [report["photo"] for report in done[1]] == ["a.png", "c.jpg", "d.jpg", "inner/b.png"]


def test_a_bad_photo_is_a_row_with_its_sentence_and_no_numbers(done):
    for row in done[0][1:3]:
        assert row["status"] == REFUSED
        assert row["note"].endswith(".")
        assert row["severity"] == row["departs"] == ""


def test_a_read_photo_has_severity_with_its_interval_and_every_measure(done):
    row = done[0][0]
    assert float(row["severity_low"]) <= float(row["severity"]) <= float(row["severity_high"])
    assert row["departs"] in ("yes", "no")
    assert float(row["nose_width (mm)"]) > 10
    assert sum(name.startswith("z: ") for name in row) == 3


def test_a_picture_drawn_here_is_recognised(done):
    assert [row["drawn_here_as"] for row in done[0]] == ["", "", "", "Rosacea 70 %"]


def test_cells_that_a_spreadsheet_would_run_are_made_text():
    rows = [Row("=HYPERLINK(1)", reason="-1 is no photo."), Row("plain.jpg", reason="No face.")]
    text = survey.to_csv(rows).decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text))
    assert first["photo"] == "'=HYPERLINK(1)"
    assert first["note"] == "'-1 is no photo."
    assert second["photo"] == "plain.jpg"


def test_words_count_what_was_read(done, capsys):
    lines = survey.in_words([Row("a.jpg", reason="No face."), Row("long name.jpg", reason="Too small.")])
    assert lines[-1] == "0 of 2 photos read, 2 refused."
    assert "refused: No face." in lines[0]


def test_an_unknown_disease_is_refused_before_any_photo_is_read():
    with pytest.raises(UnknownDisease):
        survey.survey(Pipeline(known.diseases(), {}), ["nothing.jpg"], "xyzzy")


@pytest.mark.parametrize("wrong", [["--map", "m.png"], ["--before", "x.png"], ["--disease", "xyzzy"]], ids=" ".join)
def test_what_a_folder_has_not_is_refused_and_nothing_is_written(folder, tmp_path, wrong, capsys):
    out = tmp_path / "t.csv"
    assert main(["evaluate", str(folder), "--csv", str(out), *wrong]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_stop_in_the_middle_leaves_no_file(folder, tmp_path, monkeypatch):
    def stopped(*_, **__):
        yield Row("a.png", reason="x.")
        raise KeyboardInterrupt

    monkeypatch.setattr(survey, "survey", stopped)
    with pytest.raises(KeyboardInterrupt):
        main(["evaluate", str(folder), "--csv", str(tmp_path / "t.csv")])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_photos_is_refused(tmp_path, capsys):
    assert main(["evaluate", str(tmp_path)]) == 1
    assert "no photos" in capsys.readouterr().err
