"""Where the networks of a pipeline lie while it draws, and what happens when memory runs out."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog
import torch

from engine.memory.block_swap import BlockSwap
from engine.memory.cards import LEAST_FREE_BYTES, Host
from engine.memory.costs import Rung, Storage, Work
from engine.memory.plan import (
    Shortfall,
    best,
    costs_of,
    ladder,
    notch_below,
    plan,
    within_a_notch,
)
from engine.pipeline import OutOfMemory, TooLittleMemory
from engine.pipelines.blocks import blocks_of, layers_of
from engine.pipelines.device_memory import DeviceMemory
from engine.pipelines.shortage import is_shortage
from engine.profiles import Profile

#: Pictures without a shortage after which what was learnt from shortages is forgotten: another
#: program may have gone.
CALM = 200
_log = structlog.get_logger()
T = TypeVar("T")


class Unplaced:
    """All lies where it was loaded. Used by one thread."""

    def __init__(self) -> None:
        #: How often memory has run out.
        self.shortages = 0
        self._work = Work(width=0, height=0)

    def fit(self, work: Work) -> None:
        """Makes room for `work`, of which the parts that come next are. Raises OutOfMemory."""
        self._work = work

    @contextmanager
    def phase(self) -> Iterator[None]:
        """Goes around encoding, denoising and decoding: before and behind it there is room."""
        yield

    def run(self, part: Callable[[], T], *, can_be_split: bool = False) -> T:
        """What `part` gives. It is called again where memory ran out and less lies there now, so
        that it must leave nothing behind when it fails. Raises OutOfMemory, at once where several
        pictures take part that can be drawn one by one (`can_be_split`)."""
        while True:
            try:
                return part()
            except RuntimeError as error:
                if not is_shortage(error):
                    raise
            # Outside the handler: its traceback would keep the tensors of the failed call alive.
            self.shortages += 1
            self._drop()
            if (can_be_split and self._work.batch > 1) or not self._step_down():
                raise OutOfMemory

    def free(self) -> int | None:
        """Bytes that a call could have beside what lies there; None where nobody knows."""
        return None

    def _drop(self) -> None:
        """Frees what nobody needs."""
        gc.collect()

    def _step_down(self) -> bool:
        """Makes less lie there; False where nothing can be given up."""
        return False


class Placement(Unplaced):
    """A pipeline laid out by plan; another one for each kind of work, while it lasts."""

    def __init__(
        self, pipe: Any, profile: Profile, storage: Storage, memory: DeviceMemory, host: Host
    ) -> None:
        """Takes a pipeline that lies in main memory and moves it. Raises TooLittleMemory."""
        super().__init__()
        self._pipe = pipe
        self._profile = profile
        self._storage = storage
        self._memory = memory
        self._host = host
        self._ladder = _ladder(profile, storage, host, memory)
        #: The highest rung that worked, where the planned one did not.
        self._ceilings: dict[Work, Rung] = {}
        self._calm = 0
        self._rung: Rung | None = None
        encoder, self._embedding = pipe.text_encoder, pipe.text_encoder.get_input_embeddings()
        layers = layers_of(encoder)
        blocks = blocks_of(pipe.transformer)
        self._count = len(blocks)
        once = profile.anatomy.transformer.once_count
        self._blocks = BlockSwap(pipe.transformer, blocks, memory.device, once)
        self._layers = BlockSwap(encoder, layers, memory.device)
        _move(pipe.transformer, memory.device, without=blocks)
        _move(encoder, memory.device, without=[*layers, self._embedding])
        pipe.vae.to(memory.device)
        _meet_on(memory.device, self._embedding)
        self.fit(usual_work(profile))

    @property
    def rung(self) -> Rung:
        """Where things lie now."""
        assert self._rung is not None
        return self._rung

    def fit(self, work: Work) -> None:
        """See Unplaced."""
        super().fit(work)
        self._calm += 1
        if self._calm > CALM:
            self._ceilings.clear()
        self.run(self._settle)

    @contextmanager
    def phase(self) -> Iterator[None]:
        """See Unplaced. Below 1.2 GB caches are dropped and, where that is not enough, less lies
        there; slots for streaming are freed in the end, whatever happens."""
        self._make_room()
        try:
            yield
        finally:
            self._release()

    def free(self) -> int | None:
        """See Unplaced."""
        return self._memory.free()

    def _settle(self) -> None:
        rung = self._wanted()
        # Up by less than a notch is not worth the copying, and what is free changes all the time.
        if self._rung is None or rung not in within_a_notch(self._count, self._rung):
            self._lie(rung)

    def _wanted(self) -> Rung:
        card = self._memory.card()
        rung = best(card, self._host, self._profile, self._work, self._storage)
        # Where even the lowest should not fit: the reckoning is on the safe side, so it is tried.
        rungs = [self._ladder[0] if rung is None else rung]
        rungs += [self._ceilings[self._work]] if self._work in self._ceilings else []
        return min(rungs, key=self._ladder.index)

    def _notch_below(self, rung: Rung) -> Rung | None:
        """None too where main memory is too small for it."""
        lower = notch_below(self._count, rung)
        return lower if lower in self._ladder else None

    def _drop(self) -> None:
        self._release()
        super()._drop()
        self._memory.drop_caches()

    def _step_down(self) -> bool:
        self._calm = 0
        lower = self._notch_below(self.rung)
        while lower is not None:
            _log.warning("memory_stepped_down", **_told(lower))
            self._ceilings[self._work] = lower
            if self._went_to(lower):
                return True
            lower = self._notch_below(lower)
        return False

    def _make_room(self) -> None:
        free = self._memory.free()
        if free is None or free - self._memory.cached() >= LEAST_FREE_BYTES:
            return
        # What is held for later is of the sizes of the phase before.
        self._memory.drop_caches()
        if free >= LEAST_FREE_BYTES:
            return
        lower = self._notch_below(self.rung)
        if lower is not None:
            _log.info("memory_short", free=free, **_told(lower))
            self._went_to(lower)

    def _went_to(self, lower: Rung) -> bool:
        """Goes to `lower`; False where what comes, or what leaves, finds no room."""
        try:
            self._lie(lower)
        except RuntimeError as error:
            if not is_shortage(error):
                raise
            self.shortages += 1
            return False
        return True

    def _lie(self, rung: Rung) -> None:
        if rung != self._rung:
            _log.info("laid_out", **_told(rung))
        # Noted first: a move that fails halfway is followed by one to a lower rung.
        self._rung = rung
        layers = self._profile.anatomy.text_encoder.layers
        self._blocks.arrange(rung.resident_blocks)
        self._layers.arrange(layers if rung.encoder_resident else 0)
        with torch.inference_mode(mode=False):
            self._embedding.to(self._memory.device if rung.encoder_resident else "cpu")
        cut(self._pipe.vae, rung.tile)

    def _release(self) -> None:
        self._blocks.release()
        self._layers.release()


def usual_work(profile: Profile) -> Work:
    """What is asked of `profile` where nothing is said."""
    width, height = profile.drawn_size(*profile.default_size)
    guided = profile.guidance > 0
    return Work(width=width, height=height, guided=guided, steps=profile.steps)


def _ladder(
    profile: Profile, storage: Storage, host: Host, memory: DeviceMemory
) -> tuple[Rung, ...]:
    """The rungs that main memory can take. Raises TooLittleMemory where it is too small for all
    that the card can."""
    costs = costs_of(profile, storage)
    rungs = ladder(profile.anatomy.transformer.block_count)
    taken = tuple(rung for rung in rungs if costs.host(rung) <= host.total)
    found = plan(memory.card(), host, profile, profile.default_size, storage=storage)
    if taken and not (isinstance(found, Shortfall) and found.of_host):
        return taken
    needs = found.needs if isinstance(found, Shortfall) and found.of_host else costs.host(rungs[-1])
    raise TooLittleMemory(
        f"{profile.name} as {storage} needs {needs / 2**30:.1f} GB of main memory with this card; "
        "see `zdraw plan`, and ZDRAW_WEIGHTS_STORAGE in docs/configuration.md"
    )


def _move(network: Any, device: torch.device, without: list[torch.nn.Module]) -> None:
    """Moves all of `network` that is not in `without`."""
    apart = {part for module in without for part in module.modules()}
    for part in network.modules():
        if part not in apart:
            part._apply(lambda tensor: tensor.to(device), recurse=False)


def _meet_on(device: torch.device, embedding: torch.nn.Module) -> None:
    """Tokens are looked up where the table lies, and what is found goes to `device`."""

    def to_table(module: Any, arguments: Any) -> Any:
        return tuple(tokens.to(module.weight.device) for tokens in arguments)

    embedding.register_forward_pre_hook(to_table)
    embedding.register_forward_hook(lambda _module, _arguments, found: found.to(device))


def cut(vae: Any, tile: int | None) -> None:
    """Makes `vae` decode in tiles of `tile` pixels a side, or in one piece."""
    if tile is None:
        vae.disable_tiling()
        return
    vae.tile_sample_min_size = tile
    vae.tile_latent_min_size = tile // 2 ** (len(vae.config.block_out_channels) - 1)
    vae.enable_tiling()


def _told(rung: Rung) -> dict[str, object]:
    return {
        "resident_blocks": rung.resident_blocks,
        "encoder_resident": rung.encoder_resident,
        "tile": rung.tile,
    }
