"""The words of the page are in one place, for whoever translates it."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import diseaseface.ui
from diseaseface.ui import texts

ROOT = Path(diseaseface.ui.__file__).parent
# Words for programs and for whoever starts the page are none of the page's.
MODULES = [path for path in sorted(ROOT.glob("*.py")) if path.name not in ("api.py", "serve.py", "zerogpu.py")]
SHOWN = {"label", "placeholder", "info", "title", "alt", "aria_label"}
NAMED = ("gr.Tab", "gr.Button", "gr.Accordion", "gr.Checkbox")
TAG, SENTENCE = re.compile(r"<[^>]*>?|[^<]*>"), re.compile(r"[A-Za-z]{2,},? [a-z]{2,}( [a-z]|:|,|\.|$)")
TYPEFACE, PLACES = (
    "IBM Plex Sans, system-ui, sans-serif",
    ("top center", "bottom center", "middle right", "middle left"),
)
LOOKED_UP = ("Down syndrome",)  # a disease, by the name it has elsewhere
ASSETS = ROOT.parents[1] / "assets"
STRINGS, COMMENTS = (
    re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`]*)`"),
    re.compile(r"(?m)(^|\s)//.*$|/\*.*?\*/", re.DOTALL),
)


def constants(tree: ast.Module) -> list[str]:
    """Return the strings of a module that are no docstrings and not what a programmer is told by a ValueError."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    raised = (node for node in ast.walk(tree) if isinstance(node, ast.Raise) and "ValueError" in ast.unparse(node))
    told |= {id(part) for node in raised for part in ast.walk(node)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told)
    return [node.value for node in found if isinstance(node.value, str)]


def words_in(source: str) -> list[str]:
    """Return strings with words between or without tags."""
    told = [one for one in constants(ast.parse(source)) if one not in (TYPEFACE, *PLACES, *LOOKED_UP)]
    return [one for one in told if SENTENCE.search(TAG.sub(" ", one) if "<" in one or ">" in one else one)]


def labels_in(source: str) -> list[str]:
    """Return words that components of Gradio are given to show."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [node for node in calls if ast.unparse(node.func).startswith("gr.")]
    given = [word.value for node in made for word in node.keywords if word.arg in SHOWN]
    given += [node.args[0] for node in made if node.args and ast.unparse(node.func) in NAMED]
    literal = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [one for one in literal if re.search("[A-Za-z]", one)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_word_of_the_page_stands_outside_its_place(path):
    source = path.read_text(encoding="utf-8")
    assert labels_in(source) == []
    assert words_in(source) == []


@pytest.mark.parametrize(
    "line",
    [
        'gr.Button("Stop")', 'gr.Slider(0, 1, label="Severity")', 'x = "Please choose a photo"',
        'x = f"<p>{n} signs are drawn</p>"', 'x = "<b>one sentence more</b>"',
    ],
)  # fmt: skip
def test_a_word_outside_would_be_noticed(line):
    assert labels_in(line) + words_in(line)


@pytest.mark.parametrize(
    "line", ['"""A docstring is none."""', "x = \"<i class='a b c'>\"", 'gr.HTML("", elem_id="a")']
)
def test_what_is_no_word_is_not_taken_for_one(line):
    assert labels_in(line) + words_in(line) == []


def leaves(value: object) -> list[str]:
    """Return the words in a value of the page's texts; keys, which programs take, are none."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [word for one in value.values() for word in leaves(one)]
    return [word for one in value for word in leaves(one)] if isinstance(value, tuple | list) else []


def strings_in(source: str) -> list[str]:
    """Return the strings of a script or style sheet."""
    return [one for found in STRINGS.findall(COMMENTS.sub(" ", source)) for one in found if one]


@pytest.mark.parametrize(
    "path", [*sorted(ASSETS.glob("*.css")), *sorted((ASSETS / "scripts").glob("*.js"))], ids=lambda path: path.name
)
def test_no_rule_and_no_script_depends_on_a_word_or_says_one(path):
    shown = {word for name, value in vars(texts).items() if name.isupper() for word in leaves(value)}
    words = {word for word in shown if re.search("[A-Z ]", word)}  # others are keys as well, such as "asked"
    found = strings_in(path.read_text(encoding="utf-8"))
    assert [one for one in found if one in words] == []
    if path.suffix == ".js":
        assert [one for one in found if SENTENCE.search(one) and not re.search(r"[#\[{<>:;]", one)] == []


def test_a_rule_that_depends_on_a_word_would_be_noticed():
    assert "Evidence" in strings_in("td[data-name='Evidence']::before { display: none; } /* 'Drawn' */")
    assert "Drawn" not in strings_in("td[data-name='Evidence']::before { display: none; } /* 'Drawn' */")
    assert "Evidence" in leaves(texts.SIGN_COLUMNS)


def test_a_page_in_another_language_is_the_same_page():
    """Every word is swapped for one that nobody knows: no part goes missing, and no word of before is left."""
    root = ROOT.parents[1]
    command, paths = [sys.executable, str(root / "tests" / "foreign.py")], os.pathsep.join(map(str, (root, *sys.path)))
    environment = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["left"] == []
    assert found["words"] > 80
    assert found["foreign"] > 1000
    assert found["gauges"] == 1
    assert found["rows"] >= 1
