"""The row that is made for a folder."""

import json
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from engine.anatomy import DEMO, Z_IMAGE
from engine.demo_model import WEIGHTS
from engine.local_anatomy import anatomy_of
from engine.local_model import chosen_model, profile_of
from engine.profiles import PROFILES, Profile, UnknownModel, UnpublishedModel, profile_named


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "my 模型"
    shutil.copytree(WEIGHTS, copy)
    return copy


def edited(folder: Path, name: str, **changes: object) -> None:
    file = folder / name
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_a_name_is_a_row_and_not_a_folder(monkeypatch, folder):
    (folder.parent / "z-image").mkdir()
    monkeypatch.chdir(folder.parent)
    assert chosen_model("z-image") is profile_named("z-image")


def test_a_folder_is_named_after_itself_and_is_no_row(folder):
    found = chosen_model(str(folder))
    assert (found.name, found.folder) == ("local-my-模型", folder)
    assert found.name not in {row.name for row in PROFILES}
    assert found.native_sizes is None
    assert not found.vocabulary


def test_a_relative_path_is_where_it_was_when_it_was_read(monkeypatch, folder):
    monkeypatch.chdir(folder.parent)
    assert chosen_model(f"./{folder.name}").folder == folder


def test_a_folder_is_told_by_its_scheduler(folder):
    assert profile_of(folder).steps == profile_named("z-image-turbo").steps
    edited(folder, "scheduler/scheduler_config.json", shift=6.0)
    base = profile_of(folder)
    assert (base.steps, base.guidance, base.negative_guidance) == (28, 4.0, 4.0)
    assert base.advised_guidance == (3.0, 5.0)


def test_sizes_come_from_its_networks(folder):
    found = profile_of(folder)
    # 16 pixels a latent, two latents a token; made for 256 x 256.
    assert (found.multiple, found.default_size) == (32, (256, 256))
    assert (found.min_side, found.max_side) == (64, 512)
    edited(folder, "vae/config.json", sample_size=1000)
    assert profile_of(folder).default_size == (992, 992)


def test_its_parameters_are_counted_and_the_rest_is_not_less_than_it_is(folder):
    found = anatomy_of(folder, Z_IMAGE)
    traced = DEMO.transformer
    scaled = found.transformer.live_bytes_per_token
    assert replace(found.transformer, live_bytes_per_token=traced.live_bytes_per_token) == traced
    assert traced.live_bytes_per_token <= scaled < 1.3 * traced.live_bytes_per_token
    encoder = replace(found.text_encoder, live_bytes_per_token=2_704)
    assert encoder == DEMO.text_encoder
    assert found.text_encoder.live_bytes_per_token >= 2_704
    assert found.decoder.parameters == DEMO.decoder.parameters
    assert found.decoder.latent_side == DEMO.decoder.latent_side
    assert found.decoder.live_bytes_per_pixel >= DEMO.decoder.live_bytes_per_pixel


def test_an_unknown_kind_of_pipeline_is_refused_with_those_that_are_known(folder):
    edited(folder, "model_index.json", _class_name="FluxPipeline")
    with pytest.raises(UnknownModel) as caught:
        chosen_model(str(folder))
    assert "FluxPipeline; supported: ZImagePipeline, StableDiffusionPipeline" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_whose_networks_are_not_what_it_says_is_refused(folder):
    shutil.copytree(folder / "vae", folder / "unet")
    edited(folder, "model_index.json", _class_name="StableDiffusionPipeline")
    with pytest.raises(UnknownModel, match="another kind than their class says"):
        chosen_model(str(folder))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("vae/config.json", {"block_out_channels": 5}),
        ("vae/config.json", {"block_out_channels": [1] * 60}),
        ("model_index.json", {"_class_name": ["ZImagePipeline"]}),
    ],
)
def test_settings_that_make_no_sense_are_a_refusal(folder, name, changes):
    edited(folder, name, **changes)
    with pytest.raises(UnknownModel, match="no whole model in"):
        chosen_model(str(folder))


def test_a_header_that_makes_no_sense_is_a_refusal(folder):
    tensors = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    header = b'{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,1e999]}}'
    tensors.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(UnknownModel, match="no whole model in"):
        chosen_model(str(folder))


@pytest.mark.parametrize("what", ["nothing", "empty", "cut"])
def test_a_folder_without_a_whole_model_is_refused(folder, what):
    if what == "nothing":
        shutil.rmtree(folder)
    elif what == "empty":
        (folder / "model_index.json").unlink()
    else:
        tensors = folder / "transformer" / "diffusion_pytorch_model.safetensors"
        tensors.write_bytes(tensors.read_bytes()[:-1])
    with pytest.raises(UnknownModel, match="model in"):
        chosen_model(str(folder))


def test_a_model_without_weights_is_refused_in_both_languages():
    with pytest.raises(UnpublishedModel) as caught:
        chosen_model("Tongyi-MAI/Z-Image-Edit")
    assert "权重还没有公开" in str(caught.value)
    assert "not published yet" in str(caught.value)


@pytest.mark.parametrize("row", PROFILES, ids=lambda row: row.name)
def test_every_row_keeps_within_what_people_are_told(row):
    # The options of /draw, the programs' APIs and Discord's form are made before a row is known.
    told = (Profile.min_steps, Profile.max_steps, Profile.max_guidance)
    assert (row.min_steps, row.max_steps, row.max_guidance) == told
    assert row.steps <= row.max_steps
    low, high = row.advised_guidance
    assert low <= row.negative_guidance <= high <= row.max_guidance
    assert row.guidance == 0 or low <= row.guidance <= high
