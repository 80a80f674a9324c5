"""How far drawn pictures are from real ones as groups: the kernel distance."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch

from diseaseface.edits import Change
from diseaseface.engines.diffusion import drawing, likeness, sampling
from diseaseface.engines.diffusion.crop import Crop
from diseaseface.engines.diffusion.loading import Parts
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.morph.engine import MorphEngine
from diseaseface.evaluation.realism import kernel_distance
from diseaseface.faces.face import Face

_POOLED = 4


@torch.no_grad()
def features(parts: Parts, face: Face, picture: np.ndarray) -> np.ndarray:
    """Return what a picture of a face looks like, float (d,): CLIP's embedding where an image encoder is
    loaded, else the autoencoder's latents, pooled."""
    if parts.pipe.image_encoder is not None:
        pixels = likeness.clip_pixels(replace(face, image=picture), parts.pipe.image_encoder.config.image_size)
        embedded = parts.pipe.image_encoder(torch.from_numpy(pixels)[None].to(parts.device, parts.dtype)).image_embeds
        return embedded[0].float().cpu().numpy()
    latents = sampling.to_latents(parts, Crop.around(face, parts.size).cut(picture))
    return torch.nn.functional.adaptive_avg_pool2d(latents, _POOLED).flatten().cpu().numpy()


def judge(parts: Parts, healthy: Sequence[Face], diseased: Sequence[Face], changes: Sequence[Change],
          options: Options) -> Callable:  # fmt: skip
    """Return what early stopping goes by: the distance of drawn held-out people from real held-out ones.

    Parameters
    ----------
    healthy : faces to draw on
    diseased : photos of people with the disease, none of whom is trained on
    changes : what the disease asks of a face
    options : Options
        How the pictures are drawn; the profile's tokens are added.
    """
    real = np.array([features(parts, face, face.image) for face in diseased])
    engine = MorphEngine()

    def measure(student) -> float:
        taught = replace(parts, tokens=student.tokens)
        drawn = []
        for number, face in enumerate(healthy):
            start = engine.render(face, changes, seed=number)
            picture, _ = drawing.draw(taught, options, face, start, changes, engine, number)
            drawn.append(features(parts, face, picture))
        return kernel_distance(np.array(drawn), real)

    return measure
