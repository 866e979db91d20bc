"""Models on a card. Compiled, as people run them, unless a test says otherwise."""

import os
from pathlib import Path

import pytest

from engine.demo_model import WEIGHTS
from engine.pipeline import Pipeline, open_pipeline
from engine.profiles import profile_named


@pytest.fixture(scope="module")
def turbo() -> Pipeline:
    """The real model, from the folder that ZDRAW_WEIGHTS_DIR names."""
    folder = os.environ.get("ZDRAW_WEIGHTS_DIR")
    if folder is None:
        pytest.skip("ZDRAW_WEIGHTS_DIR names no weights")
    return open_pipeline(profile_named("z-image-turbo"), Path(folder))


@pytest.fixture(scope="module")
def demo() -> Pipeline:
    """The demo model, which needs no download."""
    return open_pipeline(profile_named("demo"), WEIGHTS)


@pytest.fixture(scope="module")
def eager_demo() -> Pipeline:
    """The same without a compiler."""
    return open_pipeline(profile_named("demo"), WEIGHTS, compiled=False)
