"""`python -m engine` as a supervisor sees it, on the demo weights."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.demo_model import WEIGHTS
from tests.unit.engine.jobs import job

# A process imports torch, or two, one after the other.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
#: Long enough that it runs when something is done to it.
LONG = {"steps": 50, "count": 4, "width": 1024, "height": 1024}


Event = dict[str, Any]


class Process:
    """An engine process and a client of it."""

    def __init__(self, state_dir: Path, *arguments: str, pass_fds=(), **settings: str):
        self.state_dir = state_dir
        names = {f"ZDRAW_{name.upper()}": value for name, value in settings.items()}
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "ZDRAW_STATE_DIR": str(state_dir)}
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "engine", *arguments],
            env=environment | names,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=pass_fds,
        )
        transport = httpx.HTTPTransport(uds=str(state_dir / "engine.sock"))
        self.http = httpx.Client(transport=transport, base_url="http://engine", timeout=10)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert self.popen.poll() is None, "the engine has ended"
            if self.listens() and self.http.get("/v1/engine").json()["ready"]:
                return
            time.sleep(0.05)
        pytest.fail("the engine did not become ready")

    def listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.state_dir / "engine.sock")) == 0

    def submit(self, *args, **changes) -> None:
        answer = self.http.post("/v1/jobs", json=job(*args, **changes).model_dump(mode="json"))
        assert answer.status_code == 202, answer.text

    @contextmanager
    def events(self) -> Iterator[Iterator[Event]]:
        """Hello and what follows; the stream is open before the block is entered."""
        with closing(self._events()) as events:
            hello = next(events)
            yield chain([hello], events)

    def _events(self) -> Generator[Event, None, None]:
        with self.http.stream("GET", "/v1/events") as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    def ended(self, within: float = 120) -> tuple[int, str]:
        """Exit code and stderr."""
        _, told = self.popen.communicate(timeout=within)
        return self.popen.returncode, told


@contextmanager
def engine(state_dir: Path, *arguments: str, **options) -> Iterator[Process]:
    process = Process(state_dir, *arguments, **options)
    try:
        yield process
    finally:
        process.http.close()
        process.popen.kill()
        process.popen.communicate()


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Process]:
    with engine(tmp_path_factory.mktemp("shared")) as process:
        process.wait_until_ready()
        yield process


def first(events: Iterator[Event], kind: str, generation_id: str | None = None) -> Event:
    for event in events:
        named = event.get("key", {}).get("generation_id")
        if event["kind"] == kind and generation_id in (None, named):
            return event
    raise AssertionError(f"the stream ended without {kind}")


def test_the_demo_model_draws(shared):
    shared.submit("drawn", width=512, height=512, steps=8)
    with shared.events() as events:
        finished = first(events, "finished", "drawn")
    assert finished["drawn_width"] == 256
    assert shared.http.get("/v1/jobs/drawn/1/1.png").content.startswith(b"\x89PNG")


def test_laid_out_as_on_a_small_card_it_draws_the_same(shared, tmp_path):
    asked = {"width": 512, "height": 512, "steps": 4}
    with engine(tmp_path, vram_gb="1") as streaming:
        streaming.wait_until_ready()
        pictures = []
        for process in (shared, streaming):
            process.submit("same", **asked)
            with process.events() as events:
                first(events, "finished", "same")
            pictures.append(process.http.get("/v1/jobs/same/1/1.png").content)
        streaming.popen.send_signal(signal.SIGTERM)
        code, told = streaming.ended(within=8)
    assert code == 0
    assert "resident_blocks=0" in told
    assert pictures[0] == pictures[1]


def test_only_this_user_can_reach_the_socket(shared):
    assert stat.S_IMODE((shared.state_dir / "engine.sock").stat().st_mode) == 0o600


def test_a_running_job_is_cancelled_between_steps(shared):
    with shared.events() as events:
        shared.submit("cancelled", **LONG)
        first(events, "started", "cancelled")
        began = time.monotonic()
        shared.http.delete("/v1/jobs/cancelled/1")
        first(events, "cancelled", "cancelled")
    assert time.monotonic() - began < 3


def test_killed_in_the_middle_the_next_engine_tells_of_the_interrupted_job(tmp_path):
    with engine(tmp_path) as killed:
        killed.wait_until_ready()
        killed.submit("cutoff", **LONG)
        with killed.events() as events:
            first(events, "progress", "cutoff")
        killed.popen.send_signal(signal.SIGKILL)
        killed.ended(within=5)
    with engine(tmp_path) as next_one:
        next_one.wait_until_ready()
        with next_one.events() as events:
            hello = first(events, "hello")
        assert hello["interrupted"] == [{"generation_id": "cutoff", "attempt": 1}]
        assert hello["held"] == []


def test_told_to_end_it_gives_the_jobs_back_and_ends_within_five_seconds(tmp_path):
    with engine(tmp_path) as told:
        told.wait_until_ready()
        with told.events() as events:
            told.submit("running", **LONG)
            told.submit("queued")
            first(events, "progress", "running")
            began = time.monotonic()
            told.popen.send_signal(signal.SIGTERM)
            ended = [event for event in events if event["kind"] == "returned"]
        returned = {event["key"]["generation_id"] for event in ended}
        assert returned == {"running", "queued"}
        code, stderr = told.ended(within=5 - (time.monotonic() - began))
        assert (code, "Traceback" in stderr) == (0, False)
    assert list((tmp_path / "begun").iterdir()) == []


def test_it_ends_with_its_parent_while_it_still_loads(tmp_path):
    ours, theirs = os.pipe()
    # The read end is handed down; this process is the parent that holds the write end.
    with engine(tmp_path, "--parent-fd", str(ours), pass_fds=(ours,)) as orphan:
        os.close(ours)
        threading.Timer(1.0, os.close, (theirs,)).start()
        assert orphan.ended(within=8)[0] == 0


def test_a_second_engine_in_the_same_folder_gives_up(shared):
    with engine(shared.state_dir) as second:
        code, told = second.ended()
    assert (code, told.count("\n")) == (75, 1)
    assert "another engine is at work" in told
    assert shared.http.get("/v1/engine").json()["ready"] is True


def test_damaged_weights_end_it_with_one_line(tmp_path):
    weights = tmp_path / "weights"
    shutil.copytree(WEIGHTS, weights)
    (weights / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"damaged")
    with engine(tmp_path / "state", weights_dir=str(weights)) as refused:
        code, told = refused.ended()
    assert (code, told.count("\n")) == (78, 1)
    assert f"damaged weights of demo in {weights}" in told


def test_missing_weights_end_it_with_the_command_that_gets_them(tmp_path):
    with engine(tmp_path, model="z-image-turbo") as refused:
        code, told = refused.ended()
    folder = tmp_path / "models" / "z-image-turbo"
    assert (code, told.count("\n")) == (78, 1)
    assert f"zdraw model pull z-image-turbo --to {folder}" in told


@pytest.mark.parametrize(
    ("settings", "code", "sentence"),
    [
        ({"model": "dall-e"}, 78, "unknown model 'dall-e'; known: z-image-turbo, demo"),
        ({"engine_queue_size": "0"}, 78, "ZDRAW_ENGINE_QUEUE_SIZE=0: "),
    ],
)
def test_wrong_settings_end_it_with_one_line(tmp_path, settings, code, sentence):
    with engine(tmp_path, **settings) as refused:
        found, told = refused.ended()
    assert (found, told.count("\n")) == (code, 1)
    assert sentence in told


def test_a_state_folder_that_cannot_be_made_ends_it_with_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with engine(tmp_path / "file" / "state") as refused:
        code, told = refused.ended()
    assert (code, told.count("\n")) == (73, 1)
    assert "cannot use the state folder" in told
