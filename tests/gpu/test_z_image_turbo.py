"""The real model on a card: `pytest -m gpu`, with ZDRAW_WEIGHTS_DIR naming its folder."""

from typing import Any

import numpy as np
import pytest

from engine.pipeline import DrawRequest, Pipeline

pytestmark = [pytest.mark.gpu, pytest.mark.timeout(900)]


def request(**changes: Any) -> DrawRequest:
    usual: dict[str, Any] = {
        "prompt": "一位穿着汉服的女孩站在樱花树下",
        "negative_prompt": "",
        "width": 1024,
        "height": 1024,
        "steps": 8,
        "guidance": 0.0,
        "seed": 42,
    }
    return DrawRequest(**(usual | changes))


def test_it_draws_on_the_card_in_eight_steps(turbo: Pipeline) -> None:
    steps: list[int] = []
    picture = turbo.draw(request(), steps.append)
    assert turbo.device != "cpu"
    assert steps == list(range(1, 9))
    assert picture.size == (1024, 1024)
    assert np.asarray(picture).std() > 10


def test_the_same_request_draws_the_same_picture(turbo: Pipeline) -> None:
    first, second = (turbo.draw(request(width=512, height=512), lambda _: None) for _ in range(2))
    assert np.array_equal(np.asarray(first), np.asarray(second))


def test_guidance_and_a_negative_prompt_change_the_picture(turbo: Pipeline) -> None:
    plain = turbo.draw(request(width=512, height=512), lambda _: None)
    guided = turbo.draw(
        request(width=512, height=512, guidance=1.8, negative_prompt="樱花"), lambda _: None
    )
    assert not np.array_equal(np.asarray(plain), np.asarray(guided))
