"""Where a model lies on a card of given size: decided by arithmetic, before anything is loaded.

All ways to lay a model out form one ladder, poorest first: with each rung more stays on the card
and less is done in pieces. The plan is the highest rung whose peak fits; where the card turns out
to hold less than was reckoned, the engine steps down it. Torch-free, so that the bot can ask too.
"""

from dataclasses import dataclass, replace
from functools import cache

from engine.memory.cards import (
    CONTEXT_BYTES,
    PLANNED_FREE_BYTES,
    RESERVE_BYTES,
    Card,
    Host,
)
from engine.memory.costs import SLOTS, Costs, Phases, Rung, Storage, Work
from engine.profiles import Profile

#: What an operator may choose from.
STORAGES = (Storage.BF16, Storage.FP8, Storage.INT8)
#: Pixels along a side of the decoder's tiles: usual, and at least.
TILE, LEAST_TILE = 512, 256
#: Going down because memory ran out takes so many of the blocks at once: one alone would cost too
#: many tries.
_NOTCH_SHARE = 10


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a model is laid out for one kind of call. Sizes are bytes."""

    rung: Rung
    storage: Storage
    work: Work
    #: Blocks of the transformer in all.
    blocks: int
    #: On the card between two drawings.
    resident: int
    #: Copied to the card by the steps of one call.
    traffic: int
    #: Of main memory, the process included.
    host: int
    #: Most on the card in each phase, the driver's context included.
    peak: Phases
    #: For a prompt that is not known. An estimate, not measured.
    seconds: Phases

    @property
    def streamed_blocks(self) -> int:
        return self.blocks - self.rung.resident_blocks


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """Nothing on the ladder fits."""

    #: The card lets some of it fit, but main memory does not take what is streamed then.
    of_host: bool
    #: Bytes that would do, of main memory or of the card.
    needs: int
    #: The largest size of the same shape that fits.
    largest: tuple[int, int] | None


def plan(
    card: Card,
    host: Host,
    model: Profile,
    size: tuple[int, int],
    batch: int = 1,
    *,
    guided: bool = False,
    storage: Storage = Storage.BF16,
) -> Plan | Shortfall:
    """The best way to draw `batch` pictures of `size` (width, height) on `card` at once."""
    width, height = size
    work = Work(width=width, height=height, batch=batch, guided=guided, steps=model.steps)
    found = best(card, host, model, work, storage)
    if found is not None:
        return laid_out(card, model, work, storage, found)
    return _shortfall(card, host, model, work, storage)


def best(card: Card, host: Host, model: Profile, work: Work, storage: Storage) -> Rung | None:
    """The highest rung that fits both."""
    costs = costs_of(model, storage)
    for rung in reversed(ladder(costs.anatomy.transformer.block_count)):
        if _fits(card, costs, work, rung):
            # A higher rung takes less of the host, but more of the card: no other one fits both.
            return rung if costs.host(rung) <= host.total else None
    return None


def laid_out(card: Card, model: Profile, work: Work, storage: Storage, rung: Rung) -> Plan:
    """What comes of `rung`, whether it fits or not."""
    costs = costs_of(model, storage)
    resident = costs.resident(rung)
    needs = costs.needs(rung, work)
    around = CONTEXT_BYTES + resident
    return Plan(
        rung=rung,
        storage=storage,
        work=work,
        blocks=len(costs.blocks),
        resident=resident,
        traffic=costs.traffic(rung, work),
        host=costs.host(rung),
        peak=Phases(
            encode=around + needs.encode,
            denoise=around + needs.denoise,
            decode=around + needs.decode,
        ),
        seconds=costs.seconds(rung, work, card),
    )


@cache
def costs_of(model: Profile, storage: Storage) -> Costs:
    """The costs of `model`."""
    return Costs(model.anatomy, storage, model.max_tokens)


@cache
def ladder(blocks: int) -> tuple[Rung, ...]:
    """Every way to lay out a transformer of `blocks` blocks, poorest first.

    Streaming as many blocks as there are slots takes what keeping them takes, with fp8 one more,
    and is left out.
    """
    counts = [*range(max(0, blocks - SLOTS - 1)), blocks]
    return (
        Rung(resident_blocks=0, encoder_resident=False, tile=LEAST_TILE),
        *(Rung(resident_blocks=n, encoder_resident=False, tile=TILE) for n in counts),
        Rung(resident_blocks=blocks, encoder_resident=True, tile=TILE),
        Rung(resident_blocks=blocks, encoder_resident=True, tile=None),
    )


def notch_below(blocks: int, rung: Rung) -> Rung | None:
    """Where to go from `rung` when memory ran out; None at the bottom."""
    share = max(1, blocks // _NOTCH_SHARE)
    rungs = ladder(blocks)
    below = rungs[: rungs.index(rung)]
    notches = [
        lower for lower in below if lower.resident_blocks in (*range(0, blocks, share), blocks)
    ]
    return notches[-1] if notches else None


def within_a_notch(blocks: int, rung: Rung) -> tuple[Rung, ...]:
    """`rung` and those above it by less than a notch."""
    rungs = ladder(blocks)
    higher = rungs[rungs.index(rung) :]
    return tuple(one for one in higher if one == rung or notch_below(blocks, one) not in higher)


def _fits(card: Card, costs: Costs, work: Work, rung: Rung) -> bool:
    resident = costs.resident(rung)
    if resident + costs.needs(rung, work).largest > card.room:
        return False
    # Nothing can be given up at the bottom for the sake of free memory.
    is_bottom = rung == ladder(len(costs.blocks))[0]
    return is_bottom or resident + PLANNED_FREE_BYTES <= card.room + RESERVE_BYTES


def _shortfall(card: Card, host: Host, model: Profile, work: Work, storage: Storage) -> Shortfall:
    costs = costs_of(model, storage)
    rungs = ladder(len(costs.blocks))
    on_card = [rung for rung in rungs if _fits(card, costs, work, rung)]
    if on_card:
        return Shortfall(of_host=True, needs=costs.host(on_card[-1]), largest=None)
    # The poorest rung that the host can take, for a card that is large enough for it.
    on_host = [rung for rung in rungs if costs.host(rung) <= host.total]
    lowest = (on_host or rungs[-1:])[0]
    needs = costs.resident(lowest) + costs.needs(lowest, work).largest
    return Shortfall(
        of_host=False,
        needs=round(CONTEXT_BYTES + needs + RESERVE_BYTES),
        largest=_largest(card, host, model, work, storage),
    )


def _largest(
    card: Card, host: Host, model: Profile, work: Work, storage: Storage
) -> tuple[int, int] | None:
    """The largest size of the shape of `work` that fits, in the model's own steps and limits."""
    for width in range(work.width, model.min_side - 1, -model.multiple):
        height = round(width * work.height / work.width / model.multiple) * model.multiple
        if height < model.min_side:
            return None
        smaller = replace(work, width=width, height=height)
        if best(card, host, model, smaller, storage) is not None:
            return width, height
    return None
