"""`zdraw doctor`: what is right and what is wrong, before anything is started."""

import asyncio

import typer


def doctor() -> None:
    """Check settings, disk, database, engine, weights, GPU and tokens."""
    raise typer.Exit(asyncio.run(_tell()))


async def _tell() -> int:
    from bot.doctor.checkup import examine
    from bot.doctor.finding import summary

    told = []
    async for finding in examine():
        # At once: the network may take its time for the next one.
        typer.echo(finding.line)
        told.append(finding)
    last = summary(told)
    typer.echo(last.line)
    return last.exit_code
