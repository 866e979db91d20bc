"""What a request comes to: each value of the picture, against the model's profile and the rules of
its group, and what the reply has to say about how it was understood."""

from dataclasses import replace

from bot.core.draw_size import size_here
from bot.core.draw_syntax import DrawRequest
from bot.core.enhancement import Enhancement, enhancement_of, lacks_room
from bot.core.errors import Refusal
from bot.core.generation import DrawSpec, new_seed
from bot.core.group_rules import GroupRules
from bot.core.loras import Loras
from bot.core.sources import Given
from bot.core.token_counter import TokenCounter
from engine.profiles import Profile


class Resolver:
    """For one model."""

    def __init__(self, *, profile: Profile, tokens: TokenCounter, loras: Loras) -> None:
        self._profile = profile
        self._tokens = tokens
        self._loras = loras

    def spec(self, request: DrawRequest, rules: GroupRules, given: Given | None) -> DrawSpec:
        """`given`: what it begins from. Raises Refusal."""
        shaped = request
        if given is not None and request.size is None and request.ratio is None:
            shaped = replace(request, ratio=given.ratio)
        width, height = size_here(shaped, self._profile, rules)
        enhanced = bool(rules.enhance if request.enhance is None else request.enhance)
        guidance = self._guidance(request, enhanced=enhanced)
        count = request.count or 1
        if rules.max_count is not None and count > rules.max_count:
            raise Refusal("too_many_here", limit=rules.max_count)
        return DrawSpec(
            prompt=request.prompt,
            negative_prompt=request.negative or "",
            width=width,
            height=height,
            steps=request.steps or self._profile.steps,
            guidance=guidance,
            seed=new_seed() if request.seed is None else request.seed,
            count=count,
            strength=(request.strength or given.usual_strength) if given else None,
            loras=self._loras.resolve(request.loras),
            enhancement=self._enhancement(request, guidance) if enhanced else None,
        )

    def _enhancement(self, request: DrawRequest, guidance: float) -> Enhancement:
        return enhancement_of(
            request.prompt,
            request.negative or "",
            guided=guidance > 0,
            profile=self._profile,
            tokens=self._tokens,
        )

    def notes(self, request: DrawRequest, spec: DrawSpec, given: Given | None) -> tuple[str, ...]:
        """What the reply has to say about how the request was understood."""
        low, high = self._profile.advised_guidance
        drawn = self._profile.drawn_size(spec.width, spec.height)
        turned_on = spec.guidance > 0 and not self._profile.guidance
        by_itself = turned_on and request.guidance is None
        notes = {
            "enhanced": by_itself and spec.enhancement is not None,
            "negative_set_guidance": by_itself and spec.enhancement is None,
            "guidance_doubles": turned_on and request.guidance is not None,
            "guidance_unusual": spec.guidance > 0 and not low <= spec.guidance <= high,
            "no_room_to_enhance": lacks_room(spec.prompt, spec.enhancement, self._profile),
            "enlarged": drawn != (spec.width, spec.height),
            "outside_vocabulary": not self._profile.understands(spec.prompt),
            "source_cut": given is not None and given.is_cut(spec.width, spec.height),
            "only_transparent": given is not None and given.masked,
        }
        return tuple(name for name, applies in notes.items() if applies)

    def _guidance(self, request: DrawRequest, *, enhanced: bool) -> float:
        usual, profile = self._profile.negative_guidance, self._profile
        if request.guidance is None:
            return usual if request.negative or enhanced else profile.guidance
        if request.negative and request.guidance == 0:
            raise Refusal("negative_needs_guidance", usual=usual)
        return request.guidance
