"""What is trained: the profile's tokens and, beside them, low-rank weights on the UNet."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from diseaseface.engines.diffusion import encoding, likeness, sampling
from diseaseface.engines.diffusion.loading import Parts
from diseaseface.engines.diffusion.options import Options
from diseaseface.engines.diffusion.tokens import ProfileTokens
from diseaseface.training import lora
from diseaseface.training.negatives import KINDS, contrast, negative
from diseaseface.training.options import TrainingOptions
from diseaseface.training.pairs import Pair


class Student(nn.Module):
    """A frozen UNet with trainable tokens and low-rank weights.

    Parameters
    ----------
    unet : diffusers.UNet2DConditionModel
    tokens : ProfileTokens
    rank : int
        Of the low-rank weights; 0 trains the tokens alone.
    targets : tuple of str
        Layers that get low-rank weights.
    seed : int
        Of the low-rank weights' beginnings.
    """

    def __init__(self, unet, tokens: ProfileTokens, rank: int, targets: Sequence[str] = lora.ATTENTION, seed: int = 0):
        super().__init__()
        self.unet, self.tokens, self.rank = unet.requires_grad_(False), tokens, rank
        lora.add(unet, rank, tuple(targets), seed)
        for weight in self.trained().values():  # small steps are lost in 16 bits, which the frozen weights may have
            weight.data = weight.data.float()

    def trained(self) -> dict[str, nn.Parameter]:
        """Return the trainable weights by name."""
        return {name: weight for name, weight in self.named_parameters() if weight.requires_grad}

    def forward(self, noisy, times, texts, vectors, more) -> torch.Tensor:
        """Predict the noise in latents (b, 4, h, w), told texts (b, l, d), profile vectors and what else there is."""
        states = torch.cat([texts, self.tokens(vectors.float()).to(texts.dtype)], dim=1)
        return self.unet(noisy, times, encoder_hidden_states=states, added_cond_kwargs=more, return_dict=False)[0]

    def save(self, folder: Path) -> None:
        """Write what the engine loads: tokens, and low-rank weights where there are any."""
        self.tokens.save(folder)
        if self.rank:
            lora.save(self.unet, folder)


class Examples:
    """Turns pairs into what a student is trained and tested on; keeps nothing of them."""

    def __init__(self, parts: Parts, options: TrainingOptions):
        self.parts, self.options = parts, options
        self.schedule = parts.scheduler(Options())

    def loss(self, student: Student, pairs: Sequence[Pair], seed: tuple[int, ...]) -> torch.Tensor:
        """Return the loss of a batch; chance comes from `seed` alone."""
        chance = np.random.default_rng(seed)
        texts, vectors, more = self._told(pairs, chance)
        noisy, times, target = self._noised(pairs, chance)
        right = _error(student(noisy, times, texts, vectors, more), target)
        if not self.options.contrast:
            return right.mean()
        wrong = _error(student(noisy, times, texts, self._wrong(vectors, chance), more), target)
        return (right + self.options.contrast * contrast(right, wrong, self.options.margin)).mean()

    @torch.no_grad()
    def held_out_loss(self, student: Student, pairs: Sequence[Pair]) -> float:
        """Return the prediction error on pairs, at noise and levels that never change."""
        options, total = self.options, 0.0
        for turn in range(options.test_levels):
            chance = np.random.default_rng((options.seed, 7, turn))
            texts, vectors, more = self._told(pairs, None)
            noisy, times, target = self._noised(pairs, chance)
            total += float(_error(student(noisy, times, texts, vectors, more), target).mean())
        return total / options.test_levels

    @torch.no_grad()
    def _told(self, pairs, chance):
        """Encode what a batch is told; each kind is dropped at times, for classifier-free guidance."""
        options, parts = self.options, self.parts

        def kept(share):
            return [chance is None or chance.random() >= share for _ in pairs]

        words = encoding.encode(
            parts,
            [((pair.text, 1.0),) if keep else () for pair, keep in zip(pairs, kept(options.drop_text), strict=True)],
        )
        vectors = torch.from_numpy(np.stack([pair.vector for pair in pairs]))
        vectors *= torch.tensor(kept(options.drop_profile), dtype=torch.float32)[:, None]
        more = sampling.told_as_whole(parts, words.pooled)
        if parts.pipe.image_encoder is not None:
            both = [likeness.embeddings(parts, pair.face, "clip") for pair in pairs]
            chosen = [one[0 if keep else 1] for one, keep in zip(both, kept(options.drop_image), strict=True)]
            more["image_embeds"] = [torch.cat(chosen)]
        return words.states, vectors.to(parts.device, parts.dtype), more

    @torch.no_grad()
    def _noised(self, pairs, chance):
        clean = torch.cat([sampling.to_latents(self.parts, pair.picture) for pair in pairs])
        noise = torch.from_numpy(chance.standard_normal(clean.shape, np.float32)).to(clean)
        most = self.schedule.config.num_train_timesteps
        times = torch.from_numpy(chance.integers(0, most, len(pairs))).to(clean.device)
        noisy = self.schedule.add_noise(clean, noise, times)
        kind = self.schedule.config.prediction_type
        target = self.schedule.get_velocity(clean, noise, times) if kind == "v_prediction" else noise
        return noisy.to(self.parts.dtype), times, target

    def _wrong(self, vectors, chance):
        rows = [negative(row, KINDS[int(chance.integers(len(KINDS)))], chance) for row in vectors.float().cpu().numpy()]
        return torch.from_numpy(np.stack(rows)).to(vectors)


def _error(predicted, target):
    return ((predicted.float() - target) ** 2).mean(dim=(1, 2, 3))
