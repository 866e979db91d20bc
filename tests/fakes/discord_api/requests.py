"""A request on its way to a handler, and what handlers return."""

import time
from dataclasses import dataclass, field

from tests.fakes.discord_api.body import Body
from tests.fakes.discord_api.errors import Json
from tests.fakes.discord_api.world import World


@dataclass
class Call:
    """A call the bot made. `status` is 0 where it got no answer; `at` is time.perf_counter()."""

    method: str
    #: Below /api/v10.
    path: str
    query: dict[str, str] = field(default_factory=dict)
    authorization: str = ""
    body: Body = field(default_factory=Body, repr=False)
    at: float = field(default_factory=time.perf_counter)
    status: int = 0
    #: Discord's own, where it was refused.
    code: int = 0


@dataclass(frozen=True)
class Request:
    """A call with the names in its path: `request.args["channel"]`."""

    world: World
    call: Call
    args: dict[str, str]

    @property
    def fields(self) -> Json:
        return self.call.body.fields


#: JSON; None is 204 No Content.
Result = Json | list[Json] | None
