"""Muon for the matrices of a network, AdamW for the rest, as one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from engine.demo_model.train.workers import Workers


class Optimizers:
    """Both optimizers. Kernels of convolutions count as matrices, one row an output channel."""

    def __init__(
        self,
        matrices: Iterable[nn.Parameter],
        rest: Iterable[nn.Parameter],
        workers: Workers,
        *,
        muon_rate: float,
        adam_rate: float,
        weight_decay: float = 0.0,
    ) -> None:
        self._workers = workers
        # Muon takes two dimensions: kernels are trained as flat copies.
        self._flat = [(p, p if p.ndim == 2 else _flattened(p)) for p in matrices]
        adam = torch.optim.AdamW(list(rest), lr=adam_rate, weight_decay=0.0, betas=(0.9, 0.98))
        self._optimizers: list[tuple[torch.optim.Optimizer, float]] = [(adam, adam_rate)]
        # Orthogonalising takes a quarter of a step on one core, so each worker has its share.
        by_size = sorted((flat for _, flat in self._flat), key=nn.Parameter.numel)
        for n in range(workers.count):
            muon = torch.optim.Muon(
                by_size[n :: workers.count],
                lr=muon_rate,
                weight_decay=weight_decay,
                adjust_lr_fn="match_rms_adamw",
            )
            self._optimizers.append((muon, muon_rate))

    def step(self, factor: float) -> None:
        """Update by the parameters' gradients, at `factor` of the peak rates."""
        for optimizer, peak in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = peak * factor
        for parameter, flat in self._flat:
            if flat is not parameter and parameter.grad is not None:
                flat.grad = parameter.grad.flatten(1)
        self._workers.map(lambda part: part[0].step(), self._optimizers)
        with torch.no_grad():
            for parameter, flat in self._flat:
                if flat is not parameter:
                    parameter.copy_(flat.view(parameter.shape))

    def state_dict(self) -> list[dict[str, Any]]:
        return [optimizer.state_dict() for optimizer, _ in self._optimizers]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        for (optimizer, _), state in zip(self._optimizers, states, strict=True):
            optimizer.load_state_dict(state)


def _flattened(parameter: nn.Parameter) -> nn.Parameter:
    return nn.Parameter(parameter.detach().flatten(1).clone())
