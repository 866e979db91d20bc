"""A picture as somebody sent it, made ready to be drawn from."""

from io import BytesIO

from PIL import Image, ImageOps

from bot.core.errors import Refusal
from bot.core.sources import Given

#: Decoded it takes four bytes each.
MAX_PIXELS = 50_000_000
#: What is kept: no model draws more.
KEPT_PIXELS = 2048 * 2048
FORMATS = ("JPEG", "PNG", "WEBP")
#: Half of 255: less is drawn anew.
_OPAQUE = 128


def made_ready(content: bytes, mask: bytes | None) -> Given:
    """`content` as bot.core.sources.Sources says. Takes up to a second. Raises Refusal."""
    picture = _opened(content)
    if mask is not None:
        anew = _anew(_opened(mask))
        if anew.size != picture.size:
            raise Refusal("mask_of_another_size")
        picture.putalpha(ImageOps.invert(anew))
    picture = _within_bounds(picture)
    masked = picture.mode == "RGBA" and _has_anew(picture)
    if not masked and picture.mode == "RGBA":
        picture = _on_white(picture)
    out = BytesIO()
    picture.save(out, "png", compress_level=1)
    return Given(png=out.getvalue(), width=picture.width, height=picture.height, masked=masked)


def _opened(content: bytes) -> Image.Image:
    """RGB, or RGBA where it can be seen through; upright. Raises Refusal."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                # Before anything is decoded: a few bytes can be billions of pixels.
                raise Refusal("too_many_pixels", megapixels=MAX_PIXELS // 1_000_000)
            # In place: one of 50 megapixels takes 200 MB.
            ImageOps.exif_transpose(opened, in_place=True)
            seen_through = "A" in opened.getbands() or "transparency" in opened.info
            bare = opened.convert("RGBA" if seen_through else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("too_many_pixels", megapixels=MAX_PIXELS // 1_000_000) from None
    except Refusal:
        raise
    except Exception as error:
        # Whatever a decoder makes of damaged or hostile bytes.
        raise Refusal("not_a_picture") from error
    # What a file says beside its pixels (where it was taken, by what) is not saved again.
    bare.info = {}
    return bare


def _anew(mask: Image.Image) -> Image.Image:
    """Mode L, white where it is to be drawn anew."""
    if mask.mode == "RGBA":
        return ImageOps.invert(mask.getchannel("A"))
    return mask.convert("L")


def _within_bounds(picture: Image.Image) -> Image.Image:
    pixels = picture.width * picture.height
    if pixels <= KEPT_PIXELS:
        return picture
    scale = (KEPT_PIXELS / pixels) ** 0.5
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    if picture.mode != "RGBA":
        return picture.resize(size, Image.Resampling.LANCZOS)
    # Apart: Pillow weighs colours by their alpha, and what is drawn anew has colours too.
    alpha = picture.getchannel("A").resize(size, Image.Resampling.LANCZOS)
    smaller = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    smaller.putalpha(alpha)
    return smaller


def _has_anew(picture: Image.Image) -> bool:
    lowest, _ = picture.getchannel("A").getextrema()
    assert isinstance(lowest, int | float)
    return lowest < _OPAQUE


def _on_white(picture: Image.Image) -> Image.Image:
    """What lies behind a shadow or a soft edge."""
    white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, picture).convert("RGB")
