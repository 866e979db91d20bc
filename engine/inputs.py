"""Pictures that jobs begin from: on disk, by the hash of their bytes, while a job names them.

    inputs/<sha256>

They are what a client put here for the jobs of this process; the next one is given them again.
"""

import hashlib
import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageOps

from engine.contract import Source
from engine.pipeline import Input

#: Between a picture's arrival and the job that names it.
GRACE_SECONDS = 60.0
#: Below it a pixel is drawn anew: half of 255.
_KEPT_ALPHA = 128
_NAME = re.compile(r"[0-9a-f]{64}")


class WrongInput(ValueError):
    """Bytes that have another hash than they were said to have."""


class InputFolder:
    """Safe from any thread, per picture."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / "inputs"

    def clear(self) -> None:
        """Begins anew: no job outlives a process."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)

    def keep(self, sha256: str, content: bytes) -> None:
        """Raises WrongInput, and OSError where the disk takes nothing."""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise WrongInput
        unfinished = self._folder / f"{sha256}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self._folder / sha256)

    def has(self, source: Source) -> bool:
        """Whether it was put here."""
        return (self._folder / source.sha256).is_file()

    def load(self, source: Source, size: tuple[int, int]) -> Input:
        """`source` as the model wants it, at `size` (width, height) in pixels: the middle of it,
        where its shape is another. Raises OSError for what is no picture."""
        with Image.open(self._folder / source.sha256, formats=("PNG",)) as opened:
            picture = opened.convert("RGBA" if opened.mode == "RGBA" else "RGB")
        mask = None
        if picture.mode == "RGBA":
            # Apart from the colours: scaled together, what is transparent would lose its own.
            alpha = _fitted(picture.getchannel("A"), size)
            mask = alpha.point([255 if level < _KEPT_ALPHA else 0 for level in range(256)])
            picture = picture.convert("RGB")
        return Input(image=_fitted(picture, size), mask=mask, strength=source.strength)

    def sweep(self, named: Collection[str], now: float) -> None:
        """Deletes what no job names any more; `now` is a time.time()."""
        for path in self._folder.iterdir():
            is_named = path.name in named or not _NAME.match(path.name)
            # One that is just being written gets its name meanwhile.
            with suppress(FileNotFoundError):
                if not is_named and now - path.stat().st_mtime > GRACE_SECONDS:
                    path.unlink()


def _fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
