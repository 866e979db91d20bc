"""What the id of a form says."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.adapters.discord.forms import edited_in, is_form, words_form


def sent(custom_id: str, kind: Any = discord.InteractionType.modal_submit) -> Any:
    """A form with this id, sent."""
    return SimpleNamespace(type=kind, data={"custom_id": custom_id})


async def test_a_form_says_whose_words_it_began_with():
    form = words_form("一只猫", "k3v9x2ab", "zh")
    assert is_form(sent(form.custom_id))
    assert edited_in(sent(form.custom_id)) == "k3v9x2ab"


def test_one_that_an_earlier_version_opened_is_still_read():
    assert is_form(sent("zd:form"))
    assert edited_in(sent("zd:form")) is None


@pytest.mark.parametrize("carried", ["zd:formula", "zd:form:", "zd:form:K3", "form", "zd:1:draw"])
def test_others_are_none_of_ours(carried: str):
    assert not is_form(sent(carried))


def test_a_button_is_no_form():
    assert not is_form(sent("zd:form", discord.InteractionType.component))
