"""The sampling loop: composed noise predictions, and noise only where a pixel's strength allows it."""

from dataclasses import dataclass

import numpy as np
import torch

from diseaseface.engines.base import OnStep
from diseaseface.engines.diffusion.loading import Parts
from diseaseface.engines.diffusion.options import Options


@dataclass(frozen=True, eq=False)
class Guide:
    """What steers the predictions of one picture.

    Attributes
    ----------
    texts : tensor of shape (1 + n, length, width)
        What is kept out everywhere, then one for each concept; without concepts the empty prompt alone.
    weights : tensor of shape (n, 1, h, w)
        Guidance of each concept at every latent pixel.
    people : tensors or None
        Embeddings of the person and of nobody, for an IP-Adapter.
    control : tensor of shape (1, 3, H, W) or None
        What ControlNet is shown, 0 to 1.
    control_scale : float
    pooled : tensor of shape (1 + n, width) or None
        Each prompt as a whole, for SDXL.
    """

    texts: torch.Tensor
    weights: torch.Tensor
    people: tuple[torch.Tensor, torch.Tensor] | None
    control: torch.Tensor | None
    control_scale: float
    pooled: torch.Tensor | None = None

    @property
    def predictions(self) -> int:
        """Noise predictions in each step."""
        return len(self.texts)


def denoise(
    parts: Parts, guide: Guide, clean: torch.Tensor, strength: torch.Tensor, options: Options,
    seed: int, on_step: OnStep | None = None,
) -> torch.Tensor:  # fmt: skip
    """Add noise to latents by each pixel's strength and take it away again.

    Parameters
    ----------
    clean : float32 tensor of shape (b, 4, h, w)
        Latents of the pictures to start from, which are all told the same.
    strength : float32 tensor of shape (b, 1, h, w)
        0 keeps a pixel as it is, 1 makes it anew.

    Notes
    -----
    Differential diffusion (Levin & Fried 2023): a pixel joins the denoising at the step that its strength
    gives it; until then it is the clean picture with that step's noise. The noise comes from the seed
    alone, so all severities of one request share it.
    """
    scheduler = parts.scheduler(options)
    chance = torch.Generator().manual_seed(seed)
    scheduler.set_timesteps(options.steps, device=parts.device)
    times = scheduler.timesteps
    joins = torch.arange(len(times), device=strength.device) / len(times)  # step i runs at noise 1 - i/N
    first = int(torch.searchsorted(joins, 1.0 - strength.max().clamp(0.0, 1.0)))
    if first >= len(times):
        return clean
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(first)
    noise = torch.randn(clean.shape, generator=chance).to(clean)
    latents = clean
    for done, time in enumerate(times[first:]):
        free = strength >= 1.0 - joins[first + done]
        noisy = scheduler.add_noise(clean, noise, time[None])
        latents = torch.where(free, noisy if done == 0 else latents, noisy)
        predicted = predict(parts, guide, scheduler.scale_model_input(latents, time), time, options)
        latents = scheduler.step(predicted, time, latents, **_chance(scheduler, chance)).prev_sample
        if on_step:
            on_step(done + 1, len(times) - first)
    return torch.where(strength > 0, latents, clean)


def predict(parts: Parts, guide: Guide, latents: torch.Tensor, time: torch.Tensor, options: Options) -> torch.Tensor:
    """Predict the noise as composable diffusion does (Liu et al. 2022, eq. 11): e + sum_k w_k (e_k - e)."""
    chosen = torch.arange(guide.predictions).split(parts.machine.batch)
    each = torch.cat([_predict_some(parts, guide, latents, time, some, options) for some in chosen]).float()
    return each[0] + (guide.weights[:, None] * (each[1:] - each[0])).sum(dim=0)


def _predict_some(parts, guide, latents, time, some, options):
    """Predict the noise (k, b, 4, h, w) in b pictures for `some` of the guide's rows."""
    unet, pictures = parts.pipe.unet, len(latents)
    sample = latents.to(parts.dtype).repeat(len(some), 1, 1, 1)
    some = some.repeat_interleave(pictures)
    count = len(some)
    texts = guide.texts[some.to(guide.texts.device)]
    whole = told_as_whole(parts, None if guide.pooled is None else guide.pooled[some.to(guide.pooled.device)])
    more = {"added_cond_kwargs": {**whole, **_people(guide, some)}}
    if unet.config.time_cond_proj_dim:
        more["timestep_cond"] = _guidance_embedding(options.guidance, unet.config.time_cond_proj_dim, sample)
    if guide.control is not None:
        down, middle = parts.controlnet(
            sample, time, encoder_hidden_states=texts, controlnet_cond=guide.control.expand(count, -1, -1, -1),
            conditioning_scale=guide.control_scale, added_cond_kwargs=whole, return_dict=False,
        )  # fmt: skip
        more |= {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
    predicted = unet(sample, time, encoder_hidden_states=texts, return_dict=False, **more)[0]
    return predicted.unflatten(0, (-1, pictures))


def told_as_whole(parts: Parts, pooled: torch.Tensor | None) -> dict[str, torch.Tensor]:
    """Return what an SDXL model is told beside the words (n, p): them as a whole, and an uncut picture's size."""
    if pooled is None:
        return {}
    size = parts.size
    sizes = torch.tensor([[size, size, 0, 0, size, size]], device=pooled.device, dtype=pooled.dtype)
    return {"text_embeds": pooled, "time_ids": sizes.expand(len(pooled), -1)}


def _people(guide, some):
    if guide.people is None:
        return {}
    someone, nobody = guide.people
    alone = guide.predictions == 1  # nothing to compare with: the person is in the only prediction
    return {"image_embeds": [torch.cat([someone if k or alone else nobody for k in some])]}


def _guidance_embedding(guidance, width, sample):
    """Sinusoids of the guidance, as latent consistency models learnt to be told of it."""
    half = width // 2
    rates = torch.exp(torch.arange(half) * -(np.log(10000.0) / (half - 1)))
    angles = (guidance - 1.0) * 1000.0 * rates
    embedding = torch.cat([angles.sin(), angles.cos()])
    return embedding.to(sample)[None].expand(len(sample), -1)


def _chance(scheduler, generator):
    """Pass the seed to schedulers that add noise of their own."""
    import inspect

    return {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}


def to_latents(parts: Parts, picture: np.ndarray) -> torch.Tensor:
    """Code a picture, float or uint8 (size, size, 3) in 0 to 255, as float32 latents (1, 4, h, w)."""
    vae = parts.pipe.vae
    pixels = torch.from_numpy(np.ascontiguousarray(picture, np.float32)).permute(2, 0, 1)[None] / 127.5 - 1.0
    latents = vae.encode(pixels.to(parts.device, vae.dtype)).latent_dist.mode().float()
    return (latents - _shift(vae)) * vae.config.scaling_factor


def to_picture(parts: Parts, latents: torch.Tensor) -> np.ndarray:
    """Decode latents (1, 4, h, w) to float32 (size, size, 3) in 0 to 255."""
    vae = parts.pipe.vae
    decoded = vae.decode((latents / vae.config.scaling_factor + _shift(vae)).to(vae.dtype), return_dict=False)[0]
    return ((decoded[0].float().permute(1, 2, 0) + 1.0) * 127.5).clamp(0.0, 255.0).cpu().numpy()


def _shift(vae):
    return getattr(vae.config, "shift_factor", None) or 0.0
