"""The folder of LoRA files: what is in it, what is wrong with it, and what is kept of it."""

import hashlib
import json
import os
import struct
from pathlib import Path

import pytest
import torch
from structlog.testing import capture_logs

from bot.core.replies import lora_problem
from engine.contract import Job
from engine.lora import Lora, LoraInfo
from engine.loras import folder as lora_folder
from engine.loras.changes import Change, Layers, Unfit, changes_in
from engine.loras.folder import LoraFile, LoraFolder
from engine.loras.library import BadLora, LoraLibrary
from engine.pipeline import Adapter
from engine.pipelines.lora_files import read_lora
from engine.tensor_header import Header
from tests.lora_files import diffusers_form, random_pairs, save
from tests.unit.engine.jobs import job

LAYERS = {"layers.0.attention.to_q": (8, 8), "layers.0.feed_forward.w1": (16, 8)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "loras"


def put(folder: Path, name: str, seed: int = 1, metadata: dict[str, str] | None = None) -> Path:
    return save(folder, name, diffusers_form(random_pairs(LAYERS, seed=seed)), metadata)


def with_header(told: bytes) -> bytes:
    return struct.pack("<Q", len(told)) + told


def infos(folder: Path) -> dict[str, LoraInfo]:
    return {name: file.info for name, file in LoraFolder(folder, LAYERS).files().items()}


def test_no_folder_is_no_files(folder):
    assert infos(folder) == {}


def test_a_file_is_told_by_its_name_alone_where_nobody_says_more(folder):
    put(folder, "水墨")
    assert infos(folder) == {"水墨": LoraInfo(name="水墨")}


def test_a_sidecar_says_more_and_comes_before_the_metadata(folder):
    inside = {"modelspec.title": "Ink", "modelspec.trigger_phrase": "ink wash"}
    file = put(folder, "ink", metadata=inside)
    assert infos(folder)["ink"] == LoraInfo(name="ink", title="Ink", trigger_words=("ink wash",))
    told = {"title": "水墨", "trigger_words": ["水墨画", " 水墨画", "留白"], "weight": 0.8}
    file.with_suffix(".json").write_text(json.dumps(told), encoding="utf-8")
    expected = LoraInfo(name="ink", title="水墨", trigger_words=("水墨画", "留白"), weight=0.8)
    assert infos(folder)["ink"] == expected


def test_what_a1111_writes_beside_a_file_is_understood(folder):
    file = put(folder, "ink")
    told = {"activation text": "ink wash, brush", "preferred weight": 0, "sd version": "Unknown"}
    file.with_suffix(".json").write_text(json.dumps(told))
    assert infos(folder)["ink"] == LoraInfo(name="ink", trigger_words=("ink wash", "brush"))


@pytest.mark.parametrize(
    "told", ["", "[]", "{", "[" * 70_000, '{"weight": 9, "title": 3, "trigger_words": 4}']
)
def test_a_sidecar_that_makes_no_sense_does_no_harm(folder, told):
    put(folder, "ink").with_suffix(".json").write_text(told)
    assert infos(folder) == {"ink": LoraInfo(name="ink")}


def test_a_sidecar_that_is_a_pipe_is_not_waited_for(folder):
    os.mkfifo(put(folder, "ink").with_suffix(".json"))
    assert infos(folder) == {"ink": LoraInfo(name="ink")}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"1234567",
        b"\0" * 8,
        struct.pack("<Q", 2**40) + b"{}",
        struct.pack("<Q", 3) + b"{]}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 200_000) + b"[" * 200_000,
        struct.pack("<Q", 14) + b'{"a":{"a":-1}}',
        struct.pack("<Q", 54) + b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,4]}}1234',
        b"PK\x03\x04 a pickle, perhaps" * 9,
        with_header(b'{"__metadata__":"text"}'),
        with_header(b'{"__metadata__":["text"]}'),
        with_header(b'{"a":{"dtype":"F32","data_offsets":[0,0],"shape":[%s]}}' % b",".join(
            [b"99999999999999"] * 1_000_000)),
    ],
)  # fmt: skip
def test_a_file_that_is_no_safetensors_file_is_listed_as_damaged(folder, content):
    folder.mkdir()
    (folder / "bad.safetensors").write_bytes(content)
    assert infos(folder)["bad"].problem == "damaged"


def huge(folder: Path, name: str) -> Path:
    """A LoRA of a rank that no layer has, whole, and nothing but holes on the disk."""
    path, rank = "transformer.layers.0.attention.to_q", 2**26
    half = rank * 8 * 4
    told = {
        f"{path}.lora_A.weight": {"dtype": "F32", "shape": [rank, 8], "data_offsets": [0, half]},
        f"{path}.lora_B.weight": {
            "dtype": "F32", "shape": [8, rank], "data_offsets": [half, 2 * half]
        },
    }  # fmt: skip
    start = with_header(json.dumps(told).encode())
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.safetensors"
    file.write_bytes(start)
    os.truncate(file, len(start) + 2 * half)
    return file


def test_a_file_too_large_to_be_read_is_listed_with_its_size_and_its_jobs_are_refused(folder):
    huge(folder, "huge")
    info = infos(folder)["huge"]
    assert (info.problem, info.data) == ("too_large", {"size": "4.0 GB"})
    library = LoraLibrary(LoraFolder(folder, LAYERS), unread)
    library.look()
    refused = library.refusal(job(loras=(Lora(name="huge", weight=1),)))
    assert refused is not None
    assert refused.data["problem"] == "too_large"
    assert "4.0 GB" in lora_problem("too_large", "zh", refused.data)


def test_a_file_that_grows_between_the_look_and_the_reading_is_not_read(folder):
    put(folder, "ink")
    looked_at = LoraFolder(folder, LAYERS).files()["ink"]
    huge(folder, "other").replace(looked_at.path)
    with pytest.raises(Unfit):
        read_lora(looked_at, torch.float32)


def unread(file: LoraFile) -> Adapter:
    raise AssertionError(file.name)


def test_a_number_that_is_none_is_damage(folder):
    put(folder, "endless", metadata={"lora_adapter_metadata": f'{{"lora_alpha": 1{"0" * 400}}}'})
    assert infos(folder)["endless"].problem == "damaged"


def test_what_nobody_foresaw_of_a_file_costs_that_file_alone(folder, monkeypatch):
    put(folder, "ok")

    def stumbling(header: Header, layers: Layers) -> tuple[Change, ...]:
        if "odd" in header.metadata.values():
            raise ZeroDivisionError
        return changes_in(header, layers)

    put(folder, "odd", metadata={"name": "odd"})
    monkeypatch.setattr(lora_folder, "changes_in", stumbling)
    assert {name: info.problem for name, info in infos(folder).items()} == {
        "odd": "damaged",
        "ok": None,
    }


def test_a_file_that_is_cut_off_is_damaged(folder):
    file = put(folder, "cut")
    file.write_bytes(file.read_bytes()[:-1])
    assert infos(folder)["cut"].problem == "damaged"


def test_one_for_another_model_is_listed_with_what_does_not_fit(folder):
    save(folder, "sdxl", diffusers_form(random_pairs({"down_blocks.0.attn": (4, 4)})))
    info = infos(folder)["sdxl"]
    assert (info.problem, info.data) == ("other_model", {"layer": "transformer.down_blocks.0.attn"})


@pytest.mark.parametrize(
    "name", ["a:b", "a<b", "a，b", "x" * 65, "a\nb", " a", os.fsdecode(b"\xff")]
)
def test_a_name_that_cannot_be_typed_is_listed_and_not_used(folder, name):
    put(folder, "ok").rename(folder / f"{name}.safetensors")
    (info,) = infos(folder).values()
    assert info.problem == "bad_name"
    assert info.name.isprintable()


def test_links_may_lead_about_the_folder_and_not_out_of_it(folder, tmp_path):
    inside = put(folder, "inside")
    outside = put(tmp_path / "elsewhere", "outside")
    (folder / "alias.safetensors").symlink_to(inside)
    (folder / "secret.safetensors").symlink_to(outside)
    (folder / "passwd.safetensors").symlink_to("/etc/passwd")
    (folder / "nowhere.safetensors").symlink_to(folder / "gone")
    (folder / "round.safetensors").symlink_to("round.safetensors")
    problems = {name: info.problem for name, info in infos(folder).items()}
    assert problems == {
        "inside": None,
        "alias": None,
        "secret": "outside",
        "passwd": "outside",
        "nowhere": "unreadable",
        "round": "unreadable",
    }


def test_the_folder_itself_may_be_a_link(folder, tmp_path):
    put(tmp_path / "elsewhere", "ink")
    folder.symlink_to(tmp_path / "elsewhere")
    assert infos(folder)["ink"].problem is None


def test_what_is_no_file_is_not_opened(folder):
    folder.mkdir()
    (folder / "folder.safetensors").mkdir()
    os.mkfifo(folder / "pipe.safetensors")
    assert {info.problem for info in infos(folder).values()} == {"unreadable"}


def test_only_what_is_new_is_looked_at_and_logged(folder):
    looked = LoraFolder(folder, LAYERS)
    bad = put(folder, "bad")
    bad.write_bytes(b"")
    with capture_logs() as logs:
        for _ in range(3):
            assert looked.files()["bad"].info.problem == "damaged"
    assert [line["event"] for line in logs] == ["lora_not_usable"]
    put(folder, "bad")
    assert looked.files()["bad"].info.problem is None


class Reader:
    """Reads, and remembers what."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, file: LoraFile) -> Adapter:
        self.read.append(file.name)
        return read_lora(file, torch.float32)


def library(folder: Path, kept_bytes: int = 2**20) -> tuple[LoraLibrary, Reader]:
    reader = Reader()
    made = LoraLibrary(LoraFolder(folder, LAYERS), reader, kept_bytes)
    made.look()
    return made, reader


def asking(*names: str, weight: float = 1.0) -> Job:
    return job(loras=tuple(Lora(name=name, weight=weight) for name in names))


def test_a_change_in_the_folder_is_told_once(folder):
    made, _ = library(folder)
    assert not made.look()
    put(folder, "ink")
    assert made.look()
    assert [info.name for info in made.infos()] == ["ink"]
    assert not made.look()
    (folder / "ink.safetensors").unlink()
    assert made.look()
    assert made.infos() == ()


def test_a_change_that_a_job_saw_first_is_told_all_the_same(folder):
    put(folder, "ink")
    made, _ = library(folder)
    put(folder, "other")
    made.worn(asking("ink"))
    assert made.look()


@pytest.mark.parametrize("name", ["../ink", "/etc/passwd", "ink.safetensors", "INK", ".."])
def test_only_names_that_are_listed_are_anything(folder, name):
    put(folder, "ink")
    put(folder.parent, "ink")
    made, reader = library(folder)
    refusal = made.refusal(asking(name))
    assert refusal is not None
    assert (refusal.code, refusal.data) == ("no_lora", {"name": name})
    with pytest.raises(BadLora):
        made.worn(asking(name))
    assert reader.read == []


def test_a_file_that_cannot_be_used_is_refused_with_the_reason(folder):
    save(folder, "sdxl", diffusers_form(random_pairs({"down_blocks.0.attn": (4, 4)})))
    refusal = library(folder)[0].refusal(asking("sdxl"))
    assert refusal is not None
    layer = "transformer.down_blocks.0.attn"
    assert refusal.code == "unfit_lora"
    assert refusal.data == {"name": "sdxl", "problem": "other_model", "layer": layer}


def test_a_file_is_read_once_and_again_when_it_changed(folder):
    put(folder, "ink")
    made, reader = library(folder)
    (first,) = made.worn(asking("ink", weight=0.5))
    assert first.weight == 0.5
    assert made.worn(asking("ink"))[0].adapter is first.adapter
    assert reader.read == ["ink"]
    put(folder, "ink", seed=2)
    (second,) = made.worn(asking("ink"))
    assert second.adapter.sha256 != first.adapter.sha256
    assert reader.read == ["ink", "ink"]


def test_what_nobody_used_lately_is_dropped_when_it_grows_too_much(folder):
    for n, name in enumerate("abc"):
        put(folder, name, seed=n)
    size = 4 * (4 * 8 + 8 * 4 + 4 * 8 + 16 * 4)
    made, reader = library(folder, kept_bytes=2 * size)
    for name in "abacb":
        made.worn(asking(name))
    assert reader.read == ["a", "b", "c", "b"]


def test_a_file_larger_than_what_is_kept_can_be_used(folder):
    put(folder, "ink")
    made, _ = library(folder, kept_bytes=1)
    assert made.worn(asking("ink"))[0].adapter.nbytes > 1


def test_they_come_by_name_and_those_of_weight_zero_not_at_all(folder):
    for name in "ab":
        put(folder, name)
    made, _ = library(folder)
    assert [worn.adapter.name for worn in made.worn(asking("b", "a"))] == ["a", "b"]
    assert made.worn(asking("a", weight=0)) == ()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_damage(folder, number):
    tensors = diffusers_form(random_pairs(LAYERS))
    tensors["transformer.layers.0.attention.to_q.lora_B.weight"][3, 1] = number
    save(folder, "nan", tensors)
    with pytest.raises(BadLora) as raised:
        library(folder)[0].worn(asking("nan"))
    assert raised.value.data == {"name": "nan", "problem": "damaged"}


def test_a_file_that_goes_between_the_request_and_its_turn_is_said_to_have_gone(folder):
    file = put(folder, "ink")
    made, _ = library(folder)
    assert made.refusal(asking("ink")) is None
    file.unlink()
    with pytest.raises(BadLora) as raised:
        made.worn(asking("ink"))
    assert raised.value.data == {"name": "ink", "problem": "unreadable"}


def test_hashes_are_of_the_file_and_of_what_is_behind_its_header(folder):
    content = put(folder, "ink").read_bytes()
    (worn,) = library(folder)[0].worn(asking("ink"))
    start = 8 + struct.unpack("<Q", content[:8])[0]
    assert worn.adapter.sha256 == hashlib.sha256(content).hexdigest()
    assert worn.adapter.tensors_sha256 == hashlib.sha256(content[start:]).hexdigest()
