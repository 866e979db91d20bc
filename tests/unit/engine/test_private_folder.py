from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.instance_lock import InstanceLock
from engine.private_folder import keep_private


def mode_of(path: Path) -> str:
    return oct(path.stat().st_mode & 0o7777)


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_open_folder_is_closed_with_one_line(tmp_path, mode):
    tmp_path.chmod(mode)
    with capture_logs() as logged:
        keep_private(tmp_path)
        keep_private(tmp_path)
    assert mode_of(tmp_path) == "0o700"
    assert [entry["mode"] for entry in logged] == [f"{mode:04o}"]


def test_folder_that_everybody_shares_is_left_as_it_is(tmp_path):
    tmp_path.chmod(0o1777)
    keep_private(tmp_path)
    assert mode_of(tmp_path) == "0o1777"


def test_state_folder_that_a_download_has_made_is_closed_by_whoever_takes_a_lock(tmp_path):
    (tmp_path / "state" / "models").mkdir(parents=True)
    (tmp_path / "state").chmod(0o755)
    with InstanceLock(tmp_path / "state", "bot").acquire():
        assert mode_of(tmp_path / "state") == "0o700"
