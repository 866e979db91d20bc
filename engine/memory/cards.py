"""What is assumed about cards and machines where nobody measured them. Torch-free.

The rates only turn work into seconds; where things lie is decided by bytes alone.
"""

from dataclasses import dataclass

GIB = 2**30
GB = 10**9

#: Driver context, cuBLAS and cuDNN handles, loaded kernels: 0.4 to 0.6 GiB is usual for torch.
CONTEXT_BYTES = GIB // 2
#: Left alone for fragmentation and for a desktop that draws on the same card.
RESERVE_BYTES = GIB // 4
#: Below this, free beside what is resident, the engine steps down: about what decoding 768x768
#: without tiles takes, with workspace.
LEAST_FREE_BYTES = 1_200_000_000
#: What a plan leaves free there: a little more, so that no plan trips over itself.
PLANNED_FREE_BYTES = LEAST_FREE_BYTES + GIB // 8
#: Python, torch, its CUDA libraries and pictures being encoded. An assumption.
PROCESS_BYTES = 5 * GIB // 2


@dataclass(frozen=True, kw_only=True)
class Card:
    """A GPU, or what of it zdraw may use."""

    #: Bytes of memory.
    total: int
    #: Bytes that weights and pictures could have if this process held none. None: all but the
    #: driver's own.
    available: int | None = None
    #: Multiply-adds count twice; dense bf16 with float32 accumulation, the most it can per second.
    flops: float
    #: Bytes per second from pinned host memory.
    pcie: float

    @property
    def room(self) -> int:
        """Bytes that a plan may use, the reserve taken off."""
        available = self.total - CONTEXT_BYTES if self.available is None else self.available
        return available - RESERVE_BYTES


@dataclass(frozen=True, kw_only=True)
class Host:
    """The machine that the card is in."""

    #: Bytes of main memory.
    total: int


@dataclass(frozen=True, kw_only=True)
class TypicalCard:
    """A card of that size on which bf16 is fast, a slow one of its kind."""

    #: GiB, as sold.
    size: int
    name: str
    flops: float
    pcie: float


#: Effective rates from pinned memory, four fifths of the nominal one: PCIe 4.0 x8 (or 3.0 x16),
#: 4.0 x16 and 5.0 x16.
_X8, _X16, _GEN5 = 12.5e9, 25e9, 50e9
#: The makers' figures. GeForce: with float32 accumulation, which halves what is advertised; 3090
#: from NVIDIA's GA102 whitepaper, the others from their float32 rate in the same ratio, 1 to 2.
TYPICAL_CARDS: tuple[TypicalCard, ...] = (
    TypicalCard(size=6, name="RTX 3060 class", flops=25.5e12, pcie=_X8),
    TypicalCard(size=8, name="RTX 3060 class", flops=25.5e12, pcie=_X8),
    TypicalCard(size=10, name="RTX 3060 class", flops=25.5e12, pcie=_X8),
    TypicalCard(size=12, name="RTX 3060", flops=25.5e12, pcie=_X8),
    TypicalCard(size=16, name="RTX 4060 Ti", flops=44e12, pcie=_X8),
    TypicalCard(size=24, name="RTX 3090", flops=71e12, pcie=_X16),
    TypicalCard(size=48, name="RTX A6000", flops=154.8e12, pcie=_X16),
    TypicalCard(size=80, name="H100 SXM", flops=989e12, pcie=_GEN5),
    TypicalCard(size=141, name="H200", flops=989e12, pcie=_GEN5),
)


def typical(gigabytes: float) -> TypicalCard:
    """The largest typical card that is not larger, or else the smallest."""
    fitting = [card for card in TYPICAL_CARDS if card.size <= gigabytes]
    return fitting[-1] if fitting else TYPICAL_CARDS[0]


def assumed(gigabytes: float) -> Card:
    """A card of `gigabytes` GiB with the rates of the typical one."""
    rates = typical(gigabytes)
    return Card(total=round(gigabytes * GIB), flops=rates.flops, pcie=rates.pcie)
