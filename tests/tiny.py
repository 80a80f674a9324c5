"""Real diffusers and transformers models at tiny size with random weights, saved as the real ones are."""

from pathlib import Path

from diseaseface.engines.diffusion import stack

WIDTH, IMAGE_WIDTH = 32, 24


def save_models(folder: Path, *, xl: bool = False) -> Path:
    """Write base, controlnet, ip_adapter and faceid, of SDXL with _xl behind their names; return the folder."""
    torch, end = stack.torch(), "_xl" if xl else ""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        unet = (_save_xl_base if xl else _save_base)(folder / f"base{end}")
        _save_controlnet(folder / f"controlnet{end}", unet)
        _save_ip_adapter(folder / f"ip_adapter{end}", unet)
        _save_faceid(folder / f"faceid{end}", unet)
    return folder


def _save_base(folder):
    from diffusers import DDIMScheduler, StableDiffusionPipeline
    from transformers import CLIPTextModel

    unet, tokenizer = _unet(), _tokenizer(folder.parent / "words")
    StableDiffusionPipeline(
        vae=_vae(), text_encoder=CLIPTextModel(_text(tokenizer)), tokenizer=tokenizer, unet=unet,
        scheduler=_scheduler(DDIMScheduler), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip
    return unet


def _save_xl_base(folder):
    from diffusers import DDIMScheduler, StableDiffusionXLPipeline
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    sizes = 8
    unet = _unet(
        cross_attention_dim=2 * WIDTH, use_linear_projection=True, addition_embed_type="text_time",
        addition_time_embed_dim=sizes, projection_class_embeddings_input_dim=6 * sizes + WIDTH,
    )  # fmt: skip
    tokenizer = _tokenizer(folder.parent / "words")
    first, second = CLIPTextModel(_text(tokenizer)), CLIPTextModelWithProjection(_text(tokenizer, projection_dim=WIDTH))
    StableDiffusionXLPipeline(
        vae=_vae(), text_encoder=first, text_encoder_2=second, tokenizer=tokenizer, tokenizer_2=tokenizer, unet=unet,
        scheduler=_scheduler(DDIMScheduler), add_watermarker=False,
    ).save_pretrained(folder)  # fmt: skip
    return unet


def _unet(**more):
    from diffusers import UNet2DConditionModel

    sizes = {
        "sample_size": 16, "block_out_channels": (16, 32), "layers_per_block": 1, "norm_num_groups": 8,
        "attention_head_dim": 8, "cross_attention_dim": WIDTH,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    }  # fmt: skip
    return UNet2DConditionModel(**sizes | more)


def _vae():
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        sample_size=64, block_out_channels=(8, 8, 16), norm_num_groups=4, scaling_factor=4.0,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
    )  # fmt: skip


def colour_vae():
    """An autoencoder whose weights are set by hand: a latent pixel is the mean colour of 4 x 4 pixels.

    Red, green and blue go through it with both signs, since silu(x) - silu(-x) = x, beside two large
    constants that keep its group norms from dividing by anything that depends on the picture.
    """
    from diffusers import AutoencoderKL

    vae = AutoencoderKL(
        sample_size=64, block_out_channels=(8, 8, 8), norm_num_groups=1, scaling_factor=2.0,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
    )  # fmt: skip
    torch, constant = stack.torch(), 50.0
    with torch.no_grad():
        for weight in vae.parameters():
            weight.zero_()
        for sampler in vae.encoder.down_blocks[:2]:
            sampler.downsamplers[0].conv.weight[range(8), range(8), :2, :2] = 0.25
        for sampler in vae.decoder.up_blocks[:2]:
            sampler.upsamplers[0].conv.weight[range(8), range(8), 1, 1] = 1.0
        for half in (vae.encoder, vae.decoder):
            half.conv_norm_out.weight.fill_(constant / 2)
            half.conv_in.bias[6:] = torch.tensor([constant, -constant])
            for colour in range(3):
                half.conv_in.weight[[2 * colour, 2 * colour + 1], colour, 1, 1] = torch.tensor([1.0, -1.0])
                half.conv_out.weight[colour, [2 * colour, 2 * colour + 1], 1, 1] = torch.tensor([1.0, -1.0])
        vae.quant_conv.weight[range(8), range(8), 0, 0] = 1.0
        vae.post_quant_conv.weight[range(4), range(4), 0, 0] = 1.0
    return vae


def _text(tokenizer, **more):
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=77, bos_token_id=0, eos_token_id=2, pad_token_id=1, **more,
    )  # fmt: skip


def _scheduler(kind):
    """The noise schedule of Stable Diffusion."""
    return kind(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1)


def _tokenizer(folder):
    """A tokenizer whose words are bytes."""
    import json

    from transformers import CLIPTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(33, 127)]
    vocabulary = ["<|startoftext|>", "<pad>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def _save_controlnet(folder, unet):
    from diffusers import ControlNetModel

    net = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 8, 16))
    torch = stack.torch()
    for layer in [*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out]:
        torch.nn.init.normal_(layer.weight, std=0.3)  # fresh ones are zero and would change nothing
    net.save_pretrained(folder)


def _save_ip_adapter(folder, unet):
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch = stack.torch()
    encoder = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=32,
            patch_size=8, projection_dim=IMAGE_WIDTH,
        )
    )  # fmt: skip
    encoder.save_pretrained(folder / "image_encoder")
    width = unet.config.cross_attention_dim
    weights = {
        "image_proj.proj.weight": torch.randn(4 * width, IMAGE_WIDTH),
        "image_proj.proj.bias": torch.randn(4 * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    weights |= {f"ip_adapter.{name}": value for name, value in _attention(unet).items()}
    save_file(weights, folder / "ip-adapter_tiny.safetensors")


def _save_faceid(folder, unet):
    from safetensors.torch import save_file

    torch, width = stack.torch(), unet.config.cross_attention_dim
    folder.mkdir()
    projection = {
        "proj.0.weight": torch.randn(1024, 512) / 16, "proj.0.bias": torch.zeros(1024),
        "proj.2.weight": torch.randn(4 * width, 1024) / 16, "proj.2.bias": torch.zeros(4 * width),
        "norm.weight": torch.ones(width), "norm.bias": torch.zeros(width),
    }  # fmt: skip
    weights = {f"image_proj.{name}": value for name, value in projection.items()}
    weights |= {f"ip_adapter.{name}": value for name, value in _attention(unet).items()}
    save_file(weights, folder / "ip-adapter-faceid_tiny.safetensors")


def _attention(unet):
    """Keys and values for image tokens in every cross-attention, numbered as IP-Adapter's files number them."""
    torch, weights, number = stack.torch(), {}, 1
    for name in unet.attn_processors:
        if not name.endswith("attn2.processor"):
            continue
        channels = unet.get_submodule(name.removesuffix(".processor")).to_k.out_features
        for which in ("to_k_ip", "to_v_ip"):
            weights[f"{number}.{which}.weight"] = torch.randn(channels, unet.config.cross_attention_dim)
        number += 2
    return weights
