"""A quick start: what the first picture needs comes in beside Gradio, and Gradio without what nobody here needs."""

import sys
import threading
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

from diseaseface.errors import DiseaseFaceError
from diseaseface.ui import asked
from diseaseface.ui.examples import examples

if TYPE_CHECKING:
    from diseaseface.pipeline import Pipeline

_WRITES, _WRITER = "gradio.component_meta", "create_or_modify_pyi"


def bring_in(pipeline: "Pipeline") -> threading.Thread:
    """Draw the first picture once, unseen, in a thread of its own: models and fields are there when it is asked for."""
    thread = threading.Thread(target=_draw_unseen, args=(pipeline,), daemon=True)
    thread.start()
    return thread


def _draw_unseen(pipeline: "Pipeline") -> None:
    first = asked.first(asked.FIRST_DISEASE)
    with suppress(DiseaseFaceError):  # told where the picture is asked for
        face = pipeline.look(str(examples()[0].path))
        pipeline.draw(face, first.disease, first.severity / 100, **first.settings())


def import_gradio() -> ModuleType:
    """Import Gradio without its files for editors: to compare them with its sources takes half of its time to start."""
    sys.meta_path.insert(0, _Unwritten)
    try:
        import gradio
    finally:
        sys.meta_path.remove(_Unwritten)
    return gradio


class _Unwritten:
    """Finds the module that writes those files, and lets it write none."""

    @staticmethod
    def find_spec(name: str, path=None, target=None) -> ModuleSpec | None:
        if name != _WRITES or (spec := PathFinder.find_spec(name, path, target)) is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            if hasattr(module, _WRITER):
                setattr(module, _WRITER, lambda *_: None)

        spec.loader.exec_module = exec_module
        return spec
