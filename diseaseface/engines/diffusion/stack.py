"""The packages behind the diffusion engine, imported late, and what this machine has to offer."""

import importlib
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from diseaseface import tensors
from diseaseface.errors import EngineUnavailable

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "safetensors")
_GIB = 1024**3
# Free memory of an accelerator, by model: from the first on all predictions at once, below the second parts one by one.
_ROOMY_GIB, _SMALL_GIB = {"sd15": 12, "sdxl": 24}, {"sd15": 6, "sdxl": 14}


@dataclass(frozen=True)
class Machine:
    """Where tensors live.

    Attributes
    ----------
    device : str
        "cuda", "mps" or "cpu".
    half : bool
        Whether weights are held in 16 bits.
    batch : int
        Noise predictions made at once.
    offload : bool
        Whether each model waits in main memory until it is needed.
    tiled : bool
        Whether pictures are coded in slices and tiles, to save memory.
    """

    device: str
    half: bool
    batch: int
    offload: bool
    tiled: bool

    def describe(self) -> dict[str, object]:
        """Return what a report tells of it."""
        return {"device": self.device, "precision": "half" if self.half else "full", "offload": self.offload}


def missing_packages() -> list[str]:
    """Return which packages are not installed, without importing any."""
    return [name for name in PACKAGES if (name in sys.modules and sys.modules[name] is None) or not tensors.spec(name)]


@cache
def torch():
    """Import torch, and make what stands on torchvision importable beside it."""
    if lacking := missing_packages():
        raise EngineUnavailable(
            f"The diffusion engine needs packages that are missing: run `pip install {' '.join(lacking)}`, "
            "or choose the engine morph."
        )
    module = tensors.torch()
    for name in ("diffusers", "transformers"):  # standard error is for one line of ours, where something is refused
        logging = importlib.import_module(f"{name}.utils.logging")
        logging.disable_progress_bar()
        logging.set_verbosity_error()
    return module


def machine(precision: str, model: str = "sd15") -> Machine:
    """Choose device, precision and economies by what is here and free."""
    module = torch()
    if module.cuda.is_available():
        free = module.cuda.mem_get_info()[0] / _GIB
        half = precision != "full"
        roomy = free >= _ROOMY_GIB[model]
        return Machine("cuda", half, 64 if roomy else 4, free < _SMALL_GIB[model], not roomy)
    if module.backends.mps.is_available():
        return Machine("mps", precision == "half", 4, False, True)
    return Machine("cpu", precision == "half", 4, False, False)


def dtype(chosen: Machine):
    """Return torch's number type: bfloat16 is what a CPU calculates with in 16 bits."""
    module = torch()
    if not chosen.half:
        return module.float32
    return module.bfloat16 if chosen.device == "cpu" else module.float16


@contextmanager
def hidden(name: str):
    """Hide a package while another one is imported that would fail with it."""
    kept = sys.modules.get(name)
    sys.modules[name] = None
    try:
        yield
    finally:
        del sys.modules[name]
        if kept is not None:
            sys.modules[name] = kept
