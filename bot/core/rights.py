"""Where a generation belongs, and who may see it. What takes a level is decided in staff.py."""

from bot.core.generation import Generation, Origin
from bot.core.quota import scope_of


def is_here(generation: Generation, origin: Origin) -> bool:
    """Whether it was asked for in the chat of `origin`."""
    its, own = generation.address, origin.address
    return (its.platform, its.chat) == (own.platform, own.chat)


def is_of_group(generation: Generation, origin: Origin) -> bool:
    """Whether it was asked for in the group of `origin`, be it in another of its channels."""
    group = (generation.address.platform, generation.scope)
    return is_here(generation, origin) or group == (origin.address.platform, scope_of(origin))


def may_see(generation: Generation, origin: Origin) -> bool:
    """Its words and pictures are for its requester and, unless it is private, for those who share
    its chat."""
    if generation.requester == origin.requester:
        return True
    return is_here(generation, origin) and not generation.private
