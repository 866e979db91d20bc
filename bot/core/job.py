"""A generation as the engine needs it."""

import asyncio
from hashlib import sha256

from bot.core.errors import EngineRefused
from bot.core.generation import Generation
from bot.core.picture_port import Pictures
from engine.contract import ErrorCode, Job, Source


async def job_of(generation: Generation, pictures: Pictures) -> tuple[Job, bytes | None]:
    """The job that draws a started generation, and the picture that it begins from. Raises
    EngineRefused where that was deleted."""
    spec, source, content = generation.spec, None, None
    if spec.source is not None:
        try:
            content = await pictures.read(spec.source)
        except OSError:
            raise EngineRefused(ErrorCode.INPUT_GONE) from None
        digest = await asyncio.to_thread(lambda: sha256(content).hexdigest())
        source = Source.model_validate({"sha256": digest, "strength": spec.strength})
    job = Job(
        key=generation.key,
        prompt=spec.drawn_prompt,
        negative_prompt=spec.drawn_negative,
        width=spec.width,
        height=spec.height,
        steps=spec.steps,
        guidance=spec.guidance,
        seed=spec.seed,
        count=spec.count,
        # A job that was begun and came to no end may be what ended the engine: together with others
        # it would cost each of them an attempt.
        alone=generation.counted_attempts > 0,
        source=source,
        loras=spec.loras,
        enhance=spec.enhancement is not None,
    )
    return job, content
