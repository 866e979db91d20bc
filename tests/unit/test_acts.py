"""Where an act stands."""

from bot.core.acts import ActKind, act_on
from bot.core.generation import Address, Origin
from tests.builders import generation


def test_an_act_on_a_request_stands_where_it_was_made() -> None:
    made = generation(address=Address(platform="discord", chat="70"), scope="guild:7")
    origin = Origin(
        event_key="press-1",
        requester="telegram:99",
        address=Address(platform="telegram", chat="99"),
        locale="zh",
    )
    act = act_on(origin, ActKind.CANCEL, made)
    assert (act.platform, act.scope, act.target) == ("discord", "guild:7", made.id)
    assert (act.actor, act.event_key) == ("telegram:99", "press-1")
