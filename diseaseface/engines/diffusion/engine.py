"""The diffusion engine: draws signs with a latent diffusion model, steered by five conditions.

The way of one picture: the morph engine draws what it can; each sign gets a place and a noise level;
words, structure and identity are encoded; the loop adds noise by place and takes it away; what was not
touched keeps its bytes.
"""

import threading
from dataclasses import asdict, replace

from diseaseface.edits import Change, Edit
from diseaseface.engines.base import Applied, OnStep, Rendering
from diseaseface.engines.diffusion import models, stack
from diseaseface.engines.diffusion.options import Options, from_environment
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.errors import DiseaseFaceError, EngineUnavailable, OutOfMemory
from diseaseface.faces.face import Face

_STEERED = "Asked of the model, not drawn by a warp: how much of it arrived only the picture tells."
_UNSTEERED = "Neither words nor a profile adapter take part, so nothing tells the model of this sign."


class DiffusionEngine:
    """Draws with a diffusion model; keeps the promise of `engines.base.Engine`.

    Parameters
    ----------
    options : Options, optional
        Read from DISEASEFACE_DIFFUSION when the first picture is drawn if not given.
    morph : MorphEngine, optional
        Shared with whoever has prepared faces for it.
    """

    name, exact = "diffusion", False

    def __init__(self, options: Options | None = None, morph: MorphEngine | None = None) -> None:
        self._options, self._morph = options, morph or MorphEngine()
        self._loaded: tuple | None = None
        self._one_at_a_time = threading.Lock()

    @property
    def options(self) -> Options:
        """The settings in force."""
        return self._options or from_environment()

    def refusal(self) -> str | None:
        """Say what is missing and what to do, without importing anything heavy; None where it can draw."""
        if lacking := stack.missing_packages():
            return f"The diffusion engine needs `pip install {' '.join(lacking)}`; or choose the engine morph."
        try:
            return models.refusal(self.options)
        except DiseaseFaceError as error:
            return str(error)

    def load(self):
        """Load the models, or return the loaded ones; the first `render` does it otherwise."""
        from diseaseface.engines.diffusion import loading

        key = self.options, tuple(models.parts().items())
        if self._loaded is None or self._loaded[0] != key:
            self._loaded = None
            self._loaded = key, loading.load(self.options)
        return self._loaded[1]

    def render(self, face: Face, edit: Edit, *, seed: int = 0, on_step: OnStep | None = None) -> Rendering:
        """Draw `edit` on `face`; see `engines.base.Engine`."""
        asked = _in_order(change for change in edit if change.amount)
        if not asked:
            return Rendering(face.image.copy(), tuple(Applied(change, 0.0) for change in edit))
        if reason := self.refusal():
            raise EngineUnavailable(reason)
        with self._one_at_a_time:
            try:
                return self._draw(face, edit, asked, seed, on_step)
            except (MemoryError, RuntimeError) as error:
                raise _explained(error) from error

    def _draw(self, face, edit, asked, seed, on_step):
        from diseaseface.engines.diffusion import drawing

        options, parts = self.options, self.load()
        start = self._morph.render(face, asked, seed=seed)
        done = {id(a.change): _account(a, options) for a in start.applied}
        steered = [change for change in asked if done[id(change)].amount is not None]
        applied = tuple(done.get(id(change), Applied(change, 0.0)) for change in edit)
        if not steered:
            return Rendering(face.image.copy(), applied, details=_told(options, parts))
        picture, facts = drawing.draw(parts, options, face, start, steered, self._morph, seed, on_step)
        details = {**_told(options, parts), **facts}
        least = start.least_jacobian if options.has("start") else 1.0
        return replace(start, picture=picture, applied=applied, least_jacobian=least, details=details)


def _in_order(changes) -> list[Change]:
    """The same order whatever the order of the list, so that sums come out alike."""
    return sorted(changes, key=lambda change: (change.attribute.name, change.side or "", change.amount))


def _account(drawn: Applied, options: Options) -> Applied:
    """Say what was done for a change: drawn by the warp, asked of the model, or left out."""
    change = drawn.change
    by_warp = change.attribute.engine == "morph"
    if by_warp and (options.has("start") or drawn.amount is None):
        return drawn
    told = options.has("words") or options.adapter or (by_warp and options.has("structure"))
    return Applied(change, change.amount, _STEERED) if told else Applied(change, None, _UNSTEERED)


def _told(options: Options, parts) -> dict[str, object]:
    """What a report tells of the settings: every condition is named, on or off."""
    names = ("start", "strength", "structure", "words", "identity")
    kinds = {"structure": options.structure, "words": options.words, "identity": options.identity}
    conditions = {name: kinds.get(name, True) if options.has(name) else False for name in names}
    hidden = ("conditions", "adapter", "lora", *kinds)
    settings = {name: value for name, value in asdict(options).items() if name not in hidden}
    adapters = {name: bool(getattr(options, name)) for name in ("adapter", "lora")}
    return {"conditions": conditions, **settings, **adapters, "models": parts.names, **parts.machine.describe()}


def _explained(error: Exception) -> Exception:
    """Turn what the frameworks say of full memory into a sentence; every other error is a bug and stays."""
    text = str(error).lower()
    short = "out of memory" in text or "can't allocate memory" in text or "not enough memory" in text
    if not isinstance(error, MemoryError) and type(error).__name__ != "OutOfMemoryError" and not short:
        return error
    _release()
    return OutOfMemory(
        "The machine ran out of memory while drawing with the diffusion engine: close other programs that use it, "
        "set DISEASEFACE_DIFFUSION=precision=half,words=weighted, or choose the engine morph."
    )


def _release() -> None:
    torch = stack.torch()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
