"""Cohorts: shared by processes, resumed, and told about."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import diseaseface
from diseaseface import Pipeline, cohort, pictures
from diseaseface.errors import EngineUnavailable, RequestError

ROOT = Path(diseaseface.__file__).parents[1]


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline.load()


@pytest.fixture(scope="module")
def photos(astronaut, tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    Image.fromarray(astronaut).save(folder / "astronaut.png")
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(folder / "wall.png")
    return folder


def asked(photos, **more):
    return cohort.Cohort(
        cohort.photos_in(photos), ("DF:rosacea", "Down syndrome"), more.pop("count", 6), seed=4, **more
    )


@pytest.fixture(scope="module")
def drawn(pipeline, photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    assert list(cohort.generate(pipeline, asked(photos), folder)) == list(range(6))
    return folder


def test_every_number_gets_a_report_and_a_picture_or_the_reason_why_not(drawn):
    reports = [json.loads(path.read_text()) for path in sorted(drawn.glob("*.json"))]
    assert len(reports) == 6
    assert {report["photo"] for report in reports} == {"astronaut.png", "wall.png"}
    for number, report in enumerate(reports):
        picture = drawn / f"{number:06d}.png"
        assert picture.is_file() == ("refused" not in report)
        if picture.is_file():
            assert pictures.read_report(picture)["synthetic"] is True
            assert 0.3 <= report["severity"] <= 1.0


def test_what_is_there_is_not_drawn_again_and_what_is_lost_comes_back_the_same(pipeline, photos, drawn):
    lost = sorted(drawn.glob("*.png"))[0]
    before = lost.read_bytes()
    lost.unlink()
    lost.with_suffix(".json").unlink()
    assert list(cohort.generate(pipeline, asked(photos), drawn)) == [int(lost.stem)]
    assert Image.open(lost).tobytes() == Image.open(io.BytesIO(before)).tobytes()


def test_the_datasheet_says_that_all_is_synthetic_and_what_is_in_it(drawn):
    told = (drawn / cohort.DATASHEET).read_text(encoding="utf-8")
    for words in ("Every picture is synthetic", "refused", "rosacea", "seed: 4", "Not for diagnosis"):
        assert words in told


def test_two_processes_share_a_cohort(photos, drawn, tmp_path):
    command = [
        sys.executable, "-m", "diseaseface", "generate-cohort", "--faces", str(photos), "--disease", "DF:rosacea",
        "--disease", "Down syndrome", "--count", "6", "--seed", "4", "--out", str(tmp_path),
    ]  # fmt: skip
    workers = [
        subprocess.Popen(command, cwd=ROOT, env=os.environ | {"RANK": rank, "WORLD_SIZE": "2"}, stdout=subprocess.PIPE)
        for rank in "01"
    ]
    told = [worker.communicate()[0].decode().split("\n")[:-1] for worker in workers]
    assert told == [["1 of 6", "3 of 6", "5 of 6"], ["2 of 6", "4 of 6", "6 of 6"]]
    for path in drawn.glob("*.png"):
        assert Image.open(path).tobytes() == Image.open(tmp_path / path.name).tobytes()
    assert (tmp_path / cohort.DATASHEET).is_file()


def test_an_engine_that_cannot_run_ends_it_instead_of_filling_a_folder_with_refusals(pipeline, photos, tmp_path):
    with pytest.raises(EngineUnavailable):
        list(cohort.generate(pipeline, asked(photos, engine="diffusion"), tmp_path))
    assert not list(tmp_path.glob("*.json"))


def test_without_ray_data_the_remedy_is_told(photos, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray.data", None)
    with pytest.raises(EngineUnavailable, match="pip install"):
        cohort.generate_with_ray(Pipeline.load, asked(photos), tmp_path, 2)


@pytest.mark.parametrize("wrong", [{"severity": (0.9, 0.2)}, {"count": 0}])
def test_a_cohort_that_makes_no_sense_is_refused(photos, wrong):
    with pytest.raises(RequestError):
        asked(photos, **wrong)


def test_a_folder_without_photos_is_refused(tmp_path):
    with pytest.raises(RequestError, match="no photos"):
        cohort.photos_in(tmp_path)
