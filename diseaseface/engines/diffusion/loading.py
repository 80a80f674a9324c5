"""From folders of weights to models that are ready on this machine."""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from diseaseface.engines.diffusion import models, stack
from diseaseface.engines.diffusion.options import Options
from diseaseface.errors import EngineUnavailable

# Pipelines whose parts this engine's own loop can drive, by the setting `model`: how their names begin, and what
# they may not contain.
_KNOWN = {"sd15": ("StableDiffusion", "LatentConsistencyModel"), "sdxl": ("StableDiffusionXL",)}
_OTHER = ("Inpaint", "InstructPix2Pix", "Upscale", "Depth", "3")
_SCHEDULERS = {
    "ddim": "DDIMScheduler",
    "dpm": "DPMSolverMultistepScheduler",
    "lcm": "LCMScheduler",
    "tcd": "TCDScheduler",
}


@dataclass(frozen=True, eq=False)
class Parts:
    """Models ready to draw; nothing of a request is kept on them.

    Attributes
    ----------
    pipe : diffusers.StableDiffusionPipeline or StableDiffusionXLPipeline
        Only a holder of UNet, autoencoder, text encoders, tokenizers and image encoder; never called.
    controlnet : diffusers.ControlNetModel or None
    tokens : ProfileTokens or None
        The profile adapter.
    machine : stack.Machine
    dtype : torch.dtype
    names : dict of role to where it was loaded from
    """

    pipe: object
    controlnet: object
    tokens: object
    machine: stack.Machine
    dtype: object
    names: dict[str, str]

    @property
    def size(self) -> int:
        """Side of the pictures that the model was trained on, px."""
        return int(self.pipe.unet.config.sample_size) * self.pipe.vae_scale_factor

    @property
    def is_xl(self) -> bool:
        """Whether there are two text encoders, and the UNet is told of the whole picture."""
        return hasattr(self.pipe, "text_encoder_2")

    @property
    def device(self) -> str:
        """Where tensors have to be when a model is called."""
        return self.machine.device

    def scheduler(self, options: Options):
        """Return a scheduler of one picture's own."""
        import diffusers

        kind = getattr(diffusers, _SCHEDULERS[options.scheduler])
        return kind.from_config(self.pipe.scheduler.config)


def load(options: Options) -> Parts:
    """Load what the options need from local files.

    Raises EngineUnavailable where something is missing, or of a kind that the engine cannot drive.
    """
    stack.torch()
    if reason := models.refusal(options):
        raise EngineUnavailable(reason)
    machine = stack.machine(options.precision, options.model)
    dtype = stack.dtype(machine)
    chosen = {part.role.removesuffix(models.XL): part for part in models.wanted(options)}
    pipe = _base(chosen["base"], dtype, options.model)
    controlnet = _controlnet(chosen["controlnet"], pipe, dtype) if "controlnet" in chosen else None
    for role in ("ip_adapter", "faceid"):
        if role in chosen:
            _add_identity(pipe, chosen[role], options.likeness)
    _add_lora(pipe, options.lora)
    tokens = _tokens(options.adapter, pipe, machine, dtype)
    _settle(pipe, controlnet, machine)
    # A report travels inside pictures: of a user's own folder it tells the name, not the place.
    names = {role: part.repository if part.own is None else part.own.name for role, part in chosen.items()}
    return Parts(pipe, controlnet, tokens, machine, dtype, names)


def _base(part: models.Part, dtype, model: str):
    import diffusers

    _require_kind(part, model)
    pipeline = diffusers.StableDiffusionXLPipeline if model == "sdxl" else diffusers.StableDiffusionPipeline
    unchecked = {} if model == "sdxl" else {"safety_checker": None, "requires_safety_checker": False}
    pipe = pipeline.from_pretrained(
        str(part.place), dtype=dtype, variant=part.variant(), local_files_only=True, use_safetensors=True, **unchecked
    )
    if pipe.unet.config.in_channels != pipe.vae.config.latent_channels:
        raise EngineUnavailable(
            f"The UNet in {part.place} takes {pipe.unet.config.in_channels} channels: "
            "name a plain text-to-image model, not one for inpainting."
        )
    if model == "sdxl" and pipe.vae.config.force_upcast:  # its numbers outgrow 16 bits
        pipe.vae.to(stack.torch().float32)
    return pipe


def _require_kind(part: models.Part, model: str) -> None:
    index = json.loads((part.place / "model_index.json").read_text(encoding="utf-8"))
    kind, named = index.get("_class_name", ""), f"{part.own or part.repository} is a "
    if model == "sd15" and kind.startswith(_KNOWN["sdxl"]):
        raise EngineUnavailable(f"{named}{kind}: set DISEASEFACE_DIFFUSION=model=sdxl to draw with it.")
    if not kind.startswith(_KNOWN[model]) or any(other in kind for other in _OTHER):
        wanted = "SDXL" if model == "sdxl" else "Stable Diffusion 1.x or 2.x"
        raise EngineUnavailable(
            f"{named}{kind or 'model of unknown kind'}, which this engine cannot drive: "
            f"name a model of {wanted} (not for inpainting)."
        )
    if model == "sdxl" and not all((index.get(role) or [None])[0] for role in ("text_encoder", "text_encoder_2")):
        raise EngineUnavailable(f"{named}refiner, without both text encoders: name the base model of SDXL.")


def _controlnet(part: models.Part, pipe, dtype):
    from diffusers import ControlNetModel

    net = ControlNetModel.from_pretrained(
        str(part.place), dtype=dtype, variant=part.variant(), local_files_only=True, use_safetensors=True
    )
    if net.config.cross_attention_dim != pipe.unet.config.cross_attention_dim:
        raise EngineUnavailable(
            f"The ControlNet in {part.place} belongs to another model: its texts have "
            f"{net.config.cross_attention_dim} numbers, the base model's {pipe.unet.config.cross_attention_dim}."
        )
    return net


def _add_identity(pipe, part: models.Part, likeness: float) -> None:
    weights = Path(part.identity_file())
    clip = not part.role.startswith("faceid")
    encoder = next(str(Path(name).parent) for name, _ in part.files if "image_encoder" in name) if clip else None
    if not clip and find_spec("peft") is None:  # without it, half of the weights would be left out
        raise EngineUnavailable("IP-Adapter FaceID needs the package peft: run `pip install peft`, or identity=clip.")
    try:
        pipe.load_ip_adapter(
            str(part.place), subfolder=str(weights.parent) if weights.parent.name else "", weight_name=weights.name,
            image_encoder_folder=encoder, local_files_only=True,
        )  # fmt: skip
    except RuntimeError as error:
        raise EngineUnavailable(f"The IP-Adapter in {part.place} belongs to another base model.") from error
    pipe.set_ip_adapter_scale(likeness)


def _add_lora(pipe, file: str) -> None:
    if not file:
        return
    if not Path(file).is_file():
        raise EngineUnavailable(f"There are no LoRA weights at {file}.")
    if Path(file).suffix != ".safetensors":
        raise EngineUnavailable(f"{Path(file).name} can run code when it is read: convert it to safetensors first.")
    try:
        pipe.load_lora_weights(str(Path(file).parent), weight_name=Path(file).name, local_files_only=True)
    except ValueError as error:
        raise EngineUnavailable("LoRA weights need the package peft: run `pip install peft`.") from error


def _tokens(folder: str, pipe, machine: stack.Machine, dtype):
    if not folder:
        return None
    from diseaseface.engines.diffusion.tokens import ProfileTokens

    tokens = ProfileTokens.load(folder)
    if tokens.width != pipe.unet.config.cross_attention_dim:
        raise EngineUnavailable(
            f"The adapter in {folder} was trained for another base model: its tokens have {tokens.width} numbers, "
            f"the base model's texts {pipe.unet.config.cross_attention_dim}."
        )
    lora = Path(folder) / "lora.safetensors"
    _add_lora(pipe, str(lora) if lora.is_file() else "")
    return tokens.to(machine.device, dtype).eval()


def _settle(pipe, controlnet, machine: stack.Machine) -> None:
    """Bring the models where they work, with the economies that the machine asks for."""
    for model in (*(part for part in pipe.components.values() if hasattr(part, "requires_grad_")), controlnet):
        if model is not None:
            model.eval().requires_grad_(False)
    if machine.tiled:
        pipe.vae.enable_slicing()
        pipe.vae.enable_tiling()
    if machine.offload:
        pipe.enable_model_cpu_offload()
    else:
        pipe.to(machine.device)
    if controlnet is not None:
        controlnet.to(machine.device)
