"""What the gateway means when it closes and will not have the same client again.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
"""

import discord

DISALLOWED = 4014
#: Each as what the operator reads.
REASONS = {
    4004: "Discord's gateway refuses the token: check ZDRAW_DISCORD_TOKEN in the Developer Portal",
    4010: "Discord refuses the shard of this bot: zdraw connects without shards",
    4011: "this bot is in too many servers for one connection: zdraw connects without shards",
    4012: "Discord no longer takes this version of its gateway: update zdraw",
    4013: "Discord does not know an intent that zdraw asks for: update zdraw",
    DISALLOWED: "Discord does not allow this bot an intent (Guilds): see the Developer Portal",
}


def refusal(
    closed: discord.ConnectionClosed | discord.PrivilegedIntentsRequired,
) -> str | None:
    """Why, in one line; None where it may be tried again."""
    if isinstance(closed, discord.PrivilegedIntentsRequired):
        return REASONS[DISALLOWED]
    return REASONS.get(closed.code)
