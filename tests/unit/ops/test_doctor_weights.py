"""Weights are whole or not, seen without torch."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bot.doctor.finding import Mark
from bot.doctor.machine import weights
from engine import weight_files
from engine.demo_model import WEIGHTS
from engine.profiles import profile_named
from engine.weight_check import check

STEM = "diffusion_pytorch_model"


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "weights"
    shutil.copytree(WEIGHTS, copy)
    return copy


@pytest.fixture
def sharded(folder):
    """The transformer in two files and a list, as large models come."""
    network = folder / "transformer"
    (network / f"{STEM}.safetensors").unlink()
    where: dict[str, str] = {}
    for number, names in enumerate((["layer.0", "layer.2"], ["layer.1"]), start=1):
        file = f"{STEM}-{number:05}-of-00002.safetensors"
        save_file({name: np.zeros(9, np.float32) for name in names}, network / file)
        where |= dict.fromkeys(names, file)
    listing = {"metadata": {"total_size": 108}, "weight_map": where}
    (network / f"{STEM}.safetensors.index.json").write_text(json.dumps(listing))
    return folder


def damage(folder: Path) -> str:
    with pytest.raises(weight_files.DamagedWeights) as found:
        check(folder)
    return str(found.value)


def test_demo_model_is_whole():
    files = sum(path.stat().st_size for path in WEIGHTS.rglob("*.safetensors"))
    assert check(WEIGHTS) == files


def test_model_in_several_files_is_whole(sharded):
    files = sum(path.stat().st_size for path in sharded.rglob("*.safetensors"))
    assert check(sharded) == files


def test_empty_folder_has_no_weights(tmp_path):
    with pytest.raises(weight_files.NoWeights):
        check(tmp_path)


@pytest.mark.parametrize(
    "file",
    [
        "scheduler/scheduler_config.json",
        "tokenizer/tokenizer.json",
        "transformer/config.json",
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors",
    ],
)
def test_missing_file_is_named(folder, file):
    (folder / file).unlink()
    assert damage(folder) == f"{file} is missing"


def test_missing_part_is_named(sharded):
    part = f"transformer/{STEM}-00002-of-00002.safetensors"
    (sharded / part).unlink()
    assert damage(sharded) == f"{part} is missing"


def test_part_of_another_model_is_named(sharded):
    first, second = (f"{STEM}-0000{number}-of-00002.safetensors" for number in (1, 2))
    shutil.copy(sharded / "transformer" / first, sharded / "transformer" / second)
    assert damage(sharded).startswith(f"transformer/{second} lacks ")


def test_download_that_was_cut_off_is_named_with_its_length(folder):
    file = folder / "transformer" / f"{STEM}.safetensors"
    size = file.stat().st_size
    os.truncate(file, 100_000)
    assert damage(folder) == (f"transformer/{STEM}.safetensors has 100000 bytes instead of {size}")


@pytest.mark.parametrize(
    "content",
    [b"", b"\x10", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", b"\x02" * 600],
)
def test_something_else_under_the_name_of_weights_is_named(folder, content):
    (folder / "vae" / f"{STEM}.safetensors").write_bytes(content)
    assert damage(folder) == f"vae/{STEM}.safetensors is not a safetensors file"


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"cut', b"[" * 100_000])
@pytest.mark.parametrize("file", ["model_index.json", "vae/config.json"])
def test_something_else_under_the_name_of_a_configuration_is_named(folder, file, content):
    (folder / file).write_bytes(content)
    assert damage(folder) == f"{file} is not a JSON file"


@pytest.mark.parametrize("entry", [{}, {"weight_map": []}])
def test_list_of_parts_without_parts_is_named(sharded, entry):
    listing = f"transformer/{STEM}.safetensors.index.json"
    (sharded / listing).write_text(json.dumps(entry))
    assert damage(sharded) == f"{listing} has no weight_map"


@pytest.mark.parametrize("part", ["/etc/passwd", "../vae/config.json", "cut\0off"])
def test_list_of_parts_that_lie_elsewhere_is_named(sharded, part):
    listing = f"transformer/{STEM}.safetensors.index.json"
    (sharded / listing).write_text(json.dumps({"weight_map": {"layer.0": part}}))
    assert damage(sharded) == f"{listing} names no file beside it for layer.0"


def test_missing_weights_are_broken_with_the_command_that_gets_them(tmp_path):
    (finding,) = weights(profile_named("z-image-turbo"), tmp_path)
    assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_CONFIG)
    assert f"zdraw model pull z-image-turbo --to {tmp_path}" in finding.en


def test_damaged_weights_are_broken_with_the_file(folder):
    (folder / "vae" / "config.json").unlink()
    (finding,) = weights(profile_named("demo"), folder)
    assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_CONFIG)
    assert "vae/config.json is missing" in finding.zh


def test_whole_weights_are_fine():
    (finding,) = weights(profile_named("demo"), WEIGHTS)
    assert finding.mark is Mark.FINE
    assert "11 MB" in finding.zh


def test_the_doctor_imports_no_torch():
    heavy = "{'torch', 'diffusers', 'transformers', 'accelerate', 'numpy', 'PIL', 'gradio'}"
    code = f"import sys, bot.doctor.checkup; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
