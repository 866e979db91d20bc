"""Tells clients at the WebSocket how their workflows go, by what is heard of the rows."""

import asyncio
from dataclasses import dataclass
from functools import cached_property

from bot.adapters.http_api.comfyui import frames, story
from bot.adapters.http_api.comfyui.hub import Hub, Listener, status
from bot.adapters.http_api.comfyui.workflow import Workflow, kept
from bot.adapters.http_api.pictures import Album, Format
from bot.adapters.http_api.problem import Problem
from bot.adapters.shared.trouble import trouble
from bot.core.generation import TERMINAL, Generation, Outcome
from bot.core.log import Log
from bot.core.news import News, StepProgress
from bot.core.ports import Admissions, Clock
from bot.core.program_jobs import ProgramJob, ProgramJobs, StartedJob, portions
from bot.core.sketches import Sketches
from engine.contract import JobKey

#: A user's jobs that are followed after a restart.
MAX_FOLLOWED = 1000
#: Ends that no word was heard of are looked for this often.
LOOK_SECONDS = 10.0


@dataclass
class _Followed:
    job: ProgramJob
    #: What was told last; None before it began.
    told: StepProgress | None = None
    began: bool = False

    @cached_property
    def workflow(self) -> Workflow:
        """Read when there is something to tell: many may wait."""
        return kept(self.job.document)


class Narrator:
    """Follows the jobs that clients wait for."""

    def __init__(
        self,
        *,
        jobs: ProgramJobs,
        admissions: Admissions,
        news: News,
        album: Album,
        sketches: Sketches,
        hub: Hub,
        clock: Clock,
        log: Log,
    ) -> None:
        self._jobs = jobs
        self._admissions = admissions
        self._news = news
        self._album = album
        self._sketches = sketches
        self._hub = hub
        self._clock = clock
        self._log = log
        self._followed: dict[str, _Followed] = {}
        self._heard: set[str] = set()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Tell until cancelled."""
        stop_watching = self._news.watch(self._hear)
        try:
            while True:
                try:
                    # Not wait_for, which may swallow a cancellation in Python 3.11.
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    self._heard = set(self._followed)
                self._wake.clear()
                heard, self._heard = self._heard, set()
                for generation_id in heard:
                    await self._attempt(generation_id)
        finally:
            stop_watching()

    async def follow(self, started: StartedJob) -> None:
        """Tell of this job from now on, and that the queue has changed."""
        self._take_up(started)
        await self.tell_status(started.job.requester)
        self._hear(started.generation.id)

    async def welcome(self, listener: Listener) -> None:
        """The first words to a client, whose jobs may be under way."""
        live = await self._jobs.of_user(listener.user, ended=False, limit=MAX_FOLLOWED)
        listener.tell(status(len(live), listener.client))
        unknown = [one for one in live if one.generation.id not in self._followed]
        for portion in portions(unknown):
            for started in await self._jobs.whole([one.serial for one in portion]):
                self._take_up(started)
        for one in live:
            self._hear(one.generation.id)

    async def tell_status(self, user: str) -> None:
        """To all clients of a user."""
        listeners = tuple(self._hub.of_user(user))
        if listeners:
            remaining = await self._jobs.live(user)
            for listener in listeners:
                listener.tell(status(remaining))

    def _take_up(self, started: StartedJob) -> None:
        if started.generation.id not in self._followed:
            self._followed[started.generation.id] = _Followed(started.job)

    def _hear(self, generation_id: str) -> None:
        if generation_id in self._followed:
            self._heard.add(generation_id)
            self._wake.set()

    async def _attempt(self, generation_id: str) -> None:
        try:
            await self._tell(generation_id)
        except Exception as error:
            # One that cannot be told of must not keep the others from being told.
            self._log.error("cannot_tell", generation_id=generation_id, **trouble(error))

    async def _tell(self, generation_id: str) -> None:
        followed = self._followed.get(generation_id)
        if followed is None:
            return
        steps = self._news.progress(generation_id)
        if steps is not None:
            if steps != followed.told:
                await self._tell_steps(followed, steps)
                await self._tell_sketch(followed, generation_id, steps)
            return
        generation = await self._admissions.get(generation_id)
        if generation is None:
            del self._followed[generation_id]
        elif generation.outcome in TERMINAL:
            del self._followed[generation_id]
            await self._tell_end(followed, generation)
        elif generation.outcome is Outcome.QUEUED:
            # An engine may have given it back: it begins anew.
            followed.began, followed.told = False, None

    async def _tell_steps(self, followed: _Followed, steps: StepProgress) -> None:
        if not followed.began:
            followed.began = True
            told = story.began(followed.workflow, followed.job.name, self._clock())
            await self._say(followed, *told)
        followed.told = steps
        step = story.stepped(followed.workflow, followed.job.name, steps.step, steps.steps)
        await self._say(followed, *step)

    async def _tell_sketch(
        self, followed: _Followed, generation_id: str, steps: StepProgress
    ) -> None:
        """To who wants to see it; else none is made."""
        if self._listener(followed) is None or not followed.workflow.wants_previews:
            return
        key = JobKey(generation_id=generation_id, attempt=steps.attempt)
        sketch = await self._sketches.sketch(key)
        listener = self._listener(followed)
        if sketch is None or listener is None:
            return
        if listener.knows_metadata:
            node, name = followed.workflow.sampler, followed.job.name
            listener.put(frames.described_preview(sketch, node, name))
        else:
            listener.put(frames.preview(sketch))

    async def _tell_end(self, followed: _Followed, generation: Generation) -> None:
        workflow, name, now = followed.workflow, followed.job.name, self._clock()
        cancelled = generation.outcome is Outcome.CANCELLED
        if not followed.began and not cancelled:
            # Quicker than its first word.
            await self._say(followed, *story.began(workflow, name, now))
        if not cancelled or generation.begun:
            told = story.ended(workflow, name, now, generation)
            await self._say(followed, *told, generation=generation)
        await self.tell_status(followed.job.requester)
        await self._say(followed, story.closed(name))

    async def _say(
        self, followed: _Followed, *told: story.Told, generation: Generation | None = None
    ) -> None:
        """To the client that asked, if it listens."""
        listener = self._listener(followed)
        if listener is None:
            return
        for one in told:
            if isinstance(one, story.Message):
                listener.tell(one)
            elif generation is not None:
                await self._show(listener, generation, one.count)

    def _listener(self, followed: _Followed) -> Listener | None:
        return self._hub.client(followed.job.requester, followed.job.client)

    async def _show(self, listener: Listener, generation: Generation, count: int) -> None:
        for number in range(1, count + 1):
            try:
                picture = await self._album.bytes_of(generation, number, Format())
            except Problem:
                # Its file is gone: the history says what there was.
                return
            listener.put(frames.picture(picture))
