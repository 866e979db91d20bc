"""What 画质增强 does to pixels."""

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from engine import encode
from engine.finishing import finished
from tests.unit.engine.jobs import job

#: Of the time that compressing the same picture takes; 0.6 to 0.8 on a quiet machine.
MOST_TIME = 3.0


def scene(size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A soft disc and a soft texture on grey."""
    drawn = Image.new("RGB", size, (120, 140, 160))
    ImageDraw.Draw(drawn).ellipse((80, 40, 240, 200), fill=(200, 60, 50))
    noise = Image.effect_noise(size, 30).convert("RGB")
    return Image.blend(drawn, noise, 0.2).filter(ImageFilter.GaussianBlur(1.5))


def detail(picture: Image.Image) -> float:
    """How much neighbours differ in brightness, of 255."""
    grey = np.asarray(picture.convert("L"), np.float64)
    return float(np.abs(np.diff(grey, axis=1)).mean())


def test_it_is_sharper_and_not_by_much() -> None:
    before = scene()
    after = finished(before)
    assert 1.1 < detail(after) / detail(before) < 2.0
    change = np.abs(np.asarray(after, np.int16) - np.asarray(before, np.int16))
    assert change.max() <= 36
    assert (after.mode, after.size) == (before.mode, before.size)


def test_what_is_even_stays_as_it_is() -> None:
    even = Image.new("RGB", (300, 520), (13, 200, 77))
    assert finished(even).tobytes() == even.tobytes()


def test_colours_do_not_shift() -> None:
    """Where no channel is cut off, all three change by the same."""
    picture = scene()
    before, after = np.asarray(picture, np.int16), np.asarray(finished(picture), np.int16)
    inside = ((after > 0) & (after < 255)).all(axis=2)
    change = (after - before)[inside]
    assert (change == change[:, :1]).all()


def test_what_was_kept_of_a_picture_stays() -> None:
    mask = Image.new("L", (32, 24), 0)
    mask.paste(255, (0, 0, 16, 24))
    before = scene()
    after = finished(before, mask)
    box = (200, 0, 320, 240)
    assert after.crop(box).tobytes() == before.crop(box).tobytes()
    assert after.crop((0, 0, 140, 240)).tobytes() != before.crop((0, 0, 140, 240)).tobytes()


def test_it_does_not_touch_the_picture_itself() -> None:
    before = scene()
    kept = before.tobytes()
    finished(before)
    assert before.tobytes() == kept


@pytest.mark.parametrize("size", [(16, 16), (17, 900), (900, 17)])
def test_any_shape_goes(size: tuple[int, int]) -> None:
    assert finished(scene((320, 240)).resize(size)).size == size


def test_it_takes_about_as_long_as_compressing_the_picture() -> None:
    def best(work) -> float:
        took = []
        for _ in range(3):
            began = time.process_time()
            work()
            took.append(time.process_time() - began)
        return min(took)

    picture = scene((1024, 1024))
    text = encode.origin(job(), 0, picture.size, "demo", "0")
    assert best(lambda: finished(picture)) < MOST_TIME * best(lambda: encode.png(picture, text))
