"""What `POST /v1/images/generations` takes: OpenAI's parameters, and those that drawing with
Z-Image needs beside them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.adapters.http_api.pictures import Format
from bot.adapters.http_api.problem import Problem
from bot.core.draw_options import MAX_SEED, MAX_STRENGTH, MIN_STRENGTH
from bot.core.draw_syntax import MAX_CHARACTERS, DrawRequest
from bot.core.loras import WantedLora
from engine.contract import MAX_PICTURES
from engine.lora import MAX_LORA_NAME, MAX_LORA_WEIGHT, MAX_LORAS
from engine.profiles import Profile

#: Sizes are told as OpenAI writes them.
_SIZE = r"^(auto|[1-9][0-9]{1,3}x[1-9][0-9]{1,3})$"
#: What each parameter may be, in signs that need no translation.
ALLOWED = {
    "prompt": f"1 – {MAX_CHARACTERS}",
    "model": "GET /v1/models",
    "n": f"1 – {MAX_PICTURES}",
    "size": "auto, 1024x1024",
    "response_format": "b64_json, url",
    "output_format": "png, jpeg, webp",
    "output_compression": "0 – 100 (jpeg, webp)",
    "quality": "auto, standard",
    "background": "auto, opaque",
    "moderation": "auto",
    "stream": "false",
    "partial_images": "0",
    "user": "…",
    "seed": f"0 – {MAX_SEED}",
    "num_inference_steps": f"{Profile.min_steps} – {Profile.max_steps}",
    "guidance_scale": f"0 – {Profile.max_guidance:g}",
    "enhance": "true, false",
    "loras": f'[{{"name", "weight"}}], weight -{MAX_LORA_WEIGHT:g} – {MAX_LORA_WEIGHT:g}',
    "negative_prompt": f"0 – {MAX_CHARACTERS}",
    "strength": f"{MIN_STRENGTH:g} – {MAX_STRENGTH:g}",
}


class LoraBody(BaseModel):
    """A LoRA file by its name. Without a weight it is the file's usual one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=MAX_LORA_NAME)]
    weight: Annotated[
        float | None,
        Field(ge=-MAX_LORA_WEIGHT, le=MAX_LORA_WEIGHT, allow_inf_nan=False),
    ] = None


LoraList = Annotated[list[LoraBody] | None, Field(max_length=MAX_LORAS)]


class ImagesBody(BaseModel):
    """A request for pictures. None is the same as not said."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]
    #: One that draws, or a name that it answers to.
    model: str | None = None
    n: Annotated[int | None, Field(ge=1, le=MAX_PICTURES)] = None
    size: Annotated[str | None, Field(pattern=_SIZE)] = None
    response_format: Literal["b64_json", "url"] | None = None
    output_format: Literal["png", "jpeg", "webp"] | None = None
    output_compression: Annotated[int | None, Field(ge=0, le=100)] = None
    # There is one quality, and one kind of background.
    quality: Literal["auto", "standard"] | None = None
    background: Literal["auto", "opaque"] | None = None
    moderation: Literal["auto"] | None = None
    # Pictures come when they are done.
    stream: Literal[False] | None = None
    partial_images: Literal[0] | None = None
    #: OpenAI's name for a person behind the program; it changes nothing here.
    user: str | None = None
    seed: Annotated[int | None, Field(ge=0, le=MAX_SEED)] = None
    num_inference_steps: Annotated[
        int | None, Field(ge=Profile.min_steps, le=Profile.max_steps)
    ] = None
    #: As diffusers means it: 0 is off.
    guidance_scale: Annotated[
        float | None, Field(ge=0, le=Profile.max_guidance, allow_inf_nan=False)
    ] = None
    negative_prompt: Annotated[str | None, Field(max_length=MAX_CHARACTERS)] = None
    #: 画质增强; off where nothing is said.
    enhance: bool | None = None
    loras: LoraList = None

    @property
    def form(self) -> Format:
        """Raises Problem for a compression where there is none."""
        name = self.output_format or "png"
        if self.output_compression is None:
            return Format(name)
        if name == "png":
            param = "output_compression"
            raise Problem(400, "bad_parameter", param=param, name=param, allowed=ALLOWED[param])
        return Format(name, self.output_compression)

    @property
    def links(self) -> bool:
        """Whether links are asked for instead of pictures."""
        return self.response_format == "url"

    def request(self) -> DrawRequest:
        """What is to be drawn."""
        size = None
        if self.size not in (None, "auto"):
            width, _, height = self.size.partition("x")
            size = (int(width), int(height))
        return DrawRequest(
            prompt=self.prompt,
            size=size,
            seed=self.seed,
            steps=self.num_inference_steps,
            guidance=self.guidance_scale,
            count=self.n,
            negative=self.negative_prompt or None,
            enhance=self.enhance,
            loras=tuple(
                WantedLora(name=lora.name, weight=lora.weight) for lora in self.loras or ()
            ),
        )
