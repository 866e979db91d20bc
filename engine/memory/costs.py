"""What a drawing costs under a rung of the ladder: bytes on the card and off it, and seconds.

Pure arithmetic on a model's anatomy. Bytes are bounds with stated margins. Seconds are estimates
from floating point operations and PCIe traffic and were not measured: read them as "at least".
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from engine.anatomy import Anatomy
from engine.memory import operations
from engine.memory.cards import PROCESS_BYTES, Card

#: Slots of the block swapper: one block is at work while the next one is on its way.
SLOTS = 2
#: Allocator rounding and cuBLAS workspace over the traced tensors of transformer and text encoder.
#: An assumption.
FRAGMENTATION = 1.25
#: The same for the decoder, whose convolutions have large workspaces. SGLang's baseline on an H100:
#: 2.28 GiB more at the decode of 1024x1024 where 1.5 GiB are traced.
DECODE_WORKSPACE = 1.5
#: Of a picture put together from tiles: the tiles, the rows of them, the picture. Traced: 22.5.
PICTURE_BYTES_PER_PIXEL = 24
#: Of the maker's figure, what the transformer reaches. SGLang on an H100: 83 to 90 ms a step, which
#: is 620 to 680 of 989 TFLOPS. Assumed of every card.
TRANSFORMER_EFFICIENCY = 0.65
#: The same for the decoder: 906 ms in all there, less 745 of denoising and 129 of encoding.
DECODER_EFFICIENCY = 0.33
#: Tokens of a usual prompt, the template's included.
USUAL_TOKENS = 96
#: Tokens are padded to multiples of this: SEQ_MULTI_OF of diffusers' transformer.
_TOKEN_MULTIPLE = 32


class Storage(StrEnum):
    """How the matrices in the blocks of transformer and text encoder are kept.

    The rest is kept as it is computed in: bfloat16, on a CPU float32.
    """

    BF16 = "bf16"
    #: float8_e4m3fn, cast back before each use: half the bytes, not faster.
    FP8 = "fp8"
    #: torchao, weights only, a scale for each row.
    INT8 = "int8"
    #: What a CPU computes in; nobody sets it.
    FP32 = "fp32"


_BYTES = {Storage.BF16: 2.0, Storage.FP8: 1.0, Storage.INT8: 1.01, Storage.FP32: 4.0}


@dataclass(frozen=True, kw_only=True)
class Work:
    """One call of the model."""

    width: int
    height: int
    #: Pictures in it.
    batch: int = 1
    #: Guidance doubles the rows of each step.
    guided: bool = False
    steps: int = 8
    #: Bytes of LoRAs that are added to the transformer.
    loras: int = 0

    @property
    def rows(self) -> int:
        """Rows of a forward pass of the transformer."""
        return self.batch * (2 if self.guided else 1)

    @property
    def pixels(self) -> int:
        """Of one picture."""
        return self.width * self.height


@dataclass(frozen=True, kw_only=True)
class Rung:
    """Where things lie, and in what pieces a picture is decoded."""

    #: Blocks of the transformer on the card for good; the others are streamed when they run.
    resident_blocks: int
    #: Else it is streamed, layer by layer, for each prompt that is not known.
    encoder_resident: bool
    #: Pixels along a side of the decoder's tiles. None = the picture in one piece.
    tile: int | None


@dataclass(frozen=True, kw_only=True)
class Phases:
    """A figure for each phase of a drawing."""

    encode: float
    denoise: float
    decode: float

    @property
    def largest(self) -> float:
        return max(self.encode, self.denoise, self.decode)

    @property
    def total(self) -> float:
        return self.encode + self.denoise + self.decode


def stream_order(count: int, once: int = 0) -> tuple[int, ...]:
    """Indices of `count` blocks: the first k of them are the ones to stream where k must be.

    First the `once` blocks that do not run in each step, which costs least. The others lie apart
    for each k, so that what computes in between hides the copying, and another k moves no block but
    those that make the difference.
    """
    golden = (math.sqrt(5) - 1) / 2
    again = sorted(range(once, count), key=lambda index: (index - once + 1) * golden % 1)
    return (*range(once), *again)


@dataclass(frozen=True)
class Costs:
    """The costs of one model under one storage."""

    anatomy: Anatomy
    storage: Storage
    #: Most tokens of a prompt.
    max_tokens: int

    # Bytes of weights

    @cached_property
    def blocks(self) -> tuple[int, ...]:
        """Bytes of each block of the transformer, in the order in which they run."""
        kinds = self.anatomy.transformer.blocks
        return tuple(self._stored(kind.parameters) for kind in kinds for _ in range(kind.count))

    @cached_property
    def _streamed_of(self) -> tuple[int, ...]:
        """Bytes of the first k blocks that leave the card."""
        sums = [0]
        for index in stream_order(len(self.blocks), self._once):
            sums.append(sums[-1] + self.blocks[index])
        return tuple(sums)

    def streamed(self, rung: Rung) -> int:
        """Bytes of the blocks that are copied to the card when they run."""
        return self._streamed_of[self._streamed_blocks(rung)]

    def _streamed_blocks(self, rung: Rung) -> int:
        return len(self.blocks) - rung.resident_blocks

    @property
    def _once(self) -> int:
        return self.anatomy.transformer.once_count

    def resident(self, rung: Rung) -> int:
        """Bytes on the card between two drawings."""
        always = self.anatomy.transformer.others + self.anatomy.decoder.parameters
        stay = sum(self.blocks) - self.streamed(rung)
        return always * self._computed + stay + (self._encoder if rung.encoder_resident else 0)

    def host(self, rung: Rung) -> int:
        """Bytes of main memory, those of the process included."""
        encoder = 0 if rung.encoder_resident else self._encoder
        return PROCESS_BYTES + self.streamed(rung) + encoder

    # Bytes at work

    def needs(self, rung: Rung, work: Work) -> Phases:
        """Bytes that each phase takes on the card beside what is resident."""
        return Phases(
            encode=self._encoding(rung),
            denoise=self._denoising(rung, work),
            decode=self._decoding(rung, work),
        )

    def _encoding(self, rung: Rung) -> float:
        encoder = self.anatomy.text_encoder
        slots = 0 if rung.encoder_resident else self._slots(self._layer, encoder.layers)
        live = self._live(encoder.live_bytes_per_token) * self.max_tokens
        return slots + self._unpacked(encoder.largest_matrix) + FRAGMENTATION * live

    def _denoising(self, rung: Rung, work: Work) -> float:
        transformer = self.anatomy.transformer
        slots = self._slots(max(self.blocks), self._streamed_blocks(rung))
        tokens = self._picture_tokens(work) + _padded(self.max_tokens)
        live = self._live(transformer.live_bytes_per_token) * tokens * work.rows
        weights = slots + self._unpacked(transformer.largest_matrix) + self._added(work)
        return weights + FRAGMENTATION * live

    def _added(self, work: Work) -> int:
        """LoRAs, and the block at work with them added."""
        if not work.loras:
            return 0
        largest = max(kind.parameters for kind in self.anatomy.transformer.blocks)
        return work.loras + largest * self._computed

    def _decoding(self, rung: Rung, work: Work) -> float:
        largest = rung.tile or max(work.width, work.height)
        piece = min(work.width, largest) * min(work.height, largest)
        live = self._live(self.anatomy.decoder.live_bytes_per_pixel) * piece
        pictures = self._live(PICTURE_BYTES_PER_PIXEL) * work.pixels * work.batch
        return DECODE_WORKSPACE * live + pictures

    def _slots(self, largest: int, streamed: int) -> int:
        # Cast back to fp8, each matrix is a copy beside the slot until its block is done.
        beside = 1 if self.storage is Storage.FP8 and streamed else 0
        return (min(SLOTS, streamed) + beside) * largest

    # Seconds

    def seconds(self, rung: Rung, work: Work, card: Card) -> Phases:
        """Of one call, for a prompt that is not known."""
        return Phases(
            encode=self._encode_seconds(rung, work, card),
            denoise=self._denoise_seconds(rung, work, card),
            decode=self.decode_flops(rung, work) / (card.flops * DECODER_EFFICIENCY),
        )

    def traffic(self, rung: Rung, work: Work) -> int:
        """Bytes copied to the card by the steps of one call: all that is streamed, and with each
        step but the first what runs again."""
        return self.streamed(rung) + (work.steps - 1) * self._again(rung)

    def _again(self, rung: Rung) -> int:
        """Bytes copied in each step. What the slots can hold stays there."""
        count = self._streamed_blocks(rung)
        if count - self._once <= SLOTS:
            return 0
        return self._streamed_of[count] - self._streamed_of[self._once]

    def _encode_seconds(self, rung: Rung, work: Work, card: Card) -> float:
        encoder = self.anatomy.text_encoder
        flops = 2 * encoder.layers * encoder.layer_parameters * USUAL_TOKENS
        compute = flops / (card.flops * TRANSFORMER_EFFICIENCY)
        copy = 0.0 if rung.encoder_resident else encoder.layers * self._layer / card.pcie
        return max(compute, copy) * work.rows

    def _denoise_seconds(self, rung: Rung, work: Work, card: Card) -> float:
        rate = card.flops * TRANSFORMER_EFFICIENCY
        count = self._streamed_blocks(rung)
        before = self._streamed_of[min(count, self._once)]
        before += min(SLOTS, max(0, count - self._once)) * max(self.blocks)
        # One block computes while the next is copied: a step takes as long as the slower one.
        step = max(self.step_flops(work) / rate, self._again(rung) / card.pcie)
        return before / card.pcie + self.caption_flops(work) / rate + work.steps * step

    def caption_flops(self, work: Work) -> float:
        """Of what is made once for all steps."""
        picture, caption = self._picture_tokens(work), _padded(USUAL_TOKENS)
        return operations.of_captions(self.anatomy.transformer, picture, caption) * work.rows

    def step_flops(self, work: Work) -> float:
        """Of one step."""
        picture, caption = self._picture_tokens(work), _padded(USUAL_TOKENS)
        return operations.of_step(self.anatomy.transformer, picture, caption) * work.rows

    def decode_flops(self, rung: Rung, work: Work) -> float:
        """Of all pictures."""
        size = work.width, work.height
        return operations.of_decoding(self.anatomy.decoder, size, rung.tile) * work.batch

    # What one thing weighs

    def _stored(self, parameters: int) -> int:
        return math.ceil(parameters * _BYTES[self.storage])

    @property
    def _computed(self) -> int:
        """Bytes of a number at work."""
        return 4 if self.storage is Storage.FP32 else 2

    def _live(self, traced: float) -> float:
        """`traced` is in bf16."""
        return traced * self._computed / 2

    def _unpacked(self, parameters: int) -> int:
        """A matrix cast to what it is multiplied in."""
        packed = self.storage in (Storage.FP8, Storage.INT8)
        return parameters * self._computed if packed else 0

    @property
    def _layer(self) -> int:
        return self._stored(self.anatomy.text_encoder.layer_parameters)

    @property
    def _encoder(self) -> int:
        encoder = self.anatomy.text_encoder
        return encoder.layers * self._layer + (encoder.embedding + encoder.others) * self._computed

    def _picture_tokens(self, work: Work) -> int:
        side = self.anatomy.transformer.token_side
        return _padded(-(-work.width // side) * -(-work.height // side))


def _padded(tokens: int) -> int:
    return -(-tokens // _TOKEN_MULTIPLE) * _TOKEN_MULTIPLE
