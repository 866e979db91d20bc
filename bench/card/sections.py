"""What bench.gpu measures, a section each, told row by row. Times are medians."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import torch

from bench.card.decoder import Decoder
from bench.card.drawing import Laid, Taken, in_gib, typical
from bench.card.models import Model
from bench.card.stand import Stand
from engine.memory.cards import GIB
from engine.memory.costs import Rung, Work
from engine.memory.plan import TILE, Plan, costs_of, plan
from engine.pipelines.attention import candidates, works
from engine.pipelines.care import PLAIN_ATTENTION

#: Figures by name.
Row = dict[str, Any]
#: A figure of the whole section, or a row of it, under its name.
Told = Iterator[tuple[str, Any]]
#: Sides in pixels of the full-size model, and the one by which ways to compute are compared.
SIDES, USUAL_SIDE = (512, 768, 1024, 1536), 1024
#: Memory of a smaller card in GB, and what is drawn on it.
CAPS = ((6, 768), (8, 1024), (12, 1024), (16, 1024), (24, 1024))
#: Attention of torch's own that the engine's table leaves to torch's choice.
TORCHS_OWN = ("_native_flash", "_native_efficient")
BATCH_SIDE, BATCHES = 512, (1, 2, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much is drawn."""

    sides: tuple[int, ...] = SIDES
    usual: int = USUAL_SIDE
    caps: tuple[tuple[float, int], ...] = CAPS
    batch_side: int = BATCH_SIDE
    batches: tuple[int, ...] = BATCHES
    #: Pictures of each kind that count, after one that does not.
    pictures: int = 3
    #: Backends other than the fastest are compiled as well, and so is what is drawn under a cap.
    all_compiled: bool = True


class Bench:
    """The sections, and what they share: one pipeline on the whole device."""

    def __init__(self, stand: Stand, model: Model, extent: Extent) -> None:
        self._stand = stand
        self._model = model
        self._extent = extent
        self._laid: Laid | None = None
        #: Operations per second that the device does at most, once measured.
        self._rate: float | None = None

    def sections(self) -> dict[str, Callable[[], Told]]:
        """By name, in an order in which little has to be laid out or compiled anew."""
        return {
            "rates": self.rates,
            "latency": self.latency,
            "batches": self.batches,
            "steps": self.steps,
            "decoding": self.decoding,
            "memory": self.memory,
        }

    def clear(self) -> None:
        """Lets go of the pipeline, as after something went wrong."""
        self._laid = None
        torch.compiler.reset()
        self._stand.clear()

    # The ceilings

    def rates(self) -> Told:
        """What the card does at most: matrices, copies on it and to it."""
        side, device = self._stand.matrix, self._stand.device
        one, other = (torch.randn(side, side, device=device).to(self._stand.dtype) for _ in "ab")
        self._rate = 2 * side**3 / self._seconds(lambda: one @ other)
        there, size = torch.empty_like(one), one.numel() * one.element_size()
        host = torch.empty(one.shape, dtype=one.dtype, pin_memory=device.type == "cuda")
        yield "matrix_side", side
        yield "matrix_tflops", _brief(self._rate / 1e12)
        yield "card_copy_gb_s", _brief(2 * size / self._seconds(lambda: there.copy_(one)) / 1e9)
        over = self._seconds(lambda: there.copy_(host, non_blocking=True))
        yield "host_to_card_gb_s", _brief(size / over / 1e9)

    def _seconds(self, work: Callable[[], object], times: int = 10) -> float:
        """Of one of `times` calls, after as many that do not count."""
        for _ in range(2):
            self._stand.wait()
            began = time.perf_counter()
            for _ in range(times):
                work()
            self._stand.wait()
            took = time.perf_counter() - began
        return took / times

    # Speed

    def latency(self) -> Told:
        """From a new prompt to a PNG, as the engine draws: compiled, the fastest attention."""
        laid = self._whole()
        began = time.perf_counter()
        yield "attention", laid.speed_up(compiled=True)
        yield "compiled", laid.is_compiled
        yield "compile_s", round(time.perf_counter() - began, 1)
        yield "load_s", round(laid.seconds, 1)
        yield "tokens", laid.tokens
        for side in self._extent.sides:
            yield f"{side}", self._with_mfu(typical(self._drawn(laid, side)), side)

    def batches(self) -> Told:
        """Pictures of one size drawn together."""
        laid, side = self._whole(), self._extent.batch_side
        if not laid.is_compiled:
            laid.speed_up(compiled=True)
        yield "side", side
        yield "compiled", laid.is_compiled
        for pictures in self._extent.batches:
            taken = self._drawn(laid, side, pictures)
            each = median((one.total - one.png) / pictures for one in taken)
            yield f"{pictures}", {"picture_s": round(each, 4), **typical(taken)}

    def steps(self) -> Told:
        """A step in every way that the device has: eager and compiled, each attention."""
        laid, extent = self._whole(), self._extent
        best = laid.speed_up(compiled=False)
        for side in extent.sides:
            yield f"eager {best} {side}", self._step(laid, side)
        names = self._backends(laid)
        for name in names:
            if name != best:
                yield f"eager {name} {extent.usual}", self._tried(laid, name, compiled=False)
        yield f"compiled {best} {extent.usual}", self._tried(laid, best, compiled=True)
        with laid.unguarded():
            yield f"unguarded {best} {extent.usual}", self._step(laid, extent.usual)
        if extent.all_compiled:
            for name in names:
                if name not in (best, PLAIN_ATTENTION):
                    yield f"compiled {name} {extent.usual}", self._tried(laid, name, compiled=True)

    def decoding(self) -> Told:
        """The decoder in one piece and in tiles, as it is and in the ways that may be faster."""
        laid, side = self._whole(), self._extent.usual
        decoder = Decoder(laid.drawing)
        yield "side", side
        for name, way in decoder.ways().items():
            for tile in (None, TILE):
                with way, decoder.in_tiles(tile):
                    took = self._seconds(partial(decoder, side), self._extent.pictures)
                yield f"{name} {tile or 'whole'}", {"decode_s": round(took, 4)}

    def _tried(self, laid: Laid, backend: str, compiled: bool) -> Row:
        try:
            # One after the other they would be graphs of one compiler, which takes eight.
            torch.compiler.reset()
            laid.speed_up(compiled, backend)
            told = {} if laid.is_compiled == compiled else {"compiled": laid.is_compiled}
            return {**self._step(laid, self._extent.usual), **told}
        except torch.AcceleratorError:
            raise
        except Exception as error:
            return {"failed": sentence(error)}

    def _backends(self, laid: Laid) -> list[str]:
        """Those of the engine's table and of torch that work, plain attention last."""
        capability = (0, 0)
        if self._stand.device.type == "cuda":
            capability = torch.cuda.get_device_capability()
        names = dict.fromkeys((*candidates(capability), *TORCHS_OWN))
        transformer = laid.drawing._pipe.transformer
        return [*(name for name in names if works(name, transformer)), PLAIN_ATTENTION]

    def _step(self, laid: Laid, side: int) -> Row:
        told = typical(self._drawn(laid, side))
        return self._with_mfu({"step_s": told["step_s"]}, side)

    # Memory

    def memory(self) -> Told:
        """The model under a cap, beside what the plan says of it."""
        try:
            for cap, side in self._extent.caps:
                self.clear()
                yield f"{cap:g} GB", self._capped(cap, side)
        finally:
            self.clear()

    def _capped(self, gigabytes: float, side: int) -> Row:
        try:
            laid = Laid(self._stand, self._model, gigabytes, watched=True)
            if self._extent.all_compiled:
                laid.speed_up(compiled=True)
            planned = self._plan(laid, side)
            laid.draw(side)
            laid.placement.peaks.clear()
            taken = laid.draw(side)
            return {
                "side": side,
                **planned,
                "compiled": laid.is_compiled,
                "rung": _rung(laid.placement.rung),
                "shortages": laid.placement.shortages,
                **_peaks(laid.placement.peaks, gigabytes),
                **typical([taken]),
            }
        except torch.AcceleratorError:
            raise
        except Exception as error:
            return {"side": side, "failed": sentence(error)}

    def _plan(self, laid: Laid, side: int) -> Row:
        card = laid.placement._memory.card()
        made = plan(card, laid.placement._host, self._model.profile, (side, side),
                    storage=self._stand.storage)  # fmt: skip
        if not isinstance(made, Plan):
            return {"planned": "does not fit"}
        return {"planned": _rung(made.rung), "planned_peak_gb": in_gib(made.peak)}

    # What they share

    def _whole(self) -> Laid:
        if self._laid is None:
            self._laid = Laid(self._stand, self._model)
        return self._laid

    def _drawn(self, laid: Laid, side: int, pictures: int = 1) -> list[Taken]:
        """After one that does not count."""
        return [laid.draw(side, pictures=pictures) for _ in range(1 + self._extent.pictures)][1:]

    def _with_mfu(self, told: Row, side: int) -> Row:
        """`told` with the share of the measured matrix rate that its step reaches."""
        if self._rate is None:
            return told
        profile = self._model.profile
        work = Work(width=side, height=side, steps=profile.steps)
        operations = costs_of(profile, self._stand.storage).step_flops(work)
        return {**told, "mfu": round(operations / told["step_s"] / self._rate, 3)}


def sentence(error: BaseException) -> str:
    """An error on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _brief(value: float) -> float:
    """To four digits."""
    return float(f"{value:.4g}")


def _rung(rung: Rung) -> Row:
    return {
        "resident_blocks": rung.resident_blocks,
        "encoder_resident": rung.encoder_resident,
        "tile": rung.tile,
    }


def _peaks(peaks: list[tuple[int, int]], gigabytes: float) -> Row:
    """Of encoding, denoising and decoding."""
    if not peaks:
        return {}
    used, held = zip(*peaks, strict=True)
    names = ("encode", "denoise", "decode")
    return {
        "peak_gb": {name: round(one / GIB, 2) for name, one in zip(names, used, strict=True)},
        "held_gb": {name: round(one / GIB, 2) for name, one in zip(names, held, strict=True)},
        "inside": max(held) <= gigabytes * GIB,
    }
