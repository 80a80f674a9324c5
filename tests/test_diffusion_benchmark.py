"""The table of ways to draw: all of it runs, and on tiny models it says so."""

import json

import numpy as np
import pytest

from diseaseface.__main__ import main
from diseaseface.benchmarks import diffusion, diffusion_speed, memory, random_models
from diseaseface.engines.diffusion.options import CONDITIONS, Options
from diseaseface.engines.morph.engine import MorphEngine

WAYS = {"plain img2img with a prompt", "ControlNet only", "LEDITS++", "morph only", "morph + diffusion"}


def test_every_way_draws_and_the_title_says_that_the_models_are_tiny(with_weights, face):
    table = diffusion.measure([face], Options(steps=4, words="weighted"))
    assert table["title"].startswith("TINY MODELS")
    assert table["rows"].keys() == WAYS
    assert all(row["seconds"] > 0 for row in table["rows"].values())
    assert table["rows"]["morph only"]["profile_match"] > 0.5
    assert table["rows"]["morph + diffusion"]["surroundings_kept"] == 1.0
    assert all(row["megabytes"] > 0 for row in table["rows"].values())
    assert "LEDITS++" in diffusion.in_words(table)


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_without_weights_the_benchmark_says_what_is_missing(option, capsys, monkeypatch):
    monkeypatch.delenv("DISEASEFACE_MODELS", raising=False)
    assert main(["benchmark", "diffusion", *option]) == 1
    assert "models --download" in capsys.readouterr().err


def test_the_speed_table_is_filled_by_one_command_with_random_weights(capsys, monkeypatch):
    monkeypatch.delenv("DISEASEFACE_MODELS", raising=False)
    assert main(["benchmark", "diffusion", "--random", "tiny", "--steps", "3", "--repeats", "1", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["title"].startswith("TINY MODELS WITH RANDOM WEIGHTS")
    assert "3 steps" in table["title"]
    rows = table["rows"]
    assert {diffusion_speed.PLAIN, diffusion_speed.ALL, "words, structure", "words, identity"} <= rows.keys()
    assert all(row["seconds"] > 0 and row["pictures_a_second"] > 0 for row in rows.values())
    assert table["facts"]["all_five_to_plain"] == pytest.approx(
        rows[diffusion_speed.ALL]["seconds"] / rows[diffusion_speed.PLAIN]["seconds"], rel=0.01
    )
    assert all(rate > 0 for rate in table["training"].values())
    assert "Training samples" in diffusion_speed.in_words(table)


def test_the_peak_of_memory_is_that_of_the_work_since_it_was_forgotten():
    memory.forget_peak()
    before = memory.peak_megabytes()
    held = np.ones(75_000_000)  # 600 MB: the system may take back some of what the tests before it left
    assert memory.peak_megabytes() > before + 200
    del held
    memory.forget_peak()
    assert memory.peak_megabytes() < before + 100


def test_every_row_takes_the_same_number_of_steps(face):
    changes = tuple(diffusion_speed._full(name) for name in ("nose_width", "papules"))
    job = diffusion_speed.Job(random_models.make("tiny"), face, changes, MorphEngine().render(face, changes), 7, 1)
    parts = job.parts
    made = []
    predict = parts.pipe.unet.register_forward_hook(lambda *_: made.append(1))
    for conditions in (("words",), ("words", "start", "strength")):
        draw = diffusion_speed._drawn(job, Options(conditions=conditions, words="weighted", noise=1.0), changes)
        made.clear()
        draw()
        assert len(made) == 7
    plain = diffusion_speed._plain(job)
    made.clear()
    plain()
    assert len(made) == 7
    predict.remove()
    assert set(CONDITIONS) == set(diffusion_speed._SETS[diffusion_speed.ALL])
