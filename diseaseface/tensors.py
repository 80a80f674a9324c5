"""Importing torch, late, so that what stands on torchvision can be imported beside it."""

import importlib
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def spec(name: str):
    """Return where a package would be imported from, None where it is not installed."""
    try:
        return find_spec(name)
    except ValueError:  # a module that somebody has put into sys.modules by hand
        return None


@cache
def torch():
    """Return the package torch; raise ImportError where it is missing."""
    module = importlib.import_module("torch")
    _declare_torchvision_operators(module)
    return module


_declared = []  # a library's schemas last as long as the library object


def _declare_torchvision_operators(module) -> None:
    """Declare the two operators that torchvision registers fakes for, where its own library cannot load.

    PyPI's torchvision is built for CUDA; beside a torch for CPU alone its import fails at these names, and
    every image class of transformers with it. The operators themselves are not used here.
    """
    found = spec("torchvision")
    if found is None or "torchvision" in sys.modules:
        return
    for library in Path(found.origin).parent.glob("_C*"):
        try:
            module.ops.load_library(str(library))
        except OSError:
            continue
    library = module.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        if not hasattr(module.ops.torchvision, name):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)
