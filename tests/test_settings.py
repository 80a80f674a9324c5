"""Settings by environment: all in one place, all told, and refused in words where they make no sense."""

import re
from pathlib import Path

import pytest

import diseaseface
from diseaseface import settings
from diseaseface.__main__ import main
from diseaseface.errors import DiseaseFaceError, RequestError

PACKAGE = Path(diseaseface.__file__).parent
ROOT = PACKAGE.parent
NAMES = {one.name for one in settings.SETTINGS}


def named_in(text: str) -> set[str]:
    found = set(re.findall(r"\bDISEASEFACE_[A-Z0-9_]*[A-Z0-9]", text))
    return {"DISEASEFACE_MODEL_<ROLE>" if name.startswith("DISEASEFACE_MODEL_") else name for name in found} - {
        "DISEASEFACE_MODEL"
    }


def source(*, without: str = "") -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py") if p.name != without)


def test_every_setting_that_the_package_names_is_in_the_list():
    assert named_in(source()) - NAMES == set()


def test_every_setting_in_the_list_is_read_somewhere():
    functions = Path(settings.__file__).read_text(encoding="utf-8").partition("def hpo_folder")[2]
    read = named_in(source(without="settings.py") + functions)
    own = {name for name in NAMES if name.startswith("DISEASEFACE_")}
    ends = source(without="settings.py")
    assert own - read - ({"DISEASEFACE_MODEL_<ROLE>"} if "DISEASEFACE_MODEL_{" in ends else set()) == set()


def test_the_command_line_tells_every_setting_and_what_holds_now(capsys, monkeypatch):
    monkeypatch.setenv("DISEASEFACE_KEEP_MINUTES", "3")
    assert main(["settings"]) == 0
    told = capsys.readouterr().out
    assert all(one.name in told and one.meaning in told for one in settings.SETTINGS)
    assert "now: 3" in told


@pytest.mark.parametrize(("text", "seconds"), [("", 600), ("3", 180), ("0.5", 30)])
def test_what_is_kept_is_kept_for_minutes(monkeypatch, text, seconds):
    monkeypatch.setenv("DISEASEFACE_KEEP_MINUTES", text)
    assert settings.keep_seconds() == seconds


@pytest.mark.parametrize("text", ["soon", "-1", "0", "nan", "inf"])
def test_a_setting_that_makes_no_sense_is_refused_by_name(monkeypatch, text):
    monkeypatch.setenv("DISEASEFACE_KEEP_MINUTES", text)
    with pytest.raises(RequestError, match="DISEASEFACE_KEEP_MINUTES"):
        settings.keep_seconds()


def test_half_a_signature_is_refused(monkeypatch):
    monkeypatch.setenv("DISEASEFACE_C2PA_KEY", "key.pem")
    with pytest.raises(RequestError, match="DISEASEFACE_C2PA_CERTIFICATES"):
        settings.signing_files()


def test_the_system_packages_of_a_space_are_those_that_readme_and_checks_install():
    packages = (ROOT / "packages.txt").read_text(encoding="utf-8").split()
    readme, checks = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", ".ci/run"))
    container = (ROOT / "assets" / "container" / "Containerfile").read_text(encoding="utf-8")
    assert packages
    for text in (readme, checks, container):
        assert all(name in text for name in packages)


@pytest.fixture
def norms_named(monkeypatch):
    """Name norms by the environment, and forget them afterwards."""
    from diseaseface.evaluation.norms import norms

    def name(path):
        monkeypatch.setenv("DISEASEFACE_NORMS", str(path))
        norms.cache_clear()
        return norms

    yield name
    norms.cache_clear()


def test_single_photos_are_read_by_the_norms_that_are_named(norms_named, tmp_path):
    shipped = (PACKAGE / "data" / "norms.json").read_text(encoding="utf-8")
    own = tmp_path / "own.json"
    own.write_text(re.sub(r'"n": \d+', '"n": 12', shipped, count=1), encoding="utf-8")
    assert norms_named(own)().n == 12


@pytest.mark.parametrize("text", [None, "{}", "no json"])
def test_norms_that_cannot_be_read_are_refused_in_words(text, norms_named, tmp_path):
    own = tmp_path / "own.json"
    if text is not None:
        own.write_text(text, encoding="utf-8")
    with pytest.raises(DiseaseFaceError, match=r"norms.json"):
        norms_named(own)()
