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


def most_bytes(path: Path, measure: str = MEASURE) -> int:
    """That a process held which made it ready."""
    # Not what getrusage says: that begins with what the parent held.
    script = measure + r"print(re.search(r'VmHWM:\s+(\d+)', open('/proc/self/status').read())[1])"
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


#: Every way in at once: chats and the board, uploads of programs and previews of them.
TOGETHER = """
import asyncio, re, sys
from pathlib import Path
from bot.adapters.http_api.comfyui.files import File
from bot.adapters.http_api.comfyui.view import View
from bot.store.images import PictureFolder
from bot.store.sources import SourceFolder
from bot.store.upload_folder import UploadFolder

async def main():
    path = Path(sys.argv[1])
    content, pictures = path.read_bytes(), PictureFolder(path.parent)
    sources, uploads = SourceFolder(pictures), UploadFolder(pictures)
    view = View(files=None, pictures=pictures)
    file = File("a.png", content, "image/png")
    await asyncio.gather(
        *(sources.make_ready(content, content) for _ in range(3)),
        *(uploads.checked(content) for _ in range(3)),
        *(view.shown(file, "jpeg;90", "rgba") for _ in range(3)),
    )

asyncio.run(main())
"""


def test_pictures_of_all_ways_in_are_decoded_one_after_the_other(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    Image.new("RGB", (8, 8)).save(small, "PNG")
    Image.new("RGB", (SIDE, SIDE)).save(large, "PNG", compress_level=1)
    taken = most_bytes(large, TOGETHER) - most_bytes(small, TOGETHER)
    # One that was sent, as above, and one that is shown in another format, which is there twice.
    assert taken < (1.6 + 2.4) * DECODED
