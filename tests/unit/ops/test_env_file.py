"""Settings are changed in `.env`, and nothing else is."""

import os
from pathlib import Path

import pytest

from bot.weights.env_file import set_values


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def changed(file: Path, before: bytes) -> bytes:
    file.write_bytes(before)
    set_values(file, {"ZDRAW_MODEL": "x"})
    return file.read_bytes()


def test_the_last_line_with_the_name_counts_and_the_others_go(file):
    before = b"ZDRAW_MODEL=a\n# ZDRAW_MODEL=b\nexport zdraw_model = c\nD=1\n"
    assert changed(file, before) == b"# ZDRAW_MODEL=b\nZDRAW_MODEL=x\nD=1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"ZDRAW_MODEL=x\n"),
        (b"A=1", b"A=1\nZDRAW_MODEL=x\n"),
        (b"ZDRAW_MODEL\nA=1\n", b"ZDRAW_MODEL\nA=1\nZDRAW_MODEL=x\n"),
        (b"A=1\n\n  \n ZDRAW_MODEL=y # c\n\nB=2", b"A=1\n\n  \nZDRAW_MODEL=x\n\nB=2"),
        (b"what is this\nZDRAW_MODEL=y\n", b"what is this\nZDRAW_MODEL=x\n"),
        (b"A=1\n\n", b"A=1\n\nZDRAW_MODEL=x\n"),
        (b"A=1\r\nB=2\r\n", b"A=1\r\nB=2\r\nZDRAW_MODEL=x\r\n"),
        (b"A=1\r\nZDRAW_MODEL=y\r\nB=2\r\n", b"A=1\r\nZDRAW_MODEL=x\r\nB=2\r\n"),
        ("A='1\u20282\x0c3'\n".encode(), "A='1\u20282\x0c3'\nZDRAW_MODEL=x\n".encode()),
    ],
)
def test_every_other_line_stays_as_it_is(file, before, after):
    assert changed(file, before) == after


@pytest.mark.parametrize("mark", ["'", '"'])
def test_a_line_within_a_value_sets_nothing(file, mark):
    own = f"NOTE={mark}one\nZDRAW_MODEL=mine\nthree{mark}\n".encode()
    assert changed(file, own) == own + b"ZDRAW_MODEL=x\n"
    between = own + b"ZDRAW_MODEL=y\nB=1\n"
    assert changed(file, between) == own + b"ZDRAW_MODEL=x\nB=1\n"


def test_a_value_of_several_lines_is_replaced_whole(file):
    before = b"A=1\nZDRAW_MODEL='/one\n/two'\nB=2\n"
    assert changed(file, before) == b"A=1\nZDRAW_MODEL=x\nB=2\n"


def test_a_link_stays_one_and_what_it_leads_to_is_changed(file, tmp_path):
    real = tmp_path / "settings"
    real.write_text("A=1\n")
    file.symlink_to("settings")
    set_values(file, {"ZDRAW_MODEL": "x"})
    assert file.is_symlink()
    assert real.read_text() == "A=1\nZDRAW_MODEL=x\n"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_permissions_stay_and_what_an_earlier_try_left_has_none_of_it(file, mode):
    file.write_text("SECRET=1\n")
    file.chmod(mode)
    leftover = file.with_name(".env.new")
    leftover.write_text("")
    leftover.chmod(0o666)
    with leftover.open() as spying:
        set_values(file, {"ZDRAW_MODEL": "x"})
        assert spying.read() == ""
    assert file.stat().st_mode & 0o777 == mode
    assert not leftover.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_the_file_stays_its_owners(file):
    file.write_text("A=1\n")
    os.chown(file, 1234, 4321)
    set_values(file, {"ZDRAW_MODEL": "x"})
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 4321)


def test_where_it_cannot_be_written_it_stays_and_no_copy_of_it_does(file, monkeypatch):
    file.write_text("SECRET=1\n")

    def full(_: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        set_values(file, {"ZDRAW_MODEL": "x"})
    assert file.read_text() == "SECRET=1\n"
    assert [one.name for one in file.parent.iterdir()] == [".env"]
