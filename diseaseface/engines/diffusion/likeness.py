"""Who the person is, for an IP-Adapter: from the photo itself, never from a drawn picture."""

import cv2
import numpy as np
import torch

from diseaseface.engines.diffusion.loading import Parts
from diseaseface.errors import EngineUnavailable
from diseaseface.faces import identity
from diseaseface.faces.face import Face

# What CLIP's image encoder takes its pictures minus, and divided by.
_MEAN, _SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_ROOM = 0.35  # around the landmarks, as a share of their extent


def embeddings(parts: Parts, face: Face, kind: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the embedding of the person and that of nobody, each with a leading one for the batch."""
    if kind == "faceid":
        return from_vector(parts, _recognised(face))
    size = parts.pipe.image_encoder.config.image_size
    pixels = torch.from_numpy(clip_pixels(face, size))[None]
    states = not _plain_projection(parts)
    someone, nobody = parts.pipe.encode_image(pixels, parts.device, 1, states)
    return someone[:, None], nobody[:, None]


def from_vector(parts: Parts, vector: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a recogniser's unit vector (d,) as the embedding of a person, and that of nobody."""
    someone = torch.from_numpy(vector.astype(np.float32)).to(parts.device, parts.dtype)[None, None]
    return someone, torch.zeros_like(someone)


def clip_pixels(face: Face, size: int) -> np.ndarray:
    """Return the face alone as CLIP's encoder takes it, float32 (3, size, size)."""
    low, high = face.landmarks_px.min(axis=0), face.landmarks_px.max(axis=0)
    half = (0.5 + _ROOM) * (high - low).max()
    scale, middle = size / (2 * half), (low + high) / 2
    matrix = np.column_stack([np.eye(2) * scale, size / 2 - 0.5 - scale * middle])
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cut = cv2.warpAffine(face.image, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return ((cut / 255.0 - _MEAN) / _SPREAD).transpose(2, 0, 1).astype(np.float32)


def _plain_projection(parts: Parts) -> bool:
    from diffusers.models.embeddings import ImageProjection

    return isinstance(parts.pipe.unet.encoder_hid_proj.image_projection_layers[0], ImageProjection)


def _recognised(face: Face) -> np.ndarray:
    if "insightface" not in identity.models():
        raise EngineUnavailable(
            "IP-Adapter FaceID needs InsightFace's recogniser: put buffalo_l where InsightFace looks for it "
            f"(or name its folder in {identity.INSIGHTFACE_SETTING}), or set identity=clip."
        )
    return identity.embed(face.image, face.landmarks_px, "insightface")
