"""What the operator decides, read once at start from the environment and `.env`.

A wrong value or an unknown name stops the start with one line; nothing is guessed.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from bot.api_settings import ApiSettings
from bot.board_settings import BoardSettings
from engine.local_model import chosen_model
from engine.profiles import MODELS, UnknownModel, UnpublishedModel

PREFIX = "ZDRAW_"
#: Settings that only engine/settings.py reads; they may stand in the same `.env`.
ENGINE_ONLY = frozenset(
    {
        "weights_dir",
        "lora_dir",
        "vram_gb",
        "weights_storage",
        "engine_queue_size",
        "engine_batch",
        "engine_compile",
        "engine_throttle_jobs",
        "engine_throttle_seconds",
    }
)


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line looks."""

    CONSOLE = "console"
    JSON = "json"


class HubName(StrEnum):
    """Where weights are published."""

    HUGGINGFACE = "huggingface"
    MODELSCOPE = "modelscope"


def _has_a_host(address: str) -> bool:
    """Whether it names a host, and a port that is one if it names any."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _default_database(known: dict[str, Any]) -> str:
    return f"sqlite+aiosqlite:///{known.get('state_dir', 'state')}/zdraw.db"


class BotSettings(ApiSettings, BoardSettings):
    """Settings of the bot and of the supervisor. A blank value is the same as none."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    telegram_token: SecretStr | None = Field(
        None,
        description="Token of the Telegram bot, from @BotFather. Without it Telegram is off.",
    )
    telegram_api_base: str = Field(
        "https://api.telegram.org",
        description="Address of the Bot API; another one for a Bot API server of your own.",
    )
    discord_token: SecretStr | None = Field(
        None,
        description="Token of the Discord bot, from the Developer Portal. Without it Discord "
        "is off.",
    )
    discord_api_base: str = Field(
        "https://discord.com/api/v10",
        description="Address of Discord's HTTP API, with its version.",
    )
    discord_gateway_url: str = Field(
        "wss://gateway.discord.gg",
        description="Address of Discord's gateway, where the bot hears of commands.",
    )
    telegram_webhook_url: str | None = Field(
        None,
        description="Public `https://` address at which Telegram posts updates. "
        "None: they are polled, which needs no way in from outside.",
    )
    telegram_webhook_host: str = Field(
        "127.0.0.1", description="Address that listens for them; a proxy with TLS stands before it."
    )
    telegram_webhook_port: int = Field(
        8081, ge=1, le=65535, description="Port that listens for them."
    )
    proxy: SecretStr | None = Field(
        None,
        description="Proxy for the way to Telegram and Discord: `http://`, `https://`, "
        "`socks5://` or `socks5h://`, then host and port.",
    )
    state_dir: Path = Field(
        Path("state"),
        description="Folder of everything that must outlive a restart: database, pictures, "
        "locks, the engine's socket. Taken from the working folder if relative.",
    )
    database_url: str = Field(
        default_factory=_default_database,
        repr=False,
        description="Where the rows are kept, as an SQLAlchemy URL. "
        "Only `sqlite+aiosqlite:///` for now.",
    )
    model: str = Field(
        "demo",
        description="Model that draws: `demo` (a few MB, runs on a CPU), `z-image-turbo`, "
        "`z-image`, `stable-diffusion-1.5`, or the path of a folder; see docs/models.md.",
    )
    hub: HubName = Field(
        HubName.HUGGINGFACE,
        description="Where `zdraw model pull` gets weights: `huggingface` or `modelscope`.",
    )
    hub_endpoint: str | None = Field(
        None,
        description="Address of a mirror of it. None: `HF_ENDPOINT`, or the hub's own.",
    )
    max_queued_per_user: int = Field(
        10, ge=1, le=10_000, description="Unfinished requests that one person may have."
    )
    max_queued: int = Field(
        500, ge=1, le=1_000_000, description="Unfinished requests of everybody together."
    )
    max_running_per_user: int = Field(
        3,
        ge=1,
        le=64,
        description="Places of the engine that one person may hold while others wait for one; "
        "whoever is alone may have them all.",
    )
    queue_hours: int = Field(
        24, ge=1, le=720, description="Hours that a request may wait before it expires."
    )
    owners: str | None = Field(
        None,
        description="Who may do everything in every group, with commas between them: "
        "`telegram:123456789`, `discord:1234567890`.",
    )
    daily_units: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Units that a person may draw in each group on each day; one is a picture of "
        "the usual size. 0 = as many as they like.",
    )
    cooldown_seconds: int = Field(
        0, ge=0, le=3600, description="Seconds between two requests of one person in a group."
    )
    time_zone: str = Field(
        "Asia/Shanghai",
        description="Where a day begins at midnight and moments are told, if a group says nothing.",
    )
    keep_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="Days until the words and files of what has ended are deleted. 0 = never.",
    )
    log_level: LogLevel = Field(
        LogLevel.INFO, description="Least important lines logged to standard error."
    )
    log_format: LogFormat = Field(
        LogFormat.CONSOLE, description="`console` for people, `json` for log collectors."
    )

    @field_validator("telegram_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token.get_secret_value()):
            raise ValueError("a token as @BotFather gives it, such as 123456:ABC-def")
        return token

    @field_validator("discord_token")
    @classmethod
    def _looks_like_a_discord_token(cls, token: SecretStr | None) -> SecretStr | None:
        # Neither the client secret nor the public key of the same portal has dots.
        if token and not re.fullmatch(r"[\w-]+(\.[\w-]+){2}", token.get_secret_value(), re.ASCII):
            raise ValueError("a token as the Developer Portal gives it: three parts with dots")
        return token

    @field_validator("telegram_api_base", "discord_api_base", "hub_endpoint")
    @classmethod
    def _is_an_address(cls, base: str | None) -> str | None:
        if base is not None and not (
            re.fullmatch(r"https?://[^/\s]+\S*[^/\s]", base) and _has_a_host(base)
        ):
            raise ValueError("an address starting with http:// or https://, without a closing /")
        return base

    @field_validator("discord_gateway_url")
    @classmethod
    def _is_a_gateway(cls, url: str) -> str:
        if not re.fullmatch(r"wss?://[^/\s]+\S*[^/\s]", url) or not _has_a_host(url):
            raise ValueError("an address starting with ws:// or wss://, without a closing /")
        return url

    @field_validator("telegram_webhook_url")
    @classmethod
    def _is_a_public_address(cls, url: str | None) -> str | None:
        if url and not (re.fullmatch(r"https?://\S+", url) and _has_a_host(url)):
            raise ValueError("an address starting with https://")
        return url

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        if proxy:
            address = proxy.get_secret_value()
            if not re.fullmatch(r"(https?|socks5h?)://\S+", address) or not _has_a_host(address):
                raise ValueError("http://, https://, socks5:// or socks5h://, then host and port")
        return proxy

    @field_validator("state_dir")
    @classmethod
    def _is_a_plain_path(cls, path: Path) -> Path:
        # No shell has expanded it: "~/zdraw" would become a folder named "~".
        if path.parts[:1] and path.parts[0].startswith("~"):
            raise ValueError("a path without ~")
        return path

    @field_validator("database_url")
    @classmethod
    def _is_a_known_database(cls, url: str) -> str:
        if not url.startswith("sqlite+aiosqlite:///"):
            raise ValueError("sqlite+aiosqlite:///, then a path")
        return url

    @field_validator("owners")
    @classmethod
    def _are_people(cls, owners: str | None) -> str | None:
        names = [name.strip() for name in (owners or "").split(",") if name.strip()]
        if not all(re.fullmatch(r"(telegram|discord):[0-9]+", name) for name in names):
            raise ValueError("ids such as telegram:123456789, with commas between them")
        return ",".join(names) or None

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a name such as Asia/Shanghai or Europe/Berlin") from None
        return name

    @field_validator("model")
    @classmethod
    def _is_a_known_model(cls, name: str) -> str:
        try:
            chosen_model(name)
        except UnpublishedModel as error:
            raise ValueError(f"{', '.join(MODELS)} ({str(error).partition(';')[0]})") from None
        except UnknownModel as error:
            told = "" if str(error).startswith("unknown model") else f" ({error})"
            raise ValueError(f"{', '.join(MODELS)}, or a folder{told}") from None
        return name
