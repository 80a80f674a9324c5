"""The command line: exit codes, files, and one line where something is refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import diseaseface
from diseaseface import pictures
from diseaseface.__main__ import main

ROOT = Path(diseaseface.__file__).parents[1]


@pytest.fixture(scope="module")
def photo(astronaut, tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "astronaut.png"
    Image.fromarray(astronaut).save(path)
    return str(path)


def test_transform_writes_a_picture_and_its_report(photo, tmp_path, capsys):
    out, told = tmp_path / "drawn.png", tmp_path / "drawn.json"
    asked = ["transform", photo, "--disease", "rosacea", "--severity", "0.5"]
    assert main([*asked, "--out", str(out), "--report", str(told)]) == 0
    report = json.loads(told.read_text(encoding="utf-8"))
    assert report["schema"] == "diseaseface.report/1"
    inside = pictures.read_report(out)
    assert "timings_ms" not in inside
    assert inside.pop("visible_mark"), "the file's picture is marked, and the report inside tells where"
    assert inside == {name: value for name, value in report.items() if name != "timings_ms"}
    assert "Severity" in capsys.readouterr().out


def test_strip_writes_a_sheet_and_an_animation(photo, tmp_path):
    out, film = tmp_path / "course.png", tmp_path / "course.gif"
    asked = ["strip", photo, "--disease", "DF:rosacea", "--stages", "3"]
    assert main([*asked, "--out", str(out), "--animation", str(film)]) == 0
    with Image.open(out) as sheet:
        assert sheet.width > 3 * 512
    with Image.open(film) as animation:
        assert animation.n_frames > 3


def test_evaluate_reads_a_photo(photo, tmp_path, capsys):
    told = tmp_path / "read.json"
    assert main(["evaluate", photo, "--disease", "rosacea", "--report", str(told)]) == 0
    assert json.loads(told.read_text(encoding="utf-8"))["attributes"]
    assert capsys.readouterr().out


def test_evaluate_draws_a_map_of_the_departures(photo, tmp_path):
    out = tmp_path / "map.png"
    assert main(["evaluate", photo, "--map", str(out)]) == 0
    with Image.open(out) as sheet:
        assert sheet.width > sheet.height


def test_diseases_are_listed_as_json(capsys):
    assert main(["diseases", "--search", "cushing", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "ushing" in found[0]["name"]
    assert all(entry.keys() == {"id", "name", "synonyms", "signs", "drawable"} for entry in found)
    assert all(0.0 <= entry["drawable"] <= 1.0 for entry in found)


def test_a_profile_that_was_printed_can_be_drawn(photo, tmp_path, capsys):
    assert main(["profile", "rosacea", "--json"]) == 0
    mine = tmp_path / "mine.json"
    mine.write_text(capsys.readouterr().out, encoding="utf-8")
    out = tmp_path / "drawn.png"
    asked = ["transform", photo, "--profile", str(mine), "--severity", "0.4"]
    assert main([*asked, "--out", str(out)]) == 0
    assert out.is_file()


def test_a_profile_is_told_in_words(capsys):
    assert main(["profile", "Bell's palsy"]) == 0
    assert "%" in capsys.readouterr().out


REFUSED = {
    "no such photo": ["nothing.png", "--disease", "rosacea", "--severity", "0.5", "--out", "{out}"],
    "no face": ["{wall}", "--disease", "rosacea", "--severity", "0.5", "--out", "{out}"],
    "no photo at all": ["{text}", "--disease", "rosacea", "--severity", "0.5", "--out", "{out}"],
    "no such disease": ["{photo}", "--disease", "xyzzy", "--severity", "0.5", "--out", "{out}"],
    "too severe": ["{photo}", "--disease", "rosacea", "--severity", "1.5", "--out", "{out}"],
    "no such engine": ["{photo}", "--disease", "rosacea", "--severity", "1", "--engine", "x", "--out", "{out}"],
    "engine without weights": [
        "{photo}", "--disease", "rosacea", "--severity", "1", "--engine", "diffusion", "--out", "{out}",
    ],
    "no folder": ["{photo}", "--disease", "rosacea", "--severity", "0.5", "--out", "/no/such/folder/x.png"],
    "no profile": ["{photo}", "--profile", "{text}", "--severity", "0.5", "--out", "{out}"],
}  # fmt: skip


@pytest.mark.parametrize("options", REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_one_line_and_leaves_no_file(options, photo, wall, tmp_path, capsys):
    text = tmp_path / "text.txt"
    text.write_text("not a picture", encoding="utf-8")
    folder = tmp_path / "out"
    folder.mkdir()
    names = {"photo": photo, "wall": wall, "text": str(text), "out": str(folder / "drawn.png")}
    assert main(["transform", *(option.format(**names) for option in options)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["paint"],
        ["transform", "x.png"],
        ["transform", "x.png", "--disease", "d", "--profile", "p", "--severity", "1", "--out", "o"],
        ["transform", "x.png", "--disease", "d", "--severity", "much", "--out", "o"],
        ["transform", "x.png", "--disease", "d", "--severity", "1", "--out", "o", "--side", "middle"],
        ["diseases", "--loud"],
    ],
    ids=" ".join,
)
def test_wrong_usage_leaves_with_2(arguments):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


def test_an_animation_of_an_unknown_kind_is_refused_before_anything_is_drawn(photo, tmp_path, capsys):
    asked = ["strip", photo, "--disease", "rosacea", "--out", str(tmp_path / "o.png")]
    assert main([*asked, "--animation", str(tmp_path / "o.avi")]) == 1
    assert ".gif or .mp4" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_description_in_words_gives_signs_with_their_sides(capsys):
    assert main(["describe", "puffy eyelids, yellow eyes and a drooping left mouth corner", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"hpo", "label", "attribute", "direction", "side", "strength", "score"} <= found[0].keys()
    drawn = {sign["attribute"]: sign["side"] for sign in found}
    assert {"periorbital_oedema", "scleral_icterus", "facial_weakness"} <= drawn.keys()
    assert drawn["facial_weakness"] == "left"


def test_an_unknown_benchmark_is_refused_with_the_names_of_the_known(capsys):
    assert main(["benchmark", "nothing"]) == 1
    assert "speed" in capsys.readouterr().err


def test_a_process_that_refuses_prints_nothing_but_its_line(wall, tmp_path):
    asked = ["transform", wall, "--disease", "rosacea", "--severity", "1", "--out", str(tmp_path / "o.png")]
    done = subprocess.run(
        [sys.executable, "-m", "diseaseface", *asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
