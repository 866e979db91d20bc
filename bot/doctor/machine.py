"""What draws: the engine, the weights of its model, the card."""

import asyncio
import importlib.util
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
from pydantic import ValidationError

from bot.doctor.finding import Finding, broken, fine, reason, warning
from bot.doctor.process import answer_of
from engine.contract import EngineInfo
from engine.profiles import Profile
from engine.socket_path import socket_path
from engine.weight_check import check
from engine.weight_files import DamagedWeights, NoWeights

_ANSWER_SECONDS = 5.0
_CARD_SECONDS = 10.0
_ASK_CARD = ("--query-gpu=name,memory.total,memory.used", "--format=csv,noheader")


async def running_engine(state_dir: Path) -> EngineInfo | None:
    """What the engine of this state folder says; None where none runs.

    Raises OSError, httpx.HTTPError and ValidationError where something is there that does not
    answer as an engine does.
    """
    socket = socket_path(state_dir)
    if not socket.exists():
        return None
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://engine/v1", timeout=_ANSWER_SECONDS, trust_env=False
    ) as client:
        try:
            answer = await client.get("/engine")
        except httpx.ConnectError:
            return None  # the socket of one that was killed
        answer.raise_for_status()
        return EngineInfo.model_validate_json(answer.content)


def engine(info: EngineInfo | None, profile: Profile) -> Finding:
    """What `running_engine` has found."""
    if info is None:
        return _no_engine()
    if not info.ready:
        return fine(f"引擎在运行，正在载入 {info.model}", f"engine: loading {info.model}")
    if info.model != profile.name:
        return warning(
            f"引擎在用 {info.model} 画，但 ZDRAW_MODEL={profile.name}：请重启 zdraw",
            f"the engine draws with {info.model}, ZDRAW_MODEL={profile.name}: start zdraw again",
        )
    return fine(
        f"引擎在运行：模型 {info.model}，设备 {info.device}",
        f"engine: running, model {info.model} on {info.device}",
    )


def _no_engine() -> Finding:
    if importlib.util.find_spec("torch") is None:
        return warning(
            "引擎没有运行，这里也没装它要的库：pip install 'zdraw[engine]'，或在别的容器里运行它",
            "engine: not running, and its libraries are not installed here:"
            " pip install 'zdraw[engine]', or run it in a container of its own",
        )
    return fine("引擎没有运行，zdraw run 会启动它", "engine: not running; zdraw run starts it")


def silent_engine(error: Exception) -> Finding:
    """An engine that does not answer as it should."""
    return warning(
        f"引擎的套接字没有正常回答（{reason(error)}）：看它的日志，或重启 zdraw",
        "engine: no proper answer on its socket; see its log, or start zdraw again",
    )


async def seen_engine(state_dir: Path, profile: Profile) -> tuple[Finding, EngineInfo | None]:
    """The finding, and the engine where there is one."""
    try:
        info = await running_engine(state_dir)
    except (OSError, httpx.HTTPError, ValidationError) as error:
        return silent_engine(error), None
    return engine(info, profile), info


def weights(profile: Profile, folder: Path) -> Iterator[Finding]:
    """Whether the weights are there and whole, as far as that can be seen without torch."""
    shown = folder.absolute()
    remedy = profile.remedy.format(name=profile.name, source=profile.source, folder=shown)
    try:
        size = check(folder)
    except NoWeights:
        yield broken(
            os.EX_CONFIG,
            f"没有 {profile.name} 的权重：{shown}",
            f"no weights of {profile.name}; {remedy}",
        )
    except DamagedWeights as error:
        yield broken(
            os.EX_CONFIG,
            f"{profile.name} 的权重不完整：{shown}（{error}）",
            f"damaged weights of {profile.name}; {remedy}",
        )
    else:
        yield fine(
            f"{profile.name} 的权重齐全，{_bytes(size)}：{shown}",
            f"the weights of {profile.name} are complete",
        )


def _bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


async def card(profile: Profile, device: str | None) -> AsyncIterator[Finding]:
    """The GPU, as its driver sees it. `device` is what a running engine draws on."""
    program = shutil.which("nvidia-smi")
    if program is None:
        yield _no_card(profile, device)
        return
    try:
        said = await _ask(program, *_ASK_CARD)
    except (OSError, TimeoutError) as error:
        yield warning(
            f"nvidia-smi 没有回答（{reason(error)}）：检查显卡驱动",
            "nvidia-smi does not answer: check the driver",
        )
        return
    for line in said.splitlines():
        name, _, memory = line.partition(", ")
        yield fine(f"显卡 {name}，显存（共, 已用）{memory}", f"GPU: {name}, {memory}")


def _no_card(profile: Profile, device: str | None) -> Finding:
    if device not in (None, "", "cpu"):
        return fine(f"引擎在 {device} 上画", f"GPU: the engine has {device}")
    if profile.name == "demo":
        return fine("没有显卡：演示模型在 CPU 上画", "no GPU: the demo model draws on the CPU")
    return warning(
        f"没有显卡（找不到 nvidia-smi）：{profile.name} 在 CPU 上一张图要等很久",
        f"no GPU (no nvidia-smi): {profile.name} takes very long on a CPU",
    )


async def _ask(program: str, *arguments: str) -> str:
    """Standard output. Raises OSError, TimeoutError."""
    status, output = await answer_of(
        program, *arguments, seconds=_CARD_SECONDS, errors=asyncio.subprocess.STDOUT
    )
    said = output.decode(errors="replace").strip()
    if status != 0:
        raise OSError(said.partition("\n")[0])
    return said
