"""Exit code 0 while a bot is at work: it holds the state folder's lock for as long as it lives."""

import os
import sys
from pathlib import Path

from bot.instance_lock import InstanceLock

if __name__ == "__main__":
    state_dir = Path(os.environ.get("ZDRAW_STATE_DIR", "state"))
    sys.exit(None if InstanceLock(state_dir, "bot").held_elsewhere() else "no bot is at work")
