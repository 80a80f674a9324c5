"""From words to numbers: prompts of weighted pieces through the model's one or two text encoders."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from diseaseface.engines.diffusion.loading import Parts


@dataclass(frozen=True, eq=False)
class Words:
    """Encoded prompts.

    Attributes
    ----------
    states : tensor of shape (n, length, width)
        What cross-attention reads.
    pooled : tensor of shape (n, width of the second encoder) or None
        What an SDXL model is told of each prompt as a whole; None for other models.
    """

    states: torch.Tensor
    pooled: torch.Tensor | None = None


def encode(parts: Parts, prompts: Sequence[Sequence[tuple[str, float]]]) -> Words:
    """Encode prompts of weighted pieces; all get the length of the longest.

    A token of weight w stands at w times its distance from the empty prompt's token in the same place.
    Prompts longer than the text encoder's window are encoded window by window. Two encoders' tokens stand
    side by side, and an empty prompt is all zeros where the model was trained so (Podell 2023, SDXL).
    """
    pipe = parts.pipe
    if not parts.is_xl:
        return Words(_encode(pipe.tokenizer, pipe.text_encoder, prompts, _last)[0])
    first, _ = _encode(pipe.tokenizer, pipe.text_encoder, prompts, _last_but_one)
    second, pooled = _encode(pipe.tokenizer_2, pipe.text_encoder_2, prompts, _last_but_one)
    length = max(first.shape[1], second.shape[1])
    states = torch.cat([_filled(first, length), _filled(second, length)], dim=-1)
    if pipe.config.force_zeros_for_empty_prompt:
        told = torch.tensor([bool(pieces) for pieces in prompts]).to(states)
        states, pooled = states * told[:, None, None], pooled * told[:, None]
    return Words(states, pooled)


def _last(encoded):
    return encoded[0]


def _last_but_one(encoded):
    return encoded.hidden_states[-2]


def _encode(tokenizer, encoder, prompts, layer):
    """Return states (n, length, width), and what the encoder says of each prompt's first window as a whole."""
    room = tokenizer.model_max_length - 2
    marked = [_marked(tokenizer, pieces) for pieces in prompts]
    windows = max(1, *(-(-len(tokens) // room) for tokens in marked))
    encoded = [_encode_one(tokenizer, encoder, tokens, windows, layer) for tokens in marked]
    return torch.cat([states for states, _ in encoded]), torch.stack([pooled for _, pooled in encoded])


def _marked(tokenizer, pieces):
    """Return (token, weight) pairs of the pieces, joined by commas."""
    tokens = []
    for number, (text, weight) in enumerate(pieces):
        ids = tokenizer(f", {text}" if number else text, add_special_tokens=False).input_ids
        tokens += [(token, weight) for token in ids]
    return tokens


def _encode_one(tokenizer, encoder, tokens, windows, layer):
    room, pad = tokenizer.model_max_length - 2, _pad(tokenizer)
    rows, weights = [], []
    for number in range(windows):
        part = tokens[number * room : (number + 1) * room]
        fill = room - len(part)
        rows.append([tokenizer.bos_token_id, *(t for t, _ in part), tokenizer.eos_token_id, *[pad] * fill])
        weights.append([1.0, *(w for _, w in part), 1.0, *[1.0] * fill])
    empty = [tokenizer.bos_token_id, tokenizer.eos_token_id, *[pad] * room]
    encoded = encoder(torch.tensor([*rows, empty], device=encoder.device), output_hidden_states=True)
    states = layer(encoded)
    scale = torch.tensor(weights, device=states.device, dtype=states.dtype)[..., None]
    steered = states[-1:] + scale * (states[:-1] - states[-1:])
    return steered.reshape(1, -1, states.shape[-1]), encoded[0][0]


def _filled(states, length):
    """Lengthen states by zeros: two tokenizers may need a different number of windows."""
    return torch.nn.functional.pad(states, (0, 0, 0, length - states.shape[1]))


def _pad(tokenizer):
    return tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
