"""The table of ways to draw: all of it runs, and on tiny models it says so."""

import pytest

from diseaseface.__main__ import main
from diseaseface.benchmarks import diffusion
from diseaseface.engines.diffusion.options import Options

WAYS = {"plain img2img with a prompt", "ControlNet only", "LEDITS++", "morph only", "morph + diffusion"}


def test_every_way_draws_and_the_title_says_that_the_models_are_tiny(with_weights, face):
    table = diffusion.measure([face], Options(steps=4, words="weighted"))
    assert table["title"].startswith("TINY MODELS")
    assert table["rows"].keys() == WAYS
    assert all(row["seconds"] > 0 for row in table["rows"].values())
    assert table["rows"]["morph only"]["profile_match"] > 0.5
    assert table["rows"]["morph + diffusion"]["surroundings_kept"] == 1.0
    assert "LEDITS++" in diffusion.in_words(table)


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_without_weights_the_benchmark_says_what_is_missing(option, capsys, monkeypatch):
    monkeypatch.delenv("DISEASEFACE_MODELS", raising=False)
    assert main(["benchmark", "diffusion", *option]) == 1
    assert "models --download" in capsys.readouterr().err
