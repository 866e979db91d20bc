"""Grey pictures of 16 bits, which Pillow shows white."""

from PIL import Image

#: Grey in two bytes for each pixel.
_MODES = ("I;16", "I;16B", "I;16L")


def in_eight_bits(picture: Image.Image) -> Image.Image:
    """The same, or a grey one of 8 bits. Scaled: converting makes white of everything above a
    256th of what is brightest."""
    if picture.mode not in _MODES:
        return picture
    grey = picture.point(lambda value: value * (1 / 256)).convert("L")
    if "transparency" in grey.info:
        grey.info["transparency"] //= 256
    return grey
