"""A StableDiffusionPipeline of random weights, a few hundred KB, as a folder like the published
one: PNDM, a tokenizer in two files, 64 x 64 pixels."""

import json
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from tokenizers.pre_tokenizers import ByteLevel

#: Pixels along a side.
SIDE = 64


def tiny_pipeline(scheduler: Any = None) -> Any:
    """In main memory, without a tokenizer."""
    torch.manual_seed(0)
    unet = diffusers.UNet2DConditionModel(
        sample_size=SIDE // 2,
        in_channels=4,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=(32, 64),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
        attention_head_dim=8,
        norm_num_groups=8,
    )
    vae = diffusers.AutoencoderKL(
        block_out_channels=[32, 64],
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=4,
        sample_size=SIDE,
        norm_num_groups=8,
    )
    text_encoder = transformers.CLIPTextModel(
        transformers.CLIPTextConfig(
            vocab_size=len(_vocabulary()),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=77,
            hidden_act="quick_gelu",
            projection_dim=32,
            bos_token_id=len(_vocabulary()) - 2,
            eos_token_id=len(_vocabulary()) - 1,
        )
    )
    scheduler = scheduler or diffusers.PNDMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        skip_prk_steps=True,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    return dict(unet=unet, vae=vae, text_encoder=text_encoder, scheduler=scheduler)


def tiny_folder(folder: Path, scheduler: Any = None) -> Path:
    """Writes it to `folder`."""
    written = folder / "tokenizer"
    written.mkdir(parents=True)
    (written / "vocab.json").write_text(json.dumps(_vocabulary()))
    (written / "merges.txt").write_text("#version: 0.2\nr e\nre d</w>\n")
    pipe = diffusers.StableDiffusionPipeline(
        **tiny_pipeline(scheduler),
        tokenizer=transformers.CLIPTokenizer.from_pretrained(written, model_max_length=77),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.save_pretrained(folder)
    # What the published folder lacks.
    (written / "tokenizer.json").unlink(missing_ok=True)
    return folder


def bare(folder: Path, kind: Any = diffusers.StableDiffusionPipeline) -> Any:
    """Diffusers' own pipeline on it."""
    pipe = kind.from_pretrained(folder, local_files_only=True, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _vocabulary() -> dict[str, int]:
    letters = sorted(ByteLevel.alphabet())
    words = [*letters, *(f"{letter}</w>" for letter in letters), "re", "red</w>"]
    return {word: n for n, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
