"""The rating kit: blind, reproducible, and scored by the book."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from diseaseface.benchmarks import ratingkit, ratings
from diseaseface.errors import DiseaseFaceError, RequestError


@pytest.fixture(scope="module")
def folder(tmp_path_factory, astronaut):
    room = tmp_path_factory.mktemp("photos")
    for number, turn in enumerate((0, 2, -2, 4)):
        Image.fromarray(astronaut).rotate(turn, fillcolor=(128, 128, 128)).save(room / f"person-{number}.png")
    return room


@pytest.fixture(scope="module")
def kit(folder, tmp_path_factory):
    room = tmp_path_factory.mktemp("kit")
    ratingkit.run(["--faces", str(folder), "--each", "2", "--out", str(room / "out"), "--key", str(room / "key.json")])
    return room


def form(room):
    with (room / "out" / "form.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def filled(room, name, answers):
    rows = form(room)
    for row in rows:
        row["answer"] = answers.get(int(row["item"]), "")
    path = room / name
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def truths(room):
    return {item["number"]: item["truth"] for item in json.loads((room / "key.json").read_text())["items"]}


def test_what_raters_get_does_not_tell_the_truth(kit):
    names = {path.name for path in (kit / "out").iterdir()}
    assert names == {f"item-{n:03d}.jpg" for n in range(1, 11)} | {"form.csv", "index.html"}
    text = (kit / "out" / "index.html").read_text() + (kit / "out" / "form.csv").read_text()
    assert "person-" not in text
    assert all(not Image.open(path).info.get("comment") for path in (kit / "out").glob("*.jpg"))


def test_the_truth_is_among_the_choices(kit):
    for item in json.loads((kit / "key.json").read_text())["items"]:
        assert item["truth"] in item["choices"] or (item["kind"] == "severity" and 0 <= float(item["truth"]) <= 100)


def test_a_seed_gives_one_kit(folder, kit, tmp_path):
    again = ratingkit.make(folder, 24, 2, 0, tmp_path)
    assert [item.truth for item in again] == list(truths(kit).values())
    assert (tmp_path / "item-001.jpg").read_bytes() == (kit / "out" / "item-001.jpg").read_bytes()


def test_the_key_is_kept_apart(folder, tmp_path):
    with pytest.raises(RequestError, match="apart"):
        ratingkit.run(["--faces", str(folder), "--out", str(tmp_path), "--key", str(tmp_path / "key.json")])


def test_too_few_photos_are_refused(tmp_path, astronaut):
    Image.fromarray(astronaut).save(tmp_path / "one.png")
    with pytest.raises(DiseaseFaceError, match="at least 4"):
        ratingkit.make(tmp_path, 24, 1, 0, tmp_path / "out")


def test_raters_who_know_all_score_full_and_agree(kit):
    forms = [filled(kit, name, truths(kit)) for name in ("a.csv", "b.csv")]
    found = ratings.analyse(forms, kit / "key.json")
    assert found["raters"] == 2
    assert found["kinds"]["disease"]["accuracy"] == 1.0
    assert found["kinds"]["severity"]["mean_absolute_error"] == 0.0
    assert all(value == pytest.approx(1.0) for kind in found["kinds"].values() for value in kind["kappa"].values())


def test_an_answer_that_is_no_choice_is_refused_by_name(kit):
    with pytest.raises(RequestError, match=r"c\.csv, item 1"):
        ratings.analyse([filled(kit, "c.csv", {1: "perhaps"})], kit / "key.json")


def test_d_prime_is_worked_by_hand():
    # 20 of 20 hits and 0 of 20 false alarms, corrected: z(20.5 / 21) twice.
    told = [("edited", "edited")] * 20 + [("untouched", "untouched")] * 20
    assert ratings.d_prime(told, "edited") == pytest.approx(2 * 1.98075, abs=1e-3)
    guessed = [(truth, given) for truth in ("edited", "untouched") for given in ("edited", "untouched")]
    assert ratings.d_prime(guessed, "edited") == pytest.approx(0.0)


def test_intervals_hold_the_score():
    rng = np.random.default_rng(1)
    told = [(t, t if rng.random() < 0.8 else "same") for t in ("same", "different") * 30]
    found = ratings._choices("identity", told)
    assert found["interval"][0] < found["accuracy"] < found["interval"][1]
    assert found["d_prime_interval"][0] < found["d_prime"] < found["d_prime_interval"][1]
