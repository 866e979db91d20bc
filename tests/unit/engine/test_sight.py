"""What is said of a card that cannot be used, and of one that can."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.profiles import profile_named
from engine.sight import Sight, driver, has_card, hides_cards, hindrance, wants_card

GOOD = Sight(
    torch="2.13.0+cu130",
    built_for="13.0",
    has_card=True,
    driver="580.159.04",
    name="NVIDIA H200",
    capability=(9, 0),
    kernels=("sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120"),
)
#: torch found none.
BLIND = replace(GOOD, name="", capability=None, kernels=())


def told(sight: Sight) -> str:
    found = hindrance(sight, "z-image-turbo")
    assert found is not None
    # Both languages name what the other one names, on one line.
    assert "\n" not in str(found)
    assert found.zh != found.en
    return str(found)


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        ("RTX 3060", (8, 6)),  # machine code of its own
        ("RTX 4090", (8, 9)),  # that of an older card of its kind
        ("NVIDIA H200", (9, 0)),
        ("RTX 5090", (12, 0)),
        ("GB10", (12, 1)),
    ],
)
def test_cards_that_can_are_not_in_the_way(name, capability):
    assert hindrance(replace(GOOD, name=name, capability=capability), "z-image-turbo") is None


@pytest.mark.parametrize(
    ("name", "capability"),
    [("GTX 1080", (6, 1)), ("Tesla V100", (7, 0)), ("RTX 2080 Ti", (7, 5)), ("T4", (7, 5))],
)
def test_cards_without_bf16_are_named_with_those_that_have_it(name, capability):
    line = told(replace(GOOD, name=name, capability=capability))
    shown = ".".join(map(str, capability))
    assert line.count(f"{name}（计算能力 {shown}）不会 bf16，画不了 z-image-turbo") == 1
    assert f"{name} (compute capability {shown}) has no bf16 and cannot draw z-image-turbo" in line
    assert "8.0 or newer, such as RTX 30, 40, 50" in line


def test_a_card_newer_than_torch_needs_another_torch():
    line = told(replace(GOOD, name="New One", capability=(13, 0)))
    assert "torch 2.13.0+cu130 has no kernels for New One (compute capability 13.0)" in line


@pytest.mark.parametrize(
    ("kernels", "capability", "runs"),
    [
        (("sm_80",), (8, 0), True),
        (("sm_86",), (8, 0), False),  # for a newer one of its kind
        (("sm_80",), (9, 0), False),  # machine code does not reach the next kind
        (("compute_80",), (9, 0), True),  # what can be compiled does
        (("compute_90",), (8, 9), False),
        (("sm_90a",), (9, 0), True),
        (("sm_100a",), (10, 3), False),  # for one card alone
        (("gfx90a", "sm_x"), (9, 0), False),
        ((), (9, 0), True),  # it does not say
    ],
)
def test_what_runs_where_is_by_cudas_rules(kernels, capability, runs):
    found = hindrance(replace(GOOD, kernels=kernels, capability=capability), "demo")
    assert (found is None) == runs


def test_a_torch_without_cuda_beside_a_card_is_told_with_the_command():
    line = told(replace(BLIND, torch="2.13.0+cpu", built_for=None))
    assert "torch 2.13.0+cpu is built without CUDA" in line
    assert line.count("pip install --force-reinstall torch==2.13.0") == 2


def test_an_old_driver_is_told_with_what_is_needed():
    refusal = "The NVIDIA driver on your system is too old (found version 12020)."
    line = told(replace(BLIND, driver="535.54.03", refusal=refusal))
    assert "the driver 535.54.03 is too old for torch 2.13.0+cu130" in line
    assert "for CUDA 13.0: update the driver" in line


def test_a_missing_driver_is_told():
    line = told(replace(BLIND, driver=None, refusal="Found no NVIDIA driver on your system."))
    assert "its driver is not installed or not loaded" in line


def test_what_torch_says_is_repeated_where_nobody_knows_better():
    line = told(replace(BLIND, refusal="Error 803: system has unsupported display driver"))
    assert line.count("Error 803: system has unsupported display driver") == 2
    assert "reboot" in line


@pytest.mark.parametrize(
    "sight",
    [
        replace(BLIND, has_card=False, driver=None),  # none there
        replace(BLIND, is_hidden=True),  # none wanted
        replace(BLIND, torch="2.13.0+cpu", built_for=None, is_hidden=True),
        # AMD's: ROCm tells no compute capability.
        replace(GOOD, built_for="6.4", name="MI300X", capability=None, kernels=()),
    ],
)
def test_where_no_card_is_there_or_wanted_nothing_is_in_the_way(sight):
    assert hindrance(sight, "z-image-turbo") is None


def test_what_is_seen_passes_from_process_to_process():
    for sight in (GOOD, BLIND):
        assert Sight.from_json(sight.to_json()) == sight


@pytest.mark.parametrize("line", ["", "no module", "[]", "{}", '{"capability": 3, "kernels": []}'])
def test_what_is_no_answer_is_an_error(line):
    with pytest.raises(ValueError, match="not what a look tells"):
        Sight.from_json(line)


def test_large_models_want_a_card():
    assert wants_card(profile_named("z-image-turbo"))
    assert not wants_card(profile_named("demo"))


@pytest.mark.parametrize(
    ("value", "hides"), [("", True), ("-1", True), ("0", False), ("0,1", False), (None, False)]
)
def test_cards_can_be_hidden_from_torch(value, hides):
    assert hides_cards({} if value is None else {"CUDA_VISIBLE_DEVICES": value}) == hides


def on_the_bus(root: Path, vendor: str, kind: str) -> None:
    device = root / "sys/bus/pci/devices/0000:01:00.0"
    device.mkdir(parents=True)
    (device / "vendor").write_text(f"{vendor}\n")
    (device / "class").write_text(f"{kind}\n")


@pytest.mark.parametrize(
    ("vendor", "kind", "found"),
    [
        ("0x10de", "0x030000", True),
        ("0x10de", "0x030200", True),  # a card without a display
        ("0x10de", "0x040300", False),  # its loudspeaker
        ("0x1002", "0x030000", False),
    ],
)
def test_a_card_on_the_bus_is_seen_without_a_driver(tmp_path, vendor, kind, found):
    on_the_bus(tmp_path, vendor, kind)
    assert has_card(tmp_path) == found


@pytest.mark.parametrize("path", ["dev/dxg", "dev/nvidia0"])
def test_a_card_that_is_lent_is_seen_by_its_device(tmp_path, path):
    assert not has_card(tmp_path)
    (tmp_path / path).parent.mkdir()
    (tmp_path / path).touch()
    assert has_card(tmp_path)


def test_the_driver_says_its_version(tmp_path):
    assert driver(tmp_path) is None
    told = tmp_path / "proc/driver/nvidia/version"
    told.parent.mkdir(parents=True)
    told.write_text(
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build\n"
        "GCC version:  gcc version 13.3.0\n"
    )
    assert driver(tmp_path) == "580.159.04"
