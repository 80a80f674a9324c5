"""Diffusion models with random weights, made in memory: for time and memory, which weights do not change."""

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from diseaseface.engines.diffusion import stack
from diseaseface.engines.diffusion.loading import Parts

# Stable Diffusion 1.5 with CLIP ViT-L for words, ViT-H for pictures and IP-Adapter Plus, as they are published;
# and the same classes at a size that a CPU draws with in a second.
SIZES = {
    "full": {
        "unet": {"sample_size": 64, "cross_attention_dim": 768},
        "vae": {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "sample_size": 512},
        "text": {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12},
        "image": {
            "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 16,
            "patch_size": 14, "image_size": 224, "projection_dim": 1024, "hidden_act": "gelu",
        },
        "control": {},
        "resampler": {"inner": 768, "depth": 4},
    },
    "tiny": {
        "unet": {
            "sample_size": 16, "cross_attention_dim": 32, "block_out_channels": (16, 32), "layers_per_block": 1,
            "norm_num_groups": 8, "attention_head_dim": 8, "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        },
        "vae": {"block_out_channels": (8, 8, 16), "layers_per_block": 1, "sample_size": 64, "norm_num_groups": 4},
        "text": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4},
        "image": {
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "patch_size": 8, "image_size": 32, "projection_dim": 24,
        },
        "control": {"conditioning_embedding_out_channels": (8, 8, 16)},
        "resampler": {"inner": 64, "depth": 4},
    },
}  # fmt: skip
_QUERIES, _BYTES = 16, range(33, 127)


def make(size: str, precision: str = "auto") -> Parts:
    """Return the base model at a size of SIZES, on the machine's best device."""
    torch = stack.torch()
    machine = stack.machine(precision)
    dtype = stack.dtype(machine)
    with _made_on(machine.device, dtype):
        torch.manual_seed(0)
        pipe = _pipeline(SIZES[size])
    for model in (pipe.unet, pipe.vae, pipe.text_encoder):
        _settled(model, machine.device, dtype)
    return Parts(pipe, None, None, machine, dtype, {"base": f"random weights, {size} size"})


def with_structure(parts: Parts, size: str) -> Parts:
    """Return the parts with a ControlNet."""
    from diffusers import ControlNetModel

    torch = stack.torch()
    with _made_on(parts.device, parts.dtype):
        net = ControlNetModel.from_unet(parts.pipe.unet, **SIZES[size]["control"])
        for layer in (*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out):
            torch.nn.init.normal_(layer.weight, std=0.02)  # fresh ones are zero and would change nothing
    return replace(parts, controlnet=_settled(net, parts.device, parts.dtype))


def add_identity(parts: Parts, size: str) -> None:
    """Put an IP-Adapter into the UNet, with the image encoder that it needs."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    pipe = parts.pipe
    with _made_on(parts.device, parts.dtype):
        encoder = CLIPVisionModelWithProjection(CLIPVisionConfig(**SIZES[size]["image"]))
        weights = _ip_adapter(pipe, SIZES[size])
    pipe.register_modules(image_encoder=_settled(encoder, parts.device, parts.dtype))
    pipe.load_ip_adapter(weights, subfolder="", weight_name="", image_encoder_folder=None)
    _settled(pipe.unet, parts.device, parts.dtype)


def _settled(model, device, dtype):
    return model.to(device, dtype).eval().requires_grad_(False)


@contextmanager
def _made_on(device, dtype):
    torch = stack.torch()
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.random.fork_rng(devices=[]), torch.device(device):
            yield
    finally:
        torch.set_default_dtype(before)


def _pipeline(sizes):
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    count = len(sizes["vae"]["block_out_channels"])
    vae = AutoencoderKL(
        **sizes["vae"], down_block_types=("DownEncoderBlock2D",) * count, up_block_types=("UpDecoderBlock2D",) * count
    )
    tokenizer = _tokenizer()
    ids = {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    text = CLIPTextModel(CLIPTextConfig(vocab_size=49408, max_position_embeddings=77, **ids, **sizes["text"]))
    schedule = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )
    return StableDiffusionPipeline(
        vae=vae, text_encoder=text, tokenizer=tokenizer, unet=UNet2DConditionModel(**sizes["unet"]),
        scheduler=schedule, safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def _tokenizer():
    """A tokenizer whose words are bytes: a text encoder's window has one length, whatever is in it."""
    from transformers import CLIPTokenizer

    words = ["<|startoftext|>", "<pad>", "<|endoftext|>", *(chr(b) + end for end in ("", "</w>") for b in _BYTES)]
    with TemporaryDirectory() as room:
        (Path(room) / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
        (Path(room) / "merges.txt").write_text("#version: 0.2\n")
        return CLIPTokenizer(f"{room}/vocab.json", f"{room}/merges.txt", model_max_length=77)


def _ip_adapter(pipe, sizes):
    """Weights of an IP-Adapter Plus as its files hold them: a resampler, and keys and values for its tokens."""
    torch, width = stack.torch(), sizes["unet"]["cross_attention_dim"]
    inner, seen = sizes["resampler"]["inner"], sizes["image"]["hidden_size"]
    shapes = {
        "latents": (1, _QUERIES, inner), "proj_in.weight": (inner, seen), "proj_in.bias": (inner,),
        "proj_out.weight": (width, inner), "proj_out.bias": (width,), "norm_out.weight": (width,),
        "norm_out.bias": (width,),
    }  # fmt: skip
    for layer in range(sizes["resampler"]["depth"]):
        shapes |= {
            f"layers.{layer}.{name}": shape
            for name, shape in {
                "0.norm1.weight": (inner,), "0.norm1.bias": (inner,), "0.norm2.weight": (inner,),
                "0.norm2.bias": (inner,), "0.to_q.weight": (inner, inner), "0.to_kv.weight": (2 * inner, inner),
                "0.to_out.weight": (inner, inner), "1.0.weight": (inner,), "1.0.bias": (inner,),
                "1.1.weight": (4 * inner, inner), "1.3.weight": (inner, 4 * inner),
            }.items()
        }  # fmt: skip
    crossings = [name for name in pipe.unet.attn_processors if name.endswith("attn2.processor")]
    keys = {
        f"{2 * number + 1}.{which}.weight": (_channels(pipe.unet, name), width)
        for number, name in enumerate(crossings)
        for which in ("to_k_ip", "to_v_ip")
    }
    return {
        role: {name: torch.randn(shape) * shape[-1] ** -0.5 for name, shape in table.items()}
        for role, table in (("image_proj", shapes), ("ip_adapter", keys))
    }


def _channels(unet, name):
    return unet.get_submodule(name.removesuffix(".processor")).to_k.out_features
