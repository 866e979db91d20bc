"""What holds for all tests."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

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


#: Whole processes first: their files take longest, and at the end there is something short left for
#: each worker. `make test` keeps the workers from bringing the files with most tests forward.
FOLDERS = ("e2e", "gpu", "integration", "contract", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: FOLDERS.index(item.path.relative_to(here).parts[0]))


def pytest_collection() -> None:
    """What is imported until all tests are known stays: looking for garbage among it took a third
    of the time of that."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Nor is it gone through again, which took a quarter of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def ready_schema() -> Iterator[ReadySchema]:
    """Databases of tests need not be migrated each, which was a tenth of the time of all tests.
    Tests of the migrations put alembic's own way back."""
    ready = ReadySchema(command.upgrade)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "upgrade", ready)
        yield ready
