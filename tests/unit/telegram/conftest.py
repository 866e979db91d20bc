import pytest

from tests.unit.telegram.desk import Desk


@pytest.fixture(autouse=True)
def _durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the adapter's client does: without it the library warns of a coming change."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def desk() -> Desk:
    return Desk()
