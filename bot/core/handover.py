"""Which engine is given jobs, how many ahead of their turn, and what its refusals mean.

So many that it never waits and that equal pictures can be drawn together; so few that somebody who
asks now is not behind much: what is handed over is past the fair order.
"""

from collections.abc import Iterable
from typing import Any

from bot.core.enhancement import blamed_on
from bot.core.errors import EngineRefused
from bot.core.generation import DrawSpec, Generation
from bot.core.log import Log
from bot.core.loras import Loras
from bot.core.pace import Pace
from engine.contract import PROTOCOL_VERSION, EngineInfo

#: Handed over however long they take: one is drawn, one follows it, one is on the way.
ALWAYS = 3
#: Predicted GPU seconds up to which more are handed over.
AHEAD_SECONDS = 3.0


def fits(generation: Generation, drawing: Iterable[Generation], pace: Pace) -> bool:
    """Whether the engine may have `generation` beside those that it still has to draw."""
    ahead = [*drawing, generation]
    if len(ahead) <= ALWAYS:
        return True
    return pace.known and sum(pace.seconds(one.spec.workload) for one in ahead) <= AHEAD_SECONDS


def suits(info: EngineInfo, model: str, log: Log) -> bool:
    """An engine of another version, or with another model, gets no jobs."""
    if info.protocol != PROTOCOL_VERSION:
        log.error("engine_speaks_another_protocol", protocol=info.protocol)
    elif info.model != model:
        log.error("engine_has_another_model", model=info.model)
    else:
        return True
    return False


def blamed(refused: EngineRefused, spec: DrawSpec, loras: Loras) -> tuple[str, dict[str, Any]]:
    """Code and data of the FAILED row, with what the engine cannot know: which of the words zdraw
    added itself, and which LoRA may have been meant."""
    code = blamed_on(spec.enhancement, refused.code, refused.data)
    return code, loras.told(refused.code, refused.data)
