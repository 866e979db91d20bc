"""`python -m engine` on folders that are no named model, against diffusers' own pipelines."""

import io
import signal
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.e2e.test_engine_process import engine, first
from tests.tiny_diffusion import SIDE, bare, tiny_folder
from tests.unit.engine.jobs import job

# Two processes import torch, one after the other.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
ASKED: dict[str, Any] = {
    "prompt": "a red fox",
    "negative_prompt": "blue",
    "width": SIDE,
    "height": SIDE,
    "steps": 5,
    "guidance": 7.5,
    "seed": 3,
}


def test_a_folder_of_stable_diffusion_is_drawn_as_diffusers_draws_it(tmp_path):
    folder = tiny_folder(tmp_path / "tiny-sd")
    with engine(tmp_path / "state", model=str(folder)) as process:
        process.wait_until_ready()
        info = process.http.get("/v1/engine").json()
        assert (info["model"], info["max_tokens"]) == ("local-tiny-sd", 77)
        assert info["template_tokens"] == 2
        process.submit("fox", **ASKED)
        with process.events() as events:
            first(events, "finished", "fox")
        png = process.http.get("/v1/jobs/fox/1/1.png").content
        body = job("long", **(ASKED | {"prompt": "fox " * 26})).model_dump(mode="json")
        refused = process.http.post("/v1/jobs", json=body)
        assert refused.json()["code"] == "prompt_too_long"
        process.popen.send_signal(signal.SIGTERM)
        assert process.ended(within=8)[0] == 0
    expected = bare(folder)(
        "a red fox",
        negative_prompt="blue",
        width=SIDE,
        height=SIDE,
        num_inference_steps=5,
        guidance_scale=7.5,
        generator=torch.Generator("cpu").manual_seed(3),
    ).images[0]
    found = Image.open(io.BytesIO(png))
    assert np.abs(np.asarray(found, int) - np.asarray(expected, int)).max() <= 1
    assert found.info["parameters"].endswith("Version: zdraw 0.1.0")
    assert "Model: local-tiny-sd" in found.info["parameters"]


@pytest.mark.parametrize("model", ["z-image-edit", "/nowhere/at/all", "dall-e"])
def test_a_model_that_cannot_be_had_ends_in_one_line_and_the_code_for_settings(
    tmp_path, monkeypatch, model
):
    monkeypatch.setenv("ZDRAW_MODEL", model)
    monkeypatch.setenv("ZDRAW_STATE_DIR", str(tmp_path))
    done = subprocess.run([sys.executable, "-m", "engine"], capture_output=True, text=True)
    assert done.returncode == 78
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("zdraw engine: ")
