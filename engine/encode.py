"""Pictures to bytes: PNG with what it was drawn from, and a JPEG to show."""

import json
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, PngImagePlugin

from engine.contract import Job
from engine.lora import Lora
from engine.pipeline import Worn

#: 1 costs a tenth more bytes than the default 6 and a fraction of its time.
PNG_COMPRESSION = 1
JPEG_QUALITY = 92
#: Of a sketch, which shows what its few pixels show: the longer side, in pixels.
SKETCH_SIDE, SKETCH_QUALITY = 256, 80


def enlarged(picture: Image.Image, width: int, height: int) -> Image.Image:
    """`picture` at the asked size in pixels; the same object where that is its size."""
    if picture.size == (width, height):
        return picture
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def png(picture: Image.Image, text: PngImagePlugin.PngInfo) -> bytes:
    """`picture` as PNG with the text chunks `text`."""
    out = BytesIO()
    picture.save(out, "png", pnginfo=text, compress_level=PNG_COMPRESSION)
    return out.getvalue()


def preview(pictures: Sequence[Image.Image]) -> bytes:
    """One picture as JPEG; several as a sheet of its size, two by two in reading order."""
    out = BytesIO()
    shown = pictures[0] if len(pictures) == 1 else _contact_sheet(pictures)
    shown.save(out, "jpeg", quality=JPEG_QUALITY)
    return out.getvalue()


def sketch(drawn: Image.Image, width: int, height: int) -> bytes:
    """A sketch as JPEG, in the shape of the picture of `width` x `height` that it is of."""
    out = BytesIO()
    scale = min(1.0, SKETCH_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    drawn.resize(size, Image.Resampling.BILINEAR).save(out, "jpeg", quality=SKETCH_QUALITY)
    return out.getvalue()


def origin(
    job: Job,
    n: int,
    drawn: tuple[int, int],
    model: str,
    version: str,
    loras: Sequence[Worn] = (),
) -> PngImagePlugin.PngInfo:
    """Text chunks that say how picture `n` (from 0) was made, for people's tools and for ours.
    `loras`: those of the job's that something was added of."""
    made = {
        "prompt": job.prompt,
        "negative_prompt": job.negative_prompt,
        "seed": job.seed + n,
        "width": job.width,
        "height": job.height,
        "drawn_width": drawn[0],
        "drawn_height": drawn[1],
        "steps": job.steps,
        "guidance": job.guidance,
        "model": model,
        "version": version,
    }
    if job.source is not None:
        made |= {"strength": job.source.strength, "source_sha256": job.source.sha256}
    if job.loras:
        made["loras"] = [_lora(lora, loras) for lora in job.loras]
    if job.enhance:
        made |= {"enhance": True}
    text = PngImagePlugin.PngInfo()
    # add_text writes iTXt, which is UTF-8, as soon as a character is outside Latin-1.
    text.add_text("parameters", _parameters(job, n, model, version, loras))
    text.add_text("zdraw", json.dumps(made, ensure_ascii=False))
    return text


def _lora(lora: Lora, worn: Sequence[Worn]) -> dict[str, object]:
    told: dict[str, object] = {"name": lora.name, "weight": lora.weight}
    hashes = [one.adapter.sha256 for one in worn if one.adapter.name == lora.name]
    return told | {"sha256": hashes[0]} if hashes else told


def _parameters(job: Job, n: int, model: str, version: str, worn: Sequence[Worn]) -> str:
    # As A1111 and its kin write it and read it.
    lines = [" ".join((job.prompt, *(f"<lora:{one.name}:{one.weight:g}>" for one in job.loras)))]
    if job.negative_prompt:
        lines.append(f"Negative prompt: {job.negative_prompt}")
    hashes = ", ".join(f"{one.adapter.name}: {one.adapter.tensors_sha256[:12]}" for one in worn)
    added = f'Lora hashes: "{hashes}", ' if worn else ""
    strength = f"Denoising strength: {job.source.strength:g}, " if job.source else ""
    enhance = "Enhance: True, " if job.enhance else ""
    lines.append(
        f"Steps: {job.steps}, Sampler: Euler, Guidance: {job.guidance:g}, Seed: {job.seed + n}, "
        f"{strength}{enhance}Size: {job.width}x{job.height}, Model: {model}, {added}"
        f"Version: zdraw {version}"
    )
    return "\n".join(lines)


def _contact_sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    width, height = pictures[0].size
    rows = (len(pictures) + 1) // 2
    tile = (width // 2, height // 2)
    sheet = Image.new("RGB", (2 * tile[0], rows * tile[1]))
    for n, picture in enumerate(pictures):
        corner = (n % 2 * tile[0], n // 2 * tile[1])
        sheet.paste(picture.resize(tile, Image.Resampling.LANCZOS), corner)
    return sheet
