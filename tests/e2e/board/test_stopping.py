"""The end of the house, and what it did on the network until then. The last module: it stops the
house that the others share."""

import os
import signal
import time

import pytest
from gradio_client import Client

from tests.e2e.board.conftest import BoardHouse
from tests.e2e.board.test_client import LONG_DRAW

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def test_nobody_outside_this_machine_is_looked_for(house: BoardHouse) -> None:
    noted = house.notes.read_text()
    assert "-m bot" in noted
    assert "-m engine" in noted
    assert "looked for" not in noted


def test_ctrl_c_ends_all_of_it_with_code_0_and_no_traceback(
    house: BoardHouse, board: Client
) -> None:
    job = board.submit(LONG_DRAW, api_name="/draw")
    house.wait_for(lambda: any("max=" in status for _, status in job.outputs()), 60)
    began = time.monotonic()
    assert house.supervisor is not None
    os.kill(house.supervisor, signal.SIGINT)
    house.wait_for(lambda: house.supervisor is None, 10)
    assert time.monotonic() - began < 5
    assert house.stop() == 0
    said = house.log.read_text(errors="replace")
    assert "Traceback" not in said
    assert "level=error" not in said
