"""Which path is answered by what."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.discord_api import account, answering, channels, webhooks
from tests.fakes.discord_api.requests import Request, Result

Handler = Callable[[Request], Result]


@dataclass(frozen=True)
class Route:
    """`{name}` in a path is any one part of it."""

    method: str
    path: str
    handler: Handler
    #: Without it the token in the path is all that is needed.
    bot_token: bool = True

    def match(self, method: str, path: str) -> dict[str, str] | None:
        if method != self.method:
            return None
        found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", self.path), path)
        return found.groupdict() if found else None


_WEBHOOK = "/webhooks/{application}/{token}"

ROUTES = (
    Route("GET", "/users/@me", account.get_me),
    Route("POST", "/users/@me/channels", channels.open_dm),
    Route("GET", "/users/{user}", channels.get_user),
    Route("GET", "/oauth2/applications/@me", account.get_application),
    Route("GET", "/applications/@me", account.get_application),
    Route("GET", "/gateway", account.get_gateway, bot_token=False),
    Route("GET", "/gateway/bot", account.get_gateway_bot),
    Route("GET", "/applications/{application}/commands", account.get_commands),
    Route("PUT", "/applications/{application}/commands", account.put_commands),
    Route("GET", "/applications/{application}/guilds/{guild}/commands", account.get_commands),
    Route("PUT", "/applications/{application}/guilds/{guild}/commands", account.put_commands),
    Route("POST", "/interactions/{interaction}/{token}/callback", answering.answer, False),
    Route("POST", _WEBHOOK, webhooks.follow_up, False),
    Route("GET", _WEBHOOK + "/messages/{message}", webhooks.get_message, False),
    Route("PATCH", _WEBHOOK + "/messages/{message}", webhooks.edit_message, False),
    Route("DELETE", _WEBHOOK + "/messages/{message}", webhooks.delete_message, False),
    Route("GET", "/guilds/{guild}", channels.get_guild),
    Route("GET", "/channels/{channel}", channels.get_channel),
    Route("POST", "/channels/{channel}/typing", channels.typing),
    Route("GET", "/channels/{channel}/messages", channels.list_messages),
    Route("POST", "/channels/{channel}/messages", channels.create_message),
    Route("GET", "/channels/{channel}/messages/{message}", channels.get_message),
    Route("PATCH", "/channels/{channel}/messages/{message}", channels.edit_message),
    Route("DELETE", "/channels/{channel}/messages/{message}", channels.delete_message),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route, and the names in its path."""
    for route in ROUTES:
        arguments = route.match(method, path)
        if arguments is not None:
            return route, arguments
    return None
