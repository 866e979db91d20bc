"""`zdraw db`: the database, without the bot."""

import asyncio

import typer

db = typer.Typer(help="The database.", no_args_is_help=True)


@db.callback()
def group() -> None:
    """Keeps `migrate` a subcommand while it is the only one."""


@db.command()
def migrate() -> None:
    """Bring the database to this version's schema. `zdraw run` does it too."""
    from bot.instance_lock import InstanceLock
    from bot.load_settings import load_settings
    from bot.log import set_up_log
    from bot.store.database import migrate as migrate_database

    settings = load_settings()
    set_up_log(settings.log_level, settings.log_format)
    # A running bot has its rows in use, and has migrated them when it started.
    with InstanceLock(settings.state_dir, "bot").acquire():
        asyncio.run(migrate_database(settings.database_url))
    typer.echo("the database is up to date")
