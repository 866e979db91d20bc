"""The use case `/draw`: text -> a row that is QUEUED, or a Refusal that says why not.

Also 🔁 (`repeat`): the same request again with a new seed; and what an admin has drawn once more.
"""

from dataclasses import replace

from bot.core.acts import Act, ActKind, act_on
from bot.core.draw_syntax import MAX_CHARACTERS, DrawRequest, parse_draw
from bot.core.draw_values import check_same, check_values, completed, request_of
from bot.core.errors import Refusal, ZdrawError
from bot.core.generation import (
    Generation,
    NewGeneration,
    Origin,
    new_generation_id,
)
from bot.core.group_rules import RulesHere
from bot.core.loras import Loras
from bot.core.moderation.gate import Gate
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Admissions, Admitted, Bounds, Records
from bot.core.program_jobs import ProgramJob
from bot.core.quota import price, scope_of
from bot.core.resolver import Resolver
from bot.core.room import LEAST_SHARE, Room
from bot.core.sources import Given, Sources
from bot.core.staff import Staff
from bot.core.token_counter import TokenCounter, check_length
from engine.profiles import Profile


class Draw:
    """Admits requests to draw."""

    def __init__(
        self,
        *,
        admissions: Admissions,
        records: Records,
        tokens: TokenCounter,
        profile: Profile,
        pace: Pace,
        bounds: Bounds,
        rules: RulesHere,
        staff: Staff,
        news: News,
        gate: Gate,
        sources: Sources,
        loras: Loras,
    ) -> None:
        self._admissions, self._records = admissions, records
        self._tokens = tokens
        self._profile = profile
        self._pace = pace
        self._room = Room(admissions=admissions, bounds=bounds, staff=staff, profile=profile)
        self._rules = rules
        self._news = news
        self._gate = gate
        self._sources, self._loras = sources, loras
        self._resolver = Resolver(profile=profile, tokens=tokens, loras=loras)

    async def check(self, origin: Origin) -> None:
        """Raises Refusal where a request would be refused whatever it says."""
        await self._gate.check_asker(origin)

    async def check_new(self, origin: Origin) -> None:
        """The same, but for what has been drawn for this event."""
        if await self._records.of_event(origin.event_key) is None:
            await self.check(origin)

    async def __call__(
        self,
        origin: Origin,
        text: str,
        parent: Generation | None = None,
        given: Given | None = None,
        beside: DrawRequest | None = None,
    ) -> Admitted:
        """Admit the request, once per event key. `text` is as it was received; of `parent` it is
        a variation; it begins from what is `given`, or from what its parent begins from. `beside`:
        what a form says besides, where the text says nothing. Raises Refusal."""
        request = await self.read(origin, text)
        if beside is not None:
            request = completed(request, beside)
            check_values(request)
        return await self._admit(origin, request, parent, given)

    async def read(self, origin: Origin, text: str) -> DrawRequest:
        """What `text` asks for. Raises Refusal where it would be refused whatever is given with
        it."""
        await self.check(origin)
        try:
            return parse_draw(text)
        except Refusal:
            # Its words come before its options, also where those cannot be read.
            await self._gate.check_words(origin, text[:MAX_CHARACTERS])
            raise

    async def foresee(
        self, origin: Origin, request: DrawRequest, *, any_size: bool = False
    ) -> None:
        """Raises Refusal where `request` would be refused whatever picture it begins from: asked
        before one is fetched or decoded. What has been drawn for this event is that. `any_size`:
        the picture says how large the new one is."""
        if await self._records.of_event(origin.event_key) is not None:
            return
        await self.check(origin)
        if not self._profile.takes_inputs:
            raise Refusal("no_inputs", model=self._profile.name)
        request = replace(request, loras=self._loras.by_name(request.loras))
        check_values(request)
        await self._check_texts(origin, request)
        rules = await self._rules.for_asker(origin)
        spec = self._resolver.spec(request, rules, None)
        shaped = request.size is not None or request.ratio is not None
        share = 0.0 if any_size else 1.0 if shaped else LEAST_SHARE
        await self._room.check(origin, rules, spec, share)

    async def values(
        self,
        origin: Origin,
        request: DrawRequest,
        given: Given | None = None,
        job: ProgramJob | None = None,
    ) -> Admitted:
        """Admit what needs no reading, once per event key; another request under a key that was
        used is refused. `job`: what a program calls it. Raises Refusal."""
        # One that was admitted is that, however things stand by now.
        known = await self._records.of_event(origin.event_key)
        if known is None:
            await self.check(origin)
        request = replace(request, loras=self._loras.by_name(request.loras))
        check_values(request)
        if known is None:
            admitted = await self._admit(origin, request, given=given, job=job)
            if not admitted.duplicate:
                return admitted
            known = admitted.generation
        await check_same(request, given, known, self._sources)
        return Admitted(generation=known, duplicate=True)

    async def repeat(self, origin: Origin, parent: Generation) -> Admitted:
        """Admit `parent`'s request again with a new seed. Raises Refusal: models change."""
        await self.check(origin)
        return await self._admit(origin, request_of(parent), parent)

    async def retry(self, origin: Origin, parent: Generation) -> Admitted:
        """Admit what came to no picture once more, seed and all: for its requester and at its
        place, at the wish of whoever asks in `origin`. Raises Refusal."""
        if parent.forgotten is not None:
            raise Refusal("forgotten", id=parent.id)
        if parent.private:
            # Nobody else can open an answer that one person sees.
            raise Refusal("private_request")
        place = replace(
            origin,
            requester=parent.requester,
            # Who asks is called otherwise.
            name=None,
            # What answered the request has been used up.
            address=replace(parent.address, reply_token=None),
            locale=parent.locale,
            group=parent.scope,
            alone=False,
            spoiler=parent.spoiler,
        )
        request = replace(request_of(parent), seed=parent.spec.seed)
        act = act_on(origin, ActKind.RETRY, parent)
        return await self._admit(place, request, parent, act=act)

    async def _given(
        self,
        requester: str,
        request: DrawRequest,
        given: Given | None,
        parent: Generation | None,
    ) -> Given | None:
        """What it begins from. Raises Refusal."""
        if given is None and parent is not None and parent.spec.source is not None:
            if parent.requester != requester:
                # Others see what was drawn, not what somebody sent for it.
                raise Refusal("others_picture")
            given = await self._sources.load(parent.spec.source)
        if given is None and request.strength is not None:
            raise Refusal("strength_needs_picture")
        if given is not None and not self._profile.takes_inputs:
            raise Refusal("no_inputs", model=self._profile.name)
        return given

    async def _check_texts(self, origin: Origin, request: DrawRequest) -> None:
        """Raises Refusal."""
        await self._gate.check_words(origin, request.prompt, request.negative or "")
        check_length(self._tokens, request.prompt)
        check_length(self._tokens, request.negative or "")

    async def _admit(
        self,
        origin: Origin,
        request: DrawRequest,
        parent: Generation | None = None,
        given: Given | None = None,
        act: Act | None = None,
        job: ProgramJob | None = None,
    ) -> Admitted:
        await self._check_texts(origin, request)
        rules = await self._rules.for_asker(origin)
        given = await self._given(origin.requester, request, given, parent)
        spec = self._resolver.spec(request, rules, given)
        bounds = await self._room.bounds(origin, rules, retried=act is not None)
        is_free = act is not None and parent is not None and parent.is_free_again(act.actor)
        generation_id = new_generation_id()
        if given is not None:
            # Before the row: whoever sees that finds it.
            spec = replace(spec, source=await self._sources.keep(generation_id, given))
        admitted = await self._admitted(
            NewGeneration(
                id=generation_id,
                event_key=origin.event_key,
                requester=origin.requester,
                address=origin.address,
                locale=origin.locale,
                spec=spec,
                model=self._profile.name,
                cost=self._pace.seconds(spec.workload),
                parent_id=parent.id if parent else None,
                notes=self._resolver.notes(request, spec, given),
                # A repetition shows no more than what it repeats.
                private=origin.private or bool(parent and parent.private),
                spoiler=origin.spoiler or bool(parent and parent.spoiler),
                price=0 if is_free else price(spec, self._profile),
                scope=scope_of(origin),
                requester_name=origin.name,
            ),
            bounds,
            act,
            job,
        )
        self._news.moved(admitted.generation.id)
        return admitted

    async def _admitted(
        self, new: NewGeneration, bounds: Bounds, act: Act | None, job: ProgramJob | None
    ) -> Admitted:
        source = new.spec.source
        try:
            admitted = await self._admissions.admit(new, bounds, act=act, job=job)
        except ZdrawError:
            # After anything else it may be there.
            if source is not None:
                await self._sources.drop(source)
            raise
        if source is not None and admitted.generation.spec.source != source:
            await self._sources.drop(source)
        return admitted
