"""A Messenger in memory: what a chat shows, and chats that the test can close or break."""

from dataclasses import dataclass, field
from itertools import count

from bot.core.errors import DeliveryError, MessageGone, TryLater, Unreachable
from bot.core.generation import Generation
from bot.core.messages import Card, Notice

#: (chat, message)
Place = tuple[str, str]


@dataclass
class FakeMessenger:
    """`messages` is what people see now."""

    messages: dict[Place, Card] = field(default_factory=dict)
    #: Names of the calls, in order.
    calls: list[str] = field(default_factory=list)
    #: Raised by the next calls of a name, before they have an effect.
    trouble: dict[str, list[DeliveryError]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    #: The next `deliver` takes effect, but nobody hears of it.
    loses_answer: bool = False
    #: Every arrival of a picture: a repeated delivery is the same place twice.
    arrivals: list[Place] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    # --- what the test does -------------------------------------------------------------------

    def delete(self, chat: str, message: str) -> None:
        del self.messages[chat, message]

    def pictures_seen(self, chat: str | None = None) -> int:
        """Messages that became a picture; repeating one is still one."""
        return len({place for place in self.arrivals if chat in (None, place[0])})

    # --- the port -----------------------------------------------------------------------------

    async def open(self, generation: Generation, card: Card) -> str:
        self._enter("open", generation.address.chat)
        return self._add(generation.address.chat, card)

    async def refresh(self, generation: Generation, card: Card) -> None:
        self._enter("refresh", generation.address.chat)
        self._edit(generation, card)

    async def deliver(self, generation: Generation, card: Card) -> None:
        self._enter("deliver", generation.address.chat)
        place = self._edit(generation, card)
        if card.picture is not None:
            self.arrivals.append(place)
        if self.loses_answer:
            self.loses_answer = False
            raise TryLater(0.01, "no answer")

    async def ping(self, generation: Generation, text: str) -> None:
        self._enter("ping", generation.address.chat)
        self._add(generation.address.chat, Card(text=text))

    async def say(self, notice: Notice) -> None:
        self._enter("say", notice.address.chat)
        place = (notice.address.chat, notice.address.request_message or "")
        card = Card(text=notice.text, buttons=notice.buttons)
        shown = self.messages.get(place)
        if notice.in_place and shown is not None and shown.picture is None:
            self.messages[place] = card
        else:
            self._add(notice.address.chat, card)

    def _enter(self, name: str, chat: str) -> None:
        self.calls.append(name)
        if self.trouble.get(name):
            raise self.trouble[name].pop(0)
        if chat in self.closed:
            raise Unreachable("closed")

    def _add(self, chat: str, card: Card) -> str:
        message = str(next(self._numbers))
        self.messages[chat, message] = card
        return message

    def _edit(self, generation: Generation, card: Card) -> Place:
        place = (generation.address.chat, generation.status_message or "")
        if place not in self.messages:
            raise MessageGone
        self.messages[place] = card
        return place
