"""How the diffusion engine is set: which conditions take part, and how strongly."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from diseaseface.errors import RequestError

SETTING = "DISEASEFACE_DIFFUSION"
CONDITIONS = ("start", "strength", "structure", "words", "identity")

_CHOICES = {
    "model": ("sd15", "sdxl"),
    "words": ("composed", "weighted"),
    "structure": ("mesh", "canny", "lineart"),
    "identity": ("clip", "faceid"),
    "scheduler": ("ddim", "dpm", "lcm", "tcd"),
    "precision": ("auto", "full", "half"),
}
# Few-step models are trained for few steps and little guidance.
_FEW_STEPS = {"lcm": (8, 1.5), "tcd": (8, 1.5)}
# No ControlNet for MediaPipe's mesh is known for SDXL.
_STRUCTURES = {"sdxl": "canny"}


@dataclass(frozen=True)
class Options:
    """The engine's settings.

    Attributes
    ----------
    model : "sd15" or "sdxl"
        Stable Diffusion 1.x and 2.x, or SDXL with its two text encoders.
    conditions : tuple of str
        Which of `CONDITIONS` take part: start (the morph engine's picture, with a noise level of each
        region's own), strength (noise only where signs are), structure (ControlNet), words (prompts),
        identity (IP-Adapter).
    words : "composed" or "weighted"
        One noise prediction a sign, or all signs in one prompt by weight.
    structure : "mesh", "canny" or "lineart"
        What ControlNet is shown; its weights have to be made for it.
    identity : "clip" or "faceid"
        Which IP-Adapter.
    scheduler : "ddim", "dpm", "lcm" or "tcd"
        The last two take few steps with weights distilled for them: LCM's, and Hyper-SD's or TCD's.
    steps : int
        Of the full schedule; a picture that starts at half the noise takes half of them.
    guidance : float
        How strongly words and profile tokens steer, as in classifier-free guidance.
    control, likeness : float
        Scales of ControlNet and IP-Adapter.
    noise : float
        Noise level, 0 to 1, where `start` does not choose one for each region.
    negative : str
        Words that are kept out everywhere.
    seamless : bool
        Bring the photo's own fine detail back where little noise was added.
    precision : "auto", "full" or "half"
    adapter : str
        Folder of a trained profile adapter; "" for none.
    lora : str
        A safetensors file of LoRA weights for the UNet, such as LCM's or Hyper-SD's; "" for none.
    """

    model: str = "sd15"
    conditions: tuple[str, ...] = CONDITIONS
    words: str = "composed"
    structure: str = "mesh"
    identity: str = "clip"
    scheduler: str = "ddim"
    steps: int = 30
    guidance: float = 7.5
    control: float = 0.9
    likeness: float = 0.6
    noise: float = 0.5
    negative: str = "drawing, painting, cartoon, blurred, deformed"
    seamless: bool = True
    precision: str = "auto"
    adapter: str = ""
    lora: str = ""

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.conditions) - set(CONDITIONS)):
            raise RequestError(f"There is no condition {unknown[0]!r}: choose among {', '.join(CONDITIONS)}.")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise RequestError(f"{name} must be {' or '.join(choices)}, not {getattr(self, name)!r}.")
        for name, low, high in (
            ("steps", 1, 200), ("guidance", 0, 50), ("control", 0, 2), ("likeness", 0, 2), ("noise", 0, 1),
        ):  # fmt: skip
            if not low <= getattr(self, name) <= high:
                raise RequestError(f"{name} must be from {low} to {high}, not {getattr(self, name)!r}.")

    def has(self, condition: str) -> bool:
        """Tell whether a condition takes part."""
        return condition in self.conditions


def from_environment(environment: Mapping[str, str] | None = None) -> Options:
    """Read the options from DISEASEFACE_DIFFUSION: `steps=20, conditions=start+strength+words`.

    Raises RequestError, naming the setting, where it is malformed.
    """
    text = (os.environ if environment is None else environment).get(SETTING, "")
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    told = {name.strip(): value.strip() for name, _, value in pairs}
    kinds = {field.name: field.type for field in fields(Options)}
    if unknown := sorted(set(told) - set(kinds)):
        raise RequestError(f"{SETTING} has no setting {unknown[0]!r}: choose among {', '.join(kinds)}.")
    steps, guidance = _FEW_STEPS.get(told.get("scheduler", ""), (Options.steps, Options.guidance))
    values = {name: _value(name, kinds[name], value) for name, value in told.items()}
    structure = _STRUCTURES.get(told.get("model", ""), Options.structure)
    return Options(**{"steps": steps, "guidance": guidance, "structure": structure} | values)


def _value(name: str, kind: type, text: str) -> object:
    if name == "conditions":
        return () if text == "none" else tuple(part.strip() for part in text.split("+"))
    try:
        return text.lower() in ("1", "true", "yes", "on") if kind is bool else kind(text)
    except ValueError:
        raise RequestError(f"{SETTING}: {name} must be a number, not {text!r}.") from None
