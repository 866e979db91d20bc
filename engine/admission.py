"""What the engine refuses at the door, before a job takes a place in the queue."""

from engine.contract import ErrorCode, Job, Refusal
from engine.profiles import Profile
from engine.prompt_tokens import PromptTokens


def refusal(job: Job, profile: Profile, tokens: PromptTokens) -> Refusal | None:
    """Why `job` cannot be drawn by `profile`, or None."""
    return (
        _size(job, profile)
        or _steps(job, profile)
        or _guidance(job, profile)
        or _source(job, profile)
        or _length(job.prompt, tokens)
        or _length(job.negative_prompt, tokens)
    )


def _size(job: Job, profile: Profile) -> Refusal | None:
    sides = (job.width, job.height)
    if (
        all(profile.min_side <= side <= profile.max_side for side in sides)
        and all(side % profile.multiple == 0 for side in sides)
        and job.width * job.height <= profile.max_pixels
    ):
        return None
    return Refusal(
        code=ErrorCode.BAD_SIZE,
        data={
            "width": job.width,
            "height": job.height,
            "multiple": profile.multiple,
            "minimum": profile.min_side,
            "maximum": profile.max_side,
        },
    )


def _steps(job: Job, profile: Profile) -> Refusal | None:
    if profile.min_steps <= job.steps <= profile.max_steps:
        return None
    limits = {"minimum": profile.min_steps, "maximum": profile.max_steps}
    return Refusal(code=ErrorCode.BAD_STEPS, data={"steps": job.steps, **limits})


def _guidance(job: Job, profile: Profile) -> Refusal | None:
    if job.guidance <= profile.max_guidance:
        return None
    limits = {"minimum": 0.0, "maximum": profile.max_guidance}
    return Refusal(code=ErrorCode.BAD_GUIDANCE, data={"guidance": job.guidance, **limits})


def _source(job: Job, profile: Profile) -> Refusal | None:
    if job.source is None or profile.takes_inputs:
        return None
    return Refusal(code=ErrorCode.NO_INPUTS, data={"model": profile.name})


def _length(prompt: str, tokens: PromptTokens) -> Refusal | None:
    found = tokens.too_long(prompt)
    if found is None:
        return None
    return Refusal(
        code=ErrorCode.PROMPT_TOO_LONG,
        data={"tokens": found.tokens, "limit": found.limit, "lost": found.lost},
    )
