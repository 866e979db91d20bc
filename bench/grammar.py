"""The longest that reading one request can hold up the bot's event loop.

    python -m bench.grammar [--json]

Texts of the greatest length that are accepted, made of what the parser has to look at twice.
"""

import argparse
import contextlib
import json
import sys
import time

from bot.core.draw_syntax import MAX_CHARACTERS, parse_draw
from bot.core.errors import Refusal

UNITS = (
    *("猫 ", " 4张", "种子 4 ", "负面 ", "「"),
    *("'a ", '"', "-", "—", "--a", "——a", "--no a ", "x4 "),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    arguments = parser.parse_args()
    times = {unit: milliseconds(unit) for unit in UNITS}
    worst = max(times, key=lambda unit: times[unit])
    print(f"worst text: {worst!r} repeated, {times[worst]:.1f} ms")
    if arguments.json:
        print(json.dumps({"worst_ms": round(times[worst], 2), "unit": worst}))
    return 0


def milliseconds(unit: str) -> float:
    """The best of three, so that only the parser's own time counts."""
    text = ("猫 " + unit * MAX_CHARACTERS)[:MAX_CHARACTERS]
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        with contextlib.suppress(Refusal):
            parse_draw(text)
        best = min(best, time.perf_counter() - began)
    return best * 1000


if __name__ == "__main__":
    sys.exit(main())
