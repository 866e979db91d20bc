"""The use case `/draw`: text -> a row that is QUEUED, or a Refusal that says why not.

Also 🔁 (`repeat`): the same request again with a new seed.
"""

from bot.core.draw_syntax import DrawRequest, parse_draw, resolve_size
from bot.core.draw_values import check_values, is_the_same
from bot.core.errors import Refusal
from bot.core.generation import (
    DrawSpec,
    Generation,
    NewGeneration,
    Origin,
    new_generation_id,
    new_seed,
)
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Admissions, Admitted, Bounds, TokenCounter
from bot.core.quota import price, scope_of
from engine.profiles import Profile


class Draw:
    """Admits requests to draw."""

    def __init__(
        self,
        *,
        admissions: Admissions,
        tokens: TokenCounter,
        profile: Profile,
        pace: Pace,
        bounds: Bounds,
        news: News,
    ) -> None:
        self._admissions = admissions
        self._tokens = tokens
        self._profile = profile
        self._pace = pace
        self._bounds = bounds
        self._news = news

    async def __call__(self, origin: Origin, text: str) -> Admitted:
        """Admit the request, once per event key. `text` is as it was received. Raises Refusal."""
        return await self._admit(origin, parse_draw(text))

    async def values(self, origin: Origin, request: DrawRequest) -> Admitted:
        """Admit what needs no reading, once per event key; another request under a key that was
        used is refused. Raises Refusal."""
        check_values(request)
        admitted = await self._admit(origin, request)
        known = admitted.generation
        # What has been forgotten cannot be compared.
        if admitted.duplicate and known.forgotten is None and not is_the_same(request, known.spec):
            raise Refusal("key_reused")
        return admitted

    async def repeat(self, origin: Origin, parent: Generation) -> Admitted:
        """Admit `parent`'s request again with a new seed. Raises Refusal: the model may be
        another one by now."""
        return await self._admit(origin, request_of(parent), parent)

    def _check_length(self, text: str) -> None:
        count = self._tokens.measure(text)
        if count is not None and count.lost:
            raise Refusal(
                "prompt_too_long", tokens=count.tokens, limit=count.limit, lost=count.lost
            )

    def _resolve(self, request: DrawRequest) -> DrawSpec:
        width, height = resolve_size(request, self._profile)
        return DrawSpec(
            prompt=request.prompt,
            negative_prompt=request.negative or "",
            width=width,
            height=height,
            steps=request.steps or self._profile.steps,
            guidance=self._guidance(request),
            seed=new_seed() if request.seed is None else request.seed,
            count=request.count or 1,
        )

    def _guidance(self, request: DrawRequest) -> float:
        if request.guidance is None:
            return self._profile.negative_guidance if request.negative else self._profile.guidance
        if request.negative and request.guidance == 0:
            raise Refusal("negative_needs_guidance")
        return request.guidance

    def _notes(self, request: DrawRequest, spec: DrawSpec) -> tuple[str, ...]:
        """What the reply has to say about how the request was understood."""
        low, high = self._profile.advised_guidance
        drawn = self._profile.drawn_size(spec.width, spec.height)
        notes = {
            "negative_set_guidance": spec.guidance > 0 and request.guidance is None,
            "guidance_doubles": spec.guidance > 0 and request.guidance is not None,
            "guidance_unusual": spec.guidance > 0 and not low <= spec.guidance <= high,
            "enlarged": drawn != (spec.width, spec.height),
            "outside_vocabulary": not self._profile.understands(spec.prompt),
        }
        return tuple(name for name, applies in notes.items() if applies)

    async def _admit(
        self, origin: Origin, request: DrawRequest, parent: Generation | None = None
    ) -> Admitted:
        self._check_length(request.prompt)
        self._check_length(request.negative or "")
        spec = self._resolve(request)
        admitted = await self._admissions.admit(
            NewGeneration(
                id=new_generation_id(),
                event_key=origin.event_key,
                requester=origin.requester,
                address=origin.address,
                locale=origin.locale,
                spec=spec,
                model=self._profile.name,
                cost=self._pace.seconds(spec),
                parent_id=parent.id if parent else None,
                notes=self._notes(request, spec),
                # A repetition shows no more than what it repeats.
                private=origin.private or bool(parent and parent.private),
                spoiler=origin.spoiler or bool(parent and parent.spoiler),
                price=price(spec, self._profile),
                scope=scope_of(origin),
            ),
            self._bounds,
        )
        self._news.moved(admitted.generation.id)
        return admitted


def request_of(generation: Generation) -> DrawRequest:
    """What was asked for, without the seed."""
    spec = generation.spec
    by_hand = spec.guidance > 0 and "negative_set_guidance" not in generation.notes
    return DrawRequest(
        prompt=spec.prompt,
        size=(spec.width, spec.height),
        ratio=None,
        seed=None,
        steps=spec.steps,
        guidance=spec.guidance if by_hand else None,
        count=spec.count,
        negative=spec.negative_prompt or None,
    )
