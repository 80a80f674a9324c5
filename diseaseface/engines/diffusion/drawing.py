"""One picture of the diffusion engine, from the start picture to the finished one."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch

from diseaseface.edits import Change
from diseaseface.engines.base import OnStep, Rendering
from diseaseface.engines.diffusion import encoding, likeness, places, prompts, sampling, structure
from diseaseface.engines.diffusion.crop import Crop
from diseaseface.engines.diffusion.loading import Parts
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.diffusion.tokens import profile_vector
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.faces.face import Face


@torch.inference_mode()
def draw(
    parts: Parts, options: Options, face: Face, start: Rendering, changes: Sequence[Change],
    morph: MorphEngine, seed: int, on_step: OnStep | None = None,
) -> tuple[np.ndarray, dict[str, object]]:  # fmt: skip
    """Draw `changes` on `face`.

    Parameters
    ----------
    start : Rendering
        The morph engine's picture of the same changes.

    Returns
    -------
    picture : uint8 array of shape (H, W, 3)
    facts : dict
        What a report tells of the work done.
    """
    shape = face.image.shape[:2]
    base = start.picture if options.has("start") else face.image
    found = places.find_places(face, changes, morph, seed)
    strength, where = _strength(options, found, face)
    crop = Crop.around(face, parts.size)
    small = crop.cut(base)
    steering = guide(parts, options, face, start, base, found, changes, crop)
    clean = sampling.to_latents(parts, small)
    level = torch.from_numpy(_to_latent_size(crop.cut(strength), clean))[None, None].to(parts.device)
    latents = sampling.denoise(parts, steering, clean, level, options, seed, on_step)
    drawn = crop.paste(sampling.to_picture(parts, latents), shape)
    if options.seamless:
        coded = crop.paste(sampling.to_picture(parts, clean), shape)
        drawn += (1.0 - strength)[..., None] * (base - coded)
    facts = {"noise_predictions_per_step": steering.predictions, "most_noise": round(float(level.max()), 3)}
    return _composite(base, drawn, where), facts


def _strength(options, found, face):
    """Noise level of every pixel, and where the drawn picture takes the start's place; both (H, W)."""
    shape = face.image.shape[:2]
    if options.has("strength"):
        where = places.union(found, shape)
        level = places.strength(found, shape) if options.has("start") else options.noise * where
        return level, where
    where = places.whole_person(face)
    most = max(place.level for place in found) if options.has("start") else options.noise
    return (most * where).astype(np.float32), where


def guide(parts, options, face, start, base, found, changes, crop) -> sampling.Guide:
    """Encode what steers a picture: words, profile, person and structure; arguments as in `draw`."""
    concepts, kept_out = prompts.compose(found, options, parts.tokens is not None)
    words = encoding.encode(parts, [kept_out, *(concept.pieces for concept in concepts)])
    texts = words.states
    if parts.tokens is not None:
        texts = torch.cat([texts, _profile_tokens(parts, changes, concepts)], dim=1)
    people = likeness.embeddings(parts, face, options.identity) if options.has("identity") else None
    return sampling.Guide(
        texts, _weights(parts, options, concepts, crop), people, _control(parts, options, face, start, base, crop),
        options.control, words.pooled,
    )  # fmt: skip


def _profile_tokens(parts, changes, concepts):
    vector = torch.from_numpy(profile_vector(changes, parts.tokens.names))
    rows = torch.stack([vector * 0, *(vector * float(concept.profile) for concept in concepts)])
    return parts.tokens(rows.to(parts.tokens.outer.weight)).to(parts.dtype)


def _weights(parts, options, concepts, crop):
    """Guidance of each concept at every latent pixel; where several meet, they share it."""
    side = parts.size // parts.pipe.vae_scale_factor
    maps = np.zeros((len(concepts), side, side), np.float32)
    for row, concept in zip(maps, concepts, strict=True):
        mask = 1.0 if concept.mask is None else _area(crop.cut(concept.mask), side)
        row[:] = concept.weight * mask
    crowd = np.maximum(np.abs(maps).sum(axis=0), 1.0) if len(concepts) else 1.0
    return torch.from_numpy(options.guidance * maps / crowd)[:, None].to(parts.device)


def _control(parts, options, face, start, base, crop):
    if not options.has("structure"):
        return None
    landmarks = face.landmarks_px if start.landmarks_px is None else start.landmarks_px
    shown = structure.draw(options.structure, base, landmarks, crop)
    pixels = torch.from_numpy(shown.astype(np.float32) / 255.0).permute(2, 0, 1)[None]
    return pixels.to(parts.device, parts.dtype)


def _to_latent_size(level, latents):
    return np.clip(_area(level, latents.shape[-1]), 0.0, 1.0)


def _area(values, side):
    return cv2.resize(values, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)


def _composite(base, drawn, where):
    """Blend by `where`; at zero the base keeps its bytes."""
    blended = base + where[..., None] * (drawn - base)
    codes = np.clip(np.round(blended), 0, 255).astype(np.uint8)
    return np.where((where > 0)[..., None], codes, base)
