"""FakeDiscord: the server, the people who use it, and what a test may ask afterwards."""

import asyncio
import fnmatch
import json
from dataclasses import dataclass, field
from typing import Self

from tests.fakes.discord_api import routes
from tests.fakes.discord_api.errors import ApiError, Json, invalid_form, not_found, unauthorized
from tests.fakes.discord_api.faults import VIA, Fault, Faults, bucket
from tests.fakes.discord_api.gateway import Gateway
from tests.fakes.discord_api.interactions import Interaction
from tests.fakes.discord_api.messages import Change, Message, Picture
from tests.fakes.discord_api.people import People
from tests.fakes.discord_api.requests import Call, Request
from tests.fakes.discord_api.server import API, Reply, Server
from tests.fakes.discord_api.world import World
from tests.fakes.wire.platform import Platform

TOKEN = "fake.discord-token.that-must-never-be-logged"
#: Not the same, as with older applications.
APPLICATION_ID = 1_120_000_000_000_000_001
BOT_ID = 1_120_000_000_000_000_002


@dataclass
class FakeDiscord(Platform):
    """`start()` it, let `people` act, look at `messages(...)`, `pictures(...)`, `calls`."""

    token: str = TOKEN
    application_id: int = APPLICATION_ID
    bot_id: int = BOT_ID
    username: str = "zdraw"
    port: int = 0
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        bot: Json = {"id": str(self.bot_id), "username": self.username, "global_name": None}
        bot |= {"discriminator": "0", "avatar": None, "bot": True, "public_flags": 0}
        self.world = World(self.application_id, bot)
        self.clock = self.world.clock
        self.gateway = Gateway(self.world, self.token)
        self.faults = Faults()
        self.people = People(self.world)

    # --- the server ---------------------------------------------------------------------------

    def make_server(self) -> Server:
        serve = self.gateway.serve
        return Server(self._answer, self._refused, serve, self._download, self.port)

    def start(self) -> Self:
        super().start()
        self.world.cdn = self.base_url
        return self

    @property
    def api_base(self) -> str:
        """What discord.http.Route.BASE has to be."""
        return f"{self.base_url}{API}"

    @property
    def gateway_url(self) -> str:
        """What discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY has to be, as a yarl.URL."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    # --- time ---------------------------------------------------------------------------------

    def age(self, seconds: float, *things: Interaction | Message) -> None:
        """These are so much longer ago: their tokens and nonces end earlier. The clock is left
        alone; a bot that is to agree has to be told in its own way."""
        with self.world.lock:
            for one in things:
                one.created -= seconds

    def age_everything(self, seconds: float) -> None:
        """All there is, sessions that can be resumed too."""
        with self.world.lock:
            self.world.sessions.age(seconds)
            self.age(seconds, *self.world.interactions.all())
            self.age(seconds, *{change.message for change in self.world.history})

    # --- what people see ----------------------------------------------------------------------

    def dm(self, user: int) -> int:
        """The id of the channel that this person shares with the bot."""
        with self.world.lock:
            return self.world.dm(user).id

    def messages(self, channel: int, *, seen_by: int | None = None) -> list[Message]:
        """What is in a channel now, oldest first; with `seen_by` without what others alone see."""
        with self.world.lock:
            everything = list(self.world.channels[channel].messages.values())
        if seen_by is None:
            return everything
        return [one for one in everything if one.ephemeral_to in (None, seen_by)]

    def pictures(self, *, channel: int | None = None, user: int | None = None) -> list[Message]:
        """Messages of the bot that now show a picture: in a channel, or to a person (answers to
        what they did, and their chat with the bot)."""
        with self.world.lock:
            dm = self.world.dms.get(user or 0)
            channels = list(self.world.channels.values())
            shown = [m for c in channels for m in c.messages.values() if m.by_bot and m.images]
        if channel is not None:
            return [message for message in shown if message.channel_id == channel]
        if user is not None:
            return [m for m in shown if m.channel_id == dm or _asked_by(m) == str(user)]
        return shown

    @property
    def history(self) -> list[Change]:
        """Every creation, edit and deletion, of deleted messages too."""
        with self.world.lock:
            return list(self.world.history)

    def arrivals(self, interaction: Interaction | None = None) -> list[Picture]:
        """Every arrival of a picture, repeated edits included; with `interaction` those that
        answer it: written with its token or into a message of its, in reply to one, or the same
        picture in a message with which nothing else can be connected."""
        with self.world.lock:
            arrived = list(self.world.pictures)
            if interaction is None:
                return arrived
            about = [one.id for one in interaction.written]
        own = [p for p in arrived if p.interaction_id == interaction.id]
        free = [p for p in arrived if p.interaction_id is None]
        same = {picture.sha256 for picture in own}
        return own + [p for p in free if p.reference in about or p.sha256 in same]

    def pictures_seen(self, interaction: Interaction | None = None) -> int:
        """Messages in which a picture arrived: repeating an edit of one message is still one."""
        return len({(p.channel_id, p.message_id) for p in self.arrivals(interaction)})

    def duplicates(self) -> int:
        """Pictures beyond one message for an interaction, over all of them."""
        everything = self.world.interactions.all()
        return sum(max(0, self.pictures_seen(one) - 1) for one in everything)

    def calls_of(self, method: str, path: str) -> list[Call]:
        """`path` is a pattern, as in faults."""
        with self.world.lock:
            calls = [call for call in self.calls if method in {"*", call.method}]
        return [call for call in calls if fnmatch.fnmatchcase(call.path, path)]

    # --- the wire -----------------------------------------------------------------------------

    async def _answer(self, call: Call) -> Reply | None:
        with self.world.lock:
            self.calls.append(call)
        fault = self.faults.take(call.method, call.path, with_file=bool(call.body.files))
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.close == "before":
                return None
            if fault.status is not None:
                return _scripted(call, fault)
        try:
            with self.world.lock:
                result = self._result(call)
        except ApiError as error:
            return self._refused(call, error)
        if fault is not None and fault.close == "after":
            return None
        call.status = 204 if result is None else 200
        left, seconds = 49, 1.0
        if fault is not None and fault.exhausted is not None:
            left, seconds = 0, fault.exhausted
        headers = VIA | bucket(_route_name(call), left, seconds)
        return Reply(call.status, json.dumps(result).encode(), headers=headers)

    def _result(self, call: Call) -> Json | list[Json] | None:
        found = routes.find(call.method, call.path)
        if found is None:
            raise not_found()
        route, arguments = found
        if route.bot_token and call.authorization != f"Bot {self.token}":
            raise unauthorized()
        try:
            return route.handler(Request(self.world, call, arguments))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # What makes no sense to Discord either: an id that is no number, a field too few.
            raise invalid_form("_errors", repr(error)) from error

    def _refused(self, call: Call, error: ApiError) -> Reply:
        call.status, call.code = error.status, error.code
        return Reply(error.status, json.dumps(error.body).encode(), headers=dict(VIA))

    def _download(self, path: str) -> Reply:
        """https://docs.discord.com/developers/reference#signed-attachment-cdn-urls"""
        file = self.world.files.get(path)
        if file is None:
            return Reply(404, b"This content is no longer available.", "text/plain")
        return Reply(200, file.content, file.content_type)


def _scripted(call: Call, fault: Fault) -> Reply:
    assert fault.status is not None
    call.status, call.code = fault.status, fault.code
    if fault.html:
        return Reply(fault.status, b"<html>error</html>", "text/html", fault.headers())
    return Reply(fault.status, json.dumps(fault.body()).encode(), headers=fault.headers())


def _route_name(call: Call) -> str:
    """Buckets do not count ids."""
    found = routes.find(call.method, call.path)
    return f"{call.method} {found[0].path}" if found else call.path


def _asked_by(message: Message) -> str | None:
    return ((message.metadata or {}).get("user") or {}).get("id")
