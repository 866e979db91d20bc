"""A pipeline without a model: keeps the Pipeline contract, and does on top what a test asks for."""

import random
import threading
from collections.abc import Callable, Sequence
from hashlib import sha256

from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from engine.loras.changes import Layers
from engine.loras.folder import LoraFile
from engine.pipeline import Adapter, Drawing, Drawn, DrawRequest, OnSketch, PipelineError

#: Longest a held step waits, so that a failing test ends.
PATIENCE = 10.0


class FakePipeline:
    """Pictures are noise that depends on everything asked for."""

    device = "fake"
    template = ("<user>", "</user>")

    def __init__(self) -> None:
        self.tokenizer_json = _byte_tokenizer()
        self.layers: Layers = {"layers.0.attention.to_q": (8, 8)}
        #: Raised by the first step of a picture with this prompt.
        self.raises: dict[str, Exception] = {}
        #: While cleared, every step waits before it is done.
        self.go = threading.Event()
        self.go.set()
        #: The same for the pictures with one prompt, and those drawn together with them.
        self.gates: dict[str, threading.Event] = {}
        #: While cleared, the pictures wait after their last step.
        self.decoding = threading.Event()
        self.decoding.set()
        #: What was asked for, in order.
        self.requests: list[DrawRequest] = []
        #: How many of them were drawn together, in order.
        self.batches: list[int] = []
        #: Steps that were done and not stopped, over all of them.
        self.steps = 0
        #: Pictures that the memory has room for.
        self.places = 64
        self.free: int | None = None
        #: Steps that came out bad, by prompt.
        self.bad_steps: dict[str, int] = {}
        #: Is told the checksum of each LoRA file that was read.
        self.has_read: Callable[[str], None] = lambda digest: None

    def let_go(self) -> None:
        """Nothing waits any more."""
        for gate in (self.go, self.decoding, *self.gates.values()):
            gate.set()

    def read_lora(self, file: LoraFile) -> Adapter:
        digest = sha256(file.path.read_bytes()).hexdigest()
        self.has_read(digest)
        return Adapter(
            name=file.name, sha256=digest, tensors_sha256=digest, changes={}, nbytes=file.stamp[0]
        )

    def draw(self, request: DrawRequest, on_step: Callable[[int], None]) -> Image.Image:
        image = self.draw_together([request], [on_step]).drawn[0].image
        if isinstance(image, PipelineError):
            raise image
        return image

    def draw_together(
        self,
        requests: Sequence[DrawRequest],
        on_steps: Sequence[Callable[[int], None]],
        on_sketches: Sequence[OnSketch] = (),
    ) -> Drawing:
        self.requests += requests
        self.batches.append(len(requests))
        ended: dict[int, PipelineError] = {}
        for step in range(1, requests[0].passes + 1):
            self.go.wait(PATIENCE)
            for request in requests:
                if request.prompt in self.gates:
                    self.gates[request.prompt].wait(PATIENCE)
                if request.prompt in self.raises:
                    raise self.raises[request.prompt]
            for n, on_step in enumerate(on_steps):
                if n not in ended:
                    for on_sketch in on_sketches[n : n + 1]:
                        on_sketch(lambda: Image.new("RGB", (4, 3)))
                    self._tell(n, on_step, step, ended)
        self.decoding.wait(PATIENCE)
        return Drawing(
            drawn=tuple(self._drawn(r, ended.get(n)) for n, r in enumerate(requests)),
            encode_seconds=0.001,
            denoise_seconds=0.002,
            decode_seconds=0.003,
        )

    def free_bytes(self) -> int | None:
        return self.free

    def room(self, request: DrawRequest) -> int:
        return self.places

    def _drawn(self, request: DrawRequest, error: PipelineError | None) -> Drawn:
        return Drawn(
            image=error or _noise(request),
            encodings_kept=0,
            encodings_made=1,
            bad_steps=self.bad_steps.get(request.prompt, 0),
            bad_decodes=0,
        )

    def _tell(
        self, n: int, on_step: Callable[[int], None], step: int, ended: dict[int, PipelineError]
    ) -> None:
        try:
            on_step(step)
            self.steps += 1
        except PipelineError as error:
            ended[n] = error


def _noise(request: DrawRequest) -> Image.Image:
    negative = request.negative_prompt if request.guidance else ""
    source, shown = request.source, None
    if source is not None:
        shown = (source.image.tobytes(), source.mask and source.mask.tobytes(), source.strength)
    loras = [(worn.adapter.sha256, worn.weight) for worn in request.loras]
    said = (request.prompt, negative, request.guidance, request.seed, request.steps, shown, loras)
    pixels = random.Random(repr(said)).randbytes(request.width * request.height * 3)
    return Image.frombytes("RGB", (request.width, request.height), pixels)


def _byte_tokenizer() -> bytes:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: n for n, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return str(tokenizer.to_str()).encode()
