"""The words of the page are in one place, for whoever translates it."""

import ast
import re
from pathlib import Path

import pytest

import diseaseface.ui

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
LOOKED_UP = ("Down syndrome", "Profile match", "Same person")  # a disease and scores, by the names they have elsewhere


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
