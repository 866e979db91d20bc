"""`zdraw token`: what it prints, and what it refuses."""

import re

import pytest

from bot.cli import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_token_is_printed_alone_and_listed_without_itself(capsys):
    assert run("token", "create", "krita") == 0
    said = capsys.readouterr()
    token = said.out.strip()
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token)
    assert token not in said.err
    assert run("token", "list") == 0
    listed = capsys.readouterr().out
    assert re.fullmatch(r"krita  \w{16}  made \d{4}-\d\d-\d\d  for good  valid\n", listed)
    assert token.split(".")[2] not in listed


def test_a_token_for_days_says_until_when(capsys):
    assert run("token", "create", "krita", "--days", "2") == 0
    run("token", "list")
    assert re.search(r"until \d{4}-\d\d-\d\d  valid", capsys.readouterr().out)


def test_all_tokens_of_a_name_are_revoked(capsys):
    for _ in range(2):
        run("token", "create", "krita")
    run("token", "create", "webui")
    capsys.readouterr()
    assert run("token", "revoke", "krita") == 0
    assert capsys.readouterr().out == "revoked: 2\n"
    run("token", "list")
    states = [line.split()[0::6] for line in capsys.readouterr().out.splitlines()]
    assert sorted(states) == [["krita", "revoked"], ["krita", "revoked"], ["webui", "valid"]]


def test_nobody_to_revoke_is_said(capsys):
    assert run("token", "revoke", "krita") == 65
    assert capsys.readouterr().err == "zdraw: nobody called 'krita' has a token to revoke\n"


@pytest.mark.parametrize("name", ["local", "Krita", "a b", "-krita", "名字", "x" * 33])
def test_a_name_that_could_be_mistaken_is_refused(capsys, name):
    assert run("token", "create", "--", name) == 65
    assert "is refused as a name" in capsys.readouterr().err
