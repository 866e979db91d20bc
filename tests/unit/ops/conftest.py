"""Each test finds the process as it would be for a new user, and leaves it so."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def empty_workplace(monkeypatch, tmp_path):
    """No settings in the environment and no `.env`, whatever the developer's machine has."""
    for name in list(os.environ):
        if name.upper().startswith("ZDRAW_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def same_umask():
    """A command makes its files private; the tests after it are to find things as they were."""
    before = os.umask(0o077)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def same_log() -> Iterator[None]:
    """A command sets the log up; on the stream of a test that is over nothing can be written."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(False)
    logging.getLogger("bot").setLevel(logging.NOTSET)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
