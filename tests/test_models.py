"""The diffusion engine's weights: what is missing, said at once and without a network."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import diseaseface
from diseaseface import Pipeline
from diseaseface.__main__ import main
from diseaseface.engines.diffusion import models
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.engines.diffusion.options import Options
from diseaseface.errors import EngineUnavailable
from diseaseface.ui.engines import offered

ROOT = Path(diseaseface.__file__).parents[1]


@pytest.fixture
def nothing_here(monkeypatch, tmp_path):
    """A machine without any weights and without a network."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))

    def refuse(*_, **__):
        raise OSError("the network was tried")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tmp_path


def test_what_is_missing_is_told_with_size_and_command(nothing_here):
    reason = DiffusionEngine(Options()).refusal()
    for words in ("unet/diffusion_pytorch_model", "GB", models.COMMAND, "ControlNet", "IP-Adapter", "morph"):
        assert words in reason
    assert "\n" not in reason


def test_only_what_takes_part_is_missed(nothing_here):
    reason = DiffusionEngine(Options(conditions=("start", "strength", "words"))).refusal()
    assert "ControlNet" not in reason
    assert "2.1 GB" in reason


def test_the_answer_comes_within_a_second_and_without_torch(nothing_here):
    asked = (
        "import sys, time; from diseaseface.engines.diffusion.engine import DiffusionEngine; "
        "start = time.perf_counter(); reason = DiffusionEngine().refusal(); "
        "print(time.perf_counter() - start, 'torch' in sys.modules, 'GB' in reason)"
    )
    told = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, torch, sized = told.stdout.split()
    assert float(seconds) < 1.0
    assert (torch, sized) == ("False", "True")


def test_the_page_shows_what_is_missing_within_a_second_and_tries_no_network(nothing_here):
    pipeline = Pipeline.load()
    start = time.process_time()
    choices, refused = offered(pipeline.refusals())
    assert time.process_time() - start < 1.0
    assert [name for _, name in choices] == ["morph"]
    for words in ("unet/diffusion_pytorch_model", "GB", models.COMMAND):
        assert words in refused


def test_the_command_lists_every_part_with_place_size_and_licence(nothing_here, capsys):
    assert main(["models"]) == 0
    told = capsys.readouterr().out
    for words in ("base", "controlnet", "ip_adapter", "faceid", "licence: CreativeML", "missing: vae/config.json"):
        assert words in told


def test_a_download_without_a_network_is_refused_in_one_line(nothing_here, capsys):
    assert main(["models", "--download"]) == 1
    told = capsys.readouterr()
    assert len(told.err.strip().splitlines()) == 1
    assert "could not be fetched" in told.err


def test_a_folder_of_ones_own_is_taken_and_told_of(tiny_models, nothing_here, monkeypatch, capsys):
    monkeypatch.setenv("DISEASEFACE_MODELS", str(tiny_models))
    assert DiffusionEngine(Options()).refusal() is None
    assert main(["models", "--download"]) == 0  # nothing to fetch
    assert "already here" in capsys.readouterr().out


def test_a_file_that_is_cut_short_counts_as_missing(tiny_models, nothing_here, monkeypatch):
    own = nothing_here / "base"
    for source in (tiny_models / "base").rglob("*"):
        target = own / source.relative_to(tiny_models / "base")
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    monkeypatch.setenv("DISEASEFACE_MODEL_BASE", str(own))
    plain = Options(conditions=("words",))
    assert models.refusal(plain) is None
    weights = own / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert "vae/diffusion_pytorch_model" in models.refusal(plain)
    with pytest.raises(EngineUnavailable, match="folder of your own"):
        list(models.download(plain))


def test_the_hubs_cache_is_looked_at(tiny_models, nothing_here):
    repository = nothing_here / "cache" / "models--stable-diffusion-v1-5--stable-diffusion-v1-5"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / "abc").symlink_to(tiny_models / "base")
    assert models.refusal(Options(conditions=("words",))) is None


def test_another_repository_may_be_named(nothing_here, monkeypatch):
    monkeypatch.setenv("DISEASEFACE_MODEL_BASE", "someone/portraits/fine")
    part = models.parts()["base"]
    assert (part.repository, part.folder) == ("someone/portraits", "fine")


def test_a_model_of_another_kind_is_refused_with_its_name(tiny_models, nothing_here, monkeypatch):
    own = nothing_here / "base"
    own.mkdir()
    for source in (tiny_models / "base").iterdir():
        if source.name != "model_index.json":
            (own / source.name).symlink_to(source)
    index = json.loads((tiny_models / "base" / "model_index.json").read_text())
    (own / "model_index.json").write_text(json.dumps(index | {"_class_name": "StableDiffusionXLPipeline"}))
    monkeypatch.setenv("DISEASEFACE_MODEL_BASE", str(own))
    with pytest.raises(EngineUnavailable, match="StableDiffusionXLPipeline"):
        DiffusionEngine(Options(conditions=("words",))).load()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "diffusers", None)
    assert "pip install diffusers" in DiffusionEngine(Options()).refusal()


def test_the_command_line_draws_with_a_folder_of_weights(tiny_models, astronaut, tmp_path):
    photo, out, told = tmp_path / "in.png", tmp_path / "out.png", tmp_path / "out.json"
    Image.fromarray(astronaut).save(photo)
    asked = ["transform", str(photo), "--disease", "rosacea", "--severity", "0.8", "--engine", "diffusion"]
    settings = {"DISEASEFACE_MODELS": str(tiny_models), "DISEASEFACE_DIFFUSION": "steps=4", "OMP_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "diseaseface", *asked, "--out", str(out), "--report", str(told)],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | settings,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report = json.loads(told.read_text(encoding="utf-8"))
    assert report["engine"] == "diffusion"
    assert set(report["engine_details"]["conditions"]) == {"start", "strength", "structure", "words", "identity"}
    assert report["scores"]["unchanged_outside"]["value"] == 1.0
    assert (np.asarray(Image.open(out)) != astronaut).any()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 60  # of its own: others may be at work
