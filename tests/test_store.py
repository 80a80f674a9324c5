"""The cached index of annotations."""

import json

import known
import pytest

from diseaseface.knowledge import store
from diseaseface.knowledge.index import Diseases
from diseaseface.knowledge.store import Store


@pytest.fixture(scope="module")
def diseases() -> Diseases:
    return known.diseases()


@pytest.fixture
def built(monkeypatch):
    """Count how often the index is built, from a store of one disease."""
    calls = []
    tiny = Store("2001-02-03", {}, {"OMIM:1": ("Toy", [])}, {"OMIM:1": (0, 0.0)}, {})
    monkeypatch.setattr(store, "build", lambda: calls.append(1) or tiny)
    return calls


def test_the_index_is_built_once_and_then_read(built, tmp_path):
    once, again = store.load(tmp_path), store.load(tmp_path)
    assert len(built) == 1
    assert again.diseases == {"OMIM:1": ["Toy", []]}
    assert again.release == once.release
    assert [path.name for path in tmp_path.iterdir()] == ["knowledge.json"]


def test_the_index_is_built_anew_when_the_catalogue_changes(built, tmp_path, monkeypatch):
    store.load(tmp_path)
    monkeypatch.setattr(store, "catalogue_text", lambda: "another")
    store.load(tmp_path)
    assert len(built) == 2


@pytest.mark.parametrize("text", ["", "[]", "{", '{"key": 1}', "null"])
def test_a_spoilt_cache_is_built_anew(built, tmp_path, text):
    (tmp_path / "knowledge.json").write_text(text)
    assert store.load(tmp_path).release == "2001-02-03"
    assert json.loads((tmp_path / "knowledge.json").read_text())["release"] == "2001-02-03"


def test_a_cache_folder_that_cannot_be_made_is_done_without(built, tmp_path):
    (tmp_path / "file").write_text("")
    assert store.load(tmp_path / "file" / "below").release == "2001-02-03"


def test_the_cached_index_gives_the_same_profiles(diseases, tmp_path):
    path = tmp_path / "knowledge.json"
    store.write(path, {"key": store._key()} | store._to_json(diseases._store))
    read_back = Diseases(store.load(tmp_path))
    assert read_back.find("ORPHA:870") == diseases.find("ORPHA:870")
