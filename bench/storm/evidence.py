"""What can be seen in Discord, sorted by the request that it belongs to."""

import re
from collections.abc import Iterable, Iterator

from bench.storm.rows import Row, Rows
from bench.storm.verdict import Pressed, Requested, Seen
from bench.storm.wishes import Kind, Wish
from tests.fakes.discord_api import FakeDiscord, Interaction, Message
from tests.fakes.discord_api.interactions import TOKEN_SECONDS

#: The bot uses a token for this long.
OWN_TOKEN_SECONDS = 14 * 60.0
#: `<id>.jpg` is what a request becomes; `<id>-1.png` is an original.
_FILE = re.compile(r"(?P<spoiler>SPOILER_)?(?P<id>[0-9a-z]+)(?:-[0-9]+)?\.(?P<kind>jpg|png)")


class Evidence:
    """A look at all that ever was."""

    def __init__(self, discord: FakeDiscord, rows: Rows) -> None:
        with discord.world.lock:
            self._history = list(discord.world.history)
            self._now = discord.clock.now()
        self._rows = rows
        self._messages = {change.message.id: change.message for change in self._history}
        self._by_nonce: dict[str, list[Message]] = {}
        ids = {row.id for row in rows.requests.values()}
        for message in self._messages.values():
            # discord.py gives a nonce of its own to what has none.
            row = (message.nonce or "").split("-")[0]
            if message.by_bot and row in ids:
                self._by_nonce.setdefault(row, []).append(message)
        told = (message for some in self._by_nonce.values() for message in some)
        self._told = {message.id for message in told}

    def of_request(self, wish: Wish) -> Requested:
        row = self._rows.requests.get(wish.key)
        messages = self._told_in(wish.interaction, row)
        ever, peak = self._shown(messages, row)
        leaked, unhidden = self._arrived(wish, row, messages)
        return Requested(
            known=row is not None,
            settled=row is not None and row.settled,
            undeliverable=row is not None and row.delivery == "undeliverable",
            removed=row is not None and row.removed,
            answered=wish.interaction.answered,
            cut_off=self._is_cut_off(wish),
            expired=self._age(wish) > TOKEN_SECONDS,
            forgetful=wish.forgetful,
            unnoted=wish.unnoted,
            standing=tuple(_seen(one, row) for one in messages if not one.deleted),
            ever=ever,
            peak=peak,
            leaked=leaked,
            unhidden=unhidden,
        )

    def of_press(self, wish: Wish) -> Pressed:
        key, interaction = wish.key, wish.interaction
        written = [one for one in interaction.messages if one is not interaction.source]
        removal = wish.kind is Kind.DELETE
        brought = [] if removal else list(self._brought(wish))
        return Pressed(
            known=key in (self._rows.removals if removal else self._rows.notices),
            answered=interaction.answered,
            brought=None if removal else len(brought),
            words=any(one.content and not one.loading for one in written),
            loading=sum(one.loading for one in written),
            cut_off=self._is_cut_off(wish),
            expired=self._age(wish) > TOKEN_SECONDS,
            forgotten=self._rows.notices.get(key, False),
            leaked=sum(one.ephemeral_to is None for one in brought) if wish.private else 0,
        )

    def _told_in(self, interaction: Interaction, row: Row | None) -> list[Message]:
        """The messages by which a request is answered: words beside it are not among them."""
        original = interaction.original
        told = [] if original is None or original is interaction.source else [original]
        if row is None:
            return told or list(interaction.follow_ups)
        with_picture = (one for one in interaction.follow_ups if _shows(one, row))
        return [*told, *with_picture, *self._by_nonce.get(row.id, ())]

    def _shown(self, messages: Iterable[Message], row: Row | None) -> tuple[int, int]:
        """How many messages showed the picture: ever, and at most at one time."""
        if row is None:
            return 0, 0
        told = {message.id for message in messages}
        ever: set[int] = set()
        now: set[int] = set()
        peak = 0
        for change in self._history:
            if change.message.id not in told:
                continue
            if any(_is_of(image.filename, row) for image in change.look.images):
                ever.add(change.message.id)
                now.add(change.message.id)
            else:
                now.discard(change.message.id)
            peak = max(peak, len(now))
        return len(ever), peak

    def _arrived(self, wish: Wish, row: Row | None, told: Iterable[Message]) -> tuple[int, int]:
        """Messages with the picture of a private request that others see, whatever brought it;
        and those of a spoiler that show it at once."""
        if row is None:
            return 0, 0
        everywhere = [one for one in self._messages.values() if one.by_bot and _shows(one, row)]
        leaked = sum(one.ephemeral_to is None for one in everywhere) if wish.private else 0
        unhidden = sum(not _is_hidden(one) for one in told) if wish.spoiler else 0
        return leaked, unhidden

    def _brought(self, wish: Wish) -> Iterator[Message]:
        """Messages with the file that was asked for: answers, and what came into the channel
        because there was no answering any more."""
        interaction = wish.interaction
        mine = {id(one) for one in interaction.written if one is not interaction.source}
        kind = "png" if wish.kind is Kind.ORIGINAL else "jpg"
        for message in self._messages.values():
            here = message.by_bot and message.channel_id == interaction.channel.id
            free = here and message.interaction_id is None and message.id not in self._told
            if id(message) in mine or free:
                files = {_file(name) for name in _images(message)}
                if (wish.about, kind) in files:
                    yield message

    def _is_cut_off(self, wish: Wish) -> bool:
        over = self._age(wish) >= OWN_TOKEN_SECONDS
        return wish.confined and (over or not wish.interaction.answered)

    def _age(self, wish: Wish) -> float:
        return self._now - wish.interaction.created


def _seen(message: Message, row: Row | None) -> Seen:
    codes = [code for _, code in message.buttons]
    words = bool(message.content) and not message.loading
    return Seen(
        loading=message.loading,
        picture=bool(message.images),
        ended=any("again" in code for code in codes),
        warned=words and not codes and row is not None and f"/show {row.id}" in message.content,
        by_nonce=message.nonce is not None,
    )


def _images(message: Message) -> Iterator[str]:
    """Names of all that it ever showed."""
    for change in message.history:
        for image in change.look.images:
            yield image.filename


def _shows(message: Message, row: Row) -> bool:
    return any(_is_of(name, row) for name in _images(message))


def _is_of(name: str, row: Row) -> bool:
    return _file(name)[0] == row.id


def _is_hidden(message: Message) -> bool:
    return all(name.startswith("SPOILER_") for name in _images(message))


def _file(name: str) -> tuple[str, str]:
    """The request it is of, and its kind."""
    match = _FILE.fullmatch(name)
    return ("", "") if match is None else (match["id"], match["kind"])
