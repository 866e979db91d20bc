"""A model that changed where it is published: here it is the old one or the new one, or refused."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import pytest

from bot.weights.fetching import Fetching, Mixed
from bot.weights.hubs import HubError, HuggingFace
from bot.weights.shelf import State, state_of
from engine import manifest
from engine.demo_model import WEIGHTS
from engine.pipeline import WeightsError, WeightsReplaced, open_pipeline
from engine.pipelines import zimage
from engine.profiles import profile_named
from engine.weight_check import check
from engine.weight_files import INDEX, DamagedWeights
from tests.fakes.model_hub.server import FakeHub, served

TURBO = profile_named("z-image-turbo")
TENSORS = "transformer/diffusion_pytorch_model.safetensors"
ENCODER = "text_encoder/model.safetensors"
#: In the first state only; a pipeline that found it would open it.
GONE = "tokenizer/added_tokens.json"
NEXT = "f" * 40
#: What `zdraw model pull` does, killed before it renames or removes for the given time.
KILLED = """
import os, signal, sys

left = int(sys.argv[1])

def on_event(event, arguments):
    global left
    if event in ("os.rename", "os.remove", "os.rmdir"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

from bot.cli import main

sys.addaudithook(on_event)
main(["model", "pull", "z-image-turbo"])
"""


def flipped(content: bytes) -> bytes:
    """Other numbers in the same length: sizes and headers tell nothing."""
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.fixture
def hub(monkeypatch):
    for name in ("HF_TOKEN", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    published = FakeHub.of_folder(TURBO.source, WEIGHTS)
    published.files[GONE] = b"{}"
    with served(published) as hub:
        yield hub


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state" / "models" / TURBO.name


def pull(hub: FakeHub, folder: Path) -> manifest.Manifest:
    with httpx.Client(follow_redirects=True) as http:
        at = HuggingFace(endpoint=hub.address)
        fetching = Fetching(http, at, TURBO, folder, sleep=lambda _: None)
        return fetching.fetch(fetching.prepare(), lambda *_: None)


def change(hub: FakeHub) -> None:
    """Publishes the next state."""
    hub.commit = NEXT
    hub.files = {path: content for path, content in hub.files.items() if path != GONE}
    hub.files |= {path: flipped(hub.files[path]) for path in (TENSORS, ENCODER)}


def content(files: dict[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(found).hexdigest() for path, found in files.items()}


def lying_in(folder: Path) -> dict[str, str]:
    """What a pipeline could open there."""
    found = (file for file in folder.rglob("*") if file.is_file())
    named = {str(file.relative_to(folder)): file for file in found}
    return content(
        {path: file.read_bytes() for path, file in named.items() if not path.startswith(".")}
    )


def is_refused(folder: Path) -> bool:
    try:
        check(folder)
    except DamagedWeights as error:
        return "cut off" in str(error)
    return False


@pytest.mark.timeout(240)
def test_killed_at_any_moment_it_is_the_old_model_or_the_new_one_or_refused(
    hub, folder, tmp_path, monkeypatch
):
    pull(hub, folder)
    old = content(hub.files)
    change(hub)
    new = content(hub.files)
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    environment = {
        **os.environ,
        "ZDRAW_STATE_DIR": str(tmp_path / "state"),
        "ZDRAW_HUB_ENDPOINT": hub.address,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    seen: list[str] = []
    for moment in count(1):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        command = [sys.executable, "-c", KILLED, str(moment)]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        there = lying_in(folder)
        seen.append("old" if there == old else "new" if there == new else "mixed")
        if is_refused(folder):
            assert state_of(folder) is State.PARTIAL
        else:
            assert there in (old, new)
        # It ends as it would have.
        assert pull(hub, folder).revision == NEXT
        assert lying_in(folder) == new
        assert state_of(folder) is State.COMPLETE
    # Before, during and after the exchange.
    assert seen == sorted(seen, key=["old", "mixed", "new"].index)
    assert set(seen) == {"old", "mixed", "new"}
    assert lying_in(folder) == new


def test_until_all_has_come_it_stays_the_model_that_it_was(hub, folder):
    pull(hub, folder)
    old = lying_in(folder)
    change(hub)
    hub.cuts[TENSORS] = [100_000] + [0] * 10
    with pytest.raises(httpx.TransportError):
        pull(hub, folder)
    assert lying_in(folder) == old
    assert check(folder) > 0
    assert state_of(folder) is State.UPDATING
    hub.cuts.clear()
    hub.asked.clear()
    pull(hub, folder)
    # The other file had come, and this one in part.
    assert hub.ranges(ENCODER) == []
    assert hub.ranges(TENSORS) == ["bytes=100000-"]
    assert lying_in(folder) == content(hub.files)


def test_a_file_of_the_next_state_that_comes_wrong_touches_nothing(hub, folder):
    pull(hub, folder)
    old = lying_in(folder)
    change(hub)
    hub.spoiled[TENSORS] = flipped(hub.files[TENSORS])
    with pytest.raises(HubError, match="checksum"):
        pull(hub, folder)
    assert lying_in(folder) == old
    assert check(folder) > 0


def cut_off(hub: FakeHub, folder: Path) -> None:
    """Leaves `folder` as a kill between two files leaves it."""
    pull(hub, folder)
    change(hub)
    told = manifest.read(folder)
    assert told is not None
    sha256 = hashlib.sha256(hub.files[TENSORS]).hexdigest()
    files = (replace(file, sha256=sha256) if file.path == TENSORS else file for file in told.files)
    cut = replace(told, revision=NEXT, files=tuple(files), complete=False)
    cut.save(folder)
    (waiting,) = (file for file in cut.files if file.path == TENSORS)
    part = waiting.part(folder)
    part.parent.mkdir()
    part.write_bytes(hub.files[TENSORS])


def test_half_of_an_update_is_not_loaded_and_names_what_waits(hub, folder):
    cut_off(hub, folder)
    with pytest.raises(WeightsError) as refused:
        open_pipeline(TURBO, folder)
    told = str(refused.value)
    assert f"cut off: {TENSORS} was not put into its place" in told
    assert "zdraw model pull z-image-turbo" in told
    assert "\n" not in told


def test_the_engine_ends_with_that_sentence(hub, folder, tmp_path):
    cut_off(hub, folder)
    environment = {
        **os.environ,
        "ZDRAW_STATE_DIR": str(tmp_path / "state"),
        "ZDRAW_MODEL": TURBO.name,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "engine"], env=environment, cwd=tmp_path, capture_output=True
    )
    assert done.returncode == os.EX_CONFIG
    assert "权重缺失、损坏" in done.stderr.decode()
    assert f"{TENSORS} was not put into its place" in done.stderr.decode()


def test_a_download_that_was_cut_off_is_no_model(hub, folder):
    hub.cuts[TENSORS] = [100_000] + [0] * 10
    with pytest.raises(httpx.TransportError):
        pull(hub, folder)
    assert state_of(folder) is State.PARTIAL
    with pytest.raises(WeightsError, match=r"cut off: .* is missing; .*; and [0-9]+ more"):
        open_pipeline(TURBO, folder)


def test_a_file_that_lost_its_end_is_named_before_anything_is_loaded(hub, folder):
    pull(hub, folder)
    os.truncate(folder / ENCODER, 1000)
    with pytest.raises(WeightsError, match=f"{ENCODER} has 1000 bytes instead of"):
        open_pipeline(TURBO, folder)


def test_a_model_that_is_exchanged_while_it_is_loaded_is_loaded_anew(hub, folder, monkeypatch):
    pull(hub, folder)
    inner = zimage.open_pipeline

    def meanwhile(*arguments):
        opened = inner(*arguments)
        change(hub)
        pull(hub, folder)
        return opened

    monkeypatch.setattr(zimage, "open_pipeline", meanwhile)
    with pytest.raises(WeightsReplaced):
        open_pipeline(TURBO, folder)
    monkeypatch.setattr(zimage, "open_pipeline", inner)
    assert open_pipeline(TURBO, folder).tokenizer_json


def test_what_nobody_fetched_and_a_pipeline_would_open_is_named_and_stays(hub, folder):
    folder.mkdir(parents=True)
    (folder / "transformer").mkdir()
    mine = folder / "transformer" / "diffusion_pytorch_model.safetensors.index.json"
    mine.write_text("{}")
    with pytest.raises(Mixed, match=r"index\.json"):
        pull(hub, folder)
    assert mine.read_text() == "{}"
    assert hub.ranges(TENSORS) == []
    mine.unlink()
    pull(hub, folder)
    assert state_of(folder) is State.COMPLETE


def test_parts_that_nobody_deleted_any_more_do_not_hold_the_next_state_back(hub, folder):
    done = pull(hub, folder)
    parts = folder / manifest.PARTS
    parts.mkdir()
    replace(done, complete=False).save(parts)
    assert state_of(folder) is State.COMPLETE
    change(hub)
    assert pull(hub, folder).revision == NEXT


@pytest.mark.parametrize("named", ["../../../mine.txt", "{absolute}"])
def test_a_manifest_that_came_with_a_folder_has_nothing_deleted_outside_of_it(
    hub, folder, tmp_path, named
):
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    done = pull(hub, folder)
    outside = manifest.RemoteFile(path=named.format(absolute=mine), size=4)
    replace(done, files=(*done.files, outside)).save(folder)
    assert (folder / outside.path).read_text() == "mine"
    change(hub)
    with pytest.raises(Mixed, match=GONE):
        pull(hub, folder)
    assert mine.read_text() == "mine"


def test_a_repair_that_is_cut_off_keeps_in_mind_what_the_old_state_had(hub, folder):
    pull(hub, folder)
    change(hub)
    (folder / INDEX).unlink()
    hub.cuts[TENSORS] = [100_000] + [0] * 10
    with pytest.raises(httpx.TransportError):
        pull(hub, folder)
    assert state_of(folder) is State.PARTIAL
    hub.cuts.clear()
    pull(hub, folder)
    assert lying_in(folder) == content(hub.files)


def test_what_was_exchanged_is_on_the_disk_before_the_manifest_says_so(hub, folder, monkeypatch):
    """After a power failure as well: a weight's old file may be as long as its new one."""
    pull(hub, folder)
    change(hub)
    done: list[str] = []
    rename, sync = Path.replace, os.fsync

    def renamed(source: Path, target: Path) -> Path:
        done.append(f"{target.relative_to(folder)}")
        return rename(source, target)

    def synced(descriptor: int) -> None:
        sync(descriptor)
        done.append(f"sync {os.readlink(f'/proc/self/fd/{descriptor}')}")

    monkeypatch.setattr(Path, "replace", renamed)
    monkeypatch.setattr(os, "fsync", synced)
    pull(hub, folder)
    said = len(done) - done[::-1].index(manifest.NAME)
    for path in (TENSORS, ENCODER):
        assert f"sync {(folder / path).parent}" in done[done.index(path) : said]
    # Of what is in it no more any file was renamed.
    assert f"sync {(folder / GONE).parent}" in done[:said]


def test_a_state_that_was_taken_back_meanwhile_is_not_waited_for(hub, folder):
    """As by a history that was rewritten: nobody has its commit any more."""
    pull(hub, folder)
    change(hub)
    hub.cuts[TENSORS] = [100_000] + [0] * 10
    with pytest.raises(httpx.TransportError):
        pull(hub, folder)
    hub.cuts.clear()
    hub.commit = "e" * 40
    hub.files[ENCODER] = flipped(hub.files[ENCODER])
    assert pull(hub, folder).revision == "e" * 40
    assert lying_in(folder) == content(hub.files)
    hub.refuses = 403
    with pytest.raises(HubError, match="403"):
        pull(hub, folder)
