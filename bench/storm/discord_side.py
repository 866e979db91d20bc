"""Discord in a storm. It tells of an interaction once, and takes an answer for three seconds:
while the bot is down people are told that nobody answers. Accepted is what has a row, or any
answer."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.storm.evidence import Evidence
from bench.storm.fates import Fates
from bench.storm.network import disturb_discord
from bench.storm.rows import Row, StateFolder
from bench.storm.side import PEOPLE, some_prompt
from bench.storm.verdict import judge_press, judge_request, wrong_in
from bench.storm.wishes import (
    ABROAD,
    ABROAD_CHANNEL,
    ABROAD_CHAT,
    CHANNEL,
    GUILD,
    Fate,
    Kind,
    Place,
    Wish,
    some_plan,
)
from tests.fakes.discord_api import FakeDiscord, Fault, Interaction, Message

#: Nothing of zdraw runs for so long.
NIGHT_SECONDS = 20 * 60.0
#: An interaction that has no row after this many seconds never gets one.
HEARD_SECONDS = 10.0


class DiscordSide:
    """Implements Side."""

    def __init__(self, discord: FakeDiscord, database: Path, fate: Fate | None = None) -> None:
        """`fate`: of all requests; by chance if not given."""
        self._discord = discord
        self._fate = fate
        self._folder = StateFolder(database, "discord")
        self._fates = Fates(discord, self._folder)
        self._faults: list[Fault] = []
        self._wishes: list[Wish] = []
        #: Those to which something will happen, or who will do something.
        self._due: set[Wish] = set()
        people = discord.people
        people.guild(GUILD)
        people.channel(CHANNEL, guild=GUILD)
        people.guild(ABROAD, bot_inside=False)
        people.channel(ABROAD_CHANNEL, guild=ABROAD)
        people.private_chat(ABROAD_CHAT, *range(1, PEOPLE + 1))

    def ask(self, chance: random.Random) -> None:
        plan = some_plan(chance, self._fate)
        user = chance.randint(1, PEOPLE)
        options: dict[str, Any] = {"prompt": some_prompt(chance, slow=plan.slow)}
        options |= {name: True for name in ("private", "spoiler") if getattr(plan, name)}
        channel = chance.choice((ABROAD_CHANNEL, ABROAD_CHAT))
        wish = Wish(
            kind=Kind.DRAW,
            interaction=self._slash("draw", options, user, plan.place, channel),
            place=plan.place,
            user=user,
            private=plan.private,
            spoiler=plan.spoiler,
            fate=plan.fate,
            after=plan.after,
        )
        self._fates.prepare(wish)
        self._add(wish)

    def is_heard(self) -> bool:
        return bool(self._discord.gateway.connections)

    def disturb(self, chance: random.Random) -> None:
        self._faults.append(disturb_discord(self._discord, chance))

    def tick(self) -> None:
        if not self._due:
            return
        rows = self._folder.read()
        for wish in tuple(self._due):
            self._go_on(wish, rows.requests.get(wish.key))
            if not wish.due:
                self._due.discard(wish)

    def killed(self) -> None:
        """Answered or not: by its token an answer is found again."""

    def night(self) -> None:
        self._discord.age_everything(NIGHT_SECONDS)
        self._folder.age(NIGHT_SECONDS)
        requests = self._folder.read().requests
        for wish in self._wishes:
            row = requests.get(wish.key)
            wish.forgetful = True
            wish.unnoted = wish.unnoted or (row is not None and not row.noted)

    def calm(self) -> None:
        # Not those that belong to the fate of a request.
        for fault in self._faults:
            fault.times = 0

    def missing(self) -> int:
        return len(self._due) + sum(bool(wrong_in(found)) for _, found in self._judged())

    def count(self) -> Counter[str]:
        struck = sum(wish.struck for wish in self._wishes)
        figures = Counter(asked=len(self._wishes), struck=struck)
        for _, found in self._judged():
            figures.update(found)
        return figures

    def complaints(self) -> list[str]:
        rows = self._folder.read()
        return [
            f"discord: {wish}, {rows.requests.get(wish.key)}: {wrong}"
            for wish, found in self._judged()
            if (wrong := wrong_in(found))
        ]

    def keep(self, folder: Path) -> None:
        calls, history = self._discord.calls_of("*", "*"), self._discord.history
        lines = [(one.at, f"{one.method} {one.path} {one.status} {one.code}") for one in calls]
        lines += [
            (
                one.at,
                f"  {one.kind} {one.message.id} nonce={one.message.nonce} "
                f"of={one.message.interaction_id} {one.look.content[:40]!r} "
                f"{[image.filename for image in one.look.images]}",
            )
            for one in history
            if one.message.by_bot
        ]
        lines += [
            (wish.interaction.available_at, f"    {wish}, heard at {wish.interaction.delivered_at}")
            for wish in self._wishes
        ]
        text = "\n".join(f"{at:.3f} {line}" for at, line in sorted(lines))
        (folder / "discord.calls").write_text(text)

    def _judged(self) -> list[tuple[Wish, Counter[str]]]:
        evidence = Evidence(self._discord, self._folder.read())
        return [
            (
                wish,
                judge_request(evidence.of_request(wish))
                if wish.kind.asks
                else judge_press(evidence.of_press(wish)),
            )
            for wish in self._wishes
        ]

    # --- what happens and what people do ------------------------------------------------------

    def _add(self, wish: Wish) -> None:
        self._wishes.append(wish)
        if wish.kind.asks:
            self._due.add(wish)

    def _go_on(self, wish: Wish, row: Row | None) -> None:
        if row is None:
            if time.perf_counter() - wish.interaction.available_at > HEARD_SECONDS:
                # Nobody heard it, or it was refused.
                wish.waits_for_fate = wish.waits_to_act = False
            return
        if wish.waits_for_fate:
            wish.waits_for_fate = not self._fates.step(wish, row)
        if wish.waits_to_act and row.settled:
            self._act(wish, row, wish.after)

    def _act(self, wish: Wish, row: Row, kind: Kind | None) -> None:
        """The person does something with the picture, once the bot is there."""
        picture = self._picture(wish, row)
        if kind is None or picture is None:
            wish.waits_to_act = False
            return
        if not self.is_heard():
            return
        wish.waits_to_act = False
        if kind is Kind.SHOW:
            options = {"id": row.id, **({"private": True} if wish.private else {})}
            channel = wish.interaction.channel.id
            done = self._slash("show", options, wish.user, wish.place, channel)
        else:
            done = self._discord.people.press(picture, f"zd:1:{kind}:{row.id}", user=wish.user)
        about = "" if kind.asks else row.id
        # A press on a picture that stands hidden, or for one alone, is answered the same way.
        hidden = kind is not Kind.SHOW and wish.spoiler
        self._add(Wish(kind, done, wish.place, wish.user, wish.private, hidden, about=about))

    def _picture(self, wish: Wish, row: Row) -> Message | None:
        """The message that shows it, with its buttons."""
        for message in self._discord.pictures(channel=wish.interaction.channel.id):
            if f"zd:1:again:{row.id}" in [code for _, code in message.buttons]:
                return message
        return None

    def _slash(
        self, name: str, options: dict[str, Any], user: int, place: Place, channel: int
    ) -> Interaction:
        where = {Place.CHANNEL: CHANNEL, Place.DM: None, Place.ABROAD: channel}[place]
        return self._discord.people.slash(
            name, options, user=user, channel=where, user_install=place is Place.ABROAD
        )
