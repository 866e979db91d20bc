"""Interactions: three seconds to answer, fifteen minutes to go on.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import time
from dataclasses import dataclass, field

from tests.fakes.discord_api.clock import Clock
from tests.fakes.discord_api.errors import (
    Json,
    already_acknowledged,
    invalid_token,
    unknown_interaction,
    unknown_webhook,
)
from tests.fakes.discord_api.messages import Message
from tests.fakes.discord_api.places import Channel, user_json

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
#: For those who use the app as one of their own, where the bot is not inside.
MAX_FOLLOW_UPS = 5


@dataclass(eq=False)
class Interaction:
    """Something a person did, and what became of it. `*_at` are time.perf_counter()."""

    id: int
    token: str = field(repr=False)
    type: int
    user: int
    channel: Channel = field(repr=False)
    #: `authorizing_integration_owners`: "0" is the guild's, "1" the person's own app.
    owners: Json
    data: Json
    locale: str
    #: On Discord's clock.
    created: float
    #: The message with the button, or the one a menu was opened on.
    source: Message | None = field(default=None, repr=False)
    #: The interaction that opened the modal.
    opener: "Interaction | None" = field(default=None, repr=False)
    available_at: float = field(default_factory=time.perf_counter)
    #: When it was first written to a socket of the bot's.
    delivered_at: float | None = None
    deliveries: int = 0
    #: Nobody was connected: it is lost for good.
    dropped: bool = False
    answered_at: float | None = None
    #: https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
    answer_type: int | None = None
    original: Message | None = field(default=None, repr=False)
    follow_ups: list[Message] = field(default_factory=list, repr=False)
    modal: Json | None = None
    choices: list[Json] | None = None

    @property
    def answered(self) -> bool:
        return self.answered_at is not None

    @property
    def written(self) -> list[Message]:
        """The answer, then follow-ups, deleted ones too. The answer may be a message that was
        there before: the one with the button."""
        return [*([self.original] if self.original else []), *self.follow_ups]

    @property
    def messages(self) -> list[Message]:
        """Those that are still there."""
        return [message for message in self.written if not message.deleted]

    @property
    def own_app(self) -> bool:
        """Only the person has installed the app here."""
        return set(self.owners) == {"1"}

    def was_sent(self) -> None:
        self.deliveries += 1
        if self.delivered_at is None:
            self.delivered_at = time.perf_counter()

    def metadata_json(self) -> Json:
        """https://docs.discord.com/developers/resources/message#message-interaction-metadata-object"""
        value: Json = {
            "id": str(self.id),
            "type": self.type,
            "user": user_json(self.user),
            "authorizing_integration_owners": self.owners,
        }
        if self.type == COMMAND:
            value["name"] = self.data["name"]
        if self.type == COMPONENT and self.source is not None:
            value["interacted_message_id"] = str(self.source.id)
        if self.opener is not None:
            value["triggering_interaction_metadata"] = self.opener.metadata_json()
        return value


class Interactions:
    """All of them, by token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_token: dict[str, Interaction] = {}

    def all(self) -> list[Interaction]:
        return list(self._by_token.values())

    def add(
        self, kind: int, user: int, channel: Channel, owners: Json, data: Json, locale: str
    ) -> Interaction:
        number = self._clock.snowflake()
        token = f"interaction-token-{number}-that-must-never-be-logged"
        created = self._clock.now()
        interaction = Interaction(number, token, kind, user, channel, owners, data, locale, created)
        self._by_token[token] = interaction
        return interaction

    def to_answer(self, interaction_id: str, token: str) -> Interaction:
        """For its first answer, which has to come within three seconds."""
        interaction = self._by_token.get(token)
        if interaction is None or str(interaction.id) != interaction_id:
            raise unknown_interaction()
        if interaction.answered:
            raise already_acknowledged()
        if self._clock.now() - interaction.created > ANSWER_SECONDS:
            raise unknown_interaction()
        return interaction

    def to_go_on(self, token: str) -> Interaction:
        """For follow-ups and edits: it must have been answered, and not be too old."""
        interaction = self._by_token.get(token)
        if interaction is None or self._clock.now() - interaction.created > TOKEN_SECONDS:
            raise invalid_token()
        if not interaction.answered:
            raise unknown_webhook()
        return interaction
