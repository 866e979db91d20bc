"""A picture as somebody sent it, made ready to be drawn from."""

from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageOps

from bot.core.errors import Refusal
from bot.core.sources import Given, MaskFrom
from bot.deep_grey import in_eight_bits

#: Decoded it takes four bytes each.
MAX_PIXELS = 50_000_000
#: What is kept: no model draws more.
KEPT_PIXELS = 2048 * 2048
FORMATS = ("JPEG", "PNG", "WEBP")
#: Half of 255: less is drawn anew.
_OPAQUE = 128
#: Kept in a byte or less for each pixel, and in no channels that could be scaled.
_UNSCALABLE = ("1", "P", "PA")
#: Orientations by which width and height change places.
_TURNED = (5, 6, 7, 8)
_CHANNELS = {"red": "R", "green": "G", "blue": "B"}


@dataclass(frozen=True)
class _Opened:
    #: RGB, or RGBA where it can be seen through; upright, within KEPT_PIXELS.
    picture: Image.Image
    #: (width, height) of the file, upright.
    size: tuple[int, int]


def media_type_of(content: bytes) -> str:
    """Of a picture that can be decoded to its end. Takes up to a second. Raises Refusal."""
    return Image.MIME[_decoded(content)]


def made_ready(content: bytes, mask: bytes | None) -> Given:
    """`content` as bot.core.sources.Sources says. Takes up to a second. Raises Refusal."""
    opened = _opened(content)
    picture = opened.picture
    if mask is not None:
        anew = _opened(mask)
        if anew.size != opened.size:
            raise Refusal("mask_of_another_size")
        picture.putalpha(ImageOps.invert(_anew(anew.picture)))
    masked = picture.mode == "RGBA" and _has_anew(picture)
    if not masked and picture.mode == "RGBA":
        picture = _on_white(picture)
    return _given(picture, masked=masked)


def laid_under(content: bytes, mask: MaskFrom | None) -> Given:
    """The same, with opaque colours and a mask from elsewhere."""
    picture = _opened(content).picture.convert("RGB")
    if mask is None:
        return _given(picture, masked=False)
    anew = _channel(_opened(mask.content).picture, mask.channel)
    picture.putalpha(ImageOps.invert(anew.resize(picture.size, Image.Resampling.BILINEAR)))
    if not _has_anew(picture):
        raise Refusal("empty_mask")
    return _given(picture, masked=True)


def with_opacity_of(content: bytes, other: bytes) -> bytes:
    """`content` as a PNG that is as opaque as `other`, of the same size. Raises Refusal."""
    picture, opened = _opened(content), _opened(other)
    if picture.size != opened.size:
        raise Refusal("mask_of_another_size")
    painted = picture.picture.convert("RGB")
    painted.putalpha(opened.picture.convert("RGBA").getchannel("A"))
    return _given(painted, masked=True).png


def _given(picture: Image.Image, *, masked: bool) -> Given:
    # What a file says beside its pixels (where it was taken, by what) is not saved again.
    picture.info = {}
    out = BytesIO()
    picture.save(out, "png", compress_level=1)
    return Given(png=out.getvalue(), width=picture.width, height=picture.height, masked=masked)


def _opened(content: bytes) -> _Opened:
    """Raises Refusal."""
    try:
        with _checked(content) as file:
            size = file.size
            small = _within_bounds(file)
        # Scaled first: turned or converted at its full size there would be two of it.
        upright = ImageOps.exif_transpose(small)
        turned = small.getexif().get(ExifTags.Base.Orientation) in _TURNED
        seen_through = "A" in upright.getbands() or "transparency" in upright.info
        picture = upright.convert("RGBA" if seen_through else "RGB")
    except Refusal:
        raise
    except Exception as error:
        raise _refusal(error) from error
    return _Opened(picture, (size[1], size[0]) if turned else size)


def _decoded(content: bytes) -> str:
    """The name of its format. Raises Refusal."""
    try:
        with _checked(content) as file:
            file.load()
            assert file.format is not None
            return file.format
    except Refusal:
        raise
    except Exception as error:
        raise _refusal(error) from error


def _checked(content: bytes) -> Image.Image:
    """Before anything is decoded: a few bytes can be billions of pixels. Raises Refusal, and what
    the decoder makes of it."""
    file = Image.open(BytesIO(content), formats=FORMATS)
    if file.width * file.height > MAX_PIXELS:
        raise _too_many_pixels()
    return file


def _refusal(error: Exception) -> Refusal:
    """Whatever a decoder makes of damaged or hostile bytes."""
    bomb = isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning)
    return _too_many_pixels() if bomb else Refusal("not_a_picture")


def _too_many_pixels() -> Refusal:
    return Refusal("too_many_pixels", megapixels=MAX_PIXELS // 1_000_000)


def _anew(mask: Image.Image) -> Image.Image:
    """Mode L, white where it is to be drawn anew."""
    if mask.mode == "RGBA":
        return _channel(mask, "alpha")
    return mask.convert("L")


def _channel(mask: Image.Image, name: str) -> Image.Image:
    """Mode L, white where it is to be drawn anew."""
    if name in _CHANNELS:
        return mask.getchannel(_CHANNELS[name])
    return ImageOps.invert(mask.convert("RGBA").getchannel("A"))


def _within_bounds(picture: Image.Image) -> Image.Image:
    picture = in_eight_bits(picture)
    pixels = picture.width * picture.height
    if pixels <= KEPT_PIXELS:
        picture.load()
        return picture
    if picture.mode in _UNSCALABLE:
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    scale = (KEPT_PIXELS / pixels) ** 0.5
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    if "A" not in picture.getbands():
        return picture.resize(size, Image.Resampling.LANCZOS)
    # One by one: Pillow weighs colours by their alpha, and what is drawn anew has colours too.
    bands = picture.getbands()
    smaller = [picture.getchannel(band).resize(size, Image.Resampling.LANCZOS) for band in bands]
    merged = Image.merge(picture.mode, smaller)
    merged.info = dict(picture.info)
    return merged


def _has_anew(picture: Image.Image) -> bool:
    lowest, _ = picture.getchannel("A").getextrema()
    assert isinstance(lowest, int | float)
    return lowest < _OPAQUE


def _on_white(picture: Image.Image) -> Image.Image:
    """What lies behind a shadow or a soft edge."""
    white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, picture).convert("RGB")
