"""What crosses between the bot and the engine.

Imports nothing heavy, so that a client of the engine needs no torch. The wire is HTTP and
Server-Sent Events over a Unix socket:

    POST   /v1/jobs                                  Job -> 202; 409/422/429/503 with a Refusal
    PUT    /v1/inputs/{sha256}                       PNG that jobs begin from -> 204; 413, 422
    DELETE /v1/jobs/{generation_id}/{attempt}        cancel; 204 whether or not it was there
    GET    /v1/jobs/{generation_id}/{attempt}/{n}.png   picture n (from 1), while unacknowledged
    GET    /v1/jobs/{generation_id}/{attempt}/preview.jpg  the picture, or a contact sheet of them
    GET    /v1/jobs/{generation_id}/{attempt}/sketch.jpg   what is being drawn, roughly, from the
                                                     second request on; 204 while there is none
    POST   /v1/jobs/{generation_id}/{attempt}/ack    the result is stored by the client: forget it
    GET    /v1/engine                                EngineInfo
    GET    /v1/condition                             EngineCondition
    GET    /v1/tokenizer                             tokenizer.json of the loaded text encoder
    GET    /v1/events                                SSE, `data:` lines of Event as JSON
    GET    /metrics                                  for Prometheus

An event stream starts with Hello, then repeats every unacknowledged result, then goes live; Hello
comes again when the engine becomes ready, and when its LoRA files change. A later attempt of a
generation makes an earlier one void, without an event. While the model loads, the tokenizer and
jobs are answered with 503.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from engine.lora import MAX_LORAS, Lora, LoraInfo
from engine.values import Frozen, Told

PROTOCOL_VERSION = 4
MAX_PICTURES = 4
#: Bytes of a picture that a job begins from.
MAX_INPUT_BYTES = 32 * 2**20
#: Seconds between heartbeats; a client treats three missed ones as a dead engine.
HEARTBEAT_SECONDS = 5.0
#: How long a client may believe that a job it handed over is alive without hearing of it.
LEASE_SECONDS = 15.0


class JobKey(Frozen):
    """Names one try at one generation; a result under an old attempt is void."""

    generation_id: str = Field(pattern=r"^[0-9a-z]{1,12}$")
    attempt: int = Field(ge=1)

    def __str__(self) -> str:
        return f"{self.generation_id}-{self.attempt}"


class Source(Frozen):
    """A picture that a job begins from, in place of noise alone."""

    #: Of its bytes, a PNG, which lie under /v1/inputs by the time the job is handed in. Where its
    #: alpha is below one half it is drawn anew, and elsewhere kept; without alpha it all is anew.
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    #: How much of the way from noise is gone again. Near 0: hardly any of it; 1: all of it.
    strength: float = Field(gt=0, le=1)


class Job(Frozen):
    """One generation as the engine needs it: everything is resolved, nothing is a default."""

    key: JobKey
    #: Reaches the text encoder byte for byte.
    prompt: str = Field(min_length=1)
    negative_prompt: str = ""
    #: Pixels of the picture that is handed out.
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    #: Forward passes of the transformer; with a source, those of the whole way from noise.
    steps: int = Field(ge=1)
    #: 0 = off; in diffusers' meaning, that is ComfyUI's cfg minus 1.
    guidance: float = Field(ge=0)
    #: Picture n (from 1) is drawn with seed + n - 1.
    seed: int = Field(ge=0, lt=2**63)
    count: int = Field(default=1, ge=1, le=MAX_PICTURES)
    #: An earlier attempt may have been what ended an engine: its pictures are drawn one by one,
    #: never together with another job's, and not before every result of earlier ones is on disk.
    alone: bool = False
    #: Scaled, and cut at its edges, to the size at which the model draws.
    source: Source | None = None
    #: Each file once.
    loras: tuple[Lora, ...] = Field(default=(), max_length=MAX_LORAS)
    #: Local contrast and outlines are raised a little when it is drawn.
    enhance: bool = False

    @property
    def passes(self) -> int:
        """Forward passes that are made for one picture."""
        return passes(self.steps, self.source.strength if self.source else None)


def passes(steps: int, strength: float | None) -> int:
    """How many of `steps` are left where a picture is given, as diffusers' img2img pipelines count;
    all of them without one (None)."""
    if strength is None:
        return steps
    return steps - int(max(steps - min(steps * strength, steps), 0))


class ErrorCode(StrEnum):
    """Why a job was refused or failed. Sentences for people live in bot/core/replies.py."""

    # Refusals of POST /v1/jobs.
    QUEUE_FULL = "queue_full"  #: 429; offer it again later
    STARTING = "starting"  #: 503; not warm yet
    STOPPING = "stopping"  #: 503
    STALE_ATTEMPT = "stale_attempt"  #: 409; a later attempt of this generation is held
    INPUT_MISSING = "input_missing"  #: 409; put the job's source first, then offer it again
    NO_INPUTS = "no_inputs"  #: 422; the model draws from words alone
    PROMPT_TOO_LONG = "prompt_too_long"  #: 422; data: tokens, limit, lost (text past the limit)
    BAD_SIZE = "bad_size"  #: 422; data: width, height, multiple, minimum, maximum
    BAD_STEPS = "bad_steps"  #: 422; data: steps, minimum, maximum
    BAD_GUIDANCE = "bad_guidance"  #: 422; data: guidance, minimum, maximum
    NO_LORA = "no_lora"  #: 422; no such file; data: name
    UNFIT_LORA = "unfit_lora"  #: 422, or it fails; data: name, problem, and what that has
    # Failures of an accepted job.
    BAD_PICTURE = "bad_picture"  #: non-finite or flat twice; data: loras (names) if it had any
    OUT_OF_MEMORY = "out_of_memory"
    ENGINE_ERROR = "engine_error"  #: unexpected; logged by the engine with the generation id
    # Given by the bot, not by the engine.
    INPUT_GONE = "input_gone"  #: the picture to begin from was deleted
    TOO_MANY_ATTEMPTS = "too_many_attempts"


class Refusal(Told):
    """Body of a refused POST /v1/jobs."""

    code: ErrorCode
    data: dict[str, Any] = Field(default={})


class EngineInfo(Told):
    """What a client needs to know about the engine it is connected to."""

    protocol: int = PROTOCOL_VERSION
    version: str
    #: New for each start of the process.
    launch_id: str
    #: Name of the profile in engine/profiles.py.
    model: str
    device: str
    ready: bool
    #: How many jobs the engine holds at once, the running one included.
    capacity: int
    #: Tokens the chat template adds to every prompt, and the most that prompt plus template
    #: may have.
    template_tokens: int
    max_tokens: int
    #: Measured here; None before the first measurement. 1 megapixel-step = 10**6 drawn pixels
    #: times one forward pass.
    seconds_per_megapixel_step: float | None = None
    #: By name. Hello comes again when they change.
    loras: tuple[LoraInfo, ...] = ()


class EngineCondition(Told):
    """How an engine fares, for people. Bytes; None where that is not known."""

    #: As in EngineInfo.
    device: str
    ready: bool
    #: Jobs that wait there.
    waiting: int
    #: Of the card's own memory, if it has any.
    device_free_bytes: int | None = None
    #: What the engine's process holds of the host's memory.
    resident_bytes: int | None = None
    host_available_bytes: int | None = None
    host_total_bytes: int | None = None


class Hello(Told):
    """First event of every stream."""

    kind: Literal["hello"] = "hello"
    info: EngineInfo
    #: Jobs queued, running or finished and not acknowledged.
    held: tuple[JobKey, ...]
    #: Jobs that an earlier process had begun to draw and did not finish.
    interrupted: tuple[JobKey, ...] = ()


class Heartbeat(Told):
    """Sent every HEARTBEAT_SECONDS, also while the GPU is busy; renews the leases of `held`."""

    kind: Literal["heartbeat"] = "heartbeat"
    held: tuple[JobKey, ...]


class Started(Told):
    """The first step is about to begin: from here on the attempt counts."""

    kind: Literal["started"] = "started"
    key: JobKey


class Progress(Told):
    """`step` of `steps` forward passes are done, over all pictures of the job."""

    kind: Literal["progress"] = "progress"
    key: JobKey
    step: int
    steps: int


class Finished(Told):
    """The pictures lie ready to be fetched."""

    kind: Literal["finished"] = "finished"
    key: JobKey
    pictures: int
    #: Size at which the model drew; differs from the job's when it was scaled.
    drawn_width: int
    drawn_height: int
    #: Wall time in the GPU thread; of a batch, its part by pictures.
    seconds: float


class Failed(Told):
    """The job ended without pictures and trying it again here would not help."""

    kind: Literal["failed"] = "failed"
    key: JobKey
    code: ErrorCode
    data: dict[str, Any] = Field(default={})


class Cancelled(Told):
    """The job ended because it was asked to."""

    kind: Literal["cancelled"] = "cancelled"
    key: JobKey


class Returned(Told):
    """The engine stops: the job goes back to the client without counting as an attempt."""

    kind: Literal["returned"] = "returned"
    key: JobKey


AnyEvent = Hello | Heartbeat | Started | Progress | Finished | Failed | Cancelled | Returned
Event = Annotated[AnyEvent, Field(discriminator="kind")]
#: Parses and prints one event: `EVENT.validate_json(line)`.
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(Event)
#: Events that end a job at the engine and are repeated until acknowledged.
Result = Finished | Failed | Cancelled | Returned
