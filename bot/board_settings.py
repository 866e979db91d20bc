"""Settings of the board; a part of bot/settings.py."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

#: With thirty tries a minute.
MIN_PASSWORD = 12


class BoardSettings(BaseSettings):
    """The page for people."""

    board_port: int = Field(7860, ge=0, le=65535, description="Port of the board; 0 = no board.")
    board_host: str = Field(
        "127.0.0.1",
        description="Address that the board listens at; one that others can reach takes a "
        "password.",
    )
    board_password: SecretStr | None = Field(
        None,
        description="What the board asks of everybody, at least 12 characters. None: nothing, on "
        "this machine alone.",
    )

    @field_validator("board_password")
    @classmethod
    def _is_a_long_password(cls, password: SecretStr | None) -> SecretStr | None:
        if password and len(password.get_secret_value()) < MIN_PASSWORD:
            raise ValueError(f"at least {MIN_PASSWORD} characters")
        return password
