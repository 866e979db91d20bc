"""Pictures that jobs begin from: taken by their hash, fitted to what is drawn, and let go."""

import os
from hashlib import sha256

import pytest
from PIL import Image, UnidentifiedImageError

from engine.contract import Source
from engine.inputs import GRACE_SECONDS, InputFolder, WrongInput
from tests.unit.engine.jobs import png


@pytest.fixture
def folder(tmp_path):
    folder = InputFolder(tmp_path)
    folder.clear()
    return folder


def kept(folder: InputFolder, content: bytes, strength: float = 0.6) -> Source:
    source = Source(sha256=sha256(content).hexdigest(), strength=strength)
    folder.keep(source.sha256, content)
    return source


def test_what_was_put_here_is_there(folder):
    source = kept(folder, png())
    assert folder.has(source)
    assert not folder.has(Source(sha256="0" * 64, strength=1))


def test_other_bytes_than_announced_are_not_taken(folder):
    with pytest.raises(WrongInput):
        folder.keep("0" * 64, png())
    assert not folder.has(Source(sha256="0" * 64, strength=1))


def test_a_picture_is_given_at_the_size_at_which_it_is_drawn(folder):
    loaded = folder.load(kept(folder, png((300, 100))), (96, 64))
    assert (loaded.image.size, loaded.image.mode) == ((96, 64), "RGB")
    assert (loaded.mask, loaded.strength) == (None, 0.6)
    # The middle of it: what is cut off lies at its sides, and the halves stay where they are.
    assert loaded.image.getpixel((48, 8)) == (200, 30, 30)
    assert loaded.image.getpixel((48, 56)) == (30, 30, 200)


def test_what_is_transparent_is_drawn_anew_and_keeps_its_colours(folder, tmp_path):
    picture = Image.new("RGBA", (64, 64), (10, 200, 10, 255))
    picture.paste((10, 200, 10, 0), (0, 0, 32, 64))
    picture.save(tmp_path / "mask.png")
    loaded = folder.load(kept(folder, (tmp_path / "mask.png").read_bytes()), (32, 32))
    assert loaded.mask is not None
    assert [loaded.mask.getpixel((x, 16)) for x in (4, 28)] == [255, 0]
    assert loaded.image.getpixel((4, 16)) == (10, 200, 10)


@pytest.mark.parametrize("content", [b"no picture", b"GIF89a" + bytes(64)])
def test_what_is_no_png_cannot_be_loaded(folder, content):
    source = kept(folder, content)
    with pytest.raises(UnidentifiedImageError):
        folder.load(source, (32, 32))


def test_what_no_job_names_goes_after_a_while(folder, tmp_path):
    named, unnamed = kept(folder, png((32, 32))), kept(folder, png((48, 32)))
    now = os.stat(tmp_path / "inputs" / unnamed.sha256).st_mtime
    folder.sweep({named.sha256}, now + GRACE_SECONDS - 1)
    assert folder.has(unnamed)
    folder.sweep({named.sha256}, now + GRACE_SECONDS + 1)
    assert (folder.has(named), folder.has(unnamed)) == (True, False)


def test_a_process_begins_with_none(folder, tmp_path):
    source = kept(folder, png())
    InputFolder(tmp_path).clear()
    assert not folder.has(source)
