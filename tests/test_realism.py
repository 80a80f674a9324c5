"""Realism of a set: a distance with n, an interval and its yardsticks, and honest words where Inception is missing."""

import json

import numpy as np
import pytest

from diseaseface.benchmarks import realism as benchmark
from diseaseface.errors import RequestError
from diseaseface.evaluation import realism
from diseaseface.training import distance


def groups(shift: float, n: int = 40, m: int = 30) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(0)
    return chance.normal(size=(n, 16)), chance.normal(size=(m, 16)) + shift


def test_the_distance_is_that_of_training():
    assert distance.kernel_distance is realism.kernel_distance


def test_the_distance_is_worked_by_hand():
    one, other = np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])
    within_one, within_other = 1.0, 27.0  # (0·1 + 1)³, (1·2 + 1)³
    across = (1.0 + 1.0 + 8.0 + 27.0) / 4
    assert realism.kernel_distance(one, other) == pytest.approx(within_one + within_other - 2 * across)


def test_draws_of_one_group_do_not_differ_and_others_do():
    same = realism.with_interval(*groups(0.0), draws=200)
    far, farther = (realism.with_interval(*groups(shift), draws=200).value for shift in (0.5, 1.0))
    assert same.low < same.value < same.high
    assert abs(same.value) < far < farther
    assert (same.n, same.m) == (40, 30)


def test_the_interval_is_centred_on_the_value_where_groups_differ():
    found = realism.with_interval(*groups(0.8), draws=400)
    assert found.low < found.value < found.high
    assert found.low > 0
    assert abs((found.low + found.high) / 2 - found.value) < 0.25 * (found.high - found.low)


def test_chance_alone_explains_one_group_and_not_two():
    assert realism.chance_of_one_group(*groups(0.0), draws=200) > 0.05
    assert realism.chance_of_one_group(*groups(0.8), draws=200) < 0.01


def test_scale_of_an_embedding_does_not_matter():
    real, synthetic = groups(0.5)
    first, second = (benchmark.measure(real * k, synthetic * k, draws=50)["distance"] for k in (1.0, 0.01))
    assert first == second


def test_a_table_names_what_was_measured_with_n():
    table = benchmark.measure(*groups(0.5), draws=100)
    assert "kernel distance" in table["name"]
    assert (table["real"], table["synthetic"]) == (40, 30)
    assert table["interval"][0] <= table["distance"] <= table["interval"][1]
    assert table["distance"] > 5 * abs(table["halves_of_real"])


def test_without_inception_the_table_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.delenv(benchmark.INCEPTION_SETTING, raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    told = benchmark.inception(tmp_path, tmp_path)
    assert told["status"] == "not_available"
    assert benchmark.INCEPTION_FILE in told["reason"]
    monkeypatch.setenv(benchmark.INCEPTION_SETTING, str(tmp_path / "none.pth"))
    assert benchmark.inception_weights() is None


def test_too_few_faces_are_refused(tmp_path):
    with pytest.raises(RequestError, match="no photos"):
        benchmark.run(["--real", str(tmp_path), "--synthetic", str(tmp_path)])


def test_the_command_compares_two_folders(tmp_path, monkeypatch, capsys):
    real, synthetic = groups(0.5)
    monkeypatch.setattr(benchmark, "_embedded", lambda folder, _: (real if folder.name == "real" else synthetic, 1))
    monkeypatch.setattr(benchmark, "models", lambda: ["dlib"])
    asked = ["--real", str(tmp_path / "real"), "--synthetic", str(tmp_path / "other"), "--draws", "50", "--json"]
    assert benchmark.run(asked) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["model"] == "dlib"
    assert table["passed_over"] == {"real": 1, "synthetic": 1}
