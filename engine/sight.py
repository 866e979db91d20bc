"""What there is of a card, and in what words to say that it cannot be used. Torch-free."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from engine.profiles import Profile

#: The first compute capability with bfloat16 in its matrix units.
BF16_SINCE = (8, 0)
#: Parameters of a transformer up to which a CPU draws in seconds.
SMALL = 100_000_000
_NVIDIA, _DISPLAY = "0x10de", "0x03"
#: Where WSL shows the card of the Windows around it.
_WSL = "dev/dxg"


class Sentence(NamedTuple):
    """For an operator, in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What torch and the machine say of cards."""

    #: Its version, as in "2.13.0+cpu".
    torch: str
    #: The CUDA (or, for AMD, ROCm) that it was built for; None = it only knows the CPU.
    built_for: str | None
    #: Somebody wants no card to be used: CUDA_VISIBLE_DEVICES is empty or -1.
    is_hidden: bool = False
    #: There is an NVIDIA card in the machine, whether it works or not.
    has_card: bool = False
    #: Version of the driver that is loaded.
    driver: str | None = None
    #: What torch says where it can use no card.
    refusal: str = ""
    #: The card that torch would use.
    name: str = ""
    #: Its compute capability; None = no card, or one that is not NVIDIA's.
    capability: tuple[int, int] | None = None
    #: What this torch has kernels for: "sm_90" is machine code, "compute_90" can be compiled.
    kernels: tuple[str, ...] = ()

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Sight":
        """Raises ValueError where it is something else."""
        try:
            told = json.loads(line)
            capability = told["capability"]
            told["capability"] = None if capability is None else tuple(capability)
            told["kernels"] = tuple(told["kernels"])
            return cls(**told)
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"not what a look tells: {line[:80]}") from error


def wants_card(profile: Profile) -> bool:
    """Whether a CPU would take minutes for one of its pictures."""
    kinds = profile.anatomy.transformer.blocks
    return sum(kind.count * kind.parameters for kind in kinds) > SMALL


def hindrance(sight: Sight, model: str) -> Sentence | None:
    """Why the card cannot draw `model`, and what to do; None where it can, where there is none
    and where none is wanted."""
    if sight.is_hidden:
        return None
    if sight.name:
        return _of_card(sight, model)
    return _of_machine(sight) if sight.has_card else None


def _of_machine(sight: Sight) -> Sentence:
    """There is a card, and torch does not get at it."""
    if sight.built_for is None:
        public = sight.torch.partition("+")[0]
        return Sentence(
            f"这里有 NVIDIA 显卡，但装的 torch {sight.torch} 不带 CUDA：重装带 CUDA 的"
            f"（pip install --force-reinstall torch=={public}）",
            f"there is an NVIDIA card, but torch {sight.torch} is built without CUDA: install one "
            f"with it (pip install --force-reinstall torch=={public})",
        )
    if "too old" in sight.refusal:
        return Sentence(
            f"显卡驱动 {sight.driver or ''} 太旧，torch {sight.torch} 要支持 CUDA "
            f"{sight.built_for} 的驱动：升级驱动再启动",
            f"the driver {sight.driver or ''} is too old for torch {sight.torch}, which needs one "
            f"for CUDA {sight.built_for}: update the driver and start again",
        )
    if sight.driver is None:
        return Sentence(
            "这里有 NVIDIA 显卡，但驱动没有装，或没有载入：装好驱动，"
            "等 nvidia-smi 看得到显卡再启动",
            "there is an NVIDIA card, but its driver is not installed or not loaded: install it "
            "and start again once nvidia-smi shows the card",
        )
    return Sentence(
        f"显卡驱动 {sight.driver} 在，但 torch 用不了显卡（{sight.refusal}）："
        "驱动刚升级过就重启机器；在容器里要用 --gpus all 启动",
        f"the driver {sight.driver} is there, but torch cannot use the card ({sight.refusal}): "
        "reboot after an update of the driver; a container has to be started with --gpus all",
    )


def _of_card(sight: Sight, model: str) -> Sentence | None:
    if sight.capability is None:
        return None
    shown = ".".join(map(str, sight.capability))
    if sight.capability < BF16_SINCE:
        return Sentence(
            f"{sight.name}（计算能力 {shown}）不会 bf16，画不了 {model}："
            "要计算能力 8.0 及以上的卡，如 RTX 30、40、50 系，RTX A 系，A10、A100、L4、L40、H100；"
            "GTX 10、16 系，RTX 20 系，T4、V100 用 fp16 会画出黑图，模拟 bf16 又慢好几倍",
            f"{sight.name} (compute capability {shown}) has no bf16 and cannot draw {model}: "
            "needed is 8.0 or newer, such as RTX 30, 40, 50, RTX A series, A10, A100, L4, L40, "
            "H100; GTX 10 and 16, RTX 20, T4 and V100 would draw black pictures in fp16, and "
            "take several times as long with bf16 emulated",
        )
    if not _runs_on(sight.capability, sight.kernels):
        return Sentence(
            f"torch {sight.torch} 里没有给 {sight.name}（计算能力 {shown}）的内核："
            "换一个支持它的 torch",
            f"torch {sight.torch} has no kernels for {sight.name} (compute capability {shown}): "
            "install a torch that is built for it",
        )
    return None


def _runs_on(capability: tuple[int, int], kernels: tuple[str, ...]) -> bool:
    """By CUDA's rules: machine code runs on what is as new or newer of its major version, and what
    can be compiled on everything newer."""
    for kernel in kernels:
        kind, _, number = kernel.partition("_")
        # Code for one card alone ends with a letter: sm_90a.
        digits = number.rstrip("abcdefghijklmnopqrstuvwxyz")
        if len(digits) < 2 or not digits.isdigit():
            continue
        built = int(digits[:-1]), int(digits[-1])
        same_major = built[0] == capability[0] or kind == "compute"
        if same_major and built <= capability and (digits == number or built == capability):
            return True
    # A torch that does not say has been built for this machine.
    return not kernels


def hides_cards(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether CUDA_VISIBLE_DEVICES leaves no card."""
    return environment.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1")


def has_card(root: Path = Path("/")) -> bool:
    """Whether an NVIDIA card is on the bus, or is lent to this container."""
    if (root / _WSL).exists() or any((root / "dev").glob("nvidia[0-9]*")):
        return True
    devices = (root / "sys/bus/pci/devices").glob("*")
    return any(
        _read(device / "vendor") == _NVIDIA and _read(device / "class").startswith(_DISPLAY)
        for device in devices
    )


def driver(root: Path = Path("/")) -> str | None:
    """Version of NVIDIA's driver where it is loaded."""
    told = _read(root / "proc/driver/nvidia/version")
    numbers = (word for word in told.split() if word.count(".") >= 1 and word[0].isdigit())
    return next(numbers, None)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
