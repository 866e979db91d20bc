"""How much memory a picture takes that somebody sent, in a process of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

#: Just below the bound; decoded it is 196 MB.
SIDE, DECODED = 7000, 4 * 7000 * 7000
MEASURE = """
import re, sys
from pathlib import Path
from bot.store.ready_picture import made_ready
made_ready(Path(sys.argv[1]).read_bytes(), None)
"""
TURNED = Image.Exif()
TURNED[0x0112] = 6


def most_bytes(path: Path) -> int:
    """That a process held which made it ready."""
    # Not what getrusage says: that begins with what the parent held.
    script = MEASURE + r"print(re.search(r'VmHWM:\s+(\d+)', open('/proc/self/status').read())[1])"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) * 1024


@pytest.mark.parametrize(
    ("kind", "mode", "saved"),
    [("JPEG", "RGB", {"exif": TURNED}), ("PNG", "RGBA", {"compress_level": 1})],
)
def test_the_largest_picture_is_in_memory_once(
    tmp_path: Path, kind: str, mode: str, saved: dict[str, Any]
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    Image.new(mode, (8, 8)).save(small, kind)
    Image.new(mode, (SIDE, SIDE)).save(large, kind, **saved)
    assert most_bytes(large) - most_bytes(small) < 1.6 * DECODED
