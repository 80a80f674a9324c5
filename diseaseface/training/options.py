"""How an adapter is trained."""

from dataclasses import dataclass

from diseaseface.errors import RequestError
from diseaseface.training.lora import ATTENTION


@dataclass(frozen=True)
class TrainingOptions:
    """Settings of one training.

    Attributes
    ----------
    steps, batch : int
        Updates, and examples in each on each device.
    learning_rate : float
    rank : int
        Of the low-rank weights on the UNet; 0 trains the tokens alone.
    targets : tuple of str
        Layers that get them.
    drop_text, drop_profile, drop_image : float
        Shares of examples that are not told each, for classifier-free guidance.
    contrast, margin : float
        Weight of the hard negatives, and by what share a wrong profile shall predict worse.
    ema : float
        Decay of the averaged weights, which are the ones that are kept.
    save_every, test_every : int
        Steps.
    test_examples, test_levels : int
        Held-out examples, and noise levels of each.
    patience : int or None
        Tests without a better one after which training ends, and the best weights are kept; 0 never ends
        early and keeps the last; None is 5 for photos of people with a disease, which few can be, else 0.
    precision : "no", "fp16" or "bf16"
    tracker : str
        A tracker of accelerate, such as tensorboard; "" for the log file alone.
    seed : int
    """

    steps: int = 1000
    batch: int = 4
    learning_rate: float = 1e-4
    rank: int = 8
    targets: tuple[str, ...] = ATTENTION
    drop_text: float = 0.1
    drop_profile: float = 0.1
    drop_image: float = 0.1
    contrast: float = 0.1
    margin: float = 0.05
    ema: float = 0.99
    save_every: int = 200
    test_every: int = 100
    test_examples: int = 16
    test_levels: int = 4
    patience: int | None = None
    precision: str = "no"
    tracker: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "save_every", "test_every", "test_examples", "test_levels"):
            if getattr(self, name) < 1:
                raise RequestError(f"{name} must be at least 1, not {getattr(self, name)}.")
        if self.precision not in ("no", "fp16", "bf16"):
            raise RequestError(f"precision must be no, fp16 or bf16, not {self.precision!r}.")
