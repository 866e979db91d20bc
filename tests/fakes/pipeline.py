"""A pipeline without a model: keeps the Pipeline contract, and does on top what a test asks for."""

import random
import threading
from collections.abc import Callable

from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from engine.pipeline import DrawRequest

#: Longest a held step waits, so that a failing test ends.
PATIENCE = 10.0


class FakePipeline:
    """Pictures are noise that depends on everything asked for."""

    device = "fake"
    template = ("<user>", "</user>")

    def __init__(self) -> None:
        self.tokenizer_json = _byte_tokenizer()
        #: Raised by the first step of a picture with this prompt.
        self.raises: dict[str, Exception] = {}
        #: While cleared, every step waits before it is done.
        self.go = threading.Event()
        self.go.set()
        #: What was asked for, in order.
        self.requests: list[DrawRequest] = []
        #: Steps that were done and not stopped, over all of them.
        self.steps = 0

    def draw(self, request: DrawRequest, on_step: Callable[[int], None]) -> Image.Image:
        self.requests.append(request)
        for step in range(1, request.steps + 1):
            self.go.wait(PATIENCE)
            if request.prompt in self.raises:
                raise self.raises[request.prompt]
            on_step(step)
            self.steps += 1
        return _noise(request)


def _noise(request: DrawRequest) -> Image.Image:
    negative = request.negative_prompt if request.guidance else ""
    said = (request.prompt, negative, request.guidance, request.seed, request.steps)
    pixels = random.Random(repr(said)).randbytes(request.width * request.height * 3)
    return Image.frombytes("RGB", (request.width, request.height), pixels)


def _byte_tokenizer() -> bytes:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: n for n, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return str(tokenizer.to_str()).encode()
