"""A generation as the engine needs it."""

from bot.core.generation import Generation
from engine.contract import Job


def job_of(generation: Generation) -> Job:
    """The job that draws a started generation."""
    spec = generation.spec
    return Job(
        key=generation.key,
        prompt=spec.prompt,
        negative_prompt=spec.negative_prompt,
        width=spec.width,
        height=spec.height,
        steps=spec.steps,
        guidance=spec.guidance,
        seed=spec.seed,
        count=spec.count,
        # A job that was begun and came to no end may be what ended the engine: together with others
        # it would cost each of them an attempt.
        alone=generation.counted_attempts > 0,
    )
