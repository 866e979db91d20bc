"""What decides how long a job takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """Of one job. `width` and `height` as they are asked for."""

    width: int
    height: int
    #: Forward passes of each picture; guidance makes two of each.
    steps: int
    guided: bool
    count: int
