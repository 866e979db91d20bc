"""`zdraw token`: who may use the HTTP API."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

token = typer.Typer(help="Tokens of programs, for the HTTP API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Whose it is: a-z, 0-9, - and _, at most 32.")]
Days = Annotated[
    int | None, typer.Option(min=1, max=36_500, help="Days that it holds. Else: until revoked.")
]


@token.command()
def create(name: Name, days: Days = None) -> None:
    """Make a token and print it, once: it is not kept."""
    from bot.load_settings import load_settings
    from bot.token_desk import make_token

    typer.echo(asyncio.run(make_token(load_settings(), name, days)))
    typer.echo("Shown this once. Send it as Authorization: Bearer <token>.", err=True)


@token.command("list")
def show() -> None:
    """All that were made: name, id, when, until when, and whether they hold."""
    from bot.load_settings import load_settings
    from bot.token_desk import state_of, tokens_made

    for one in asyncio.run(tokens_made(load_settings())):
        until = "for good" if one.expires_ms is None else f"until {_day(one.expires_ms)}"
        facts = (one.name, one.id, f"made {_day(one.created_ms)}", until, state_of(one))
        typer.echo("  ".join(facts))


@token.command()
def revoke(name: Name) -> None:
    """End all tokens of somebody, at once and for good."""
    from bot.load_settings import load_settings
    from bot.token_desk import revoke_tokens

    typer.echo(f"revoked: {asyncio.run(revoke_tokens(load_settings(), name))}")


def _day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"
