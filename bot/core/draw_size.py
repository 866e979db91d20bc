"""How large a picture is: what was asked for, on the model's grid and within what is allowed."""

import math
from dataclasses import replace

from bot.core.draw_options import MAX_RATIO
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.group_rules import GroupRules
from engine.profiles import Profile

#: Sides are multiples of this in every model so far.
GRID = Profile.multiple


def resolve_size(
    request: DrawRequest, profile: Profile, largest: int | None = None
) -> tuple[int, int]:
    """Width and height in pixels, of which there may be `largest`.

    A ratio gets the area of the profile's default size, or as much of it as may be, on its grid.
    A size that the model cannot draw is refused with Refusal("bad_size"), one that is too large
    with Refusal("too_large_here"), and never rounded.
    """
    area = profile.default_size[0] * profile.default_size[1]
    largest = profile.max_pixels if largest is None else largest
    if request.size is not None:
        size = _checked("size", request.size, profile)
        if size[0] * size[1] > largest:
            raise Refusal("too_large_here", value=f"{size[0]}×{size[1]}", limit=as_size(largest))
        return size
    if request.ratio is None and area <= largest:
        return profile.default_size
    ratio = request.ratio or profile.default_size
    scale = (min(area, largest) / (ratio[0] * ratio[1])) ** 0.5
    wide, tall = (_on_grid(side * scale, profile) for side in ratio)
    return _checked("ratio", _shrunk((wide, tall), largest, profile), profile)


def usual_size(profile: Profile, rules: GroupRules) -> tuple[int, int]:
    """Where a request says nothing of it."""
    return size_here(DrawRequest(prompt=""), profile, rules)


def size_here(request: DrawRequest, profile: Profile, rules: GroupRules) -> tuple[int, int]:
    """As resolve_size, where a group has decided what is usual and what is largest."""
    if request.size is None and request.ratio is None:
        request = replace(request, ratio=rules.ratio)
    largest = rules.max_pixels
    # Of another model it may have been.
    largest = largest and max(largest, least_largest(profile))
    return resolve_size(request, profile, largest)


def least_largest(profile: Profile) -> int:
    """So many pixels that every ratio there is can still be drawn with them."""
    return MAX_RATIO * profile.min_side**2


def as_size(pixels: int) -> str:
    """The squarest size of so many pixels, or of hardly fewer, on the grid of most models."""
    cells = pixels // GRID**2
    short = next(side for side in range(math.isqrt(cells), 0, -1) if cells % side == 0)
    return f"{cells // short * GRID}×{short * GRID}"


def _checked(key: str, size: tuple[int, int], profile: Profile) -> tuple[int, int]:
    nearest = _nearest_size(size, profile)
    if size == nearest:
        return size
    raise Refusal(
        "bad_size",
        key=key,
        value=f"{size[0]}×{size[1]}",
        nearest=f"{nearest[0]}×{nearest[1]}",
        width=size[0],
        height=size[1],
        multiple=profile.multiple,
        minimum=profile.min_side,
        maximum=profile.max_side,
    )


def _nearest_size(size: tuple[int, int], profile: Profile) -> tuple[int, int]:
    low, high = profile.min_side, profile.max_side
    width, height = (_on_grid(min(max(side, low), high), profile) for side in size)
    return _shrunk((width, height), profile.max_pixels, profile)


def _shrunk(size: tuple[int, int], largest: int, profile: Profile) -> tuple[int, int]:
    width, height = size
    while width * height > largest:
        # One notch off the longer side keeps closest to the shape that was asked for.
        if width >= height:
            width -= profile.multiple
        else:
            height -= profile.multiple
    return width, height


def _on_grid(side: float, profile: Profile) -> int:
    return max(1, round(side / profile.multiple)) * profile.multiple
