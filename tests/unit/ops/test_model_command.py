"""`zdraw model` against hubs on loopback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.cli import main
from bot.weights import fetching, hubs
from engine import manifest
from engine.demo_model import WEIGHTS
from engine.profiles import PROFILES
from tests.fakes.model_hub.server import COMMIT, FakeHub, served

TURBO = "Tongyi-MAI/Z-Image-Turbo"
TENSORS = "transformer/diffusion_pytorch_model.safetensors"
#: In a published folder, and not needed by its pipeline.
BESIDE = {
    "README.md": b"# Turbo",
    "assets/showcase.jpg": b"jpeg" * 2000,
    "transformer/diffusion_pytorch_model.fp16.safetensors": b"half" * 2000,
    "text_encoder/pytorch_model.bin": b"pickle" * 2000,
}
HOME = Path("state/models/z-image-turbo")


@pytest.fixture
def hub(monkeypatch):
    published = FakeHub.of_folder(TURBO, WEIGHTS)
    published.files |= BESIDE
    monkeypatch.setattr(fetching, "PAUSES", (0.0,))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with served(published) as hub:
        monkeypatch.setenv("ZDRAW_HUB_ENDPOINT", hub.address)
        yield hub


@pytest.fixture
def zdraw(capsys):
    """Runs `zdraw model` with arguments; (exit code, standard output, standard error)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["model", *arguments])
        assert isinstance(ended.value.code, int)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def failed(zdraw: Any, *arguments: str) -> tuple[int, str]:
    """Exit code and the one line."""
    code, _, err = zdraw(*arguments)
    lines = [line for line in err.splitlines() if line.startswith("zdraw: ")]
    assert len(lines) == 1
    assert err.endswith(lines[0] + "\n")
    assert "Traceback" not in err
    return code, lines[0]


def test_a_model_is_fetched_whole_and_without_what_it_does_not_need(hub, zdraw):
    code, out, _ = zdraw("pull", "z-image-turbo")
    assert code == 0
    assert "zdraw model use z-image-turbo" in out
    for file in WEIGHTS.rglob("*"):
        if file.is_file():
            fetched = HOME / file.relative_to(WEIGHTS)
            assert fetched.read_bytes() == file.read_bytes()
    assert not any((HOME / name).exists() for name in BESIDE)
    assert not (HOME / manifest.PARTS).exists()
    told = manifest.read(HOME)
    assert told is not None
    assert (told.complete, told.revision, told.hub) == (True, COMMIT, "huggingface")


def test_the_same_comes_from_modelscope(hub, zdraw):
    assert zdraw("pull", "z-image-turbo", "--from", "modelscope")[0] == 0
    assert (HOME / TENSORS).read_bytes() == (WEIGHTS / TENSORS).read_bytes()
    assert ("GET", f"/api/v1/models/{TURBO}/repo/files", None) in hub.asked
    assert zdraw("check", "z-image-turbo")[0] == 0


def test_a_second_pull_fetches_nothing(hub, zdraw):
    zdraw("pull", "z-image-turbo")
    hub.asked.clear()
    assert zdraw("pull", "z-image-turbo")[0] == 0
    assert not [path for _, path, _ in hub.asked if "resolve" in path or "cdn" in path]


def test_a_connection_that_breaks_is_gone_on_with_where_it_broke(hub, zdraw):
    hub.cuts[TENSORS] = [100_000, 0, 50_000]
    assert zdraw("pull", "z-image-turbo")[0] == 0
    assert hub.ranges(TENSORS) == [None, "bytes=100000-", "bytes=100000-", "bytes=150000-"]
    assert (HOME / TENSORS).read_bytes() == (WEIGHTS / TENSORS).read_bytes()


def test_where_it_stays_broken_the_next_pull_goes_on(hub, zdraw):
    hub.cuts[TENSORS] = [100_000] + [0] * 10
    code, line = failed(zdraw, "pull", "z-image-turbo")
    assert code == os.EX_TEMPFAIL
    assert "run it again" in line
    assert not (HOME / "model_index.json").exists()
    assert "partial" not in zdraw("list")[1]
    assert "没下完" in zdraw("list")[1]
    assert failed(zdraw, "use", "z-image-turbo")[0] in (os.EX_DATAERR, os.EX_NOINPUT)
    hub.cuts.clear()
    hub.asked.clear()
    assert zdraw("pull", "z-image-turbo")[0] == 0
    assert hub.ranges(TENSORS) == ["bytes=100000-"]


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_file_that_is_shorter_than_announced_is_given_up(hub, zdraw, content):
    hub.spoiled[TENSORS] = content
    code, line = failed(zdraw, "pull", "z-image-turbo")
    assert (code, "smaller than announced" in line) == (os.EX_UNAVAILABLE, True)
    assert len(hub.ranges(TENSORS)) <= 2 * fetching.TRIES
    assert not (HOME / "model_index.json").exists()


def test_ctrl_c_leaves_what_has_come(hub, zdraw, monkeypatch):
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    hub.cuts[TENSORS] = [100_000]
    monkeypatch.setattr(fetching.Fetching.__init__, "__defaults__", (interrupted, _plenty))
    code, _, err = zdraw("pull", "z-image-turbo")
    assert code == 130
    assert "Traceback" not in err
    (part,) = (HOME / manifest.PARTS).glob("transformer--diffusion*")
    assert part.stat().st_size == 100_000


def test_a_wrong_checksum_is_thrown_away_and_said(hub, zdraw):
    right = hub.files[TENSORS]
    hub.spoiled[TENSORS] = right[:-1] + bytes([right[-1] ^ 1])
    code, line = failed(zdraw, "pull", "z-image-turbo")
    assert code == os.EX_UNAVAILABLE
    assert TENSORS in line
    assert not (HOME / TENSORS).exists()
    assert not list((HOME / manifest.PARTS).glob("transformer--diff*"))
    hub.spoiled.clear()
    assert zdraw("pull", "z-image-turbo")[0] == 0


def test_a_small_file_is_checked_by_its_git_hash(hub, zdraw):
    index = hub.files["model_index.json"]
    hub.spoiled["model_index.json"] = index.replace(b"Z", b"Y", 1)
    code, line = failed(zdraw, "pull", "z-image-turbo")
    assert (code, "model_index.json" in line) == (os.EX_UNAVAILABLE, True)
    assert not (HOME / "model_index.json").exists()


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("hub_name", ["huggingface", "modelscope"])
def test_what_a_hub_refuses_is_one_line(hub, zdraw, status, hub_name):
    hub.refuses = status
    code, line = failed(zdraw, "pull", "z-image-turbo", "--from", hub_name)
    assert code == os.EX_UNAVAILABLE
    assert str(status) in line
    assert ("HF_TOKEN" in line) == (status in (401, 403))


def test_a_hub_that_is_not_there_is_one_line(hub, zdraw):
    code, line = failed(zdraw, "pull", "z-image", "--endpoint", "http://127.0.0.1:9")
    assert code == os.EX_TEMPFAIL
    assert "连不上" in line


def test_another_website_in_its_place_is_one_line(hub, zdraw, monkeypatch):
    hub.source = "somebody/else"
    code, line = failed(zdraw, "pull", "z-image-turbo")
    assert code == os.EX_UNAVAILABLE
    assert "404" in line


def _full(_: Path) -> int:
    return 10_000_000


def _plenty(_: Path) -> int:
    return 10**12


def test_a_full_disk_is_seen_before_anything_is_fetched(hub, zdraw, monkeypatch):
    monkeypatch.setattr(fetching.Fetching.__init__, "__defaults__", (lambda _: None, _full))
    code, line = failed(zdraw, "pull", "z-image-turbo")
    assert code == os.EX_IOERR
    assert "磁盘空间不足" in line
    assert hub.ranges(TENSORS) == []


def test_a_whole_model_stays_one_where_there_is_no_room_for_its_next_state(hub, zdraw, monkeypatch):
    zdraw("pull", "z-image-turbo")
    hub.files[TENSORS] += b"more"
    monkeypatch.setattr(fetching.Fetching.__init__, "__defaults__", (lambda _: None, lambda _: 1))
    assert failed(zdraw, "pull", "z-image-turbo")[0] == os.EX_IOERR
    assert "没下完" not in zdraw("list")[1]
    assert zdraw("check", "z-image-turbo")[0] == 0


def test_a_token_goes_to_the_hub_and_no_further(hub, zdraw, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert zdraw("pull", "z-image-turbo")[0] == 0
    assert {token for _, token in hub.tokens} == {"Bearer hf_secret"}
    assert hub.ranges(TENSORS) == [None]
    assert not [path for path, _ in hub.tokens if path.startswith("/cdn/")]


def test_a_listing_that_goes_on_elsewhere_is_read_without_the_token(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    told: list[tuple[str, bool]] = []
    entry = {"type": "file", "path": "a", "size": 1, "oid": "0"}

    def answer(request: httpx.Request) -> httpx.Response:
        told.append((request.url.host, "Authorization" in request.headers))
        goes_on = {"Link": '<http://elsewhere/2>; rel="next"'}
        return httpx.Response(200, json=[entry], headers=goes_on if len(told) == 1 else {})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    listing = hubs.HuggingFace(endpoint="http://hub").listing(http, TURBO, COMMIT)
    assert told == [("hub", True), ("elsewhere", False)]
    assert len(listing.files) == 2


@pytest.mark.parametrize("told", [3, {}, {"sha": "x"}, {"Data": None}, {"Data": {"Files": [3]}}])
@pytest.mark.parametrize("hub", [hubs.HuggingFace, hubs.ModelScope])
def test_another_website_that_speaks_json_is_a_refusal(hub, told):
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=told)))
    with pytest.raises(hubs.HubError, match="does not answer like"):
        hub(endpoint="http://hub").listing(http, TURBO, None)


def test_a_path_out_of_the_folder_is_not_followed(hub, zdraw):
    hub.files["tokenizer/../../../evil.json"] = b"{}"
    hub.files["../evil.json"] = b"{}"
    assert zdraw("pull", "z-image-turbo")[0] == 0
    assert not list(Path().rglob("evil.json"))


def test_check_names_every_damaged_file(hub, zdraw):
    zdraw("pull", "z-image-turbo")
    assert zdraw("check", "z-image-turbo")[0] == 0
    (HOME / "vae" / "config.json").unlink()
    os.truncate(HOME / TENSORS, 1000)
    encoder = HOME / "text_encoder" / "model.safetensors"
    changed = bytearray(encoder.read_bytes())
    changed[-1] ^= 1
    encoder.write_bytes(changed)
    code, out, err = zdraw("check", "z-image-turbo")
    assert code == os.EX_DATAERR
    named = {line.split()[1] for line in out.splitlines()}
    assert named == {"vae/config.json", TENSORS, "text_encoder/model.safetensors"}
    assert "checksum" in out
    assert "zdraw model pull" in err
    # Checksums alone tell of the last one.
    quick = zdraw("check", "z-image-turbo", "--quick")[1]
    assert "text_encoder" not in quick
    assert zdraw("pull", "z-image-turbo")[0] == 0
    assert zdraw("check", "z-image-turbo")[0] == 0


def test_a_folder_of_ones_own_is_checked_by_its_headers(zdraw, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(WEIGHTS, folder)
    code, out, _ = zdraw("check", str(folder))
    assert (code, "checksums" in out) == (0, False)
    os.truncate(folder / TENSORS, 1000)
    assert zdraw("check", str(folder))[0] == os.EX_DATAERR


def test_use_writes_the_setting_and_keeps_every_other_line(hub, zdraw):
    Path(".env").write_text(
        "# mine\nZDRAW_TELEGRAM_TOKEN=1:a\nZDRAW_MODEL=demo\nZDRAW_WEIGHTS_DIR=/old\nOTHER='x y'\n"
    )
    zdraw("pull", "z-image-turbo", "--to", str(HOME))
    code, out, _ = zdraw("use", "z-image-turbo")
    assert code == 0
    assert "start zdraw again" in out
    assert Path(".env").read_text() == (
        "# mine\nZDRAW_TELEGRAM_TOKEN=1:a\nZDRAW_MODEL=z-image-turbo\nZDRAW_WEIGHTS_DIR=\n"
        "OTHER='x y'\n"
    )
    assert "→ z-image-turbo" in zdraw("list")[1]


def test_use_of_a_folder_writes_its_path(zdraw, tmp_path):
    folder = tmp_path / "my own 模型"
    shutil.copytree(WEIGHTS, folder)
    assert zdraw("use", str(folder))[0] == 0
    assert Path(".env").read_text() == f"ZDRAW_MODEL='{folder}'\n"
    assert Path(".env").stat().st_mode & 0o777 == 0o600
    assert f"→ {folder}" in zdraw("list")[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("pull", "z-image-edit"), os.EX_DATAERR),
        (("pull", "dall-e"), os.EX_DATAERR),
        (("pull", "demo"), os.EX_DATAERR),
        (("pull", "z-image", "--from", "elsewhere"), os.EX_DATAERR),
        (("check", "z-image"), os.EX_NOINPUT),
        (("use", "z-image"), os.EX_NOINPUT),
        (("use", "/nowhere"), os.EX_DATAERR),
        (("use", "z-image-edit"), os.EX_DATAERR),
    ],
)
def test_what_cannot_be_is_one_line_and_a_code(zdraw, arguments, code):
    assert failed(zdraw, *arguments)[0] == code
    assert not Path(".env").exists()


def test_list_names_every_row_and_the_one_in_use(zdraw):
    code, out, _ = zdraw("list")
    assert code == 0
    lines = out.splitlines()
    assert [line[2:].split()[0] for line in lines] == [row.name for row in PROFILES]
    (used,) = (line for line in lines if line.startswith("→"))
    assert used.split()[1] == "demo"
    assert "可用 ready" in used
    assert "尚未公开" in next(line for line in lines if "z-image-edit" in line)


def test_stable_diffusion_is_fetched_without_what_its_folder_has_twice(hub, zdraw, tmp_path):
    source = "stable-diffusion-v1-5/stable-diffusion-v1-5"
    index = {"_class_name": "StableDiffusionPipeline"}
    wanted = {
        "model_index.json": json.dumps(index).encode(),
        "scheduler/scheduler_config.json": b"{}",
        "tokenizer/vocab.json": b"{}",
        "tokenizer/merges.txt": b"#version: 0.2\n",
        "text_encoder/config.json": b"{}",
        "text_encoder/model.safetensors": b"t" * 5000,
        "unet/config.json": b"{}",
        "unet/diffusion_pytorch_model.safetensors": b"u" * 5000,
        "vae/config.json": b"{}",
        "vae/diffusion_pytorch_model.safetensors": b"v" * 5000,
    }
    beside = [
        *(
            "v1-5-pruned.safetensors",
            "v1-5-pruned-emaonly.ckpt",
            "safety_checker/model.safetensors",
        ),
        *("unet/diffusion_pytorch_model.fp16.safetensors", "unet/diffusion_pytorch_model.bin"),
        "unet/diffusion_pytorch_model.non_ema.safetensors",
        "feature_extractor/preprocessor_config.json",
    ]
    hub.source, hub.files = source, wanted | {name: b"x" * 9000 for name in beside}
    assert zdraw("pull", "sd-1.5", "--to", str(tmp_path / "sd"))[0] == 0
    there = {
        str(f.relative_to(tmp_path / "sd")) for f in (tmp_path / "sd").rglob("*") if f.is_file()
    }
    assert there == {*wanted, manifest.NAME}


def test_a_repository_that_is_no_folder_of_diffusers_is_refused_before_it_is_fetched(hub, zdraw):
    del hub.files["model_index.json"]
    code, line = failed(zdraw, "pull", "z-image-turbo")
    assert code == os.EX_UNAVAILABLE
    assert "model_index.json" in line
    assert hub.ranges(TENSORS) == []


def test_the_fake_hub_serves_hugging_faces_own_library(hub, tmp_path):
    """What the fake says is what the real one says, as far as their library can tell."""
    pytest.importorskip("huggingface_hub")
    asked = {
        "repo_id": TURBO,
        "endpoint": hub.address,
        "local_dir": str(tmp_path / "theirs"),
        "cache_dir": str(tmp_path / "cache"),
        "token": False,
        "allow_patterns": ["*.json", "transformer/*"],
    }
    code = f"import huggingface_hub; huggingface_hub.snapshot_download(**{asked!r})"
    # A process of its own: the library keeps what its environment was when it was imported.
    environment = {**os.environ, "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "theirs" / TENSORS).read_bytes() == (WEIGHTS / TENSORS).read_bytes()
