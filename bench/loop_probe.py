"""Asks /healthz, which does nothing, again and again, and looks what the bot's event loop computed
before each answer was there. A process of its own, because threads beside a flood would wait for
the flood's Python, and what the bot computes meanwhile would be taken for its answer.

Where it may, it runs before all others: else its own waits for a processor would be counted.

    python -m bench.loop_probe HOST:PORT PID        until its input ends; prints JSON
"""

import http.client
import json
import os
import select
import sys
import time
from contextlib import suppress
from pathlib import Path

PAUSE = 0.02


def main() -> int:
    address, pid = sys.argv[1], int(sys.argv[2])
    connection = http.client.HTTPConnection(address, timeout=60)
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    answers: list[float] = []
    computed: list[float] = []
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        asked, before = time.perf_counter(), _computed(pid)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        answers.append(time.perf_counter() - asked)
        computed.append(_computed(pid) - before)
    print(json.dumps({"answers": answers, "computed": computed}))
    return 0


def _computed(pid: int) -> float:
    """Seconds that the bot's first thread, which runs the event loop, has computed."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    sys.exit(main())
