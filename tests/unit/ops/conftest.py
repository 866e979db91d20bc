import os

import pytest


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
