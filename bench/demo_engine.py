"""An engine process that draws with the demo model at the size that is asked for.

    python -m bench.demo_engine STATE_FOLDER SIDE

The engine itself, but for the profile's native sizes: with them 128 x 128 would be drawn at 256 x
256 and made smaller. Its log is JSON on stderr. For bench.engine.
"""

import asyncio
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine import log
from engine.app import EngineOptions
from engine.demo_model import WEIGHTS
from engine.listener import listen
from engine.pipeline import open_pipeline
from engine.process import serve
from engine.profiles import profile_named
from engine.socket_path import socket_path
from engine.spool import Spool

#: Jobs that wait at once in the bench.
CAPACITY = 64


def main() -> int:
    state_dir, side = Path(sys.argv[1]), int(sys.argv[2])
    os.environ["HF_HUB_OFFLINE"] = "1"
    profile = replace(profile_named("demo"), native_sizes=None, default_size=(side, side))
    options = EngineOptions(
        profile=profile,
        open_pipeline=partial(open_pipeline, profile, WEIGHTS),
        spool=Spool(state_dir),
        capacity=CAPACITY,
    )
    log.configure("info", "json")
    return asyncio.run(serve(options, listen(socket_path(state_dir))))


if __name__ == "__main__":
    sys.exit(main())
