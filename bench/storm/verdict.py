"""What is lost, doubled or left behind: judged by what can be seen in the end.

Everything under WRONG is a fault of zdraw's. The other figures say how often something happened
that the design allows, and names.
"""

from collections import Counter
from dataclasses import dataclass

#: Their sum has to be 0.
WRONG = ("lost", "duplicated", "orphans", "undeleted", "leaked", "unhidden")
#: What is counted beside them.
COUNTED = ("asked", "accepted", "struck", "pictures", "files")
ALLOWED = ("doubled_files", "repeated_lines", "withdrawn", "warned", "untellable", "stranded")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A message of the bot that belongs to a request and still stands."""

    #: "zdraw is thinking…"
    loading: bool = False
    picture: bool = False
    #: It offers 🔁: only what has ended does.
    ended: bool = False
    #: It says that the picture cannot come, and how to get at it.
    warned: bool = False
    #: Sent to the channel, once by its nonce.
    by_nonce: bool = False

    @property
    def stays(self) -> bool:
        """It is an answer, and no line that waits for one."""
        return self.ended or self.warned


@dataclass(frozen=True, kw_only=True)
class Requested:
    """A request for a picture: a command, or 🔁."""

    #: It has a row.
    known: bool
    #: Its row says that all is told, or cannot be.
    settled: bool = False
    undeliverable: bool = False
    #: 🗑 was pressed, and taken.
    removed: bool = False
    #: Discord has got some answer.
    answered: bool = True
    #: The bot has no way left to write there: a private answer or a chat without the bot, and
    #: the token has ended or was never answered.
    cut_off: bool = False
    #: Discord takes nothing more with the token, and shows instead of "thinking" that nobody
    #: answered.
    expired: bool = False
    #: Discord has forgotten the nonces of before.
    forgetful: bool = False
    #: The bot died before it noted which message answers it, and its token ended meanwhile.
    unnoted: bool = False
    standing: tuple[Seen, ...] = ()
    #: Messages that showed the picture: ever, and at most at one time.
    ever: int = 0
    peak: int = 0
    #: Arrivals of a private picture where others see it, and of a spoiler that is not hidden.
    leaked: int = 0
    unhidden: int = 0


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """📄, /show or 🗑: an answer that is no request of its own."""

    known: bool
    answered: bool = True
    #: Messages that brought the file. None: it is to bring none.
    brought: int | None = None
    #: Something was said.
    words: bool = False
    #: Messages that say that the bot is thinking.
    loading: int = 0
    cut_off: bool = False
    expired: bool = False
    #: It waited so long that it is not said any more.
    forgotten: bool = False
    leaked: int = 0


def judge_request(one: Requested) -> Counter[str]:
    """Its share of the figures."""
    found = Counter(leaked=one.leaked, unhidden=one.unhidden)
    if not one.known:
        return found + _judge_unknown(one)
    ended = [line for line in one.standing if line.ended]
    shown = max(one.peak, len(ended))
    found.update(accepted=1, pictures=one.peak, duplicated=max(0, shown - 1))
    found.update(withdrawn=one.ever - one.peak)
    if one.removed:
        found["stranded" if one.cut_off else "undeleted"] += len(ended)
    elif not one.settled:
        found["lost"] += 1
    elif not ended:
        found[_untold(one)] += 1
    found.update(_left_as(one, line) for line in one.standing if not line.stays)
    return found


def _judge_unknown(one: Requested) -> Counter[str]:
    """Refused, or the process died before the row: what nobody answered was not accepted."""
    if not one.answered:
        return Counter()
    waiting = sum(line.loading for line in one.standing)
    if waiting < len(one.standing):
        return Counter(accepted=1)
    if one.expired:
        return Counter(accepted=1, stranded=waiting)
    return Counter(accepted=1, lost=1, orphans=waiting)


def _untold(one: Requested) -> str:
    if any(line.warned for line in one.standing):
        return "warned"
    return "untellable" if one.cut_off and one.undeliverable else "lost"


def _left_as(one: Requested, line: Seen) -> str:
    if one.cut_off or (line.loading and one.expired) or (one.unnoted and not line.by_nonce):
        return "stranded"
    if line.by_nonce and one.forgetful:
        return "repeated_lines"
    return "orphans"


def judge_press(one: Pressed) -> Counter[str]:
    """Its share of the figures."""
    if not (one.known or one.answered):
        return Counter()
    found = Counter(accepted=1, leaked=one.leaked)
    found["stranded" if one.cut_off or one.expired else "orphans"] += one.loading
    if one.brought is None:
        # 🗑: that the picture is gone is seen where the picture was.
        found["lost"] += not (one.known or one.words or one.expired)
        return found
    found.update(files=min(1, one.brought), doubled_files=max(0, one.brought - 1))
    if not (one.brought or one.words):
        excused = one.cut_off or one.forgotten or (one.expired and not one.known)
        found["untellable" if excused else "lost"] += 1
    return found


def wrong_in(figures: Counter[str]) -> dict[str, int]:
    return {name: figures[name] for name in WRONG if figures[name]}
