"""Nothing that is read here can run code, and what is fetched is what the hub says it is."""

import ast
import hashlib
from pathlib import Path

import pytest

import diseaseface
from diseaseface.engines.diffusion import loading, models
from diseaseface.errors import EngineUnavailable

MODULES = sorted(Path(diseaseface.__file__).parent.rglob("*.py"))
PICKLES = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
READERS = {"torch.load", "numpy.load", "np.load", "pandas.read_pickle", "pd.read_pickle", "torch.hub.load"}


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def unsafe_calls(tree: ast.AST) -> list[str]:
    """Return calls that read a file which can run code; numpy's only where pickles are allowed."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).replace("stack.torch()", "torch").replace("torch()", "torch")
        allowed = any(word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in node.keywords)
        if allowed or (name in READERS and not name.endswith(("np.load", "numpy.load"))):
            found.append(name)
        if name in ("eval", "exec"):
            found.append(name)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_reads_a_file_that_can_run_code(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not imported(tree) & PICKLES
    assert unsafe_calls(tree) == []


@pytest.mark.parametrize(
    "source", ["torch.load(f)", "stack.torch().load(f)", "np.load(f, allow_pickle=True)", "pd.read_pickle(f)"]
)
def test_the_scan_would_find_it(source):
    assert unsafe_calls(ast.parse(source))
    assert imported(ast.parse("import pickle")) & PICKLES


def test_all_weights_are_safetensors():
    names = [name for part in models.parts().values() for name, size in part.files if size > 5]
    assert names
    assert all(name.endswith(".safetensors") for name in names)


def test_a_pickle_in_a_users_folder_is_not_taken_for_weights(tmp_path, monkeypatch):
    (tmp_path / "ip-adapter-faceid_sd15.bin").write_bytes(b"x" * 100)
    monkeypatch.setenv("DISEASEFACE_MODEL_FACEID", str(tmp_path))
    assert models.parts()["faceid"].missing()


def test_lora_weights_that_can_run_code_are_refused(tmp_path):
    (tmp_path / "style.bin").write_bytes(b"x")
    with pytest.raises(EngineUnavailable, match="safetensors"):
        loading._add_lora(None, str(tmp_path / "style.bin"))


@pytest.mark.parametrize("spoiled", [False, True], ids=["whole", "spoiled"])
def test_what_was_fetched_is_held_against_the_hubs_checksum(tmp_path, monkeypatch, spoiled):
    data = b"weights"
    blob = tmp_path / "blobs" / hashlib.sha256(data).hexdigest()
    blob.parent.mkdir()
    blob.write_bytes(b"Weights" if spoiled else data)
    place = tmp_path / "snapshot"
    place.mkdir()
    (place / "a.safetensors").symlink_to(blob)
    part = models.Part("base", "t", "o/n", "", "l", "n", (("a.safetensors", 1.0),), own=place)
    assert models._damaged(part) == ("a.safetensors" if spoiled else None)
    assert blob.exists() is not spoiled
