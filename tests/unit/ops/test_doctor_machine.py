"""What `zdraw doctor` says of the engine and the card."""

import importlib.util
import os
from pathlib import Path

import pytest

from bot.doctor.finding import Finding, Mark
from bot.doctor.machine import card, engine, seen_engine
from engine.contract import EngineInfo
from engine.profiles import profile_named

DEMO, TURBO = profile_named("demo"), profile_named("z-image-turbo")


def info(model: str = "demo", device: str = "cpu", ready: bool = True) -> EngineInfo:
    return EngineInfo(
        version="0",
        launch_id="a",
        model=model,
        device=device,
        ready=ready,
        capacity=3,
        template_tokens=8,
        max_tokens=512,
    )


async def seen(profile, device) -> list[Finding]:
    return [finding async for finding in card(profile, device)]


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Puts a program named nvidia-smi on the path, which is otherwise empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(script: str) -> None:
        program = folder / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)

    return install


def test_no_engine_is_fine():
    assert engine(None, DEMO).mark is Mark.FINE


def test_no_engine_where_none_can_run_is_a_warning(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    finding = engine(None, DEMO)
    assert finding.mark is Mark.WARNING
    assert "pip install 'zdraw[engine]'" in finding.en


def test_running_engine_is_named_with_model_and_device():
    finding = engine(info("z-image-turbo", "NVIDIA H100"), TURBO)
    assert finding.mark is Mark.FINE
    assert finding.en == "engine: running, model z-image-turbo on NVIDIA H100"


def test_engine_that_loads_is_fine():
    assert engine(info(ready=False, device=""), DEMO).en == "engine: loading demo"


def test_engine_with_another_model_than_the_setting_is_a_warning():
    finding = engine(info("demo"), TURBO)
    assert finding.mark is Mark.WARNING
    assert "ZDRAW_MODEL=z-image-turbo" in finding.zh


async def test_something_else_on_the_socket_is_a_warning(tmp_path):
    # A file where the socket should be: nobody listens there.
    (tmp_path / "engine.sock").touch()
    finding, found = await seen_engine(tmp_path, DEMO)
    assert (finding.mark, found) == (Mark.FINE, None)


async def test_socket_in_a_folder_of_somebody_else_is_a_warning(tmp_path, monkeypatch):
    def refuse(_state_dir: Path) -> Path:
        raise PermissionError("not a folder that only this user can enter")

    monkeypatch.setattr("bot.doctor.machine.socket_path", refuse)
    finding, _ = await seen_engine(tmp_path, DEMO)
    assert finding.mark is Mark.WARNING
    assert "not a folder that only this user can enter" in finding.zh


@pytest.mark.usefixtures("driver")
@pytest.mark.parametrize(
    ("profile", "device", "mark", "said"),
    [
        (DEMO, None, Mark.FINE, "no GPU: the demo model draws on the CPU"),
        (DEMO, "cpu", Mark.FINE, "no GPU: the demo model draws on the CPU"),
        (TURBO, None, Mark.WARNING, "no GPU (no nvidia-smi)"),
        (TURBO, "NVIDIA H100", Mark.FINE, "GPU: the engine has NVIDIA H100"),
    ],
)
async def test_machine_without_a_driver(profile, device, mark, said):
    (finding,) = await seen(profile, device)
    assert finding.mark is mark
    assert finding.en.startswith(said)


async def test_every_card_is_a_line(driver):
    driver("echo 'NVIDIA H100, 81559 MiB, 4 MiB'; echo 'NVIDIA L4, 23034 MiB, 0 MiB'")
    first, second = await seen(TURBO, None)
    assert first.en == "GPU: NVIDIA H100, 81559 MiB, 4 MiB"
    assert second.mark is Mark.FINE


async def test_driver_that_fails_is_a_warning_with_its_first_line(driver):
    driver("echo 'Failed to initialize NVML'; echo more; exit 18")
    (finding,) = await seen(TURBO, None)
    assert finding.mark is Mark.WARNING
    assert "Failed to initialize NVML）" in finding.zh


async def test_driver_that_hangs_is_a_warning_and_is_ended(driver, monkeypatch, tmp_path):
    monkeypatch.setattr("bot.doctor.machine._CARD_SECONDS", 0.3)
    driver(f"echo $$ > {tmp_path}/pid; exec /bin/sleep 60")
    (finding,) = await seen(TURBO, None)
    assert finding.mark is Mark.WARNING
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
