"""Who may do what with somebody's generation."""

from bot.core.generation import Generation, Origin


def is_here(generation: Generation, origin: Origin) -> bool:
    """Whether it was asked for in the chat of `origin`."""
    its, own = generation.address, origin.address
    return (its.platform, its.chat) == (own.platform, own.chat)


def may_end(generation: Generation, origin: Origin, *, admin: bool) -> bool:
    """To cancel it or to delete its picture is the right of its requester, and of the admins of
    the chat that it belongs to."""
    return generation.requester == origin.requester or (admin and is_here(generation, origin))


def may_see(generation: Generation, origin: Origin) -> bool:
    """Its words and pictures are for its requester and, unless it is private, for those who share
    its chat."""
    if generation.requester == origin.requester:
        return True
    return is_here(generation, origin) and not generation.private
