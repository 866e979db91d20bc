"""Which attention backend draws on which card."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from diffusers.models.attention_dispatch import AttentionBackendName, dispatch_attention_fn

from engine.pipelines import attention
from engine.pipelines.attention import candidates, chosen, works


@dataclass
class Network:
    """A transformer, as far as its attention goes."""

    device: torch.device
    dtype: torch.dtype
    config: SimpleNamespace


@pytest.fixture
def network():
    shape = SimpleNamespace(dim=64, n_heads=2)
    return Network(torch.device("cpu"), torch.float32, shape)


@pytest.mark.parametrize(
    ("capability", "names"),
    [
        ((7, 5), ["native"]),  # Turing
        ((8, 6), ["native"]),  # Ampere
        ((8, 9), ["native"]),  # Ada
        ((9, 0), ["_flash_3", "_native_cudnn", "native"]),  # Hopper
        ((10, 0), ["_native_cudnn", "native"]),  # Blackwell
        ((12, 0), ["_native_cudnn", "native"]),
    ],
)
def test_a_card_tries_what_is_made_for_it_fastest_first(capability, names):
    assert list(candidates(capability)) == names


@pytest.mark.parametrize("minor", range(10))
@pytest.mark.parametrize("major", range(5, 13))
def test_every_card_has_a_backend_in_the_end(major, minor):
    assert list(candidates((major, minor)))[-1] == "native"


def test_every_backend_of_the_table_is_one_of_diffusers():
    known = {backend.value for backend in AttentionBackendName}
    assert {backend.name for backend in attention.BACKENDS} <= known


def test_the_processor_has_its_own(network):
    assert chosen(network, None) == "native"


def test_what_computes_rightly_works(network):
    assert works("native", network)


@pytest.mark.parametrize("missing", ["_flash_3", "sage", "_native_cudnn"])
def test_what_is_not_installed_or_not_for_this_device_does_not(network, missing):
    assert not works(missing, network)


def test_what_computes_something_else_does_not(network, monkeypatch):
    usual = dispatch_attention_fn
    calls = []

    def wrong_at_first(*tensors):
        calls.append(1)
        return usual(*tensors) + (0.1 if len(calls) == 1 else 0.0)

    monkeypatch.setattr(attention, "dispatch_attention_fn", wrong_at_first)
    assert not works("native", network)


def test_nan_is_not_right(network, monkeypatch):
    monkeypatch.setattr(
        attention, "dispatch_attention_fn", lambda query, key, value: query * float("nan")
    )
    assert not works("native", network)


def test_a_hopper_without_its_packages_and_libraries_still_draws(network):
    """Here none of the faster ones works, so that the last is what is left."""
    assert chosen(network, (9, 0)) == "native"
