"""What the log and the metrics tell of one job."""

from dataclasses import asdict, dataclass


@dataclass
class Record:
    """Filled in on the job's way. Seconds are wall time; a batch's count for each of its jobs."""

    #: The most pictures, other jobs' included, that were drawn together with one of its.
    batch: int = 0
    #: Jobs that still waited when its turn came.
    queue_depth: int = 0
    #: From the job's acceptance to its turn in the GPU thread.
    wait_seconds: float = 0.0
    #: The part of that in which the GPU thread had nothing to do.
    idle_seconds: float = 0.0
    encode_seconds: float = 0.0
    denoise_seconds: float = 0.0
    #: Steps that were made of its batches.
    batch_steps: int = 0
    decode_seconds: float = 0.0
    #: PNG, preview and what else happens outside the GPU thread.
    png_seconds: float = 0.0
    #: Text encodings that were at hand, and that had to be made.
    encodings_kept: int = 0
    encodings_made: int = 0
    #: Forward passes that came out non-finite, and decodings that came out flat.
    bad_steps: int = 0
    bad_decodes: int = 0
    #: Times that memory did not suffice.
    out_of_memory: int = 0
    #: Of the device, when it was drawn. None where it has no memory of its own.
    device_free_bytes: int | None = None

    @property
    def step_seconds(self) -> float:
        """One step of a batch."""
        return self.denoise_seconds / self.batch_steps if self.batch_steps else 0.0

    def fields(self) -> dict[str, float | int]:
        """For a log line; times to a tenth of a millisecond."""
        told = {**asdict(self), "step_seconds": self.step_seconds}
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in told.items()
            if value is not None
        }
