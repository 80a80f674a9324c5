"""Compositional hard negatives: profiles that are wrong in one sign only."""

import numpy as np
import torch

from diseaseface.engines.diffusion.tokens import AGE

KINDS = ("swapped", "removed", "mirrored", "reversed")
_LEAST_SWAP = 0.5


def negative(vector: np.ndarray, kind: str, chance: np.random.Generator) -> np.ndarray:
    """Return a profile vector, float (2 n + AGE,), that differs from `vector` in one sign; the age is kept.

    The vector holds signed shares on the left and on the right, attribute by attribute; see `wrong_signs`.
    """
    wrong = vector.copy()
    wrong[:-AGE] = wrong_signs(vector[:-AGE].reshape(-1, 2), kind, chance).ravel()
    return wrong


def wrong_signs(shares: np.ndarray, kind: str, chance: np.random.Generator) -> np.ndarray:
    """Return signs, float (n, 2), that differ from `shares` in one.

    Parameters
    ----------
    shares : float array of shape (n, 2)
        Signed shares of n attributes on the left and on the right.
    kind : str
        swapped: the strongest sign's amount goes to an attribute that has none. removed: it is taken
        away. reversed: it goes the other way. mirrored: left and right change places; for signs alike on
        both sides, `removed`.
    chance : Generator
        Chooses the attribute that a swapped sign goes to.

    Where there is no sign there is one, whatever the kind.
    """
    wrong = shares.copy()
    if not shares.any():
        wrong[chance.integers(len(wrong))] = _LEAST_SWAP + 0.5 * chance.random()
        return wrong
    if kind == "mirrored" and not np.array_equal(shares, shares[:, ::-1]):
        return wrong[:, ::-1].copy()
    strongest = int(np.abs(shares).sum(axis=1).argmax())
    wrong[strongest] = -shares[strongest] if kind == "reversed" else 0.0
    free = np.flatnonzero(~shares.any(axis=1))
    if kind == "swapped" and len(free):
        wrong[chance.choice(free)] = shares[strongest]
    return wrong


def contrast(right: torch.Tensor, wrong: torch.Tensor, margin: float) -> torch.Tensor:
    """Return a loss (b,) that is zero where the wrong profile predicts worse than the right by `margin`.

    `right` and `wrong` are each example's prediction errors (b,). The margin is a share of the right
    one's, so that it means the same at every noise level; the right one itself is not pulled.
    """
    return torch.relu((1.0 + margin) * right.detach() - wrong)
