"""The Z-Image pipeline on the demo weights against a bare diffusers pipeline."""

import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from engine.demo_model import WEIGHTS
from engine.pipeline import BadPicture, DrawRequest, WeightsError, open_pipeline
from engine.pipelines import weights
from engine.pipelines.embedding_memory import EmbeddingMemory
from engine.pipelines.zimage import ZImage
from engine.profiles import profile_named
from engine.prompt_tokens import PromptTokens

DEMO = profile_named("demo")
PROMPTS = ["一个红色的圆", "a yellow star on a black background", "", "\n\n三个  菱形 🎨"]


@pytest.fixture(scope="module")
def bare():
    pipe = weights.load(DEMO, WEIGHTS, torch.float32)
    pipe.set_progress_bar_config(disable=True)
    return pipe


@pytest.fixture
def ours():
    """Not shared: tests break it on purpose."""
    return ZImage(weights.load(DEMO, WEIGHTS, torch.float32), WEIGHTS)


def request(prompt: str = PROMPTS[0], guidance: float = 0.0) -> DrawRequest:
    return DrawRequest(
        prompt=prompt,
        negative_prompt="蓝色" if guidance else "",
        width=128,
        height=128,
        steps=8,
        guidance=guidance,
        seed=11,
    )


def counted(monkeypatch, network) -> list[int]:
    """Grows by one with each forward pass of `network`."""
    passes: list[int] = []
    forward = network.forward

    def noted(*args, **kwargs):
        passes.append(1)
        return forward(*args, **kwargs)

    monkeypatch.setattr(network, "forward", noted)
    return passes


@pytest.mark.parametrize("prompt", PROMPTS)
def test_short_encoding_equals_the_padded_one(bare, ours, prompt):
    with torch.inference_mode():
        expected = bare.encode_prompt(prompt, do_classifier_free_guidance=False)[0][0]
        found = ours._encode([prompt])[0].embedding
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_door_counts_the_tokens_that_the_encoder_sees(ours, prompt):
    with torch.inference_mode():
        seen = len(ours._encode([prompt])[0].embedding)
    at_door = PromptTokens(ours.tokenizer_json, ours.template, limit=0).too_long(prompt)
    assert at_door is not None
    assert at_door.tokens == seen


@pytest.mark.parametrize("guidance", [0.0, 1.8])
def test_a_picture_equals_that_of_a_bare_call(bare, ours, guidance):
    asked = request(guidance=guidance)
    expected = bare(
        prompt=asked.prompt,
        negative_prompt=asked.negative_prompt,
        width=128,
        height=128,
        num_inference_steps=8,
        guidance_scale=guidance,
        generator=torch.Generator("cpu").manual_seed(asked.seed),
    ).images[0]
    found = ours.draw(asked, lambda _: None)
    assert _largest_difference(found, expected) <= 1


def test_sketches_become_the_picture_once_one_was_drawn(ours):
    """Colours and places of it, at a pixel for each latent."""
    sketches: list[Image.Image] = []
    ours.draw(request("一个黄色的星星"), lambda _: None)
    (drawn,) = ours.draw_together(
        [request()], [lambda _: None], [lambda make: sketches.append(make())]
    ).drawn
    small = drawn.image.resize(sketches[0].size, Image.Resampling.BOX)
    off = [np.abs(np.asarray(one, float) - np.asarray(small, float)).mean() for one in sketches]
    assert off[-1] < off[0]
    assert off[-1] < 20


@pytest.mark.parametrize("guidance", [0.0, 1.8])
def test_eight_steps_are_eight_forward_passes(ours, monkeypatch, guidance):
    passes = counted(monkeypatch, ours._pipe.transformer.t_embedder)
    ours.draw(request(guidance=guidance), lambda _: None)
    assert len(passes) == 8


def test_prompts_encoded_together_are_those_encoded_alone(ours):
    with torch.inference_mode():
        alone = [ours._encode([prompt])[0].embedding for prompt in PROMPTS]
        ours._encode._memory = EmbeddingMemory()
        together = ours._encode([*PROMPTS, PROMPTS[0]])
    assert [one.kept for one in together] == [False] * len(PROMPTS) + [True]
    for one, expected in zip(together, [*alone, alone[0]], strict=True):
        assert one.embedding.shape == expected.shape
        assert torch.allclose(one.embedding, expected, atol=1e-5)


def test_a_batch_of_new_prompts_is_one_pass_of_the_text_encoder(ours, monkeypatch):
    passes = counted(monkeypatch, ours._pipe.text_encoder)
    requests = [request(prompt, guidance=1.8) for prompt in PROMPTS]
    drawn = ours.draw_together(requests, [lambda _: None] * len(requests)).drawn
    assert len(passes) == 1
    # The negative prompt is the same for all of them.
    assert [(one.encodings_kept, one.encodings_made) for one in drawn] == [
        (0, 2),
        *[(1, 1)] * (len(PROMPTS) - 1),
    ]


def test_a_prompt_is_encoded_once(ours, monkeypatch):
    passes = counted(monkeypatch, ours._pipe.text_encoder)
    for prompt in (PROMPTS[0], PROMPTS[1], PROMPTS[0]):
        ours.draw(request(prompt), lambda _: None)
    assert len(passes) == 2


def test_a_decoder_that_fails_once_costs_a_second_try(ours, monkeypatch):
    expected = ours.draw(request(), lambda _: None)
    decode = ours._pipe.vae.decode
    calls = []

    def black_at_first(latents, **kwargs):
        calls.append(1)
        good = decode(latents, **kwargs)
        return (torch.full_like(good[0], -1.0),) if len(calls) == 1 else good

    monkeypatch.setattr(ours._pipe.vae, "decode", black_at_first)
    assert _largest_difference(ours.draw(request(), lambda _: None), expected) <= 1


def test_a_transformer_that_gives_nan_is_never_a_black_picture(ours):
    with torch.no_grad():
        next(ours._pipe.transformer.layers.parameters()).fill_(float("nan"))
    with pytest.raises(BadPicture):
        ours.draw(request(), lambda _: None)


def test_missing_weights_name_the_folder_and_the_command(tmp_path):
    turbo = profile_named("z-image-turbo")
    with pytest.raises(WeightsError) as caught:
        open_pipeline(turbo, tmp_path)
    command = f"zdraw model pull z-image-turbo --to {tmp_path}"
    assert command in str(caught.value)


@pytest.mark.parametrize("damage", ["cut", "tensor missing", "config broken", "file missing"])
def test_damaged_weights_are_refused_in_one_line(tmp_path, damage):
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    tensors = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    if damage == "cut":
        tensors.write_bytes(tensors.read_bytes()[:-1000])
    elif damage == "tensor missing":
        _drop_a_tensor(folder / "text_encoder" / "model.safetensors")
    elif damage == "config broken":
        (folder / "vae" / "config.json").write_text("{")
    else:
        tensors.unlink()
    with pytest.raises(WeightsError, match="damaged weights of demo") as caught:
        open_pipeline(DEMO, folder)
    assert len(str(caught.value).splitlines()) == 1


def _drop_a_tensor(path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(path)
    tensors.pop(min(tensors))
    save_file(tensors, path, metadata={"format": "pt"})


def _largest_difference(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max())
