"""Low-rank adapters on the UNet, through the package peft."""

from pathlib import Path

import torch

from diseaseface.errors import EngineUnavailable

NAME, FILE = "profile", "lora.safetensors"
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")


def add(unet, rank: int, targets: tuple[str, ...] = ATTENTION, seed: int = 0) -> None:
    """Add trainable low-rank weights to a frozen UNet, begun from a seed; rank 0 adds none.

    Raises EngineUnavailable where peft is missing.
    """
    if rank == 0:
        return
    try:
        from peft import LoraConfig
    except ImportError as error:
        raise EngineUnavailable(
            "LoRA needs the package peft: run `pip install peft`, or train the tokens alone with --rank 0."
        ) from error
    config = LoraConfig(r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=list(targets))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        unet.add_adapter(config, NAME)


def state(unet) -> dict:
    """Return the low-rank weights by name, as diffusers names them."""
    from peft.utils import get_peft_model_state_dict

    return {name: value.detach().clone() for name, value in get_peft_model_state_dict(unet, adapter_name=NAME).items()}


def save(unet, folder: Path) -> None:
    """Write the low-rank weights as `load_lora_weights` of diffusers reads them."""
    from diffusers import StableDiffusionPipeline

    StableDiffusionPipeline.save_lora_weights(folder, unet_lora_layers=state(unet), weight_name=FILE)
