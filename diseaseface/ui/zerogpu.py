"""Spaces on ZeroGPU: one function gets a GPU, models are loaded when the Space starts.

Each call of that function runs in a fork: nothing in memory reaches it or comes back but its arguments and
its result, so steps are not told there and a started picture is not stopped.
"""

import os
from importlib.util import find_spec

from diseaseface.engines.base import Engine, OnStep, Rendering
from diseaseface.engines.diffusion.engine import DiffusionEngine
from diseaseface.pipeline import Pipeline

SETTING = "SPACES_ZERO_GPU"  # set by the platform on such a Space
# Not measured: an A100-class card does about 30 predictions of Stable Diffusion 1.5 a second at 512 px, and SDXL
# at its 1024 px takes about six times as much work.
_START_S, _PREDICTION_S = 8.0, {"sd15": 0.05, "sdxl": 0.3}
_LEAST_S, _MOST_S = 15, 120


def on_zerogpu() -> bool:
    """Tell whether this is a Space on ZeroGPU with its package."""
    return os.environ.get(SETTING, "").lower() in ("1", "t", "true") and find_spec("spaces") is not None


def prepared(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline with its diffusion engine on ZeroGPU; elsewhere, or without weights, unchanged."""
    engine = pipeline.engines.get("diffusion")
    if engine is None or not on_zerogpu() or engine.refusal():
        return pipeline
    return Pipeline(pipeline.diseases, {**pipeline.engines, "diffusion": BorrowedGpu(engine)})


class BorrowedGpu:
    """The diffusion engine, drawing with a GPU that is lent for each picture; keeps `Engine`'s promise."""

    name, exact = "diffusion", False

    def __init__(self, engine: DiffusionEngine) -> None:
        import spaces  # before anything that may touch CUDA

        self._engine: Engine = engine
        engine.load()
        self._draw = spaces.GPU(duration=self.seconds)(self._render)

    def refusal(self) -> str | None:
        """Say what is missing; None where it can draw."""
        return self._engine.refusal()

    def render(self, face, edit, *, seed: int = 0, on_step: OnStep | None = None) -> Rendering:
        """Draw `edit` on `face`; see `engines.base.Engine`."""
        drawn = self._draw(face, tuple(edit), seed)
        if on_step:
            on_step(1, 1)
        return drawn

    def seconds(self, _face=None, edit=(), _seed: int = 0) -> int:
        """Return for how long a picture asks the GPU: more signs and steps, longer."""
        options = self._engine.options
        predictions = 2 if options.words == "weighted" else 2 + len(edit)
        asked = _START_S + _PREDICTION_S[options.model] * options.steps * max(predictions, 1)
        return int(min(max(asked, _LEAST_S), _MOST_S))

    def _render(self, face, edit, seed):
        return self._engine.render(face, edit, seed=seed)
