"""The bot's account and application, its commands, and where the gateway is.

https://docs.discord.com/developers/resources/application
https://docs.discord.com/developers/events/gateway#get-gateway-bot
"""

from tests.fakes.discord_api.errors import (
    invalid_form,
    missing_access,
    unknown_application,
)
from tests.fakes.discord_api.places import user_json
from tests.fakes.discord_api.requests import Request, Result


def get_me(request: Request) -> Result:
    return request.world.bot


def get_application(request: Request) -> Result:
    return {
        "id": str(request.world.application_id),
        "name": "zdraw",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user_json(1),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "bot": request.world.bot,
        "interactions_endpoint_url": None,
        "integration_types_config": {"0": {}, "1": {}},
    }


def get_gateway(request: Request) -> Result:
    return {"url": gateway_url(request)}


def get_gateway_bot(request: Request) -> Result:
    limits = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": gateway_url(request), "shards": 1, "session_start_limit": limits}


def gateway_url(request: Request) -> str:
    return request.world.cdn.replace("http://", "ws://") + "/gateway"


def get_commands(request: Request) -> Result:
    return request.world.commands.listed(_scope(request))


def put_commands(request: Request) -> Result:
    commands = request.call.body.value
    if not isinstance(commands, list):
        raise invalid_form("_errors", "Only iterables may be used", "LIST_TYPE_CONVERT")
    return request.world.commands.overwrite(_scope(request), commands)


def _scope(request: Request) -> int | None:
    """The guild whose own commands they are, or everybody's."""
    if request.args["application"] != str(request.world.application_id):
        raise unknown_application()
    guild_id = request.args.get("guild")
    if guild_id is None:
        return None
    guild = request.world.guilds.get(int(guild_id))
    if guild is None or not guild.bot_inside:
        raise missing_access()
    return guild.id
