"""What is taken away stands on its own: whole, marked as synthetic, and without a trace of whose photo it was."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from diseaseface import Pipeline, marks, pictures
from diseaseface.__main__ import main
from diseaseface.takeaway import bundle, document, table

COMPOSITE = b"digitalsourcetype/compositeSynthetic"
TRAINED = b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
HEAD = Path(__file__).parents[1] / "assets" / "examples" / "head-04.jpg"


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline.load()


@pytest.fixture(scope="module")
def result(pipeline):
    return pipeline.transform(HEAD, "Down syndrome", 0.7)


@pytest.fixture(scope="module")
def contents(pipeline, result):
    return pipeline.files(result)


@pytest.fixture(scope="module")
def grey():
    return np.full((200, 300, 3), 120, np.uint8)


def test_all_forms_are_there_under_names_that_tell_the_disease_and_nobodys_name(contents):
    endings = {name.removeprefix("diseaseface-down-syndrome-0.70") for name in contents}
    assert endings == {".png", "-course.png", ".gif", ".mp4", ".pdf", ".json", ".csv"}


def test_every_file_says_in_its_metadata_that_it_is_synthetic(contents):
    marked = {name for name, data in contents.items() if COMPOSITE in data}
    assert marked == {name for name in contents if not name.endswith((".json", ".csv"))}
    told = next(data for name, data in contents.items() if name.endswith(".json"))
    assert json.loads(told)["synthetic"] is True


@pytest.mark.parametrize(("engine", "kind"), [("morph", COMPOSITE), ("diffusion", TRAINED), (None, COMPOSITE)])
def test_a_picture_of_a_trained_model_says_so(grey, engine, kind):
    told = {"engine": engine}
    assert kind in pictures.encode_png(grey, told)
    assert kind in pictures.encode_gif([grey, grey], told)
    assert marks.source_type(told).endswith(kind.decode().split("/")[1])


def test_marked_films_still_play(grey, tmp_path):
    frames = [grey, grey + 40, grey + 80]
    with Image.open(io.BytesIO(pictures.encode_gif(frames, {}))) as film:
        assert film.n_frames == 4
        assert b"ynthetic" in film.info["comment"]
    boxes, data = [], pictures.encode_mp4(frames, {})
    while data:
        length = int.from_bytes(data[:4], "big")
        boxes.append(data[4:8])
        data = data[length:]
    assert boxes[0] == b"ftyp"
    assert boxes[-1] == b"uuid", "the description is a whole box at the end"


def test_the_visible_mark_is_small_in_a_corner_and_only_there(grey):
    marked = marks.stamped(grey)
    left, top, right, bottom = marks.box_of(grey.shape)
    changed = np.argwhere((marked != grey).any(axis=2))
    assert len(changed) > 50
    assert changed.min(axis=0) == pytest.approx([top, left], abs=2)
    assert (changed.max(axis=0) < [bottom, right]).all()
    assert (right - left) * (bottom - top) < 0.02 * 200 * 300
    assert right > 0.9 * 300
    assert bottom > 0.9 * 200


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_the_visible_mark_can_be_read_on_every_ground(tone):
    marked = marks.stamped(np.full((512, 512, 3), tone, np.uint8)).astype(int)
    left, top, right, bottom = marks.box_of(marked.shape)
    assert bottom - top >= 9
    contrast = np.ptp(marked[top:bottom, left:right])
    assert contrast > 120


@pytest.mark.parametrize("shape", [(64, 64), (64, 400), (1600, 70), (1100, 1600)])
def test_the_visible_mark_fits_into_every_picture_and_grows_with_it(shape):
    picture = np.zeros((*shape, 3), np.uint8)
    left, top, right, bottom = marks.box_of(shape)
    assert 0 <= left < right <= shape[1]
    assert 0 <= top < bottom <= shape[0]
    assert marks.stamped(picture).any()
    assert bottom - top <= max(14, 0.05 * min(shape))


def test_the_result_itself_has_no_mark_and_its_file_has_one_unless_told_otherwise(result):
    with Image.open(io.BytesIO(result.png(mark=False))) as plain, Image.open(io.BytesIO(result.png())) as marked:
        np.testing.assert_array_equal(np.asarray(plain), result.picture)
        np.testing.assert_array_equal(np.asarray(marked), marks.stamped(result.picture))
    assert marks.box_in(pictures.read_report(result.png(mark=False))) is None
    assert marks.box_in(pictures.read_report(result.png())) == marks.box_of(result.picture.shape)


@pytest.mark.parametrize("box", [None, "all", [1, 2, 3], [0, 0, -1, 5], [0.5, 0, 1, 1], [True, 0, 1, 1], {"left": 0}])
def test_a_forged_place_of_the_mark_is_no_mark(box):
    assert marks.box_in({marks.TOLD: box}) is None


def test_a_marked_picture_is_read_as_the_unmarked_one(pipeline, result, tmp_path):
    told = []
    for mark in (False, True):
        path = tmp_path / f"{mark}.png"
        path.write_bytes(result.png(mark=mark))
        told.append(pipeline.evaluate(path, "Down syndrome", before=HEAD).to_dict()["scores"])
    plain, marked = told
    assert marked["unchanged_outside"]["value"] == plain["unchanged_outside"]["value"] == 1.0
    assert marked["severity"]["value"] == pytest.approx(plain["severity"]["value"], abs=0.02)
    assert marked["profile_match"]["value"] == pytest.approx(plain["profile_match"]["value"], abs=0.02)


def test_only_the_mark_is_set_aside_when_surroundings_are_compared(pipeline, result, tmp_path):
    spoiled = marks.stamped(result.picture)
    spoiled[:20, :20] = 0
    path = tmp_path / "spoiled.png"
    path.write_bytes(
        pictures.encode_png(spoiled, {**result.report.to_dict(), marks.TOLD: list(marks.box_of(spoiled.shape))})
    )
    told = pipeline.evaluate(path, before=HEAD).to_dict()["scores"]["unchanged_outside"]["value"]
    assert told < 1.0


def test_the_report_is_one_page_with_pictures_and_the_same_bytes_each_time(result):
    page = result.pdf()
    assert page.startswith(b"%PDF-")
    assert page == result.pdf()
    assert page != result.pdf(mark=False)
    assert re.search(rb"/Count 1\b", page)
    assert page.count(b"/DCTDecode") == 2


def test_a_report_of_very_many_signs_and_words_is_still_one_page(result):
    report = result.report.to_dict()
    many = {
        **report,
        "disease": {"id": "OWN:β", "name": "β-Thalassämie, ≥ 3 Zeichen, mit sehr langem Namen " * 4},
        "attributes": [sign | {"label": sign["label"] * 9} for sign in report["attributes"]] * 5,
        "warnings": ["This is a long warning about the photo."] * 40,
    }
    head = bundle.head(result.face, result.picture)
    page = document.encode_pdf(head, head, many, [(head, "0 %")] * 5)
    assert re.search(rb"/Count 1\b", page)


def test_a_report_without_scores_or_signs_can_be_printed(result):
    report = result.report.to_dict() | {"attributes": [], "warnings": [], "ranking": [], "scores": {}}
    assert document.encode_pdf(result.picture, result.picture, report).startswith(b"%PDF-")


def test_the_table_has_a_line_for_each_sign_with_its_numbers_and_evidence(result):
    rows = list(csv.DictReader(io.StringIO(result.csv().decode("utf-8-sig"))))
    signs = result.report.to_dict()["attributes"]
    assert [row["label"] for row in rows] == [sign["label"] for sign in signs]
    assert [row["asked"] for row in rows] == [str(sign["asked"]) for sign in signs]
    assert all(row["evidence"] for row in rows)
    assert all(row["measured"] == "" for row, sign in zip(rows, signs, strict=True) if sign["measured"] is None)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@x", "\tx"])
def test_text_cannot_become_a_formula_of_a_spreadsheet(result, text):
    report = result.report.to_dict()
    report["attributes"] = [report["attributes"][0] | {"label": text, "asked": -2.5}]
    (row,) = csv.DictReader(io.StringIO(table.encode_csv(report).decode("utf-8-sig")))
    assert row["label"] == f"'{text}"
    assert float(row["asked"]) == -2.5


def test_the_zip_holds_just_these_files_and_has_the_same_bytes_each_time(contents):
    data = bundle.zipped(contents)
    assert data == bundle.zipped(contents)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents


def test_the_strip_begins_with_the_untouched_photo_and_marks_what_is_drawn(result):
    head = bundle.head(result.face, result.face.image)
    side = head.shape[0]
    with Image.open(io.BytesIO(bundle.strip([(head, "0 %"), (head, "100 %")], {"schema": "x"}))) as sheet:
        drawn = np.asarray(sheet)
    np.testing.assert_array_equal(drawn[:side, :side], head)
    np.testing.assert_array_equal(drawn[:side, -side:], marks.stamped(head))


def test_a_file_name_comes_from_disease_and_severity_and_is_safe():
    told = {"disease": {"id": "x", "name": "../Müller's /β\\<disease>\n" * 20}, "severity": 0.5}
    name = bundle.file_name(told)
    assert re.fullmatch(r"diseaseface-[\w.-]{1,120}", name)
    assert "/" not in name


@pytest.fixture(scope="module")
def holiday_photo(tmp_path_factory):
    """A photo whose EXIF tells where, when, by whom and with which camera it was taken, and a comment with a name."""
    path = tmp_path_factory.mktemp("photos") / "jane-doe.jpg"
    with Image.open(HEAD) as image:
        exif = image.getexif()
        exif[ExifTags.Base.Artist] = "Jane Doe"
        exif[ExifTags.Base.Make] = "SecretCamera"
        exif[ExifTags.Base.DateTime] = "2019:08:07 06:05:04"
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (48.0, 12.0, 34.5)
        image.save(path, exif=exif, comment=b"Jane Doe at home", quality=95)
    with Image.open(path) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.GPSInfo), "the photo does tell where it was taken"
    return path


def test_neither_place_nor_name_nor_camera_survives_into_any_file(holiday_photo, tmp_path, capsys):
    names = {option: tmp_path / f"x{end}" for option, end in (("pdf", ".pdf"), ("csv", ".csv"), ("bundle", ".zip"))}
    asked = [
        "transform",
        str(holiday_photo),
        "--disease",
        "rosacea",
        "--severity",
        "0.6",
        "--out",
        str(tmp_path / "x.png"),
    ]
    asked += ["--report", str(tmp_path / "x.json")]
    for option, path in names.items():
        asked += [f"--{option}", str(path)]
    assert main(asked) == 0
    told = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    with zipfile.ZipFile(names["bundle"]) as archive:
        told += [archive.read(name) for name in archive.namelist()]
        told.append(" ".join(archive.namelist()).encode())
    assert len(told) == 5 + 7 + 1
    said = capsys.readouterr()
    told += [said.out.encode(), said.err.encode()]
    for trace in (b"Jane", b"jane", b"SecretCamera", b"2019", b"Exif\0\0", b"eXIf"):
        assert not any(trace in data for data in told), trace


def test_the_command_line_marks_its_files_unless_told_otherwise(tmp_path, result):
    asked = ["transform", str(HEAD), "--disease", "Down syndrome", "--severity", "0.7"]
    assert main([*asked, "--out", str(tmp_path / "marked.png")]) == 0
    assert main([*asked, "--no-mark", "--out", str(tmp_path / "plain.png")]) == 0
    assert (tmp_path / "plain.png").read_bytes() == result.png(mark=False)
    assert (tmp_path / "marked.png").read_bytes() == result.png()
