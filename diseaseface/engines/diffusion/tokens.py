"""The profile adapter: what is asked of a face, as a vector, becomes extra tokens for cross-attention."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from diseaseface.edits import SIDES, Change
from diseaseface.errors import EngineUnavailable
from diseaseface.knowledge.catalogue import attributes

CONFIG, WEIGHTS = "adapter.json", "adapter.safetensors"
AGE = 2  # last numbers of a profile vector: whether the age is told, and centuries
_HIDDEN = 256


def profile_vector(changes: Sequence[Change], names: Sequence[str], age: float | None = None) -> np.ndarray:
    """Return what is asked, float32 (2 n + AGE,): for each attribute its signed share on the left, then on the right.

    A share of 1 is the attribute's full-severity change. Attributes that `names` lacks are left out. The
    age, in years, is that of the changes where it is not given.
    """
    vector = np.zeros((len(names), 2), np.float32)
    for change in changes:
        if change.attribute.name in names:
            row = vector[list(names).index(change.attribute.name)]
            for side in change.sides:
                row[SIDES.index(side)] += np.sign(change.amount) * change.share
    age = next((change.age for change in changes if change.age is not None), None) if age is None else age
    return np.append(vector.ravel(), (0.0, 0.0) if age is None else (1.0, age / 100.0)).astype(np.float32)


class ProfileTokens(nn.Module):
    """A small network from a profile vector to tokens; a vector of zeros gives tokens of zeros.

    Parameters
    ----------
    names : sequence of str
        Attributes, in the order of the vector.
    width : int
        Numbers in a token: the UNet's cross-attention width.
    count : int
        Tokens.
    """

    def __init__(self, names: Sequence[str], width: int, count: int = 4):
        super().__init__()
        self.names, self.width, self.count = tuple(names), width, count
        self.inner = nn.Linear(2 * len(self.names) + AGE, _HIDDEN, bias=False)
        self.outer = nn.Linear(_HIDDEN, count * width, bias=False)
        # A profile has a few signs of many: each is to be heard, however long the catalogue is.
        nn.init.normal_(self.inner.weight, std=0.4)
        nn.init.normal_(self.outer.weight, std=0.02)  # an untrained adapter hardly disturbs the words

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Turn vectors (b, 2 n + AGE) into tokens (b, count, width)."""
        hidden = torch.tanh(self.inner(vectors))
        return self.outer(hidden).view(len(vectors), self.count, self.width)

    def save(self, folder: str | Path) -> None:
        """Write the weights and what is needed to build the network again."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in self.state_dict().items()}, folder / WEIGHTS)
        config = {"names": list(self.names), "width": self.width, "count": self.count}
        (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> "ProfileTokens":
        """Read an adapter; raise EngineUnavailable where the folder holds none."""
        folder = Path(folder)
        if not (folder / CONFIG).is_file() or not (folder / WEIGHTS).is_file():
            raise EngineUnavailable(f"There is no profile adapter in {folder}: train one, or leave the setting out.")
        tokens = cls(**json.loads((folder / CONFIG).read_text(encoding="utf-8")))
        tokens.load_state_dict(load_file(folder / WEIGHTS))
        return tokens

    @classmethod
    def fresh(cls, width: int, seed: int = 0) -> "ProfileTokens":
        """Return an untrained network for all attributes of the catalogue."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(tuple(attributes()), width)
