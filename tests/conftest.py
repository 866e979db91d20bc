"""What holds for all tests."""

import gc

from hypothesis import settings

# How long an example takes says something about the machine alone.
settings.register_profile("zdraw", deadline=None)
settings.load_profile("zdraw")


def pytest_collection_finish() -> None:
    """What is imported by now stays: every collection of garbage would go through all of it again,
    which took a quarter of the time of all tests."""
    gc.collect()
    gc.freeze()
