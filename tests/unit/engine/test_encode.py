import json
from io import BytesIO

from PIL import Image

from engine import encode
from engine.contract import Source
from tests.unit.engine.jobs import job


def picture(colour: str, size: tuple[int, int] = (32, 16)) -> Image.Image:
    return Image.new("RGB", size, colour)


def test_a_png_carries_what_it_was_drawn_from_in_chinese():
    made = job(prompt="一位穿着汉服的女孩", negative_prompt="模糊", guidance=1.8, seed=41)
    text = encode.origin(made, 1, (128, 112), "demo", "0.1.0")
    opened = Image.open(BytesIO(encode.png(picture("red"), text)))
    told = json.loads(opened.info["zdraw"])
    assert told["prompt"] == "一位穿着汉服的女孩"
    assert (told["seed"], told["drawn_height"], told["version"]) == (42, 112, "0.1.0")
    assert opened.info["parameters"].splitlines()[:2] == [
        "一位穿着汉服的女孩",
        "Negative prompt: 模糊",
    ]
    assert "Seed: 42, Size: 128x128, Model: demo" in opened.info["parameters"]


def test_a_png_says_that_it_began_from_a_picture():
    made = job(source=Source(sha256="0" * 64, strength=0.6))
    opened = Image.open(
        BytesIO(encode.png(picture("red"), encode.origin(made, 0, (8, 8), "demo", "0")))
    )
    told = json.loads(opened.info["zdraw"])
    assert (told["strength"], told["source_sha256"]) == (0.6, "0" * 64)
    assert "Denoising strength: 0.6, Size" in opened.info["parameters"]


def test_a_png_says_that_it_was_enhanced():
    made = encode.origin(job(enhance=True), 0, (8, 8), "demo", "0")
    opened = Image.open(BytesIO(encode.png(picture("red"), made)))
    assert json.loads(opened.info["zdraw"])["enhance"] is True
    assert "Enhance: True, Size" in opened.info["parameters"]


def test_a_png_gives_back_the_same_pixels():
    drawn = Image.effect_noise((32, 16), 50).convert("RGB")
    opened = Image.open(BytesIO(encode.png(drawn, encode.origin(job(), 0, (8, 8), "demo", "0"))))
    assert opened.tobytes() == drawn.tobytes()


def test_a_picture_of_the_asked_size_is_not_touched():
    drawn = picture("red")
    assert encode.enlarged(drawn, 32, 16) is drawn
    assert encode.enlarged(drawn, 64, 32).size == (64, 32)


def test_one_picture_is_its_own_preview():
    opened = Image.open(BytesIO(encode.preview([picture("red")])))
    assert (opened.format, opened.size) == ("JPEG", (32, 16))


def test_a_sketch_has_the_shape_of_its_picture_and_few_bytes():
    made = encode.sketch(picture("red", (8, 5)), 2048, 1024)
    opened = Image.open(BytesIO(made))
    assert (opened.format, opened.size) == ("JPEG", (256, 128))
    assert Image.open(BytesIO(encode.sketch(picture("red", (8, 5)), 128, 96))).size == (128, 96)


def test_several_pictures_make_a_sheet_in_reading_order():
    colours = ["red", "lime", "blue"]
    opened = Image.open(BytesIO(encode.preview([picture(c, (64, 64)) for c in colours])))
    assert opened.size == (64, 64)
    places = [(16, 16), (48, 16), (16, 48), (48, 48)]
    strongest = [_strongest(opened.getpixel(place)) for place in places]
    assert strongest == ["red", "lime", "blue", "black"]


def _strongest(pixel) -> str:
    if max(pixel) < 40:
        return "black"
    return ("red", "lime", "blue")[pixel.index(max(pixel))]
