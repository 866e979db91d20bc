"""Never a black picture: a bad one is drawn again with care, and then refused."""

from collections.abc import Callable

import structlog
import torch

from engine.pipeline import BadPicture

#: Standard deviation, of values in [-1, 1], below which a decoded picture is flat. One step of
#: 8-bit colour is 0.008: a plain wall or a night sky is far above this, a constant is 0.
FLAT = 1e-4
_log = structlog.get_logger()


class NotFinite(Exception):
    """Latents hold inf or NaN: going on would give a black picture."""


def check_finite(latents: torch.Tensor) -> None:
    """Raises NotFinite. Waits for the device."""
    # A sum is one pass without a mask; inf and NaN anywhere make it non-finite.
    if not torch.isfinite(latents.sum()):
        raise NotFinite


def is_flat(decoded: torch.Tensor) -> bool:
    """Whether the decoder's output (1, 3, height, width) is one colour, inf or NaN."""
    # NaN compares false with everything, so that it counts as flat here.
    return not bool(decoded.float().std(dim=(2, 3)).max() > FLAT)


def never_black(draw: Callable[[bool], torch.Tensor]) -> torch.Tensor:
    """Decoder output of `draw(careful)`, the second try being careful. Raises BadPicture."""
    for careful in (False, True):
        try:
            decoded = draw(careful)
        except NotFinite:
            _log.warning("latents_not_finite", careful=careful)
            continue
        if not is_flat(decoded):
            return decoded
        _log.warning("picture_flat", careful=careful)
    raise BadPicture
