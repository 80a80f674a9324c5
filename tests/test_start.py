"""The page is there soon: Gradio writes no files for editors, and models come in beside it."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import diseaseface
from diseaseface.errors import FaceError
from diseaseface.ui.asked import FIRST, FIRST_DISEASE
from diseaseface.ui.examples import examples
from diseaseface.ui.start import bring_in

ROOT = Path(diseaseface.__file__).parents[1]


class Watched:
    """A pipeline that notes what it is asked for."""

    def __init__(self, refusal=None):
        self.asked, self.refusal, self.thread = [], refusal, None

    def look(self, photo):
        self.thread = threading.current_thread()
        if self.refusal:
            raise self.refusal
        return photo

    def draw(self, face, disease, severity, **settings):
        self.asked.append((face, disease, severity, settings["engine"]))


def test_the_first_picture_is_drawn_once_beside_the_rest():
    pipeline = Watched()
    bring_in(pipeline).join(20)
    assert pipeline.asked == [(str(examples()[0].path), FIRST_DISEASE, FIRST["severity"] / 100, FIRST["engine"])]
    assert pipeline.thread is not threading.current_thread()


def test_a_refusal_is_left_to_whoever_asks_for_the_picture():
    pipeline = Watched(FaceError("none"))
    bring_in(pipeline).join(20)
    assert not pipeline.asked


@pytest.mark.parametrize("quickly", [True, False])
def test_gradio_is_whole_without_its_files_for_editors(quickly):
    """Reading the sources of its components is refused here, which only its own way of starting meets."""
    code = (
        "import ast\n"
        "def refuse(*_): raise RuntimeError('read')\n"
        "ast.get_source_segment = refuse\n"
        "from diseaseface.ui.start import import_gradio\n"
        f"{'import_gradio()' if quickly else ''}\n"
        "import gradio as gr, sys\n"
        "with gr.Blocks() as page:\n"
        "    gr.Button('a').click(lambda: None, None, gr.Image())\n"
        "assert len(page.fns) == 1 and all(type(one).__name__ != '_Unwritten' for one in sys.meta_path)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode == 0) == quickly, done.stderr
    assert quickly or "read" in done.stderr
