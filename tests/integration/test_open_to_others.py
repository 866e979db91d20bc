"""What others may reach does not start until something keeps them out. What an operator sees of
that is in tests/e2e/test_start_refusals.py."""

import os
from pathlib import Path

import pytest

from bot.bootstrap import run_bot
from bot.core.errors import StartupError
from bot.settings import BotSettings

MADE_BY = "make the first token with: zdraw token create NAME"


def refusal(state_dir: Path, **settings: object) -> str:
    usual = {"state_dir": state_dir, "board_port": 0, "comfyui_port": 8188}
    with pytest.raises(StartupError) as refused:
        run_bot(BotSettings.model_validate(usual | settings))
    assert refused.value.exit_code == os.EX_CONFIG
    return str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "127.0.0.2"])
def test_api_that_others_reach_is_refused_until_there_is_a_secret(
    tmp_path: Path, host: str
) -> None:
    assert refusal(tmp_path, api_host=host) == (
        f"ZDRAW_API_HOST={host} lets others in, and there is no secret that keeps them apart; "
        f"{MADE_BY}"
    )


def test_a_token_of_everybody_is_refused_until_there_is_a_secret(tmp_path: Path) -> None:
    assert refusal(tmp_path, api_always_token=True) == (
        "ZDRAW_API_ALWAYS_TOKEN asks everybody for a token, and there is no secret that keeps them "
        f"apart; {MADE_BY}"
    )
