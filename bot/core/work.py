"""What decides how long jobs take."""

from dataclasses import dataclass

from bot.core.generation import DrawSpec


@dataclass(frozen=True)
class Work:
    """Of one job. `width` and `height` as they are asked for."""

    width: int
    height: int
    steps: int
    guided: bool
    count: int


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """Jobs that are alike. `begun`: the id of one that is being drawn, which stands alone."""

    work: Work
    jobs: int
    begun: str | None = None


def work_of(spec: DrawSpec) -> Work:
    return Work(spec.width, spec.height, spec.steps, spec.guidance > 0, spec.count)
