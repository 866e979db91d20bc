"""What an operator can set for the engine: ZDRAW_* variables, or the same lines in `.env`."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.memory.costs import Storage
from engine.memory.options import MemoryOptions
from engine.profiles import Profile


class EngineSettings(BaseSettings):
    """The engine's settings, read once when the process starts."""

    model_config = SettingsConfigDict(
        env_prefix="ZDRAW_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    state_dir: Path = Field(
        Path("state"),
        description="Folder of everything that outlives a process, and of the socket.",
    )
    model: str = Field(
        "demo",
        description="Model that draws: a profile's name, one of its other names, or a folder.",
    )
    weights_dir: Path | None = Field(
        None,
        description="Folder of the model's weights; unset: `models/<model>` in the state folder, "
        "and for the demo model the weights that come with zdraw.",
    )
    lora_dir: Path | None = Field(
        None,
        description="Folder of LoRA files (`*.safetensors`) that people may name; unset: `loras` "
        "in the state folder.",
    )
    vram_gb: float | None = Field(
        None,
        ge=1,
        le=1000,
        description="GB of GPU memory that are used at most. Unset: all there is.",
    )
    weights_storage: Literal["bf16", "fp8", "int8"] = Field(
        "bf16",
        description="How the weights are kept; `fp8` and `int8` halve them, at the cost of some "
        "quality and no speed. `int8` needs `pip install 'zdraw[int8]'`.",
    )
    engine_queue_size: int = Field(
        24, ge=1, le=64, description="Jobs the engine holds at once, the running ones included."
    )
    engine_batch: int = Field(
        16,
        ge=1,
        le=64,
        description="Most pictures drawn together; the model's table says fewer for large ones. "
        "1 = one by one.",
    )
    engine_compile: bool = Field(
        True,
        description="Compile the transformer's blocks on a card: faster pictures, a slower start. "
        "A CPU never compiles.",
    )
    engine_throttle_jobs: int = Field(
        0,
        ge=0,
        description="At most so many jobs start in `ZDRAW_ENGINE_THROTTLE_SECONDS`: a lid on heat "
        "and power. 0 = no lid.",
    )
    engine_throttle_seconds: float = Field(
        60.0, gt=0, description="The span in seconds that `ZDRAW_ENGINE_THROTTLE_JOBS` counts over."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least important log line that is written."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="`console` for people, `json` for log collectors."
    )

    def memory_options(self) -> MemoryOptions:
        """How a model is laid out."""
        return MemoryOptions(vram_gb=self.vram_gb, storage=Storage(self.weights_storage))

    def lora_folder(self) -> Path:
        """Where LoRA files lie, if there are any."""
        return self.lora_dir or self.state_dir / "loras"

    def weights_folder(self, profile: Profile) -> Path:
        """Where the weights of `profile` lie, or would lie."""
        if profile.folder is not None:
            return profile.folder
        if self.weights_dir is not None:
            return self.weights_dir
        if profile.name == "demo":
            from engine.demo_model import WEIGHTS

            return WEIGHTS
        return self.state_dir / "models" / profile.name
