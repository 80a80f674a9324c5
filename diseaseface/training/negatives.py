"""Compositional hard negatives: profiles that are wrong in one sign only."""

import numpy as np
import torch

from diseaseface.engines.diffusion.tokens import AGE

KINDS = ("swapped", "removed", "mirrored")
_LEAST_SWAP = 0.5


def negative(vector: np.ndarray, kind: str, chance: np.random.Generator) -> np.ndarray:
    """Return a profile vector that differs from `vector` in one sign.

    Parameters
    ----------
    vector : float array of shape (2 n + AGE,)
        Signed shares on the left and on the right, attribute by attribute, and the age, which is kept.
    kind : str
        swapped: the strongest sign's amount goes to an attribute that has none. removed: it is taken
        away. mirrored: left and right change places; for a profile alike on both sides, `removed`.
    chance : Generator
        Chooses the attribute that a swapped sign goes to.

    A profile of zeros gets a sign, whatever the kind.
    """
    wrong = vector.copy()
    shares = wrong[:-AGE].reshape(-1, 2)
    if not shares.any():
        shares[chance.integers(len(shares))] = _LEAST_SWAP + 0.5 * chance.random()
    elif kind == "mirrored" and not np.array_equal(shares, shares[:, ::-1]):
        shares[:] = shares[:, ::-1].copy()
    else:
        _take_strongest(shares, chance if kind == "swapped" else None)
    return wrong


def _take_strongest(shares, chance) -> None:
    """Take the strongest sign away, and give its amount to one that has none where chance is given."""
    free = np.flatnonzero(~shares.any(axis=1))
    strongest = int(np.abs(shares).sum(axis=1).argmax())
    amount = shares[strongest].copy()
    shares[strongest] = 0.0
    if chance is not None and len(free):
        shares[chance.choice(free)] = amount


def contrast(right: torch.Tensor, wrong: torch.Tensor, margin: float) -> torch.Tensor:
    """Return a loss (b,) that is zero where the wrong profile predicts worse than the right by `margin`.

    `right` and `wrong` are each example's prediction errors (b,). The margin is a share of the right
    one's, so that it means the same at every noise level; the right one itself is not pulled.
    """
    return torch.relu((1.0 + margin) * right.detach() - wrong)
