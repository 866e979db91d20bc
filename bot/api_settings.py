"""Settings of the HTTP API; a part of bot/settings.py."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

#: HS256 wants a key that is no shorter than its result.
MIN_SECRET = 32


class ApiSettings(BaseSettings):
    """What programs connect to."""

    comfyui_port: int = Field(
        0, ge=0, le=65535, description="Port of the HTTP API; 8188 is ComfyUI's. 0 = no API."
    )
    api_host: str = Field(
        "127.0.0.1",
        description="Address that listens for programs; one that others can reach takes a token.",
    )
    api_secret: SecretStr | None = Field(
        None,
        description="What signs the API's tokens, at least 32 characters. None: `api.secret` in "
        "the state folder, made with the first token.",
    )
    api_always_token: bool = Field(
        False,
        description="Ask programs of this machine for a token too: behind a proxy of this machine "
        "that adds no headers of its own, everybody seems to be one.",
    )
    api_requests_per_minute: int = Field(
        1200, ge=1, le=1_000_000, description="Requests that each user of the API has a minute."
    )

    @field_validator("api_secret")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and len(secret.get_secret_value()) < MIN_SECRET:
            raise ValueError(f"at least {MIN_SECRET} characters")
        return secret

    @property
    def api_secret_text(self) -> str | None:
        """The setting alone; bot/adapters/http_api/secret.py knows of the file."""
        return self.api_secret.get_secret_value() if self.api_secret else None
