"""Which engine is given jobs, and how many ahead of their turn.

So many that it never waits and that equal pictures can be drawn together; so few that somebody who
asks now is not behind much: what is handed over is past the fair order.
"""

from collections.abc import Iterable

from bot.core.generation import Generation
from bot.core.log import Log
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
