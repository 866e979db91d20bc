"""Never black: how a picture that went wrong is recognised."""

import torch

#: Standard deviation, of values in [-1, 1], below which a decoded picture is flat. One step of
#: 8-bit colour is 0.008: a plain wall or a night sky is far above this, a constant is 0.
FLAT = 1e-4


def are_finite(rows: torch.Tensor) -> list[bool]:
    """Whether each row of (rows, ...) has no inf and no NaN. Waits for the device."""
    # A sum is one pass without a mask; inf and NaN anywhere make it non-finite.
    finite: list[bool] = torch.isfinite(rows.float().flatten(1).sum(dim=1)).tolist()
    return finite


def is_flat(decoded: torch.Tensor) -> bool:
    """Whether the decoder's output (1, 3, height, width) is one colour, inf or NaN."""
    # NaN compares false with everything, so that it counts as flat here.
    return not bool(decoded.float().std(dim=(2, 3)).max() > FLAT)
