"""Compositional hard negatives: profiles that are wrong in one sign only."""

import numpy as np
import torch

KINDS = ("swapped", "removed", "mirrored")
_LEAST_SWAP = 0.5


def negative(vector: np.ndarray, kind: str, chance: np.random.Generator) -> np.ndarray:
    """Return a profile vector that differs from `vector` in one sign.

    Parameters
    ----------
    vector : float array of shape (2 n,)
        Signed shares on the left and on the right, attribute by attribute.
    kind : str
        swapped: the strongest sign's amount goes to an attribute that has none. removed: it is taken
        away. mirrored: left and right change places; for a profile alike on both sides, `removed`.
    chance : Generator
        Chooses the attribute that a swapped sign goes to.

    A profile of zeros gets a sign, whatever the kind.
    """
    shares = vector.reshape(-1, 2).copy()
    if not shares.any():
        shares[chance.integers(len(shares))] = _LEAST_SWAP + 0.5 * chance.random()
        return shares.ravel()
    if kind == "mirrored" and not np.array_equal(shares, shares[:, ::-1]):
        return shares[:, ::-1].ravel().copy()
    strongest = int(np.abs(shares).sum(axis=1).argmax())
    amount = shares[strongest].copy()
    shares[strongest] = 0.0
    if kind == "swapped":
        free = np.flatnonzero(~vector.reshape(-1, 2).any(axis=1))
        if len(free):
            shares[chance.choice(free)] = amount
    return shares.ravel()


def contrast(right: torch.Tensor, wrong: torch.Tensor, margin: float) -> torch.Tensor:
    """Return a loss (b,) that is zero where the wrong profile predicts worse than the right by `margin`.

    `right` and `wrong` are each example's prediction errors (b,). The margin is a share of the right
    one's, so that it means the same at every noise level; the right one itself is not pulled.
    """
    return torch.relu((1.0 + margin) * right.detach() - wrong)
