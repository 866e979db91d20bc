"""The engine's process: from its arguments to its exit code."""

import argparse
import asyncio
import errno
import math
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import structlog
from pydantic import ValidationError

from engine import log
from engine.allocator import keep_freed_memory
from engine.app import Engine, EngineOptions, Stuck
from engine.launch_lock import AlreadyRunning, launch_lock, lock_file
from engine.listener import listen, server
from engine.local_model import chosen_model
from engine.lock_wait import Stopped, listening_sleep
from engine.pipeline import NoCard, WeightsError, WeightsReplaced, open_pipeline
from engine.private_folder import keep_private
from engine.profiles import Profile, UnknownModel
from engine.server import create_app
from engine.settings import EngineSettings
from engine.socket_path import socket_path
from engine.spool import Spool

#: Exit codes, by sysexits.h: a supervisor starts the engine again after SOFTWARE and IOERR only.
EX_UNAVAILABLE = 69
EX_SOFTWARE = 70
EX_CANTCREAT = 73
EX_IOERR = 74
EX_TEMPFAIL = 75
EX_CONFIG = 78
#: What a disk says that may take the same again later.
_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
#: Of the five seconds that an end may take: for the running job, the rest is for the streams.
_GRACE_SECONDS = 3.0
#: Where torch looks for what it has compiled, and puts it; Triton's folder is in it.
_COMPILED = "TORCHINDUCTOR_CACHE_DIR"
_log = structlog.get_logger()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs an engine until it is told to end, and ends the process; the exit code where the
    engine cannot begin.
    """
    # Whatever the engine and its libraries write is the operator's alone.
    os.umask(0o077)
    arguments = _parser().parse_args(argv)
    try:
        settings = EngineSettings()
        profile = chosen_model(settings.model)
    except ValidationError as error:
        return _say(EX_CONFIG, _wrong_settings(error))
    except UnknownModel as error:
        return _say(EX_CONFIG, str(error))
    if profile.folder is not None and settings.weights_dir is not None:
        return _say(EX_CONFIG, "ZDRAW_MODEL is a folder, and ZDRAW_WEIGHTS_DIR too: keep one")
    log.configure(settings.log_level, settings.log_format)
    with ExitStack() as claimed:
        try:
            listener = _claim(settings.state_dir, arguments.parent_fd, claimed)
            keep_compiled(settings.state_dir)
            options = _options(settings, profile)
        except AlreadyRunning:
            return _say(EX_TEMPFAIL, f"another engine is at work in {settings.state_dir}")
        except Stopped:
            return 0
        except OSError as error:
            code = EX_IOERR if error.errno in _PASSING else EX_CANTCREAT
            return _say(code, f"cannot use the state folder {settings.state_dir}: {error}")
        code = asyncio.run(serve(options, listener, arguments.parent_fd))
        # Everything is on disk. The interpreter's own end would take a second or two to tidy torch
        # away, and for ever where a thread hangs inside a GPU call.
        sys.stderr.flush()
        os._exit(code)


async def serve(
    options: EngineOptions, listener: socket.socket, parent_fd: int | None = None
) -> int:
    """Runs an engine on `listener`; the exit code."""
    keep_freed_memory()
    told = _end_signals(parent_fd)
    engine = Engine(options)
    app = create_app(
        engine.desk,
        options.spool,
        engine.info,
        engine.tokenizer_json,
        engine.metrics,
        engine.condition,
    )
    http = server(app)
    listening = asyncio.create_task(http.serve(sockets=[listener]))
    working = asyncio.create_task(engine.run())
    ending = asyncio.create_task(told.wait())
    tasks = (listening, working, ending)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    code = _exit_code(listening, working)
    if code == EX_SOFTWARE:
        # Nothing is given back: what was being drawn may be the cause, and its attempt counts.
        return code
    await engine.stop(_GRACE_SECONDS)
    http.should_exit = True
    await asyncio.wait([listening], timeout=1.5)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return code


def _exit_code(listening: asyncio.Task[None], working: asyncio.Task[None]) -> int:
    """0 where the end was asked for; else says what ended by itself."""
    if listening.done():
        _log.error("listener_died", exc_info=listening.exception())
        return EX_SOFTWARE
    if not working.done():
        return 0
    error = working.exception()
    if isinstance(error, NoCard):
        return _say(EX_UNAVAILABLE, str(error))
    if isinstance(error, WeightsError):
        return _say(EX_CONFIG, f"{error.zh} / {error}")
    if isinstance(error, Stuck):
        _log.error("gpu_thread_stuck")
    elif isinstance(error, WeightsReplaced):
        # Whoever watches over the engine starts it again, with what is there now.
        _log.warning("weights_replaced")
    else:
        _log.error("engine_died", exc_info=error)
    return EX_SOFTWARE


def _end_signals(parent_fd: int | None) -> asyncio.Event:
    """Set by SIGTERM, by SIGINT, and by the end of the process that holds the pipe's other end."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    if parent_fd is not None:
        # Nothing is ever written: readable means closed.
        loop.add_reader(parent_fd, _parent_gone, parent_fd, told)
    return told


def _parent_gone(parent_fd: int, told: asyncio.Event) -> None:
    asyncio.get_running_loop().remove_reader(parent_fd)
    told.set()


def _claim(state_dir: Path, parent_fd: int | None, claimed: ExitStack) -> socket.socket:
    """The socket of the one engine of this state folder.

    Raises AlreadyRunning and OSError, and Stopped where a supervised engine is told to end while
    it waits for its turn.
    """
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_private(state_dir)
    if parent_fd is None:
        claimed.enter_context(launch_lock(state_dir))
    else:
        with listening_sleep(parent_fd, lock_file(state_dir)) as sleep:
            claimed.enter_context(launch_lock(state_dir, math.inf, sleep))
    return claimed.enter_context(listen(socket_path(state_dir)))


def keep_compiled(state_dir: Path) -> None:
    """What torch compiles outlives the process, and the machine's temporary files."""
    if not os.environ.get(_COMPILED):
        os.environ[_COMPILED] = str(state_dir.absolute() / "compiled")


def _options(settings: EngineSettings, profile: Profile) -> EngineOptions:
    return EngineOptions(
        profile=profile,
        open_pipeline=partial(
            open_pipeline,
            profile,
            settings.weights_folder(profile),
            settings.memory_options(),
            compiled=settings.engine_compile,
        ),
        spool=Spool(settings.state_dir),
        lora_folder=settings.lora_folder(),
        capacity=settings.engine_queue_size,
        lid=settings.engine_batch,
        throttle=(settings.engine_throttle_jobs, settings.engine_throttle_seconds),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Draws; see README.md.")
    parser.add_argument(
        "--parent-fd",
        type=int,
        metavar="N",
        help="read end of a pipe: the engine ends when the pipe is closed",
    )
    return parser


def _wrong_settings(error: ValidationError) -> str:
    return "; ".join(
        f"ZDRAW_{str(wrong['loc'][0]).upper()}={wrong['input']}: {wrong['msg']}"
        for wrong in error.errors()
    )


def _say(code: int, sentence: str) -> int:
    sys.stderr.write(f"zdraw engine: {sentence}\n")
    return code
