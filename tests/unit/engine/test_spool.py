import time
from pathlib import Path

import pytest

from engine.contract import ErrorCode, Failed, Finished
from engine.spool import KEPT_SECONDS, Spool
from tests.unit.engine.jobs import key


def finished(name: str = "g1", attempt: int = 1) -> Finished:
    return Finished(
        key=key(name, attempt),
        pictures=1,
        drawn_width=128,
        drawn_height=128,
        seconds=1.0,
    )


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path)


def reopened(tmp_path, now: float | None = None):
    return Spool(tmp_path).recover(time.time() if now is None else now)


def test_a_saved_result_and_its_files_outlive_the_process(spool, tmp_path):
    spool.save(finished(), {"1.png": b"picture"})
    assert reopened(tmp_path) == ([finished()], [])
    assert Spool(tmp_path).read(key(), "1.png") == b"picture"


def test_a_begun_job_without_a_result_was_interrupted(spool, tmp_path):
    spool.begin(key("g2", 3))
    assert reopened(tmp_path) == ([], [key("g2", 3)])


def test_a_job_with_a_result_was_not_interrupted(spool, tmp_path):
    spool.begin(key())
    failed = Failed(key=key(), code=ErrorCode.BAD_PICTURE)
    spool.save(failed, {})
    assert reopened(tmp_path) == ([failed], [])


def test_killed_between_result_and_marker_the_result_counts(spool, tmp_path):
    spool.save(finished(), {})
    spool.begin(key())
    assert reopened(tmp_path) == ([finished()], [])


def test_killed_while_saving_nothing_half_written_is_presented(spool, tmp_path):
    spool.begin(key())
    half = tmp_path / "spool" / "g1-1.tmp"
    half.mkdir()
    (half / "1.png").write_bytes(b"half")
    assert reopened(tmp_path) == ([], [key()])
    assert not half.exists()


def test_what_is_forgotten_does_not_come_back(spool, tmp_path):
    spool.save(finished(), {})
    spool.begin(key("g2"))
    spool.forget(key())
    spool.forget(key("g2"))
    assert reopened(tmp_path) == ([], [])


def test_a_later_save_under_the_same_key_replaces_the_first(spool, tmp_path):
    spool.save(Failed(key=key(), code=ErrorCode.ENGINE_ERROR), {})
    spool.save(finished(), {})
    assert reopened(tmp_path)[0] == [finished()]


def test_old_entries_are_removed(spool, tmp_path):
    spool.save(finished(), {})
    spool.begin(key("g2"))
    assert reopened(tmp_path, time.time() + KEPT_SECONDS + 1) == ([], [])
    assert reopened(tmp_path) == ([], [])


def test_killed_between_the_last_file_and_the_rename_the_job_was_interrupted(
    spool, tmp_path, monkeypatch
):
    class KilledError(BaseException):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    spool.begin(key())
    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KilledError):
        spool.save(finished(), {"1.png": b"picture"})
    assert reopened(tmp_path) == ([], [key()])
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_result_that_lies_under_another_key_is_not_presented(spool, tmp_path):
    spool.save(finished("g1"), {})
    (tmp_path / "spool" / "g1-1").rename(tmp_path / "spool" / "g2-1")
    assert reopened(tmp_path) == ([], [])


@pytest.mark.parametrize("stray", ["spool/.DS_Store", "begun/.nfs000001", "begun/G-one", "begun/x"])
def test_what_is_not_ours_is_left_alone_and_ends_nothing(spool, tmp_path, stray):
    spool.save(finished(), {})
    spool.begin(key("g2"))
    (tmp_path / stray).touch()
    assert reopened(tmp_path) == ([finished()], [key("g2")])
    assert (tmp_path / stray).exists()


def test_what_vanishes_while_it_is_looked_at_ends_nothing(spool, tmp_path):
    spool.save(finished(), {})
    (tmp_path / "spool" / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "begun" / "g9-1").symlink_to(tmp_path / "nowhere")
    assert reopened(tmp_path)[0] == [finished()]
