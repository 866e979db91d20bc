import stat

from engine.socket_path import LONGEST, socket_path


def test_the_socket_lies_in_the_state_folder(tmp_path):
    assert socket_path(tmp_path) == tmp_path / "engine.sock"


def test_a_long_path_becomes_a_short_private_one(tmp_path):
    deep = tmp_path / ("长" * 40)
    path = socket_path(deep)
    assert len(str(path).encode()) <= LONGEST
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path == socket_path(deep)
    assert path != socket_path(deep / "other")
