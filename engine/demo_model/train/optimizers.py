"""Muon for the matrices of a network, AdamW for the rest, as one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn


class Optimizers:
    """Both optimizers. Kernels of convolutions count as matrices, one row an output channel."""

    def __init__(
        self,
        matrices: Iterable[nn.Parameter],
        rest: Iterable[nn.Parameter],
        *,
        muon_rate: float,
        adam_rate: float,
        weight_decay: float = 0.0,
    ) -> None:
        self._rates = (muon_rate, adam_rate)
        # Muon takes two dimensions: kernels are trained as flat copies.
        self._flat = [(p, p if p.ndim == 2 else _flattened(p)) for p in matrices]
        muon = torch.optim.Muon(
            [flat for _, flat in self._flat],
            lr=muon_rate,
            weight_decay=weight_decay,
            adjust_lr_fn="match_rms_adamw",
        )
        adam = torch.optim.AdamW(list(rest), lr=adam_rate, weight_decay=0.0, betas=(0.9, 0.98))
        self._optimizers: tuple[torch.optim.Optimizer, ...] = (muon, adam)

    def step(self, factor: float) -> None:
        """Update by the parameters' gradients, at `factor` of the peak rates."""
        for optimizer, peak in zip(self._optimizers, self._rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * factor
        for parameter, flat in self._flat:
            if flat is not parameter and parameter.grad is not None:
                flat.grad = parameter.grad.flatten(1)
        for optimizer in self._optimizers:
            optimizer.step()
        with torch.no_grad():
            for parameter, flat in self._flat:
                if flat is not parameter:
                    parameter.copy_(flat.view(parameter.shape))

    def state_dict(self) -> list[dict[str, Any]]:
        return [optimizer.state_dict() for optimizer in self._optimizers]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        for optimizer, state in zip(self._optimizers, states, strict=True):
            optimizer.load_state_dict(state)


def _flattened(parameter: nn.Parameter) -> nn.Parameter:
    return nn.Parameter(parameter.detach().flatten(1).clone())
