"""Baselines: no person on both sides of a split, chance where there is nothing to learn, and honest rows."""

import numpy as np
import pytest

from diseaseface import tensors
from diseaseface.benchmarks import diagnosis, finetuning
from diseaseface.benchmarks.diagnosis import HEALTHY, Cases
from diseaseface.errors import EngineUnavailable, RequestError
from diseaseface.faces.look import look


def made(informative: bool, people: int = 30) -> Cases:
    """Two pictures a person, healthy and with one of two diseases; the embedding tells who it is above all."""
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(people), 2)
    labels = np.array([HEALTHY, "A"] * people)
    labels[3::4] = "B"
    embeddings = np.repeat(rng.normal(size=(people, 16)), 2, axis=0) + 0.05 * rng.normal(size=(2 * people, 16))
    if informative:
        embeddings[:, 0] = np.select([labels == "A", labels == "B"], [6.0, -6.0], 0.0)
    profiles = np.stack([labels == "A", labels == "B"], axis=1) * 0.6
    return Cases(labels, who, embeddings, profiles, ("A", "B"))


@pytest.fixture(scope="module")
def table():
    return diagnosis.measure(made(True))


def test_every_disease_is_told_from_healthy_and_all_from_each_other(table):
    assert list(table["tasks"]) == ["healthy / A", "healthy / B", "all 3 classes"]


def test_what_can_be_learned_is_learned(table):
    for task in table["tasks"].values():
        for method, least in (("linear SVM", 0.9), ("linear head", 0.9), ("fine-tuned last layer", 0.8)):
            assert task[f"embedding + {method}"]["accuracy"] > least, method
        assert task["profiles, untrained"]["accuracy"] == 1.0


def test_knowing_the_person_does_not_help():
    task = diagnosis.measure(made(False))["tasks"]["healthy / A"]
    low, high = task["embedding + linear SVM"]["interval"]
    assert low <= 0.6
    assert high < 0.85


def test_no_person_is_on_both_sides(monkeypatch):
    seen = []

    class Watched(diagnosis.StratifiedGroupKFold):
        def split(self, features, labels, groups):
            for train, test in super().split(features, labels, groups):
                seen.append(set(groups[train]) & set(groups[test]))
                yield train, test

    monkeypatch.setattr(diagnosis, "StratifiedGroupKFold", Watched)
    diagnosis.measure(made(True))
    assert seen
    assert not any(seen)


def test_a_face_that_does_not_depart_is_healthy_by_its_profile():
    cases = made(True)
    told = diagnosis._by_profile(Cases(cases.labels, cases.people, cases.embeddings, 0 * cases.profiles, ("A", "B")))
    assert set(told) == {HEALTHY}


def test_what_cannot_be_run_says_so(table):
    row = table["tasks"]["healthy / A"]["fine-tuned network"]
    assert row["status"] == "not_available"
    assert "weights" in row["reason"]


def test_weights_that_are_no_resnet_are_refused_in_words(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    file = tmp_path / "other.safetensors"
    pytest.importorskip("safetensors.torch").save_file({"stem": torch.zeros(2)}, file)
    monkeypatch.setenv(finetuning.BACKBONE_SETTING, str(file))
    chips = np.zeros((4, finetuning.CHIP_PX, finetuning.CHIP_PX, 3), np.uint8)
    with pytest.raises(EngineUnavailable, match="no ResNet"):
        finetuning.network(chips, np.array(list("abab")), np.arange(4), chips)


def test_weights_that_can_run_code_are_refused_in_words(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    file = tmp_path / "other.pth"
    file.write_bytes(b"a pickle, perhaps")
    monkeypatch.setenv(finetuning.BACKBONE_SETTING, str(file))
    chips = np.zeros((4, finetuning.CHIP_PX, finetuning.CHIP_PX, 3), np.uint8)
    with pytest.raises(EngineUnavailable, match="safetensors"):
        finetuning.network(chips, np.array(list("abab")), np.arange(4), chips)


def test_a_network_is_fine_tuned_where_its_weights_lie(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    tensors.torch()
    models = pytest.importorskip("torchvision.models")
    torch.manual_seed(0)
    file = tmp_path / "resnet18.safetensors"
    pytest.importorskip("safetensors.torch").save_file(models.resnet18(weights=None).state_dict(), file)
    monkeypatch.setenv(finetuning.BACKBONE_SETTING, str(file))
    monkeypatch.setattr(finetuning, "_EPOCHS", 3)
    assert finetuning.refusal() is None
    labels = np.array(["dark", "light"] * 6)
    shades = np.where(labels == "dark", 40, 210).astype(np.uint8)
    chips = np.broadcast_to(shades[:, None, None, None], (12, 64, 64, 3)).copy()
    told = finetuning.network(chips, labels, np.arange(12), chips[:4])
    assert list(told) == ["dark", "light", "dark", "light"]


def test_faces_are_cut_out_upright_and_whole(face):
    cut = finetuning.chip(face)
    assert cut.shape == (finetuning.CHIP_PX, finetuning.CHIP_PX, 3)
    again = look(np.ascontiguousarray(np.kron(cut, np.ones((2, 2, 1), np.uint8))))
    assert abs(again.pose.roll_deg) < 4.0
    assert again.iris_px > 12


def test_intervals_hold_their_value(table):
    for task in table["tasks"].values():
        for row in task.values():
            if "accuracy" in row:
                assert row["interval"][0] <= row["accuracy"] <= row["interval"][1]


def test_pictures_of_one_person_are_found_by_their_embeddings():
    rng = np.random.default_rng(0)
    people = np.repeat(rng.normal(size=(6, 128)), 3, axis=0)
    people = 0.6 * people / np.linalg.norm(people, axis=1, keepdims=True) + 0.01 * rng.normal(size=(18, 128))
    found = diagnosis._people(people)
    assert len(set(found)) == 6
    assert (found.reshape(6, 3) == found.reshape(6, 3)[:, :1]).all()


def test_a_folder_without_healthy_faces_is_refused(tmp_path):
    (tmp_path / "leprosy").mkdir()
    with pytest.raises(RequestError, match="healthy"):
        diagnosis.run(["--faces", str(tmp_path)])
