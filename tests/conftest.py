"""What holds for all tests."""

import gc
import os
from collections.abc import Iterator

import pytest
from alembic import command
from hypothesis import settings

from tests.ready_schema import ReadySchema

# How long an example takes says something about the machine alone.
settings.register_profile("zdraw", deadline=None)
settings.load_profile("zdraw")

# The workers take all cores as it is, and engines that tests start have some of them too. Threads
# that wait for one another at every small operation, and cannot all run, take several times the
# time. Read by torch when it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_finish() -> None:
    """What is imported by now stays: every collection of garbage would go through all of it again,
    which took a quarter of the time of all tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def ready_schema() -> Iterator[ReadySchema]:
    """Databases of tests need not be migrated each, which was a tenth of the time of all tests.
    Tests of the migrations put alembic's own way back."""
    ready = ReadySchema(command.upgrade)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "upgrade", ready)
        yield ready
