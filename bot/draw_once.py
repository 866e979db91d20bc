"""`zdraw draw`: one request from a terminal, through the same core as everybody's.

Where a bot runs, it takes the row up like any other. Where none runs, this process is the bot
for as long as it takes, with an engine of its own, under the state folder's lock.
"""

import asyncio
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from pathlib import Path

import structlog

from bot.bootstrap import run_until_stopped
from bot.core.errors import Refusal, StartupError
from bot.core.generation import Address, Generation, Origin, Outcome
from bot.core.replies import refusal_text
from bot.core.watch import watch
from bot.draw_report import Drawn, DrawProgress
from bot.instance_lock import InstanceLock
from bot.settings import BotSettings
from bot.store.database import Database
from bot.wiring import Core, assemble

#: Exit code of a command that was told to stop.
INTERRUPTED = 130

Show = Callable[[DrawProgress], None]


async def run_draw(settings: BotSettings, prompt: str, out: Path | None, show: Show) -> Drawn:
    """Draw `prompt` into `out`, or into `<id>.png` here; further pictures get `-2`, `-3` ....

    Raises StartupError with the sentence a person would get in a chat.
    """
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        alone = _become_the_bot(settings, stack)
        database = await stack.enter_async_context(Database(settings.database_url))
        core = assemble(settings, database, stack, structlog.get_logger("bot"))
        origin = _origin()
        if not alone:
            core.loras.believe()
        request = asyncio.ensure_future(_ask(core, origin, prompt, show, waits=alone))
        others = [*core.loops(), _engine()] if alone else []
        await run_until_stopped([_finish(request), *others], None)
        if request.cancelled():
            # Nobody would come for the picture: what was asked is taken back.
            await core.cancel.all_here(replace(origin, event_key=f"{origin.event_key}:stop"))
            raise StartupError("stopped; the request was taken back", INTERRUPTED)
        generation = request.result()
    files = _hand_out(core, generation, out)
    return Drawn(
        generation_id=generation.id,
        files=files,
        width=generation.spec.width,
        height=generation.spec.height,
        seed=generation.spec.seed,
        seconds=time.monotonic() - started,
        remarks=core.cards.remarks(generation),
    )


def _become_the_bot(settings: BotSettings, stack: AsyncExitStack) -> bool:
    lock = InstanceLock(settings.state_dir, "bot")
    try:
        stack.enter_context(lock.acquire())
    except StartupError as taken:
        if taken.exit_code != os.EX_TEMPFAIL:
            raise
        return False
    return True


async def _finish(request: asyncio.Future[Generation]) -> None:
    await request


def _origin() -> Origin:
    """A chat of its own: what is taken back here is no other terminal's request."""
    event = uuid.uuid4()
    return Origin(
        event_key=f"cli:{event}",
        requester=f"cli:{os.getuid()}",
        address=Address(platform="cli", chat=str(event)),
        locale=_locale(),
    )


async def _engine() -> None:
    """An engine that ends with this process: it reads EOF from the pipe once we are gone."""
    reading, writing = os.pipe()
    try:
        engine = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "engine", "--parent-fd", str(reading)),
            pass_fds=(reading,),
            env={**os.environ, "ZDRAW_LOG_LEVEL": "warning"},
        )
        os.close(reading)
        code = await engine.wait()
    finally:
        os.close(writing)
    # It has said why on standard error.
    raise StartupError("the engine has stopped", code if code > 0 else os.EX_SOFTWARE)


async def _ask(core: Core, origin: Origin, prompt: str, show: Show, *, waits: bool) -> Generation:
    """`waits`: an engine is about to say which LoRA files there are."""
    try:
        request = await core.draw.read(origin, prompt)
        if waits and request.loras:
            await core.loras.heard()
        admitted = await core.draw(origin, prompt)
    except Refusal as refusal:
        sentence = refusal_text(refusal, origin.locale, origin.address.platform)
        raise StartupError(sentence, os.EX_DATAERR) from None
    generation = admitted.generation
    watched = watch(generation.id, admissions=core.admissions, news=core.news)
    async with aclosing(watched) as states:
        async for generation in states:
            show(await _progress(core, generation))
    if generation.outcome is not Outcome.FINISHED:
        raise StartupError(core.cards.ended(generation).text, os.EX_SOFTWARE)
    return generation


async def _progress(core: Core, generation: Generation) -> DrawProgress:
    steps = core.news.progress(generation.id)
    if steps is not None:
        return DrawProgress(generation_id=generation.id, step=steps.step, steps=steps.steps)
    wait = await core.waits(generation)
    paused = await core.pauses.paused() is not None
    return DrawProgress(generation_id=generation.id, ahead=wait.ahead, paused=paused)


def _locale() -> str:
    return "en" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("en") else "zh"


def _hand_out(core: Core, generation: Generation, out: Path | None) -> tuple[Path, ...]:
    first = out or Path(f"{generation.id}.png")
    files = []
    for number, relative in enumerate(generation.pictures, start=1):
        target = first if number == 1 else first.with_stem(f"{first.stem}-{number}")
        shutil.copyfile(core.pictures.path(relative), target)
        files.append(target)
    return tuple(files)
