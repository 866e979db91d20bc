"""What a program cannot have, in the terms of no API in particular."""

from typing import Any

from bot.core.errors import Refusal


class Problem(Exception):
    """The request ends here. `code` picks the sentence in bot/core/sentences/programs.py, or is
    that of a Refusal or of a failure; `data` fills it."""

    def __init__(self, status: int, code: str, /, *, param: str | None = None, **data: Any) -> None:
        super().__init__(code)
        #: Of HTTP.
        self.status = status
        self.code = code
        #: The parameter that is wrong, as this API calls it.
        self.param = param
        self.data = data
        #: Seconds after which it may be otherwise.
        self.retry_after: int | None = None

    def later(self, seconds: int) -> "Problem":
        """The same, worth trying again then."""
        self.retry_after = seconds
        return self


#: Refusals that are not about what was asked for.
_STATUS = {
    "queue_full": 429,
    "queue_full_yours": 429,
    "quota_spent": 429,
    "pool_spent": 429,
    "queue_full_here": 429,
    "cooldown": 429,
    "banned": 403,
    "banned_for_good": 403,
    "closed": 403,
    # Not 409, which OpenAI's clients repeat.
    "key_reused": 422,
}
#: A place in the queue may be free by then.
QUEUE_SECONDS = 5


def problem_of(refusal: Refusal) -> Problem:
    """What the core refuses, as a problem."""
    status = _STATUS.get(refusal.code, 400)
    problem = Problem(status, refusal.code, **refusal.data)
    if refusal.code == "cooldown":
        return problem.later(refusal.data["seconds"])
    return problem.later(QUEUE_SECONDS) if refusal.code.startswith("queue_full") else problem
