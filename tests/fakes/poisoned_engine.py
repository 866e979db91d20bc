"""An engine process that one prompt kills: `python -m tests.fakes.poisoned_engine STATE_FOLDER`."""

import asyncio
import os
import sys
from pathlib import Path

from engine.app import EngineOptions
from engine.listener import listen
from engine.pipeline import DeviceLost
from engine.process import serve
from engine.profiles import profile_named
from engine.socket_path import socket_path
from engine.spool import Spool
from tests.fakes.pipeline import FakePipeline

POISON = "毒"


def main() -> int:
    state_dir = Path(sys.argv[1])
    pipeline = FakePipeline()
    pipeline.raises[POISON] = DeviceLost("an illegal memory access")
    options = EngineOptions(
        profile=profile_named("demo"),
        open_pipeline=lambda: pipeline,
        spool=Spool(state_dir),
        capacity=12,
    )
    # As engine.process ends: nothing that still hangs in a thread is waited for.
    os._exit(asyncio.run(serve(options, listen(socket_path(state_dir)))))


if __name__ == "__main__":
    main()
