"""A step's gradients, worked out by several threads of which each computes on one core.

Networks this small are slower on two threads of one operation than on two operations at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import Tensor, nn

Share = TypeVar("Share")
Result = TypeVar("Result")


class Workers:
    """`count` threads that share the batches of a training run."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count)

    def map(self, work: Callable[[Share], Result], shares: Iterable[Share]) -> list[Result]:
        """Each share's result, all worked out at once."""

        def alone(share: Share) -> Result:
            torch.set_num_threads(1)  # the setting is per thread
            return work(share)

        return list(self._pool.map(alone, shares))

    def accumulate(
        self,
        parameters: list[nn.Parameter],
        loss_of: Callable[[Share], tuple[Tensor, float]],
        shares: Sequence[Share],
    ) -> float:
        """Set each parameter's gradient to the mean over the shares.

        loss_of: a share's loss, and the figure to report for it. Returns the mean figure.
        """

        def work(share: Share) -> tuple[float, tuple[Tensor, ...]]:
            loss, figure = loss_of(share)
            return figure, torch.autograd.grad(loss, parameters)

        results = self.map(work, shares)
        for parameter, *parts in zip(
            parameters, *(gradients for _, gradients in results), strict=True
        ):
            parameter.grad = torch.stack(parts).mean(dim=0)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        return sum(figure for figure, _ in results) / len(results)
